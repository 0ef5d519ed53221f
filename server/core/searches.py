"""The search of a list by words: what is called exactly so comes first, a label or barcode of it included, then every row in whose
`search_text` each word occurs; where few are found, so does what is spelled nearly like it (trigrams; accents and case do not matter).

    search=Search("equipment e", "e", exact="e.code = {capitals}", scanned=of_label)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.core.lists import Found
from server.core.queries import Sql, containing, joined, literally, plain, sql, words_of

_FEW = 10
"""Where so few are found, what is spelled nearly like it is looked for too: that takes ten times as long."""


@dataclass(frozen=True)
class Search:
    """`source` has the rows, the first of its aliases; `named` is the alias that has `search_text` and `name_folded`.

    `exact` is true of a row whose code is `{whole}`; `scanned` makes a condition of what may be a scanned code.
    """

    source: str
    named: str
    exact: str
    scanned: Callable[[str], Sql | None]

    def __call__(self, search: str) -> Found:
        words = words_of(search)
        if not words:
            return Found()
        order = sql("m.score desc, m.name_folded, m.id")
        return Found(matches=lambda listed: self._matches(search, words, listed), order=order, is_own=" join " not in self.source)

    def _matches(self, search: str, words: list[str], listed: Sql) -> Sql:
        found = [(self._score(" ".join(words)), joined(map(self._occurs, words), " and "))]
        if scanned := self.scanned(search):
            found.append((sql("9"), scanned))
        if misspelt := self._misspelt(words):
            found.append(misspelt)
        near, *others = (self._rows(score, condition, listed, found[:rank]) for rank, (score, condition) in enumerate(found))
        every = joined((plain("select * from near"), *others), " union all ")
        return sql("near as materialized ({}), m as materialized ({})", near, every)

    def _rows(self, score: Sql, condition: Sql, listed: Sql, before: Sequence[tuple[Sql, Sql]]) -> Sql:
        """But for those that were found before."""
        row = plain(self.source.split()[1])
        conditions = joined((condition, listed, *(sql("not ({})", each) for _, each in before)), " and ")
        return sql(
            "select {}.id, {}.name_folded, {} as score from {} where {}", row, plain(self.named), score, plain(self.source), conditions
        )

    def _score(self, whole: str) -> Sql:
        """Exact codes go first, and a row of that very name before those that name it too."""
        return sql(
            "case when {} then 9 when {a}.name_folded = (select etabli_fold({})) then 3"
            " when {a}.name_folded like (select etabli_fold({})) then 2 else 1 end",
            sql(self.exact, whole=whole, capitals=whole.upper()), whole, f"{literally(whole)}%", a=plain(self.named),
        )  # fmt: skip

    def _misspelt(self, words: list[str]) -> tuple[Sql, Sql] | None:
        if all(map(_is_code, words)):
            return None
        near = [self._near(word) for word in words]
        condition, score = joined((condition for condition, _ in near), " and "), joined((score for _, score in near), " + ")
        return sql("({}) / {}::integer", score, len(words)), sql("(select count(*) from near) < {}::integer and {}", _FEW, condition)

    def _near(self, word: str) -> tuple[Sql, Sql]:
        """Condition and score of one word."""
        occurs = self._occurs(word)
        if _is_code(word):
            return occurs, sql("1")
        folded, text = sql("(select etabli_fold({}))", word), plain(f"{self.named}.search_text")
        return sql("({} or {} <% {})", occurs, folded, text), sql("word_similarity({}, {})", folded, text)

    def _occurs(self, word: str) -> Sql:
        return sql("{}.search_text like (select etabli_fold({}))", plain(self.named), containing(word))


def _is_code(word: str) -> bool:
    """One with a digit is a code or a number: its neighbours are other rows."""
    return any(char.isdigit() for char in word)

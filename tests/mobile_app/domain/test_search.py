import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mobile_app.core.folding import fold
from mobile_app.domain.search import search_equipment
from shared_models.labels.codes import check_character
from tests.mobile_app.core.rows import machine

LABEL = "ABCD234" + check_character("ABCD234")
PARK = [
    machine("Convoyeur à bande", code="CV-12", manufacturer="Siemens", label_codes=[LABEL]),
    machine("Compresseur à vis", code="CP-03", model="GA-37", manufacturer="Atlas Copco", serial_number="AX 4471/B"),
    machine("Presse hydraulique", code="PR-12", manufacturer="Schuler"),
    machine("Œilleton de contrôle", code="OE-1"),
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("convoyeur", ["CV-12"]), ("BANDE convoyeur", ["CV-12"]), ("a vis", ["CP-03"]), ("ga37", ["CP-03"]), ("GA 37", ["CP-03"]),
        ("ax4471", ["CP-03"]), ("atl", ["CP-03"]), ("oeill", ["OE-1"]), ("12", ["CV-12", "PR-12"]), ("pr12", ["PR-12"]),
        ("conveyeur", ["CV-12"]), ("presce", ["PR-12"]), ("hydarulique", ["PR-12"]), ("compreseur atls", ["CP-03"]),
        (LABEL.lower(), ["CV-12"]), ("chaudière", []), ("xy", []),
    ],
)  # fmt: skip
def test_finds(query: str, found: list[str]):
    assert [row.code for row in search_equipment(PARK, query)] == found


def test_an_empty_query_gives_the_first_by_name():
    assert [row.name[:2] for row in search_equipment(PARK, " ", limit=2)] == ["Co", "Co"]


def test_one_slip_is_forgiven_among_ten_thousand():
    park = [machine(f"Pompe {number} atelier {number % 40}", code=f"PM-{number:05}") for number in range(10_000)]
    assert len(search_equipment(park, "pompe 77")) == 50
    assert [row.code for row in search_equipment(park, "pompr 9999")] == ["PM-09999"]


SHORT = st.text("abn", min_size=1, max_size=7)


def slips(word: str) -> set[str]:
    """It, and what becomes of it when a finger slips."""
    cut = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return (
        {word}
        | {start + end[1:] for start, end in cut}
        | {start + letter + end for start, end in cut for letter in "abn"}
        | {start + letter + end[1:] for start, end in cut for letter in "abn"}
        | {start + end[1::-1] + end[2:] for start, end in cut}
    )


def is_meant(wanted: str, words: list[str], park: list[list[str]]) -> bool:
    """Begun by it where anything is, else by a word that is one slip of it; of a longer word, its beginning."""
    known = {word for others in park for word in others}
    if any(word.startswith(wanted) for word in known):
        return any(word.startswith(wanted) for word in words)
    slipped = slips(wanted) if len(wanted) >= 4 else set()
    near = [word for word in known if word in slipped or (len(word) > len(wanted) + 1 and word[: len(wanted)] in slipped)]
    return any(word.startswith(tuple(near)) for word in words)


@given(park=st.lists(st.lists(SHORT, min_size=1, max_size=3), min_size=1, max_size=8), query=SHORT)
@example(park=[["abnabn"]], query="banabn")
@example(park=[["abnabn"]], query="abnab")
@example(park=[["aabn"]], query="babn")
@example(park=[["nabab"]], query="nbab")
@example(park=[["aaaa"], ["aaaaaa"]], query="aaaab")
def test_finds_what_begins_so_or_is_one_slip_away(park: list[list[str]], query: str):
    rows = [machine(" ".join(words), code=f"{at:03}") for at, words in enumerate(park)]
    assert {row.code for row in search_equipment(rows, query)} == {
        f"{at:03}" for at, words in enumerate(park) if is_meant(query, words, park)
    }


def test_a_row_that_changes_is_found_as_it_is_now():
    park = [machine("Pompe", code="P-1"), machine("Presse", code="P-2")]
    assert [row.code for row in search_equipment(park, "pompe")] == ["P-1"]
    park[0] = park[0].model_copy(update={"name": "Vanne"})
    assert search_equipment(park, "pompe") == []
    assert search_equipment(park, "vanne") == [park[0]]
    assert search_equipment(park[1:], "vanne") == []


@given(st.text())
@example("Œilleton ǅ µm ½ ﬁn")
def test_folding_leaves_no_mark_and_no_capital(text: str):
    apart = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    assert fold(text) == "".join(char for char in apart if not unicodedata.combining(char)).casefold()

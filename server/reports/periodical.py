"""Reports of a period on paper: each kind has its setter, which reads its rows as pages are filled."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from server.core.i18n import give
from server.reports import figures
from server.reports.speech import Speech
from server.reports.streamed import Rows
from server.reports.typeset import PALE, Running, Words, heading, section
from shared_models.kpis.rows import Board
from shared_models.plans.planning import Outcome

_ROOM = 48 * mm
"""For a title, the heads of its table, and rows enough to go on with."""


_OUTCOMES = frozenset(Outcome)


class Told:
    """What a report has been given: its head, then the rows of one section after the other."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._lines = lines
        self.head: dict[str, Any] = json.loads(lines.readline())
        give(self.head["lang"], b64decode(self.head["words"]))
        self.board = Board.model_validate(self.head["board"])
        self.counts: Mapping[str, int] = self.head["counts"]
        self._next: tuple[str, bytes] | None = None

    def rows(self, name: str) -> Iterator[Any]:
        """Of the section that comes next, if it has that name."""
        while (found := self._peek()) is not None and found[0] == name:
            self._next = None
            yield json.loads(found[1])

    def _peek(self) -> tuple[str, bytes] | None:
        if self._next is None and (line := self._lines.readline()):
            name, _, row = line.partition(b"\t")
            self._next = name.decode(), row
        return self._next


class Setter:
    """What all of them have: their head, the place and the days, and the figures that they begin with."""

    def __init__(self, told: Told) -> None:
        self.told, self.board = told, told.board
        self.speech = Speech(told.head["lang"], told.head["zone"])
        self.t, self.n = self.speech.t, self.speech.n

    def story(self) -> Iterator[Flowable]:
        raise NotImplementedError

    @property
    def title(self) -> str:
        period = self.speech.period(self.board.since, self.board.until)
        return self.t(f"report.title.{self.told.head['kind']}", period=period)

    def running(self) -> Running:
        where = ", ".join(self.told.head["sites"])
        printed = self.t("reports.printed", when=self.speech.moment(self.board.as_of))
        return Running(" · ".join(filter(None, (self.title, where))), printed, self.t("reports.page"))

    def opening(self) -> Iterator[Flowable]:
        say, board = self.speech, self.board
        yield from heading(self.title, ", ".join(self.told.head["sites"]))
        made = self.t("report.made", when=say.moment(board.as_of), by=self.told.head["asked_by"], zone=self.told.head["zone"])
        still = self.t("report.still_running", when=say.moment(board.as_of)) if board.until >= say.local(board.as_of).date() else ""
        yield Words("\n".join(filter(None, (still, made))), size=8.4, colour=PALE)
        yield Spacer(0, 10)

    def all_figures(self) -> Iterator[Flowable]:
        say, confidence = self.speech, self.board.confidence
        yield from section(self.t("report.all_figures"))
        heads = (self.t("report.figure"), self.t("report.value"), self.t("report.before"), self.t("report.n"), self.t("report.left_out"))
        rows = [
            (
                figures.name(say, figure), figures.value(say, figure, confidence), figures.before(say, figure),
                say.number(figure.n) if figure.n else figures.NONE, say.number(figure.left_out) if figure.left_out else "",
            )
            for figure in self.board.figures
        ]  # fmt: skip
        yield Rows(heads, rows, (70, 38, 34, 19, 17), (1, 2, 3, 4))
        since, until = say.day(self.board.before_since), say.day(self.board.before_until)
        yield Words(self.t("report.figures_note", since=since, until=until), size=7.6, colour=PALE)

    def listed(
        self, name: str, heads: tuple[str, ...], row: Callable[[Any], tuple[Any, ...]], widths: tuple[float, ...],
        numbers: tuple[int, ...] = (), last: tuple[Any, ...] | None = None,
    ) -> Iterator[Flowable]:  # fmt: skip
        """A section of any length, or the words that there is nothing."""
        count, title = self.told.counts.get(name, 0), self.t(f"report.section.{name}")
        yield from section(f"{title} ({self.speech.number(count)})" if count else title, _ROOM if count else 24 * mm)
        if not count:
            yield Words(self.t(f"report.none.{name}"), colour=PALE)
            return
        yield Rows(heads, map(row, self.told.rows(name)), widths, numbers, last=last)

    def verdict(self, outcome: str) -> str:
        """What became of a plan's date, as the app calls it."""
        said = self.t(f"due.outcome.{outcome}" if outcome in _OUTCOMES else f"report.verdict.{outcome}")
        return said[:1].upper() + said[1:]

    def hours(self, hours: float | None) -> str:
        return self.speech.worked(hours) if hours else figures.NONE

    def money(self, costs: Mapping[str, float] | None) -> str:
        return "\n".join(self.speech.money(cost, currency) for currency, cost in sorted((costs or {}).items())) or figures.NONE

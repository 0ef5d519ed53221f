"""Whether plans were kept, for an audit: the rate, what it is made of, and every date."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reportlab.platypus import Flowable, Spacer

from server.reports import figures
from server.reports.drawn import Tile, Tiles
from server.reports.periodical import Setter
from server.reports.streamed import Rows
from server.reports.typeset import PALE, Words, section
from shared_models.kpis.registry import KpiKey

COUNTED: Final = ("on_time", "late", "early", "missed", "skipped", "open")
LEFT_OUT: Final = ("out_of_service", "cancelled", "undecided")
SHOWN: Final = (
    (KpiKey.pm_compliance, ""), (KpiKey.lateness, "mean"), (KpiKey.lateness, "p90"), (KpiKey.pm_success, ""),
)  # fmt: skip


class Compliance(Setter):
    def story(self) -> Iterator[Flowable]:
        yield from self.opening()
        yield Tiles(list(self._tiles()))
        yield Words(self.t("kpi.pm_compliance.formula"), size=8.4, colour=PALE)
        yield from self._verdicts()
        yield from self._by_place()
        yield from self._dates()

    def _tiles(self) -> Iterator[Tile]:
        say, board = self.speech, self.board
        for key, variant in SHOWN:
            for figure in figures.of(board, key, variant):
                counted = figures.counted(say, figure, board.confidence) if figure.n else ""
                notes = self.t("report.tile_before", value=figures.before(say, figure)), counted
                yield Tile(figures.name(say, figure), figures.value(say, figure, board.confidence), notes)

    def _verdicts(self) -> Iterator[Flowable]:
        """What the rate divides, and what it leaves out."""
        say, t = self.speech, self.t
        found = {row["verdict"]: row["count"] for row in self.told.head["verdicts"]}
        due = sum(found.get(each, 0) for each in COUNTED)
        yield from section(t("report.compliance.verdicts"))
        yield Spacer(0, 4)
        rows = [
            (self.verdict(each), t(f"report.verdict.{each}.why"), say.number(found[each]), say.percent(found[each] / due))
            for each in COUNTED if each in found
        ]  # fmt: skip
        last = (t("report.compliance.due"), "", say.number(due), say.percent(1) if due else figures.NONE)
        heads = (t("report.compliance.verdict"), t("report.compliance.meaning"), t("report.compliance.dates"), t("report.share"))
        yield Rows(heads, rows, (40, 88, 22, 20), (2, 3), last=last)
        left = [(self.verdict(each), t(f"report.verdict.{each}.why"), say.number(found[each])) for each in LEFT_OUT if each in found]
        if left:
            yield Spacer(0, 8)
            yield Rows(
                (t("report.compliance.not_counted"), t("report.compliance.meaning"), t("report.compliance.dates")), left, (40, 88, 42), (2,)
            )

    def _by_place(self) -> Iterator[Flowable]:
        found, say, t = self.told.head["by_place"], self.speech, self.t
        if not found:
            return
        several = len(self.told.head["sites"]) > 1
        rows = [
            (
                " · ".join(filter(None, (row["site"] if several else "", row["line"] or t("report.no_line")))), say.number(row["due"]),
                say.number(row["on_time"]), say.percent(row["on_time"] / row["due"]) if row["due"] else figures.NONE,
            )
            for row in found
        ]  # fmt: skip
        due, on_time = (sum(row[name] for row in found) for name in ("due", "on_time"))
        last = (t("reports.total"), say.number(due), say.number(on_time), say.percent(on_time / due) if due else figures.NONE)
        heads = (t("report.place"), t("report.compliance.due"), self.verdict("on_time"), t("report.compliance.rate"))
        yield from section(t("report.by_place"))
        yield Rows(heads, rows, (86, 30, 30, 26), (1, 2, 3), last=last)

    def _dates(self) -> Iterator[Flowable]:
        t = self.t
        heads = (
            t("due.due"),
            t("report.compliance.plan"),
            t("report.machine"),
            t("report.done_at"),
            t("report.compliance.verdict"),
        )
        yield from self.listed("dates", heads, self._date, (25, 58, 45, 27, 33))

    def _date(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        say = self.speech
        tolerance = self.n("report.compliance.tolerance", int(row["tolerance"])) if row["tolerance"] else ""
        plan = (row["title"], row["number"] or "")
        verdict = (self.verdict(row["verdict"]), self.t("report.compliance.excluded") if row["verdict"] in LEFT_OUT else "")
        return (say.wall_day(row["due"]), tolerance), plan, (row["name"], row["code"]), say.wall(row["done_at"]) or figures.NONE, verdict

"""Maintenance of a period: its figures, what was done by type and place, and every machine, stop and job."""

from collections.abc import Iterator
from typing import Any

from reportlab.platypus import Flowable, Spacer

from server.reports import figures
from server.reports.drawn import Bar, Bars, Tile, Tiles, beside
from server.reports.periodical import Setter
from server.reports.streamed import Rows
from server.reports.typeset import section
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.kpis.registry import KpiKey

BARS = 6


class Maintenance(Setter):
    def story(self) -> Iterator[Flowable]:
        yield from self.opening()
        yield Tiles(list(tiles_of(self)))
        yield from self._drawn()
        yield from self._by_type()
        yield from self._by_place()
        yield from self.all_figures()
        yield from self._machines()
        yield from self._stops()
        yield from self._jobs()

    def _drawn(self) -> Iterator[Flowable]:
        say, t = self.speech, self.t
        worked = [row for row in self.told.head["by_type"] if row["hours"]]
        types = [Bar(t(f"domain.type.{row['name']}"), row["hours"], say.worked(row["hours"])) for row in worked]
        places = [row for row in self.told.head["by_place"] if row["down"]]
        longest = sorted(places, key=lambda row: -row["down"])[:BARS]
        down = [Bar(self._place(row, is_line_first=True), row["down"], say.worked(row["down"])) for row in longest]
        yield Spacer(0, 6)
        yield beside(Bars(t("report.work_by_type"), types, t("report.no_work")), Bars(t("report.down_by_place"), down, t("report.no_down")))

    def _by_type(self) -> Iterator[Flowable]:
        found, t = self.told.head["by_type"], self.t
        if not found:
            return
        jobs, hours = sum(row["jobs"] for row in found), sum(row["hours"] for row in found)
        named = [(t(f"domain.type.{row['name']}"), row["jobs"], row["hours"]) for row in found]
        rows = [
            (name, *self._jobs_and_share(done, jobs), *self._hours_and_share(worked, hours))
            for name, done, worked in (*named, (t("reports.total"), jobs, hours))
        ]
        heads = (t("report.type"), t("report.jobs_done"), t("report.share"), t("report.labour"), t("report.share"))
        yield from section(t("report.by_type"))
        *rows, total = rows
        yield Rows(heads, rows, (60, 30, 20, 34, 20), (1, 2, 3, 4), last=total)

    def _jobs_and_share(self, count: int, whole: int) -> tuple[str, str]:
        return self.speech.number(count), self.speech.percent(count / whole) if whole else figures.NONE

    def _hours_and_share(self, hours: float, whole: float) -> tuple[str, str]:
        return self.hours(hours), self.speech.percent(hours / whole) if whole else figures.NONE

    def _by_place(self) -> Iterator[Flowable]:
        found, say, t = self.told.head["by_place"], self.speech, self.t
        if not found:
            return
        rows = [
            (
                self._place(row), say.number(row["machines"]), self._share(row["availability"]), self.hours(row["down"]),
                self._count(row["failures"]), self._count(row["jobs"]), self.hours(row["labour"]),
            )
            for row in found
        ]  # fmt: skip
        total = {name: sum(row[name] for row in found) for name in ("machines", "seen", "down", "failures", "jobs", "labour")}
        share = (total["seen"] - total["down"]) / total["seen"] if total["seen"] else None
        last = (
            t("reports.total"), say.number(total["machines"]), self._share(share), self.hours(total["down"]),
            self._count(int(total["failures"])), self._count(int(total["jobs"])), self.hours(total["labour"]),
        )  # fmt: skip
        heads = (
            t("report.place"), t("report.machines"), t("report.availability"), t("report.down"), t("report.failures"),
            t("report.jobs_done"), t("report.labour"),
        )  # fmt: skip
        yield from section(t("report.by_place"))
        yield Rows(heads, rows, (54, 19, 25, 22, 24, 21, 24), (1, 2, 3, 4, 5, 6), last=last)

    def _place(self, row: Any, *, is_line_first: bool = False) -> str:
        own = row["line"] or self.t("report.no_line")
        named = [row["site"], own] if len(self.told.head["sites"]) > 1 else [own]
        return " · ".join(reversed(named) if is_line_first else named)

    def _share(self, share: float | None) -> str:
        return figures.NONE if share is None else self.speech.percent(share, figures.FINE)

    def _count(self, count: int) -> str:
        return self.speech.number(count) if count else figures.NONE

    def _machines(self) -> Iterator[Flowable]:
        t = self.t
        heads = (
            t("report.machine"), t("report.down"), t("report.availability"), t("report.failures"), t("report.mttr"), t("report.jobs_done"),
            t("report.labour"),
        )  # fmt: skip

        def row(machine: Any) -> tuple[Any, ...]:
            return (
                (machine["name"], machine["code"]), self.hours(machine["down"]), self._share(machine["availability"]),
                self._count(machine["failures"]), self.hours(machine["mttr"]), self._count(machine["jobs"]), self.hours(machine["labour"]),
            )  # fmt: skip

        yield from self.listed("machines", heads, row, (54, 22, 25, 24, 22, 21, 24), (1, 2, 3, 4, 5, 6))

    def _stops(self) -> Iterator[Flowable]:
        t, say = self.t, self.speech
        heads = (t("report.machine"), t("report.stopped_by"), t("report.began"), t("report.ended"), t("report.down"))

        def row(stop: Any) -> tuple[Any, ...]:
            kind = " · ".join((stop["number"], t(f"report.stop.{stop['stop_kind']}")))
            ended = say.wall(stop["ended"]) or t("report.still_down")
            return (stop["name"], stop["code"]), (stop["title"], kind), say.wall(stop["began"]), ended, self.hours(stop["hours"])

        yield from self.listed("stops", heads, row, (54, 66, 24, 24, 20), (4,))

    def _jobs(self) -> Iterator[Flowable]:
        t, say = self.t, self.speech
        heads = (t("report.done_at"), t("report.job"), t("report.machine"), t("report.labour"), t("report.cost"))

        def row(job: Any) -> tuple[Any, ...]:
            kind = " · ".join((job["number"], t(f"domain.type.{job['intervention_type']}")))
            done = say.wall(job["done_at"]) or self._state(job["status"])
            return done, (job["title"], kind), (job["name"], job["code"]), self.hours(job["hours"]), self.money(job["costs"])

        labour = sum(figure.denominator or 0 for figure in figures.of(self.board, KpiKey.preventive_share, "hours"))
        costs: dict[str, float] = {}
        for variant in ("labour", "parts"):
            for figure in figures.of(self.board, KpiKey.cost, variant):
                if figure.value:
                    costs[figure.currency] = costs.get(figure.currency, 0) + figure.value
        last = (t("reports.total"), "", "", self.hours(labour), self.money(costs))
        yield from self.listed("jobs", heads, row, (27, 62, 45, 26, 28), (3, 4), last)

    def _state(self, status: str) -> str:
        """Of one that was worked on, and is not done within these days."""
        done = InterventionStatus.completed
        return self.t("report.done_later") if status == done else self.t(f"domain.job.{status}")


def tiles_of(setter: Setter) -> Iterator[Tile]:
    """The figures that matter most, each in its first currency."""
    say, board = setter.speech, setter.board
    for key, variant in figures.HEADLINES:
        for figure in figures.of(board, key, variant)[:1]:
            counted = figures.counted(say, figure, board.confidence) if figure.n else ""
            notes = setter.t("report.tile_before", value=figures.before(say, figure)), counted
            yield Tile(figures.name(say, figure), figures.value(say, figure, board.confidence), notes)

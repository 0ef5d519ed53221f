"""The letter to management: two pages, what the period was like, what changed and whose doing that was.

Its sentences say facts that have been counted, and nothing else: where there is none, there is no sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from reportlab.platypus import Flowable, PageBreak, Spacer

from server.reports import figures
from server.reports.changes import Change, Share, changed
from server.reports.drawn import Column, Columns, Tiles, beside
from server.reports.maintenance import tiles_of
from server.reports.periodical import Setter
from server.reports.streamed import Rows
from server.reports.typeset import PALE, Words, section
from shared_models.kpis.registry import KpiKey
from shared_models.kpis.rows import Figure, Months

_A_MINUTE = 1 / 60
_A_CENT = 0.01
MONTHS = 12


class Letter(Setter):
    def story(self) -> Iterator[Flowable]:
        yield from self.opening()
        yield Tiles(list(tiles_of(self)))
        yield from self._essentials()
        yield from self._months()
        yield from self._stops()
        yield PageBreak()
        yield from self._longest()
        yield from self._costs()
        yield from self._preventive()
        yield Spacer(0, 8)
        yield Words(self.t("report.letter.opens"), size=8, colour=PALE)

    # --- in short

    def _essentials(self) -> Iterator[Flowable]:
        yield from section(self.t("report.letter.essentials"))
        said = [*self._availability(), *self._failures(), *self._cost(), *self._compliance()]
        yield Words("\n".join(f"•\u00a0{line}" for line in said or [self.t("report.letter.quiet")]), size=10)

    def _one(self, key: KpiKey, variant: str = "") -> Figure | None:
        found = figures.of(self.board, key, variant)
        return found[0] if found else None

    def _compared(self, key: KpiKey, variant: str = "") -> Iterator[str]:
        """The figure beside the one before it."""
        figure = self._one(key, variant)
        if figure is None or figure.value is None:
            return
        now, before = figures.amount(self.speech, figure, figure.value), figures.before(self.speech, figure)
        name = figures.name(self.speech, figure)
        if figure.before is None:
            yield self.t("report.letter.first", name=name, now=now)
        elif now == before:
            yield self.t("report.letter.same", name=name, now=now)
        else:
            is_up = figure.value > figure.before
            yield self.t("report.letter.up" if is_up else "report.letter.down", name=name, now=now, before=before)

    def _availability(self) -> Iterator[str]:
        yield from self._compared(KpiKey.availability)
        down = self._changed("down", "", _A_MINUTE)
        if down.now or down.before:
            yield self.t("report.letter.downtime", now=self.speech.worked(down.now), before=self.speech.worked(down.before))

    def _failures(self) -> Iterator[str]:
        mtbf = self._one(KpiKey.mtbf)
        if mtbf is not None and mtbf.n:
            yield self.n("report.letter.failures", mtbf.n)
        elif mtbf is not None and mtbf.numerator:
            yield self.t("report.letter.no_failures")

    def _cost(self) -> Iterator[str]:
        for figure in figures.of(self.board, KpiKey.cost, "total"):
            if figure.value is None:
                continue
            parts = self._parts_of_cost(figure.currency)
            now = self.speech.money(figure.value, figure.currency)
            known = figure.before is not None
            before = self.speech.money(figure.before or 0, figure.currency)
            yield self.t("report.letter.cost" if known else "report.letter.cost_first", now=now, before=before, parts=parts)

    def _parts_of_cost(self, currency: str) -> str:
        say = self.speech
        named = ((variant, each) for variant in ("downtime", "labour", "parts") for each in figures.of(self.board, KpiKey.cost, variant))
        return ", ".join(
            f"{self.t(f'report.variant.cost.{variant}')} {say.money(each.value, currency)}"
            for variant, each in named
            if each.value and each.currency == currency
        )

    def _compliance(self) -> Iterator[str]:
        figure = self._one(KpiKey.pm_compliance)
        if figure is None or figure.value is None or not figure.denominator:
            return
        share = figures.amount(self.speech, figure, figure.value)
        done, due = self.speech.counted(figure.numerator or 0, digits=0), self.speech.counted(figure.denominator, digits=0)
        yield self.t("report.letter.compliance", share=share, done=done, due=due)

    # --- the year

    def _months(self) -> Iterator[Flowable]:
        say, months = self.speech, Months.model_validate(self.told.head["months"]).months[-MONTHS:]

        def name(month: date) -> str:
            return str(format_date(month, "MMM", locale=say.lang))

        down = [Column(name(each.month), each.down, say.counted(each.down, digits=0)) for each in months]
        failures = [Column(name(each.month), each.failures, say.number(each.failures)) for each in months]
        yield Spacer(0, 10)
        yield beside(
            Columns(self.t("report.letter.down_by_month"), down, self.t("report.no_down")),
            Columns(self.t("report.letter.failures_by_month"), failures, self.t("report.letter.no_failures")),
        )

    # --- what changed, and why

    def _changed(self, what: str, currency: str, least: float) -> Change[str]:
        before, now = (
            {row["id"]: row["value"] for row in self.told.head[f"{what}_{when}"] if row.get("currency", "") == currency}
            for when in ("before", "now")
        )
        return changed(before, now, least=least)

    def _names(self, what: str) -> Mapping[str, tuple[str, str]]:
        return {row["id"]: (row["name"], row["code"]) for when in ("before", "now") for row in self.told.head[f"{what}_{when}"]}

    def _why(self, found: Change[str], names: Mapping[str, tuple[str, str]], amount: Any) -> Iterator[Flowable]:
        """By how much, and by whom most of it."""
        t = self.t
        if not found.shares:
            yield Words(t("report.letter.unchanged"))
            return
        is_up = found.change > 0
        said = t("report.letter.more" if is_up else "report.letter.less", amount=amount(abs(found.change)))
        if found.part is not None:
            part = self.speech.percent(found.part, 0)
            said = f"{said} {self.n('report.letter.part', len(found.shares), part=part)}"
        yield Words(said)
        yield Spacer(0, 5)
        heads = (t("report.machine"), t("report.before"), t("report.letter.now"), t("report.letter.change"))
        rows = [(names[share.of], *self._share(share, amount)) for share in found.shares]
        yield Rows(heads, rows, (80, 34, 34, 34), (1, 2, 3))

    def _share(self, share: Share[str], amount: Any) -> tuple[str, str, str]:
        sign = "+" if share.change > 0 else "−"
        before, now = (amount(value) if value else figures.NONE for value in (share.before, share.now))
        return before, now, f"{sign}{amount(abs(share.change))}"

    def _stops(self) -> Iterator[Flowable]:
        yield from section(self.t("report.letter.stops"))
        yield from self._why(self._changed("down", "", _A_MINUTE), self._names("down"), self.speech.worked)

    def _longest(self) -> Iterator[Flowable]:
        t, longest = self.t, self.told.head["longest"]
        yield from section(t("report.letter.longest"))
        if not longest:
            yield Words(t("report.none.stops"), colour=PALE)
            return
        heads = (t("report.machine"), t("report.stopped_by"), t("report.began"), t("report.down"))
        yield Rows(heads, [self._stop(stop) for stop in longest], (54, 80, 26, 24), (3,))

    def _stop(self, stop: Mapping[str, Any]) -> tuple[Any, ...]:
        t, say = self.t, self.speech
        why = " · ".join(filter(None, (stop["number"], t(f"report.stop.{stop['stop_kind']}"), stop["cause"])))
        lasted = self.hours(stop["hours"])
        down = (lasted, t("report.still_down")) if stop["is_down"] else lasted
        return (stop["name"], stop["code"]), (stop["title"], why), say.wall(stop["began"]), down

    def _costs(self) -> Iterator[Flowable]:
        rows: Sequence[Mapping[str, Any]] = [*self.told.head["cost_now"], *self.told.head["cost_before"]]
        for currency in sorted({row["currency"] for row in rows}):
            title = self.t("report.letter.costs")
            yield from section(title if len({row["currency"] for row in rows}) == 1 else f"{title} · {currency}")

            def money(amount: float, currency: str = currency) -> str:
                return self.speech.money(round(amount, 2), currency)

            yield from self._why(self._changed("cost", currency, _A_CENT), self._names("cost"), money)

    def _preventive(self) -> Iterator[Flowable]:
        t, missed = self.t, self.told.head["missed"]
        yield from section(t("report.letter.preventive"))
        figure = self._one(KpiKey.pm_compliance)
        said = [*self._compared(KpiKey.pm_compliance), *self._compared(KpiKey.preventive_share, "hours")]
        if figure is None or figure.value is None:
            said = [t("report.letter.nothing_due")]
        yield Words("\n".join(said))
        if not missed:
            return
        yield Spacer(0, 6)
        heads = (t("report.letter.not_on_time"), t("report.machine"), t("due.due"), t("report.letter.what_became"))
        rows = [(row["title"], (row["name"], row["code"]), self.speech.wall_day(row["due"]), self.verdict(_state(row))) for row in missed]
        yield Rows(heads, rows, (70, 58, 28, 28))


def _state(row: Mapping[str, Any]) -> str:
    """What became of a date."""
    if row["state"] == "done":
        return str(row["outcome"] or "on_time")
    return "missed" if row["state"] == "missed" else "open"

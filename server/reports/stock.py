"""The stock of a period: what it was worth before and after and why, what is low, and every movement."""

from collections.abc import Iterator, Mapping
from typing import Any

from reportlab.platypus import Flowable, Spacer

from server.reports import figures
from server.reports.drawn import Tile, Tiles
from server.reports.periodical import Setter
from server.reports.streamed import Rows
from server.reports.typeset import section
from shared_models.kpis.registry import KpiKey

Row = Mapping[str, Any]


class Stock(Setter):
    def story(self) -> Iterator[Flowable]:
        yield from self.opening()
        yield Tiles(list(self._tiles()), columns=3)
        for currency in self._currencies():
            yield from self._value(currency)
        yield from self._by_site()
        yield from self._low()
        yield from self._moved()

    def _of(self, name: str, currency: str) -> list[Row]:
        return [row for row in self.told.head[name] if row["currency"] == currency]

    def _currencies(self) -> list[str]:
        return sorted({row["currency"] for name in ("began", "by_kind", "by_site") for row in self.told.head[name]})

    def _tiles(self) -> Iterator[Tile]:
        say, t, currencies = self.speech, self.t, self._currencies()
        worth = [say.money(self._ended(currency), currency) for currency in currencies[:1]] or [figures.NONE]
        yield Tile(t("report.stock.worth"), worth[0], (t("report.stock.at_end"),))
        low = self.told.counts["low"]
        yield Tile(t("report.stock.low_parts"), say.number(low) if low else figures.NONE, (t("report.stock.today"),))
        for figure in figures.of(self.board, KpiKey.stock_turns)[:1]:
            before = t("report.tile_before", value=figures.before(say, figure))
            yield Tile(figures.name(say, figure), figures.value(say, figure, self.board.confidence), (before, t("report.stock.year")))

    def _ended(self, currency: str) -> float:
        return float(sum(row["value"] for name in ("began", "by_kind") for row in self._of(name, currency)))

    def _value(self, currency: str) -> Iterator[Flowable]:
        """From what was there before to what is there after, kind by kind."""
        t = self.t
        title = t("report.stock.value")
        yield from section(title if len(self._currencies()) == 1 else f"{title} · {currency}")
        yield Spacer(0, 4)
        began = sum(row["value"] for row in self._of("began", currency))
        rows = [(t("report.stock.began"), "", "", "", self._money(began, currency))]
        rows += [
            (
                t(f"domain.movement_type.{row['kind']}"), self.speech.number(row["count"]), self._money(row["came"], currency),
                self._money(row["went"], currency), self._money(row["value"], currency),
            )
            for row in self._of("by_kind", currency)
        ]  # fmt: skip
        last = (t("report.stock.ended"), "", "", "", self._money(self._ended(currency), currency))
        heads = (t("report.stock.kind"), t("report.stock.movements"), t("report.stock.came"), t("report.stock.went"), t("report.value"))
        yield Rows(heads, rows, (60, 28, 34, 34, 36), (1, 2, 3, 4), last=last)

    def _money(self, amount: float, currency: str) -> str:
        return self.speech.money(round(amount, 2) + 0.0, currency) if abs(amount) >= 0.005 else figures.NONE  # noqa: PLR2004 - a cent

    def _by_site(self) -> Iterator[Flowable]:
        if len(self.told.head["sites"]) < 2:  # noqa: PLR2004 - nothing to tell apart
            return
        rows = [(row["site"], self._money(row["value"], row["currency"])) for row in self.told.head["by_site"]]
        if rows:
            yield from section(self.t("report.stock.by_site"))
            yield Rows((self.t("reports.place"), self.t("report.stock.ended")), rows, (120, 54), (1,))

    def _low(self) -> Iterator[Flowable]:
        t, several = self.t, len(self.told.head["sites"]) > 1
        heads = (
            t("reports.part"),
            t("report.stock.on_hand"),
            t("report.stock.minimum"),
            t("report.stock.on_order"),
            t("report.stock.since"),
        )

        def row(part: Row) -> tuple[Any, ...]:
            said = [self.speech.number(part[name] or 0, part["unit"]) for name in ("on_hand", "minimum", "on_order")]
            below = " · ".join(filter(None, (part["part_number"], part["site"] if several else "")))
            return (part["name"], below), *said, self.speech.wall_day(part["low_since"])

        yield from self.listed("low", heads, row, (80, 24, 24, 26, 32), (1, 2, 3))

    def _moved(self) -> Iterator[Flowable]:
        t, say = self.t, self.speech
        heads = (t("report.stock.when"), t("report.stock.kind"), t("reports.part"), t("reports.quantity"), t("report.value"))

        def row(moved: Row) -> tuple[Any, ...]:
            why = " · ".join(filter(None, (moved["reference"], moved["who"])))
            quantity = say.number(moved["quantity"], moved["unit"])
            kind = t(f"domain.movement_type.{moved['kind']}")
            return (
                say.wall(moved["at"]),
                (kind, why),
                (moved["name"], moved["part_number"]),
                quantity,
                self._money(moved["amount"], moved["currency"]),
            )

        yield from self.listed("moved", heads, row, (26, 52, 62, 24, 28), (3, 4))

"""The pages of figures without a network: what was known last, as of when; what was never known is said."""

from datetime import date, timedelta
from typing import Any

import pytest

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.ui import environment
from shared_models.ids import uuid7
from shared_models.kpis.registry import KPIS, KpiKey, LeftOut
from shared_models.kpis.rows import Bar, Board, Chart, Charts, Figure, KpiEvent, MonthFigures, Months, Omitted, Proof
from tests.mobile_app.core.rows import AT
from tests.mobile_app.features.test_whose_machine import SITE, client, show
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
DAYS: dict[str, Any] = {"period": "month", "since": date(2026, 11, 1), "until": date(2026, 11, 30), "as_of": AT - timedelta(hours=3)}


def figures() -> list[Figure]:
    """Of each one, the last without a value."""
    ways = [(kpi, variant) for kpi in KPIS.values() for variant in kpi.variants]
    return [
        Figure(
            key=kpi.key, variant=variant, currency="EUR" if variant in kpi.per_currency else "", unit=kpi.unit, better=kpi.better,
            value=None if kpi.key is KpiKey.stock_turns else 0.8, before=0.7, n=9, numerator=8, denominator=10,
            because="no_stock" if kpi.key is KpiKey.stock_turns else None,
        )
        for kpi, variant in ways
    ]  # fmt: skip


async def keep(client: Client) -> None:
    """As if it had been looked at three hours ago."""
    machine = next(row for row in client.equipment.rows.values() if row.site_id == SITE)
    board = Board(**DAYS, before_since=date(2026, 10, 1), before_until=date(2026, 10, 31), confidence=0.9, figures=figures())
    mtbf = next(figure for figure in board.figures if figure.key is KpiKey.mtbf)
    about = {"equipment_id": machine.id, "equipment_code": machine.code, "equipment_name": machine.name, "began": AT, "ended": AT}
    events = [
        KpiEvent(kind=kind, id=uuid7(), job_id=uuid7(), label=label, numerator=0, denominator=1, left_out=left_out, **about)
        for kind, label, left_out in (("failure", "INT-7 · Courroie", None), ("stop", "INT-8 · Coupure", LeftOut.not_a_failure))
    ]
    proof = Proof(
        **DAYS, confidence=0.9, name="", formula="", standard="", figure=mtbf, figures=[mtbf], events=events, total=2,
        omitted=[Omitted(reason=LeftOut.not_a_failure, count=1)],
    )  # fmt: skip
    month = MonthFigures(month=date(2026, 11, 1), machines=1, seen=600, down=6, failures=2, restored=2, availability=0.99, mtbf=297, mttr=3)
    bars = [Bar(id=machine.id, label=machine.name, value=6, count=2)]
    charts = Charts(**DAYS, charts=[Chart(key="downtime", unit="hours", bars=bars, total=1, whole=6)])
    months = Months(since=date(2025, 12, 1), until=date(2026, 11, 30), as_of=AT, months=[month])
    answers = {"kpis": board, "kpis/mtbf": proof, "months": months, "charts": charts}
    for path, answer in answers.items():
        await client.kept.keep(f"/dashboard/{path}?period=month", answer.model_dump(mode="json"), AT)


async def test_without_a_network_the_last_figures_stand_with_their_time(screen: Screen, client: Client) -> None:
    await keep(client)
    environment.install(screen.page)
    said = await show(screen, client, "/kpis")
    assert any(text.startswith("Derniers chiffres connus") for text in said)
    assert t("kpi.because.no_stock") in said
    said = await show(screen, client, "/kpis/mtbf")
    assert {"INT-7 · Courroie", t("kpi.left_out.not_a_failure"), t("kpi.mtbf.formula")} <= set(said)


@pytest.mark.parametrize("address", ["/kpis?period=week", "/kpis/cost"])
async def test_what_was_never_known_is_said_plainly(screen: Screen, client: Client, address: str) -> None:
    await keep(client)
    environment.install(screen.page)
    assert t("kpis.never_seen") in await show(screen, client, address)


async def test_figures_of_other_sites_than_those_of_today_are_not_shown(screen: Screen, client: Client) -> None:
    await keep(client)
    assert client._store
    await client._store.set("scope", '["another"]')
    environment.install(screen.page)
    assert t("kpis.never_seen") in await show(screen, client, "/kpis")

"""What the figures lead to, in a real Flet session, from what was known last."""

from datetime import date, timedelta
from typing import Any

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.ui import environment
from shared_models.ids import uuid7
from shared_models.interventions.rows import StopKind
from shared_models.kpis.waiting import Breakdown, TimedPhase, WaitedFor, Waiting
from shared_models.kpis.worst import BadActor, Worst
from shared_models.kpis.worth import Amount, PlansWorth, PlanWorth
from tests.mobile_app.core.rows import AT, job
from tests.mobile_app.features.test_whose_machine import SITE, client, show
from tests.mobile_app.ui.conftest import Screen, screen

__all__ = ["client", "screen"]  # fixtures
DAYS: dict[str, Any] = {"since": date(2026, 11, 1), "until": date(2026, 11, 30), "as_of": AT - timedelta(hours=3)}
PAGES: dict[str, Any] = {"page": 1, "size": 50}


async def keep(client: Client, path: str, answer: Any) -> None:
    await client.kept.keep(path, answer.model_dump(mode="json"), AT)


async def test_the_machines_that_weigh_most_say_where_they_lie_and_whether_it_gets_worse(screen: Screen, client: Client) -> None:
    machine = next(row for row in client.equipment.rows.values() if row.site_id == SITE)
    actor = BadActor(
        id=machine.id, code=machine.code, name=machine.name, site_id=SITE, value=48, until=48, stops=5, failures=5, down=48, mttr=9.6,
        jobs=5, repeats=2, repeat_rate=0.4, cost=480, trend=2.4, knife="acute_chronic",
    )  # fmt: skip
    worst = Worst(
        period="month", **DAYS, **PAGES, by="downtime", currency="EUR", mean_failures=3, mean_mttr=4, amount=48, machines=[actor], total=1
    )
    await keep(client, "/dashboard/worst?period=month", worst)
    environment.install(screen.page)
    said = await show(screen, client, "/kpis/worst")
    assert {t("kpis.knife.acute_chronic"), t("kpi.closer", u="2,4"), t("kpis.jack_knife")} <= set(said)


async def test_a_periods_waiting_says_what_is_not_known(screen: Screen, client: Client) -> None:
    broken = Breakdown(
        id=uuid7(), number="INT-7", title="Courroie", equipment_id=uuid7(), equipment_code="P-1", equipment_name="Presse", known={},
        unknown=["seen"], phases=[TimedPhase(until="arrived", hours=3, unknown=["seen"])], hours=3,
    )  # fmt: skip
    phases = [WaitedFor(until="arrived", is_work=False, hours=3, count=2, unclear=1)]
    await keep(client, "/dashboard/waiting?period=month", Waiting(period="month", **DAYS, phases=phases, breakdowns=[broken], total=1))
    environment.install(screen.page)
    said = await show(screen, client, "/kpis/waiting")
    assert t("kpis.unclear", phase=t("kpis.phase.arrived"), count="1", of="2") in said


async def test_plans_are_said_to_be_worth_what_their_figures_say(screen: Screen, client: Client) -> None:
    worth = PlanWorth(
        id=uuid7(), title="Graissage", equipment_id=uuid7(), equipment_code="P-1", equipment_name="Presse", days=7, visits=12, finding=0,
        findings=0, judged=12, failed=0, failures=0, hours=6, costs=[Amount(currency="EUR", value=276)], finding_at_most=0.17,
        failed_at_least=0, failed_at_most=0.17, suggestion="longer",
    )  # fmt: skip
    await keep(client, "/dashboard/plans?period=rolling", PlansWorth(period="rolling", **DAYS, **PAGES, plans=[worth], total=1))
    environment.install(screen.page)
    said = await show(screen, client, "/kpis/plans")
    assert said.count(t("kpi.suggestion.longer")) == 2  # on the filter, and on the plan
    assert "Graissage" in said


async def test_a_jobs_page_says_where_its_time_went_and_invents_nothing(screen: Screen, client: Client) -> None:
    machine = next(row for row in client.equipment.rows.values() if row.site_id == SITE)
    told = {"stop_kind": StopKind.failure, "stopped_at": AT - timedelta(hours=5), "restarted_at": AT - timedelta(hours=1)}
    row = job(machine, "Courroie").model_copy(update=told)
    client.interventions.rows[row.id] = row
    environment.install(screen.page)
    said = await show(screen, client, f"/jobs/{row.id}")
    assert {t("kpis.where_time_went"), t("kpis.phase.restarted")} <= set(said)
    assert any(text.startswith("Pas connu : ") and t("kpis.moment.seen") in text for text in said)

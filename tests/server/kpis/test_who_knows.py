"""Who is told what work costs: of a job that one person did, it says what an hour of theirs is paid."""

import pytest

from shared_models.kpis.registry import OF_COSTS
from shared_models.kpis.rows import Board, Charts
from shared_models.kpis.worst import Worst
from shared_models.kpis.worth import PlansWorth
from tests.server.kpis.history import KPIS, date, machine, plan, rows, stop, utc, worked
from tests.server.machines import API, code_of, make_site
from tests.server.support import make_person

NOVEMBER = {"period": "custom", "since": "2025-11-01", "until": "2025-11-30"}


@pytest.fixture
async def site(session):
    site = await make_site(session, time_zone="UTC", labour_rate=40)
    mate, one = await make_person(session, sites=[site.id]), await machine(session, site.id, hourly_downtime_cost=10)
    failure = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T10:00"))
    await worked(session, failure, mate.id, utc("2025-11-10T08:00"), 2)
    visit = await stop(session, one, utc("2025-11-12T08:00"), utc("2025-11-12T09:00"), "planned")
    await worked(session, visit, mate.id, utc("2025-11-12T08:00"), 1)
    await date(session, await plan(session, one), utc("2025-11-12"), "done", "on_time", intervention_id=visit.id)
    return site


async def told(client) -> tuple[bool, ...]:
    """Whether costs are among the figures, what weighs most, the worst machines and the plans."""
    pages = ("kpis", "charts", "worst", "plans")
    board, charts, worst, plans = [(await client.get(f"{API}/dashboard/{page}", params=NOVEMBER)).json() for page in pages]
    return (
        any((each.key, each.variant) in OF_COSTS for each in Board.model_validate(board).figures),
        any(each.key == "cost" for each in Charts.model_validate(charts).charts),
        any(each.cost is not None for each in Worst.model_validate(worst).machines),
        any(each.costs for each in PlansWorth.model_validate(plans).plans),
    )


async def test_what_work_costs_is_told_to_who_may_ask_for_reports(client_as, site):
    lead, mate = [await client_as(role, sites=[site.id]) for role in ("supervisor", "technician")]
    assert await told(lead) == (True,) * 4
    assert await told(mate) == (False,) * 4
    for key, variant in sorted(OF_COSTS):
        for address in (f"{KPIS}/{key}", f"{KPIS}/{key}/export.csv"):
            asked = NOVEMBER | {"variant": variant}
            assert (await lead.get(address, params=asked)).status_code == 200
            assert code_of(await mate.get(address, params=asked)) == (403, "forbidden")
    for address in ("worst", "worst/export.csv", "worst/export.xlsx"):
        assert code_of(await mate.get(f"{API}/dashboard/{address}", params=NOVEMBER | {"by": "cost"})) == (403, "forbidden")
    for client, (worst, paid) in ((lead, (("150.0", "EUR"), {"Cost, EUR": "40.0"})), (mate, (("", ""), {}))):
        [row] = await rows(client, "worst", **NOVEMBER)
        assert (row["Cost"], row["Currency"]) == worst
        [row] = await rows(client, "plans", **NOVEMBER)
        assert {title: value for title, value in row.items() if "Cost" in title} == paid


async def test_work_of_which_nobody_knows_the_price_has_not_cost_nothing(client_as, session):
    site = await make_site(session, time_zone="UTC")
    lead, one = await client_as("supervisor", sites=[site.id]), await machine(session, site.id, replacement_value=1000)
    idle = (await lead.get(f"{KPIS}/cost_to_value", params=NOVEMBER)).json()["figure"]
    assert (idle["value"], idle["because"]) == (0, None)
    failure = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T10:00"))
    await worked(session, failure, lead.user.id, utc("2025-11-10T08:00"), 2)
    unpriced = (await lead.get(f"{KPIS}/cost_to_value", params=NOVEMBER)).json()["figure"]
    assert (unpriced["value"], unpriced["because"], unpriced["left_out"]) == (None, "no_rates", 1)

"""Machines that take most, what breakdowns wait for, and whether plans are worth what they take."""

from datetime import timedelta

import pytest

from server.interventions.models import Intervention
from shared_models.kpis.waiting import Breakdown, Waiting
from shared_models.kpis.worst import Worst
from shared_models.kpis.worth import PlansWorth
from tests.server.kpis.history import DASHBOARD, date, job, machine, mates, plan, rows, stop, utc, worked
from tests.server.machines import make_site

YEAR = {"period": "custom", "since": "2025-01-01", "until": "2025-12-31"}
DAY = timedelta(days=1)


@pytest.fixture
async def site(session):
    return await make_site(session, time_zone="UTC")


@pytest.fixture
async def reader(client_as, site):
    return await client_as("supervisor", sites=[site.id])


async def read(client, path, model, **query):
    answer = await client.get(f"{DASHBOARD}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return model.model_validate(answer.json())


async def test_the_worst_machines_by_what_they_take_and_nothing_of_another_site(reader, site, session, client_as):
    elsewhere = await make_site(session, time_zone="UTC")
    often, long, other = [await machine(session, place.id, hourly_downtime_cost=10) for place in (site, site, elsewhere)]
    for day in range(5):
        await stop(session, often, utc("2025-11-01") + day * DAY, utc("2025-11-01T01:00") + day * DAY)
    await stop(session, long, utc("2025-03-01"), utc("2025-03-03"))
    await stop(session, other, utc("2025-03-01"), utc("2025-06-01"))
    await machine(session, site.id)
    down = await read(reader, "worst", Worst, **YEAR)
    assert [(each.id, each.value, each.until, each.knife) for each in down.machines] == [
        (long.id, 48, 48, "acute"), (often.id, 5, 53, "chronic"),
    ]  # fmt: skip
    assert (down.total, down.amount, down.mean_failures, down.mean_mttr) == (2, 53, 3, pytest.approx(53 / 6))
    failures = await read(reader, "worst", Worst, by="failures", **YEAR)
    assert [(each.id, each.value, each.trend is not None) for each in failures.machines] == [(often.id, 5, True), (long.id, 1, False)]
    costs = await read(reader, "worst", Worst, by="cost", size=1, **YEAR)
    assert ([each.cost for each in costs.machines], costs.currency, costs.total, costs.amount) == ([480], "EUR", 2, 530)
    assert [float(row["Hours down"]) for row in await rows(reader, "worst", **YEAR)] == [48, 5]
    everything = await read(await client_as("admin"), "worst", Worst, **YEAR)
    assert (everything.total, everything.machines[0].id) == (3, other.id)


async def test_a_breakdown_is_split_by_the_moments_that_are_known(reader, site, session, client_as):
    one, mate = await machine(session, site.id), (await mates(session, site))[0]
    mended = await stop(
        session, one, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"), reported_at=utc("2025-11-10T08:30"),
        actual_start=utc("2025-11-10T10:00"), validated_at=utc("2025-11-11T14:00"),
    )  # fmt: skip
    await worked(session, mended, mate, utc("2025-11-10T10:00"), 2.5)
    bare = await stop(session, one, utc("2025-11-20"), utc("2025-11-20T02:00"))
    found = await read(reader, "waiting", Waiting, **YEAR)
    assert [(each.until, each.hours, each.count, each.unclear, each.is_work) for each in found.phases] == [
        ("validated", 24, 1, 0, False), ("restarted", 3.5, 2, 1, False), ("repaired", 2.5, 1, 0, True), ("arrived", 1.5, 1, 1, False),
        ("reported", 0.5, 1, 0, False),
    ]  # fmt: skip
    assert [each.id for each in found.breakdowns] == [mended.id, bare.id]
    alone = await read(reader, f"waiting/{bare.id}", Breakdown)
    assert (set(alone.known), set(alone.unknown)) == ({"stopped", "restarted"}, {"reported", "seen", "arrived", "repaired", "validated"})
    assert [(row["Seen"], bool(row["Stop"])) for row in await rows(reader, "waiting", **YEAR)] == [("", True), ("", True)]
    stranger = await client_as("supervisor", sites=[(await make_site(session)).id])
    assert (await stranger.get(f"{DASHBOARD}/waiting/{bare.id}")).status_code == 404
    assert (await read(stranger, "waiting", Waiting, **YEAR)).total == 0


async def test_plans_say_what_they_find_and_what_fails_between_their_visits(reader, site, session, client_as):
    async def visited(of, days, found: bool) -> None:
        made = await plan(session, of, frequency_type="weekly")
        for number in range(12):
            at = utc("2025-03-03") + timedelta(days=7 * number)
            visit = await job(session, of, stop_kind=None, actual_end=at, scheduled_maintenance_id=made.id)
            await date(session, made, at, "done", "on_time", intervention_id=visit.id)
            if found:
                session.add(Intervention(number=f"F-{visit.number}", site_id=site.id, equipment_id=of.id, intervention_type="corrective",
                                         title="Usure", found_in=visit.id))  # fmt: skip
            if number < days:
                await stop(session, of, at + 2 * DAY, at + 2.5 * DAY)
        plans.append(made.id)

    plans: list = []
    for failures, found in ((0, False), (8, True), (8, False), (1, True)):
        await visited(await machine(session, site.id), failures, found)
    worth = await read(reader, "plans", PlansWorth, **YEAR)
    said = {each.id: each.suggestion for each in worth.plans}
    assert [said[each] for each in plans] == ["longer", "shorter", "drop", "keep"]
    figures = next(each for each in worth.plans if each.id == plans[1])
    assert (figures.visits, figures.finding, figures.judged, figures.failed, figures.failures) == (12, 12, 12, 8, 8)
    assert (await read(reader, "plans", PlansWorth, plan_id=plans[2], **YEAR)).plans[0].suggestion == "drop"
    assert [each.id for each in (await read(reader, "plans", PlansWorth, suggestion="longer", **YEAR)).plans] == plans[:1]
    assert len(await rows(reader, "plans", **YEAR)) == 4
    stranger = await client_as("supervisor", sites=[(await make_site(session)).id])
    assert (await read(stranger, "plans", PlansWorth, **YEAR)).total == 0
    assert (await stranger.get(f"{DASHBOARD}/plans", params={"plan_id": str(plans[0])})).status_code == 404

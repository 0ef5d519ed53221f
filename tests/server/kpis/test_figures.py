"""The figures over the API: the definitions' own values, and that each opens to what it is made of."""

from datetime import datetime, timedelta

import pytest

from shared_models.ids import uuid7
from shared_models.kpis.registry import KPIS
from shared_models.kpis.rows import Board, Charts, Figure, Proof, Report
from tests.server.kpis.history import KPIS as ADDRESS
from tests.server.kpis.history import date, hours_meter, job, machine, mates, plan, stop, utc, worked
from tests.server.machines import make_site

NOVEMBER = {"period": "custom", "since": "2025-11-01", "until": "2025-11-30"}
CHARTS = "/api/v1/dashboard/charts"
YEAR = {"period": "custom", "since": "2025-01-01", "until": "2025-12-31"}


@pytest.fixture
async def site(session):
    return await make_site(session, time_zone="UTC")


@pytest.fixture
async def reader(client_as, site):
    return await client_as("supervisor", sites=[site.id])


async def board(client, **query):
    answer = await client.get(ADDRESS, params=query)
    assert answer.status_code == 200, answer.text
    return Board.model_validate(answer.json())


async def opened(client, key, **query) -> Proof:
    answer = await client.get(f"{ADDRESS}/{key}", params=query)
    assert answer.status_code == 200, answer.text
    return Proof.model_validate(answer.json())


def figure(of: Board, key: str, variant: str = "") -> Figure:
    return next(each for each in of.figures if (each.key, each.variant) == (key, variant))


class TestWithoutParameters:
    async def test_every_address_answers_for_an_empty_plant(self, reader):
        found = await board(reader)
        assert {each.key for each in found.figures} == set(KPIS)
        assert all(each.value is None and each.because for each in found.figures)
        Charts.model_validate((await reader.get(CHARTS)).json())
        Report.model_validate((await reader.get("/api/v1/reports/maintenance")).json())

    async def test_each_figure_opens(self, reader, site, session):
        await machine(session, site.id)
        for kpi in KPIS.values():
            for variant in kpi.variants:
                found = await opened(reader, kpi.key, variant=variant)
                assert found.formula
                assert not found.formula.startswith("kpi.")


class TestCharts:
    async def test_bars_say_whose_they_are_the_longest_first(self, reader, site, session):
        machines = [await machine(session, site.id) for _ in range(14)]
        for hours, one in enumerate(machines, 1):
            await stop(session, one, utc("2025-03-03"), utc("2025-03-03") + timedelta(hours=hours))
        await stop(session, machines[-1], utc("2025-04-01"), utc("2025-04-01T05:00"), "planned")
        found = {each.key: each for each in Charts.model_validate((await reader.get(CHARTS, params=YEAR)).json()).charts}
        names = {one.id: f"{one.code} · {one.name}" for one in machines}
        for key, longest in (("downtime", 19), ("restoring", 14)):
            bars = found[key].bars
            assert [bar.id for bar in bars] == [one.id for one in reversed(machines)][:12]
            assert [bar.label for bar in bars] == [names[bar.id] for bar in bars]
            assert [bar.value for bar in bars] == pytest.approx([longest, *range(13, 2, -1)])
            assert found[key].total == 14
        assert {bar.label for bar in found["failures"].bars} <= {*names.values()}
        assert [(bar.id, bar.label) for bar in found["downtime_by_kind"].bars] == [(None, "failure"), (None, "planned")]


class TestReliability:
    async def test_the_worked_example(self, reader, site, session):
        one = await machine(session, site.id)
        first = await stop(session, one, utc("2025-01-06"), utc("2025-01-07"))
        second = await stop(session, one, utc("2025-10-28"), utc("2025-10-30"))
        found = await opened(reader, "mtbf", **YEAR)
        assert found.figure.value == pytest.approx(181 * 24)
        assert (found.figure.n, found.figure.is_estimated) == (2, True)
        assert {event.id for event in found.events if event.kind == "failure"} == {first.id, second.id}
        assert sum(event.numerator for event in found.events) / sum(event.denominator for event in found.events) == pytest.approx(181 * 24)

    async def test_november(self, reader, site, session):
        one = await machine(session, site.id)
        await stop(session, one, utc("2025-11-29"), utc("2025-12-01"))
        await stop(session, one, utc("2025-11-30T12:00"), utc("2025-11-30T16:00"))
        found = figure(await board(reader, **NOVEMBER), "availability")
        assert found.value == pytest.approx(1 - 48 / 720)
        assert found.numerator == pytest.approx(672)

    async def test_one_day_and_repairs_of_one_day(self, reader, site, session):
        one, other = await machine(session, site.id), await machine(session, site.id)
        await stop(session, one, utc("2025-11-10T00:00"), utc("2025-11-10T15:00"))
        await stop(session, one, utc("2025-11-10T00:10"), utc("2025-11-10T14:00"))
        await stop(session, other, utc("2025-11-12T08:00"), utc("2025-11-12T08:35"))
        await stop(session, other, utc("2025-11-12T10:00"), utc("2025-11-12T11:35"))
        day = {"period": "custom", "since": "2025-11-10", "until": "2025-11-10"}
        assert figure(await board(reader, **day, equipment_id=one.id), "availability").value == 0.375
        assert figure(await board(reader, **NOVEMBER, equipment_id=other.id), "mttr").value == pytest.approx(65 / 60)

    async def test_no_failure_says_what_can_be_said_at_least(self, reader, site, session):
        """Two thousand hours: no zero, no infinity."""
        await machine(session, site.id, created_at=utc("2025-11-30") - timedelta(hours=2000))
        found = figure(await board(reader, period="custom", since="2025-01-01", until="2025-11-29"), "mtbf")
        assert (found.value, found.because, found.n, int(found.bound or 0)) == (None, "no_failures", 0, 868)

    async def test_what_is_left_out_says_why(self, reader, site, session):
        one = await machine(session, site.id)
        await stop(session, one, utc("2025-10-31T20:00"), utc("2025-11-01T02:00"))
        await stop(session, one, utc("2025-11-03"), utc("2025-11-04"), "planned")
        await stop(session, one, utc("2025-11-05"), utc("2025-11-06"), status="cancelled")
        await stop(session, one, utc("2025-11-07"), utc("2025-11-07T06:00"))
        await stop(session, one, utc("2025-11-30T22:00"), None)
        mtbf, mttr = await opened(reader, "mtbf", **NOVEMBER), await opened(reader, "mttr", **NOVEMBER)
        assert {each.reason: each.count for each in mtbf.omitted} == {"began_before": 1, "not_a_failure": 1, "cancelled": 1}
        assert (mtbf.figure.n, mtbf.figure.numerator) == (2, pytest.approx(720 - 2 - 24 - 6 - 2))
        assert {each.reason: each.count for each in mttr.omitted} == {"unfinished": 1, "not_a_failure": 1, "cancelled": 1}
        assert mttr.figure.value == pytest.approx((2 + 6) / 2)

    async def test_several_machines_are_sums_over_sums_and_a_meter_tells_what_ran(self, reader, site, session):
        one, other = await machine(session, site.id), await machine(session, site.id)
        await stop(session, one, utc("2025-11-10"), utc("2025-11-11"))
        await hours_meter(
            session, other, (utc("2025-10-20"), 1000), (utc("2025-11-11"), 1220), (utc("2025-12-01"), 1420), reset=utc("2025-11-11")
        )
        found = await opened(reader, "mtbf", **NOVEMBER)
        assert found.figure.value == pytest.approx(720 - 24 + 300)
        alone = (await opened(reader, "mtbf", **NOVEMBER, equipment_id=other.id)).figure
        assert (alone.numerator, alone.is_estimated) == (pytest.approx(300), False)

    async def test_days_are_the_sites_own(self, reader, client_as, session):
        """The day on which clocks go back has twenty-five hours."""
        paris = await make_site(session, time_zone="Europe/Paris")
        there = await client_as("supervisor", sites=[paris.id])
        one = await machine(session, paris.id)
        await stop(session, one, utc("2025-10-25T22:00"), utc("2025-10-26T11:30"))
        found = figure(await board(there, period="custom", since="2025-10-26", until="2025-10-26"), "availability")
        assert (found.denominator, found.value) == (25, pytest.approx(11.5 / 25))
        spring = figure(await board(there, period="custom", since="2025-03-30", until="2025-03-30"), "availability")
        assert (spring.denominator, spring.value) == (23, 1)

    async def test_repairs_count_once_whoever_works_beside_and_the_rest_is_waiting(self, reader, site, session):
        one = await machine(session, site.id)
        failure = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"))
        await worked(session, failure, reader.user.id, utc("2025-11-10T10:00"), 2)
        mate = (await mates(session, site))[0]
        await worked(session, failure, mate, utc("2025-11-10T11:00"), 2)
        found = await board(reader, **NOVEMBER)
        assert (figure(found, "mttr").value, figure(found, "mrt").value) == (6, 3)
        assert figure(found, "availability_inherent").value == pytest.approx(714 / 717)


class TestOthers:
    async def test_a_component_is_not_its_line_but_stops_it_where_it_says_so(self, reader, site, session):
        line = await machine(session, site.id)
        motor = await machine(session, site.id, parent_id=line.id, stops_parent=True)
        bearing = await machine(session, site.id, parent_id=motor.id, stops_parent=True)
        lamp = await machine(session, site.id, parent_id=line.id)
        await stop(session, line, utc("2025-11-10T00:00"), utc("2025-11-10T10:00"))
        await stop(session, bearing, utc("2025-11-10T08:00"), utc("2025-11-10T12:00"))
        await stop(session, lamp, utc("2025-11-20"), utc("2025-11-29"))
        above, between = [figure(await board(reader, **NOVEMBER, equipment_id=of.id), "availability") for of in (line, motor)]
        assert (above.numerator, between.numerator) == (pytest.approx(720 - 12), pytest.approx(720 - 4))

    async def test_only_time_in_which_it_was_to_run_counts_while_required(self, reader, site, session):
        one = await machine(session, site.id)
        await stop(session, one, utc("2025-11-10T10:00"), utc("2025-11-10T20:00"))
        assert figure(await board(reader, **NOVEMBER), "availability_required").because == "no_calendar"
        days = [{"name": "Jour", "weekdays": [0, 1, 2, 3, 4], "begins": "06:00", "ends": "14:00"}]
        site.shifts, site.holidays = days, [{"day": "2025-11-11", "name": "Armistice"}]
        await session.commit()
        found = figure(await board(reader, **NOVEMBER), "availability_required")
        assert (found.denominator, found.value) == (19 * 8, pytest.approx(1 - 4 / 152))

    async def test_work_keeps_the_rate_of_its_day_and_what_has_none_is_left_out(self, reader, client_as, site, session):
        one = await machine(session, site.id)
        mended = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"))
        await worked(session, mended, reader.user.id, utc("2025-11-10T06:00"), 1)
        admin = await client_as("admin")
        for rate, at in (("40", "2025-11-10T08:00"), ("60", "2025-11-10T12:00")):
            read = (await admin.get(f"/api/v1/sites/{site.id}")).json()
            told = {"version": read["version"], "labour_rate": rate, "currency": "CHF"}
            assert (await admin.patch(f"/api/v1/sites/{site.id}", json=told)).json()["labour_rate"] == rate
            await worked(session, mended, reader.user.id, utc(at), 2)
        found = await board(reader, **NOVEMBER)
        labour = figure(found, "cost", "labour")
        assert (labour.value, labour.currency, labour.n, labour.left_out) == (200, "CHF", 2, 1)
        assert figure(found, "preventive_share", "cost").value == 0


class TestWork:
    async def test_hours_are_each_persons_own_once(self, reader, site, session):
        one = await machine(session, site.id)
        mended = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"))
        greased = await job(session, one, stop_kind=None, intervention_type="predictive", actual_end=utc("2025-11-11"))
        mate = (await mates(session, site))[0]
        for person in (reader.user.id, mate):
            await worked(session, mended, person, utc("2025-11-10T08:00"), 2)
        await worked(session, greased, mate, utc("2025-11-10T12:00"), 1)
        await worked(session, mended, mate, utc("2025-11-10T12:00"), 1)
        found = await board(reader, **NOVEMBER)
        hours = figure(found, "preventive_share", "hours")
        assert hours.denominator == 5
        assert figure(found, "preventive_share", "count").value == 0.5
        told = await opened(reader, "preventive_share", variant="hours", **NOVEMBER)
        assert {event.job_id for event in told.events} == {mended.id, greased.id}

    async def test_a_crew_has_the_hours_of_its_technicians(self, reader, client_as, site, session):
        """Thirty-five a week, whoever of them works on what; somebody who leads brings none, and who serves elsewhere is nobody here."""
        one, elsewhere = await machine(session, site.id), await make_site(session, time_zone="UTC")
        for person in (await mates(session, site) + await mates(session, site), [reader.user.id]):
            mended = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"))
            await worked(session, mended, person[0], utc("2025-11-10T08:00"), 3)
        await mates(session, elsewhere)
        waiting = {"stop_kind": None, "status": "pending"}
        for minutes in (1200, 900, None):
            await job(session, one, **waiting, estimated_duration=minutes)
        found = await board(reader, **NOVEMBER)
        backlog, used = figure(found, "backlog_weeks"), figure(found, "utilisation")
        assert (backlog.value, backlog.denominator, backlog.n, backlog.left_out) == (0.5, 70, 2, 1)
        assert (used.numerator, used.n, used.left_out) == (3, 1, 1)
        assert used.denominator == pytest.approx(5 * (20 + 16 / 24))  # from their first work; the other one came later
        other = await client_as("supervisor", sites=[elsewhere.id])
        for empty in (await board(reader, **NOVEMBER, equipment_id=uuid7()), await board(other)):
            assert figure(empty, "utilisation").numerator in {None, 0}

    async def test_a_persons_own_rate_goes_before_the_sites_and_can_be_cleared(self, client_as, site, session):
        one, admin = await machine(session, site.id), await client_as("admin")
        mate = (await mates(session, site))[0]
        mended = await stop(session, one, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"))
        for of, rates in (("sites", {"labour_rate": "40"}), ("users", {"labour_rate": "55.50"}), ("users", {"labour_rate": None})):
            address = f"/api/v1/{of}/{site.id if of == 'sites' else mate}"
            read = (await admin.get(address)).json()
            answer = await admin.patch(address, json={"version": read["version"]} | rates)
            assert answer.json()["labour_rate"] in {*rates.values(), "40.00"}
            await worked(session, mended, mate, utc("2025-11-10T08:00") + timedelta(hours=read["version"] + (of == "users")), 1)
        labour = figure(await board(admin, **NOVEMBER), "cost", "labour")
        assert (labour.value, labour.n, labour.left_out) == (135.5, 3, 0)
        read = (await admin.get(f"/api/v1/sites/{site.id}")).json()
        cleared = await admin.patch(f"/api/v1/sites/{site.id}", json={"version": read["version"], "labour_rate": None})
        assert cleared.json()["labour_rate"] is None

    async def test_on_time_and_what_is_not_judged(self, reader, site, session):
        one = await machine(session, site.id)
        assert figure(await board(reader, **NOVEMBER), "pm_compliance").because == "nothing_due"
        states = [("done", "on_time")] * 7 + [("done", "late"), ("missed", "missed"), ("skipped", "skipped")]
        for state, outcome in states:
            of = await plan(session, one)
            reason = "plan.reason.out_of_service" if state == "skipped" else ""
            await date(session, of, datetime(2025, 11, 5), state, outcome, reason=reason)  # noqa: DTZ001
        found = await opened(reader, "pm_compliance", **NOVEMBER)
        assert (found.figure.value, found.figure.n) == (pytest.approx(7 / 9), 9)
        assert [(each.reason, each.count) for each in found.omitted] == [("out_of_service", 1)]
        skipped = await date(session, await plan(session, one), datetime(2025, 11, 6), "skipped", "skipped", reason="pas le temps")  # noqa: DTZ001
        again = await opened(reader, "pm_compliance", **NOVEMBER)
        assert again.figure.value == pytest.approx(7 / 10)
        assert skipped.id in {event.id for event in again.events if event.left_out is None}

    async def test_costs_keep_their_currency(self, reader, site, session):
        euros = await machine(session, site.id, hourly_downtime_cost=100, currency="EUR")
        francs = await machine(session, site.id, hourly_downtime_cost=10, currency="CHF")
        await stop(session, euros, utc("2025-11-10T08:00"), utc("2025-11-10T14:00"))
        await stop(session, euros, utc("2025-11-10T09:00"), utc("2025-11-10T10:00"))
        await stop(session, francs, utc("2025-11-10T08:00"), utc("2025-11-10T09:30"))
        found = await board(reader, **NOVEMBER)
        assert [(each.currency, each.value) for each in found.figures if (each.key, each.variant) == ("cost", "downtime")] == [
            ("CHF", 15), ("EUR", 600),
        ]  # fmt: skip


async def test_another_sites_reader_sees_nothing_of_it_not_even_in_totals(reader, client_as, site, session):
    elsewhere = await make_site(session, time_zone="UTC")
    mine, theirs = await machine(session, site.id), await machine(session, elsewhere.id)
    await stop(session, mine, utc("2025-11-10"), utc("2025-11-11"))
    before = (await board(reader, **NOVEMBER)).figures
    failure = await stop(session, theirs, utc("2025-11-12"), utc("2025-11-14"))
    await worked(session, failure, reader.user.id, utc("2025-11-12"), 3)
    assert (await board(reader, **NOVEMBER)).figures == before
    asked = {**NOVEMBER, "equipment_id": theirs.id}
    assert all(each.value is None for each in (await board(reader, **asked)).figures)
    assert (await opened(reader, "mtbf", **asked)).total == 0
    assert (await opened(reader, "mtbf", **NOVEMBER, site_id=elsewhere.id)).total == 0
    admin = await client_as("admin")
    assert figure(await board(admin, **NOVEMBER, site_id=elsewhere.id), "availability").value == pytest.approx(1 - 48 / 720)

"""What a monitoring system is told: figures of the plant that a job keeps, under names that the dashboard asks for."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.core.clock import now
from server.kpis import readings
from tests.server.kpis.history import date, machine, mates, plan, stop, worked
from tests.server.machines import make_site

DASHBOARD = Path(__file__).parents[3] / "deploy" / "grafana" / "dashboards" / "etabli.json"
METRICS = "http://localhost/metrics"


async def told(client):
    families = list(text_string_to_metric_families((await client.get(METRICS)).text))
    return {family.name for family in families}, {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


async def test_sums_of_each_site_as_they_were_last_read_and_nobodys_name(client, session, database):
    here, elsewhere = await make_site(session, name="Lyon", time_zone="UTC"), await make_site(session, name="Brest", time_zone="UTC")
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    one = await machine(session, here.id, hourly_downtime_cost=100, currency="CHF")
    await machine(session, elsewhere.id, status="broken")
    mended = await stop(
        session, one, today - timedelta(days=3), today - timedelta(days=3, hours=-5), actual_start=today - timedelta(days=3, hours=-1)
    )
    await worked(session, mended, (await mates(session, here))[0], today - timedelta(days=3, hours=-2), 2)
    done = today - timedelta(days=10)
    await date(session, await plan(session, one, frequency_type="daily"), done, "done", "on_time")
    before, _ = await told(client)
    assert set(readings.METRICS) <= before  # named before there is any
    await readings.keep(database)
    _, found = await told(client)
    assert (found["etabli_machines", "Lyon", "active"], found["etabli_machines", "Brest", "broken"]) == (1, 1)
    assert found["etabli_jobs_completed", "Lyon", "corrective"] == 1
    assert (found["etabli_jobs_duration_hours", "Lyon", "corrective"], found["etabli_jobs_work_hours", "Lyon", "corrective"]) == (4, 2)
    assert found["etabli_machine_hours", "Lyon"] - found["etabli_machine_up_hours", "Lyon"] == pytest.approx(5)
    assert (found["etabli_preventive_done", "Lyon"], found["etabli_preventive_held", "Lyon"]) == (1, 1)
    assert found["etabli_cost", "CHF", "Lyon", "downtime"] == 500
    assert found[readings.READ_AT,] == pytest.approx(now().timestamp(), abs=60)


async def test_the_dashboard_asks_for_nothing_that_is_not_told(client):
    names, _ = await told(client)
    queries = [
        target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel.get("targets", ())
    ]  # fmt: skip
    asked = {name for query in queries for name in re.findall(r"\b(?:etabli|http)_\w+", query)}
    suffixed = {f"{name}{suffix}" for name in names for suffix in ("", "_total", "_count", "_sum", "_bucket")}
    assert len(queries) > 10
    assert asked - suffixed - {readings.READ_AT} == set()
    assert set(readings.METRICS) <= asked

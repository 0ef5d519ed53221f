"""What a new plant still lacks, from the rows that are there."""

from mobile_app.domain.client import Client
from mobile_app.domain.first_steps import steps_of
from shared_models.equipment.rows import EquipmentClassRow
from shared_models.ids import uuid7
from shared_models.permissions import Role
from shared_models.sites import LineRow, SiteRow
from shared_models.users import UserCard
from tests.mobile_app.core.rows import PAUL, SITE, job, machine
from tests.mobile_app.features.test_plan_screens import client

__all__ = ["client"]  # a fixture


def left(client: Client, *, has_printed: bool = False) -> list[str]:
    return [step.name for step in steps_of(client, has_printed=has_printed) if not step.is_done]


def locked(client: Client) -> list[str]:
    return [step.name for step in steps_of(client, has_printed=False) if not step.route]


def test_each_step_is_ticked_by_what_is_there_and_opens_the_next(client: Client) -> None:
    tables = client.tables
    tables.equipment.rows.clear()
    everything = ["site", "line", "class", "machine", "label", "colleague"]
    assert left(client) == everything
    assert locked(client) == ["line", "machine", "label", "colleague"]

    tables.sites.rows[SITE] = SiteRow(id=SITE, name="Lyon", location="", time_zone="Europe/Paris", version=1)
    assert (left(client), locked(client)) == (everything[1:], ["label"])
    assert steps_of(client, has_printed=False)[1].route == f"/sites/{SITE}"

    line, kind, press = uuid7(), uuid7(), machine()
    tables.lines.rows[line] = LineRow(id=line, site_id=SITE, name="A", version=1)
    tables.classes.rows[kind] = EquipmentClassRow.model_construct(id=kind, names={"fr": "Pompe"})
    tables.equipment.rows[press.id] = press
    assert (left(client), locked(client)) == (["label", "colleague"], [])
    assert left(client, has_printed=True) == ["colleague"]

    for number, is_active in ((PAUL.id, True), (uuid7(), False)):
        tables.users.rows[number] = UserCard(id=number, first_name="N", last_name="B", role=Role.technician, is_active=is_active)
    assert left(client, has_printed=True) == ["colleague"]
    noe = uuid7()
    tables.users.rows[noe] = UserCard(id=noe, first_name="Noé", last_name="Blanc", role=Role.technician, is_active=True)
    done = job(press)
    tables.interventions.rows[done.id] = done
    assert left(client) == []

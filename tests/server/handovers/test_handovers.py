"""A shift ends: what is handed over, to whom, once; and who takes over."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.core.clock import now
from server.core.database import Database
from server.core.errors import NotFound
from server.handovers.service import write_due
from server.mail.letters import Sender, letter_of
from server.mail.messages import Envelope, text_of
from server.notifications.telling import tell_all
from server.sites.service import update_site
from shared_models.equipment.commands import ChangeEquipmentStatus
from shared_models.equipment.rows import EquipmentStatus
from shared_models.handovers.commands import AcknowledgeHandover, AddWord
from shared_models.handovers.refusals import AlreadyTakenOver
from shared_models.ids import uuid7
from shared_models.interventions.commands import CompleteIntervention, HoldIntervention, StartIntervention
from shared_models.interventions.rows import FailureCoding, Priority
from shared_models.shifts import Shift
from shared_models.sites import SiteUpdate
from tests.server.notifications.plant import Plant

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def plant(postgres: Any) -> Any:
    with postgres.clone("handovers") as url:
        database = Database(url)
        await database.start()
        yield await Plant(database).open()
        await database.stop()


async def shift(plant: Plant, begins: datetime, ends: datetime) -> None:
    """On each day, at the first site."""
    kept = Shift(name="Matin", weekdays=list(range(7)), begins=begins.time(), ends=ends.time())
    [row] = await plant.rows("select version from sites where id = :id", id=plant.sites[0])
    async with plant.database.session() as session:
        update = SiteUpdate(version=row.version, time_zone="UTC", shifts=[kept])
        await update_site(session, plant.people["ada"], plant.sites[0], update)


async def written(plant: Plant, at: datetime) -> list[Any]:
    async with plant.database.session() as session:
        return await write_due(session, at)


async def a_shift(plant: Plant) -> datetime:
    """That began eight hours ago, and ends with the next minute but one."""
    ends = now().astimezone(UTC).replace(second=0, microsecond=0) + 2 * MINUTE
    await shift(plant, ends - timedelta(hours=8), ends)
    return ends


async def test_what_has_been_and_what_waits_is_told_as_it_was(plant):
    ends = await a_shift(plant)
    before = await plant.job("Déjà là")
    await plant.write("update maintenance_interventions set created_at = created_at - interval '2 days' where id = :id", id=before)
    stuck, done, urgent = await plant.job("Vérin"), await plant.job("Courroie"), await plant.job("Fuite d’huile", priority=Priority.urgent)
    begun: dict[str, Any] = {"occurred_at": now()}
    await plant.do(StartIntervention(intervention_id=stuck, action_id=uuid7(), **begun), "ana")
    await plant.do(HoldIntervention(intervention_id=stuck, reason="Pièce commandée", **begun), "ana")
    await plant.do(StartIntervention(intervention_id=done, action_id=uuid7(), **begun), "bob")
    repaired = CompleteIntervention(
        intervention_id=done, failure=FailureCoding(mode_unknown=True), temporary_until=(ends + timedelta(days=3)).date(),
        permanent_id=uuid7(), **begun,
    )  # fmt: skip
    await plant.do(repaired, "bob")
    part = await plant.part(quantity=3)
    await plant.take(part, 2)
    [handover] = await written(plant, ends + MINUTE)
    [row] = await plant.rows("select h.*, p.items from handover h join handover_page p on p.id = h.id")
    told = [(item["part"], item["title"], item.get("reason"), item.get("until")) for item in row.items]
    follow_up = next(item for item in row.items if item["about_id"] == str(repaired.permanent_id))
    day = f"{ends + timedelta(days=3):%Y-%m-%d}"
    assert told == [
        ("degraded", "Palettiseur 2", "Fuite d’huile", None), ("stuck", "Vérin", "Pièce commandée", None), ("opened", "Vérin", None, None),
        ("opened", "Courroie", None, None), ("opened", "Fuite d’huile", None, None), ("opened", follow_up["title"], None, None),
        ("temporary", "Courroie", None, day), ("low", "Roulement 6205", None, None), ("closed", "Courroie", None, None),
    ]  # fmt: skip
    assert (row.id, row.shift, row.since, row.ends_at) == (handover, "Matin", ends - timedelta(hours=24), ends)

    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, **begun))
    await plant.do(StartIntervention(intervention_id=urgent, action_id=uuid7(), **begun), "ana")
    assert (await plant.rows("select items from handover_page"))[0].items == row.items, "what was handed over stays"


async def test_it_comes_once_to_whoever_works_there_and_the_mail_has_it_whole(plant):
    ends = await a_shift(plant)
    await plant.job("Fuite d’huile", priority=Priority.urgent)
    both = await asyncio.gather(written(plant, ends + MINUTE), written(plant, ends + MINUTE))
    assert sorted(map(len, both)) == [0, 1]
    assert await written(plant, ends + timedelta(hours=3)) == []
    await tell_all(plant.database)
    people = [who for who, kind, _ in await plant.told() if kind == "shift_handover"]
    assert people == ["ana", "bob", "sam"]
    [mail] = await plant.rows(
        "select o.content from outbox o where o.channel = 'email' and o.content -> 'facts' ->> 'kind' = 'shift_handover'"
    )
    letter = letter_of(mail.content, Sender("https://plant", None))
    said = text_of(letter, Envelope(uuid7(), None, "sam@plant", now(), "https://plant"))  # type: ignore[arg-type]
    for words in ("Handover Matin · Lyon", "Machines down or in degraded mode", "Palettiseur 2", "Runs with a fault · Fuite d’huile",
                  f"https://plant/equipment/{plant.machine}"):  # fmt: skip
        assert words in said


async def test_only_the_last_is_caught_up_with_and_none_where_there_are_no_shifts(plant):
    assert await written(plant, now()) == []
    ends = await a_shift(plant)
    [first] = await written(plant, ends + MINUTE)
    [later] = await written(plant, ends + timedelta(days=3, minutes=5))
    rows = await plant.rows("select id, since, begins_at from handover order by begins_at")
    assert [(row.id, row.begins_at) for row in rows] == [(first, ends - timedelta(hours=8)), (later, ends + timedelta(days=2, hours=16))]
    assert rows[1].since == ends + timedelta(days=2), "what nobody was there for"
    await shift(plant, ends - timedelta(hours=9), ends)
    assert await written(plant, ends + timedelta(days=3, minutes=6)) == [], "the hours were changed afterwards"


async def test_a_job_that_a_phone_had_kept_is_told_by_the_next_one(plant):
    ends = await a_shift(plant)
    job = await plant.job("Courroie")
    await written(plant, ends + MINUTE)
    await plant.do(StartIntervention(intervention_id=job, action_id=uuid7(), occurred_at=now()), "ana")
    await plant.do(CompleteIntervention(intervention_id=job, failure=FailureCoding(mode_unknown=True), occurred_at=now()), "ana")
    for days in (1, 2):
        await written(plant, ends + timedelta(days=days, minutes=1))
    rows = await plant.rows("select p.items from handover h join handover_page p on p.id = h.id order by h.ends_at")
    assert [[item["title"] for item in row.items if item["part"] == "closed"] for row in rows] == [[], ["Courroie"], []]


async def test_one_takes_over_and_what_comes_after_is_refused(plant):
    ends = await a_shift(plant)
    [handover] = await written(plant, ends + MINUTE)
    on: dict[str, Any] = {"handover_id": handover, "occurred_at": now()}
    await plant.do(AddWord(word_id=uuid7(), text="Clés au poste de garde", **on), "ana")
    with pytest.raises(NotFound):
        await plant.do(AcknowledgeHandover(**on), "lea")
    await asyncio.gather(plant.do(AcknowledgeHandover(**on), "bob"), plant.do(AcknowledgeHandover(**on), "sam"))
    [row] = await plant.rows("select acknowledged_by, version, words from handover")
    assert row.acknowledged_by in {"bob", "sam"}
    assert (row.version, [word["text"] for word in row.words]) == (3, ["Clés au poste de garde"])
    audited = await plant.rows("select actor_label from audit_log where action = 'handover.acknowledged'")
    assert [each.actor_label for each in audited] == [row.acknowledged_by]
    with pytest.raises(AlreadyTakenOver):
        await plant.do(AddWord(word_id=uuid7(), text="Encore", **on), "ana")
    await tell_all(plant.database)
    assert "shift_handover" not in await plant.kinds(), "nobody is told of what is taken over"


async def test_a_shift_that_was_over_before_its_site_was_there_hands_nothing_over(plant):
    at = now().astimezone(UTC).replace(second=0, microsecond=0)
    await shift(plant, at - timedelta(hours=8), at - MINUTE)
    assert await written(plant, now()) == []
    await plant.write("update sites set created_at = created_at - interval '1 day' where id = :id", id=plant.sites[0])
    assert len(await written(plant, now())) == 1

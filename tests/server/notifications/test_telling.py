"""From what happens to who is told: each once, with its reason, and nobody of what they may not see."""

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.core.access import SYSTEM
from server.core.clock import now
from server.core.consequences import tell
from server.core.database import Database
from server.notifications.digests import post_digests
from server.notifications.service import choose, decide, stop_mail
from server.notifications.telling import tell_all
from server.notifications.timers import scan
from server.notifications.vetting import vet
from server.outbox.carrying import Parcel
from server.push.consequences import PushFound, PushLost
from shared_models.equipment.commands import AddDocument, ChangeEquipmentStatus, DateDocument, RemoveDocument
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AssignIntervention,
    CompleteIntervention,
    ReturnIntervention,
    StartIntervention,
)
from shared_models.interventions.rows import FailureCoding
from shared_models.inventory import commands as inv
from shared_models.notices.commands import AcknowledgeNotice, HearNotice, MuteNotice
from shared_models.notices.settings import DefaultsWrite, RoleChoice, SettingsWrite
from shared_models.outbox import Channel
from shared_models.permissions import Role
from tests.server.notifications.plant import Plant

UNREAD = """
insert into notifications (id, user_id, type, title, message, because, related_entity_type, related_entity_id, path)
select gen_random_uuid(), $1, 'overdue', 'Grease', '', '', 'equipment', $2, '/' from generate_series(1, $3)
"""


@pytest.fixture
async def plant(postgres: Any) -> Any:
    with postgres.clone("notices") as url:
        database = Database(url)
        await database.start()
        yield await Plant(database).open()
        await database.stop()


async def test_a_job_tells_whom_it_is_given_to_who_must_approve_it_and_who_gets_it_back(plant):
    job = await plant.job(by="sam")
    assert await plant.told() == []
    await plant.do(AssignIntervention(intervention_id=job, technician_id=plant.id_of("ana"), occurred_at=now()), "sam")
    assert await plant.told() == [("ana", "job_assigned", "You get this because the job is yours.")]
    await plant.do(StartIntervention(intervention_id=job, action_id=uuid7(), occurred_at=now()), "ana")
    done = CompleteIntervention(intervention_id=job, work_performed="Joint", failure=FailureCoding(mode_unknown=True), occurred_at=now())
    await plant.do(done, "ana")
    await plant.do(ReturnIntervention(intervention_id=job, reason="Photo?", occurred_at=now()), "sam")
    told = [(who, kind) for who, kind, _ in await plant.told()]
    assert told == [("ana", "job_assigned"), ("ana", "job_returned")]  # it waited for nobody any more when it could have been told
    [row] = await plant.rows("select title, message, path, related_entity_type from notifications where type = 'job_returned'")
    assert (row.title, row.message, row.path) == ("Returned: Palettiseur 2", "Fuite – Photo?", f"/jobs/{job}")
    await plant.do(done.model_copy(update={"command_id": uuid7(), "occurred_at": now()}), "ana")
    assert [each[:2] for each in await plant.told() if each[1] == "job_to_validate"] == [("sam", "job_to_validate")]


async def test_nobody_is_told_of_what_they_have_done_themselves(plant):
    await plant.job(by="ana", assigned_technician_id=plant.id_of("ana"))
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()), "ana")
    assert [each[:2] for each in await plant.told()] == [("bob", "machine_down"), ("sam", "machine_down")]


async def test_who_is_assignee_and_in_the_team_is_told_once_and_whose_rights_are_gone_not_at_all(plant):
    team = uuid7()
    await plant.write("insert into team (id, site_id, name) values (:id, :site, 'Nuit')", id=team, site=plant.sites[0])
    for name in ("ana", "bob"):
        await plant.write("insert into team_member (team_id, user_id) values (:team, :user)", team=team, user=plant.id_of(name))
    await plant.job(by="sam", assigned_team_id=team)
    assert [each[0] for each in await plant.told()] == ["ana", "bob"]
    await plant.job(by="sam", assigned_technician_id=plant.id_of("ana"), assigned_team_id=team)
    assert await plant.kinds("ana") == ["job_assigned"] * 2
    await plant.job(by="sam", assigned_technician_id=plant.id_of("bob"))
    await plant.write("delete from user_site where user_id = :user", user=plant.id_of("bob"))
    assert await plant.kinds("bob") == ["job_assigned"]


async def test_low_stock_is_told_at_each_crossing(plant):
    part = await plant.part(3, minimum=2)
    await plant.take(part, 1)
    await plant.take(part, 1)
    await tell_all(plant.database)
    await plant.receive(part, 4)
    await plant.take(part, 3)
    assert [each[:2] for each in await plant.told()] == [("sam", "low_stock")] * 2
    await plant.take(part, 2)
    assert await plant.kinds() == ["low_stock", "low_stock", "out_of_stock"]
    [row] = await plant.rows("select message, path from notifications where type = 'low_stock' order by id limit 1")
    assert (row.message, row.path) == ("1 left of at least 2 – Lyon", f"/parts/{part}")


async def test_a_shelf_from_which_more_was_taken_than_was_there_is_to_be_counted(plant):
    part = await plant.part(1, minimum=0)
    await plant.take(part, 2, is_taken=True)
    assert [each[0] for each in await plant.told()] == ["sam"]
    [row] = await plant.rows("select title from notifications")
    assert row.title == "Count this shelf: Magasin"


async def test_where_nobody_leads_the_administrator_is_told(plant):
    await plant.write("update users set is_active = false where id = :id", id=plant.id_of("sam"))
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()), "bob")
    assert [each[0] for each in await plant.told()] == ["ada", "ana"]


async def due(plant: Plant, days: float) -> Any:
    """A planned job of Ana's, due so many days from now."""
    job = await plant.job("Graissage", assigned_technician_id=plant.id_of("ana"))
    await plant.write(
        "update maintenance_interventions set due_local = date_trunc('day', now() at time zone 'UTC') + interval '12 hours'"
        " + cast(:days as interval), due_at = now() + cast(:days as interval) where id = :id",
        id=job, days=timedelta(days=days),
    )  # fmt: skip
    return job


async def looked(plant: Plant) -> None:
    await scan(plant.database)


async def test_what_is_due_is_told_before_on_the_day_and_after_it_once_each(plant, monkeypatch):
    await plant.write("update sites set time_zone = 'UTC'")
    job = await due(plant, 3)
    begun = now()
    told = []
    for hours in range(0, 24 * 6, 6):
        at = begun + timedelta(hours=hours)
        monkeypatch.setattr("server.notifications.timers.now", lambda at=at: at)
        await asyncio.gather(looked(plant), looked(plant))
        told.append(await plant.kinds("ana"))
    assert told[-1] == ["job_assigned", "maintenance_due", "maintenance_due_soon", "maintenance_overdue"]
    assert [each[0] for each in await plant.told() if each[1] == "maintenance_overdue"] == ["ana", "sam"]
    await plant.write("update maintenance_interventions set due_local = due_local + interval '1 day' where id = :id", id=job)
    await looked(plant)
    assert sorted([*told[-1], "maintenance_due", "maintenance_overdue"]) == await plant.kinds("ana")  # another date


FILE = (
    "insert into attachment (id, site_id, sha256, source_sha256, mime_type, size_bytes)"
    " values (:id, cast(:site as uuid), repeat('0', 64), repeat('0', 64), 'application/pdf', 3)"
)


async def filed(plant: Plant, site: Any = None) -> Any:
    file = uuid7()
    await plant.write(FILE, id=file, site=site)
    return file


async def test_a_document_about_to_end_is_told_once_for_each_end_to_those_whom_it_concerns(plant, monkeypatch):
    """A machine's on its site; a part's where it lies, else everywhere."""
    await plant.write("update sites set time_zone = 'UTC'")
    begun, paper, of_part, gone = now().replace(hour=12), uuid7(), uuid7(), uuid7()
    fields = {"equipment_id": plant.machine, "valid_until": begun.date() + timedelta(days=32), "occurred_at": now()}
    for document_id, title in ((paper, "Levage"), (gone, "Pression")):
        file = await filed(plant, plant.sites[0])
        await plant.do(AddDocument(document_id=document_id, attachment_id=file, title=title, **fields))
    added = {"document_id": of_part, "part_id": await plant.part(0), "attachment_id": await filed(plant), "title": "H1"}
    await plant.do(inv.AddPartDocument(occurred_at=now(), **added))
    await looked(plant)
    await plant.do(RemoveDocument(document_id=gone, occurred_at=now()))
    await plant.do(inv.DatePartDocument(document_id=of_part, valid_until=begun.date() + timedelta(days=33), occurred_at=now()))

    async def told_after(days: int) -> list[tuple[str, str]]:
        monkeypatch.setattr("server.notifications.timers.now", lambda: begun + timedelta(days=days))
        await asyncio.gather(looked(plant), looked(plant))
        await tell_all(plant.database)
        rows = await plant.rows("select user_id, message from notifications where type = 'document_ending'")
        names = {actor.user_id: name for name, actor in plant.people.items()}
        return sorted((names[row.user_id], row.message.split(" ")[0]) for row in rows)

    assert await told_after(1) == []
    assert await told_after(2) == [("sam", "Levage")]
    assert await told_after(3) == [("lea", "H1"), ("sam", "H1"), ("sam", "Levage")]
    await plant.do(DateDocument(document_id=paper, valid_until=begun.date() + timedelta(days=400), occurred_at=now()))
    assert len(await told_after(300)) == 3
    assert (await told_after(371)).count(("sam", "Levage")) == 2


async def test_what_was_due_for_long_or_is_done_is_not_told(plant):
    await plant.write("update sites set time_zone = 'UTC'")
    await due(plant, -30)
    done = await due(plant, -1)
    await plant.write("update maintenance_interventions set status = 'cancelled' where id = :id", id=done)
    await looked(plant)
    assert set(await plant.kinds()) == {"job_assigned"}


async def test_what_is_no_longer_to_be_seen_or_so_is_not_carried(plant):
    job = await plant.job(by="sam", assigned_technician_id=plant.id_of("ana"))
    await plant.told()
    [notice] = await plant.rows("select id from notifications")
    parcel = Parcel(uuid7(), Channel.push, "k", "t", plant.id_of("ana"), notice.id, {}, 1, now(), now())

    async def against() -> str:
        async with plant.database.read_session() as session:
            verdicts = await vet(session, [parcel])
        return verdicts[parcel.id].error if verdicts else ""

    assert await against() == ""
    for change, back, why in (
        ("update users set is_active = false where id = :ana", "update users set is_active = true where id = :ana", "gone"),
        ("update notifications set is_read = true", "update notifications set is_read = false", "read"),
        (
            "delete from user_site where user_id = :ana",
            "insert into user_site (user_id, site_id) select :ana, id from sites",
            "out of sight",
        ),
        (
            "update maintenance_interventions set status = 'cancelled' where id = :job",
            "update maintenance_interventions set status = 'pending' where id = :job",
            "no longer so",
        ),
    ):
        values = {name: value for name, value in {"ana": plant.id_of("ana"), "job": job}.items() if f":{name}" in change}
        await plant.write(change, **values)
        assert await against() == why
        await plant.write(back, **{name: value for name, value in values.items() if f":{name}" in back})
    assert await against() == ""


async def test_two_who_tell_at_once_tell_once(plant):
    for _ in range(30):
        await plant.job(by="sam", assigned_technician_id=plant.id_of("ana"))
    await asyncio.gather(*(tell_all(plant.database) for _ in range(4)))
    assert await plant.kinds() == ["job_assigned"] * 30


async def test_a_person_of_another_site_and_role_hears_nothing(plant):
    await plant.hire("eve", Role.technician, plant.sites[1:])
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()))
    await plant.take(await plant.part(3, minimum=2), 2)
    assert {"lea", "eve"}.isdisjoint({each[0] for each in await plant.told()})


async def chosen(plant: Plant, name: str, **fields: Any) -> None:
    async with plant.database.session() as session:
        await choose(session, plant.people[name], SettingsWrite(**fields))


async def posted(plant: Plant) -> list[Any]:
    await tell_all(plant.database)
    await post_digests(plant.database)
    return await plant.rows("select channel, target, content, next_at, key from outbox order by id")


async def test_a_mail_comes_at_once_or_with_the_others_of_the_day(plant, monkeypatch):
    await chosen(plant, "ana", kinds={"job_assigned": {"email": True}})
    await chosen(plant, "bob", kinds={"job_assigned": {"email": True}}, digest_at="07:00", time_zone="Europe/Paris")
    for name in ("ana", "bob", "bob", "bob"):
        await plant.job(f"Job of {name}", by="sam", assigned_technician_id=plant.id_of(name))
    [mail] = await posted(plant)
    assert (mail.channel, mail.content["facts"]["message"]) == ("email", "Job of ana")
    [first, *_] = await plant.rows("select related_entity_id, digest_at from notifications where user_id = :bob", bob=plant.id_of("bob"))
    await plant.write("update maintenance_interventions set status = 'cancelled' where id = :id", id=first.related_entity_id)
    for module in ("digests", "telling"):
        monkeypatch.setattr(f"server.notifications.{module}.now", lambda: first.digest_at)
    for _ in range(2):
        _, digest = await posted(plant)
    assert first.digest_at.astimezone(ZoneInfo("Europe/Paris")).hour == 7
    assert [each["message"] for each in digest.content["facts"]["notices"]] == ["Job of bob"] * 2


async def test_quiet_hours_put_off_all_but_what_is_urgent_and_what_is_switched_off_is_not_told(plant):
    always = [{"weekday": day, "begins": "00:00", "ends": "00:00"} for day in range(7)]
    await chosen(plant, "sam", kinds={"low_stock": {"email": True}, "machine_down": {"email": True}}, quiet_hours=always)
    await plant.take(await plant.part(3, minimum=2), 2)
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()))
    when = {each.content["facts"]["kind"]: each.next_at for each in await posted(plant)}
    assert when["low_stock"] > now() + timedelta(days=6)
    assert when["machine_down"] <= now()
    await chosen(plant, "sam", kinds={"low_stock": {"app": False}})
    await plant.take(await plant.part(3, minimum=2), 2)
    assert (await plant.kinds("sam")).count("low_stock") == 1


async def test_what_an_administrator_has_fixed_is_fixed(plant):
    async with plant.database.session() as session:
        fixed = DefaultsWrite(kinds={"low_stock": RoleChoice(app=True, email=False, is_fixed=True)})
        await decide(session, plant.people["ada"], Role.supervisor, fixed)
    await chosen(plant, "sam", kinds={"low_stock": {"app": False, "email": True}})
    await plant.take(await plant.part(3, minimum=2), 2)
    assert (await plant.kinds("sam"), await posted(plant)) == (["low_stock"], [])


async def test_a_mail_that_is_answered_by_stop_stops_its_kind(plant):
    async with plant.database.session() as session:
        for kind in ("machine_down", "nothing of the kind"):
            await stop_mail(session, plant.id_of("sam"), Role.supervisor, kind)
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()))
    assert (await plant.kinds("sam"), await posted(plant)) == (["machine_down"], [])


async def test_what_is_muted_is_told_no_more_of_the_same_thing(plant):
    part = await plant.part(3, minimum=2)
    await plant.take(part, 2)
    await plant.kinds()
    [notice] = await plant.rows("select id from notifications")
    await plant.do(MuteNotice(notice_id=notice.id, occurred_at=now()), "sam")
    await plant.receive(part, 4)
    await plant.take(part, 4)
    await plant.take(await plant.part(3, minimum=2), 2)
    assert await plant.kinds() == ["low_stock"] * 2
    await plant.do(HearNotice(notice_id=notice.id, occurred_at=now()), "sam")
    await plant.receive(part, 4)
    await plant.take(part, 4)
    assert await plant.kinds() == ["low_stock"] * 3


@pytest.mark.parametrize(("unread", "said"), [(0, 1), (20, 21), (300, 101)])
async def test_a_badge_counts_what_is_unread_up_to_a_hundred(plant, unread, said):
    async with plant.database.session() as session:
        await session.run(UNREAD, plant.id_of("sam"), plant.machine, unread)
    await chosen(plant, "sam", kinds={"machine_down": {"email": True}})
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()))
    assert [each.content["facts"]["unread"] for each in await posted(plant)] == [said]


async def test_who_runs_the_server_is_told_that_phones_are_out_of_reach_and_that_they_are_not(plant):
    lost = "insert into push_reach (id, failures, failing_since, lost_at, next_at) values (true, 9, now(), now(), now())"
    for change, found in ((lost, PushLost(now())), ("delete from push_reach", PushFound())):
        await plant.write(change)
        async with plant.database.session() as session:
            await tell(session, SYSTEM, found)
        told = await plant.told()
    because = "You get this because you administer this server."
    assert told == [("ada", "push_found", because), ("ada", "push_lost", because)]


async def test_what_is_urgent_climbs_until_somebody_is_on_it(plant, monkeypatch):
    broken = ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now())
    await plant.do(broken, "bob")
    begun, told = now(), []
    for minutes in (0, 16, 31, 46):
        monkeypatch.setattr("server.notifications.timers.now", lambda minutes=minutes: begun + timedelta(minutes=minutes))
        await looked(plant)
        told.append([each[0] for each in await plant.told() if each[1] == "unacknowledged"])
    assert told == [[], ["sam"], ["ada", "sam"], ["ada", "sam"]]


async def test_whoever_is_on_it_stops_it_everywhere(plant, monkeypatch):
    await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=EquipmentStatus.broken, occurred_at=now()), "bob")
    await plant.told()
    begun = now()
    monkeypatch.setattr("server.notifications.timers.now", lambda: begun + timedelta(minutes=16))
    await looked(plant)
    await plant.told()
    [mine] = await plant.rows("select id from notifications where user_id = :ana", ana=plant.id_of("ana"))
    await plant.do(AcknowledgeNotice(notice_id=mine.id, occurred_at=now()), "ana")
    rows = await plant.rows("select distinct acknowledged_by from notifications")
    assert [row.acknowledged_by for row in rows] == ["ana"]
    monkeypatch.setattr("server.notifications.timers.now", lambda: begun + timedelta(minutes=46))
    await looked(plant)
    assert "ada" not in {each[0] for each in await plant.told()}
    assert await plant.rows("select 1 from audit_log where action = 'notice.acknowledged'")

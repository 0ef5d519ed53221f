"""What happens between a cause and its delivery: rights go, choices change, another was quicker, another version has left something."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from server.core.clock import now
from server.core.database import Database
from server.core.settings import Settings
from server.core.storage import memory_storage
from server.notifications.digests import post_digests
from server.notifications.service import choose, decide, stop_mail
from server.notifications.timers import scan
from server.outbox.carrying import SENT, Node, Parcel, Verdict
from server.outbox.courier import Courier
from server.users import service as users
from shared_models.equipment.commands import ChangeEquipmentStatus, UpdateEquipment
from shared_models.equipment.rows import EquipmentStatus
from shared_models.ids import uuid7
from shared_models.notices.commands import AcknowledgeNotice, SnoozeNotice
from shared_models.notices.settings import DefaultsWrite, RoleChoice, SettingsWrite
from shared_models.outbox import Channel
from shared_models.permissions import Role
from shared_models.users import UserUpdate
from tests.server.notifications.plant import Plant

MAILED = {"job_assigned": {"email": True}}


class Shelf:
    at_once = 64

    def __init__(self) -> None:
        self.got: list[Parcel] = []

    async def carry(self, parcel: Parcel) -> Verdict:
        self.got.append(parcel)
        return SENT


@pytest.fixture
async def plant(postgres: Any) -> AsyncIterator[Plant]:
    with postgres.clone("meanwhile") as url:
        database = Database(url)
        await database.start()
        yield await Plant(database).open()
        await database.stop()


async def carried(plant: Plant) -> list[Parcel]:
    shelf = Shelf()
    await Courier(Node(plant.database, memory_storage(), Settings(_env_file=None)), dict.fromkeys(Channel, shelf)).carry_all()
    return shelf.got


async def chosen(plant: Plant, name: str, **fields: Any) -> None:
    async with plant.database.session() as session:
        await choose(session, plant.people[name], SettingsWrite(**fields))


async def given(plant: Plant, name: str, title: str = "Fuite") -> None:
    await plant.job(title, by="sam", assigned_technician_id=plant.id_of(name))


async def changed(plant: Plant, name: str, **fields: Any) -> None:
    [row] = await plant.rows("select version from users where id = :id", id=plant.id_of(name))
    async with plant.database.session() as session:
        await users.update(session, plant.people["ada"], plant.id_of(name), UserUpdate(version=row.version, **fields))


async def said(plant: Plant, *statuses: EquipmentStatus) -> None:
    for status in statuses:
        await plant.do(ChangeEquipmentStatus(equipment_id=plant.machine, status=status, occurred_at=now()), "bob")
        await plant.told()


async def test_who_is_on_it_at_once_or_chooses_at_once_is_not_refused(plant):
    for rank in range(6):
        await plant.hire(f"t{rank}", Role.technician, plant.sites[:1])
    await said(plant, EquipmentStatus.broken)
    names = {actor.user_id: name for name, actor in plant.people.items()}
    rows = await plant.rows("select id, user_id from notifications order by id desc")
    await asyncio.gather(*(plant.do(AcknowledgeNotice(notice_id=row.id, occurred_at=now()), names[row.user_id]) for row in rows))
    assert len(await plant.rows("select distinct acknowledged_by from notifications")) == 1

    async def stopped() -> None:
        async with plant.database.session() as session:
            await stop_mail(session, plant.id_of("ana"), Role.technician, "digest")

    async def decided() -> None:
        async with plant.database.session() as session:
            await decide(session, plant.people["ada"], Role.technician, DefaultsWrite(kinds={"low_stock": RoleChoice(app=True)}))

    await asyncio.gather(
        *(each() for each in (stopped, decided) for _ in range(3)), *(chosen(plant, "ana", kinds=MAILED) for _ in range(3))
    )


async def test_what_is_put_off_or_not_wanted_any_more_does_not_go_and_what_comes_in_a_pause_waits(plant):
    async def mailed_after(change: Any) -> tuple[int, str]:
        await chosen(plant, "ana", kinds=MAILED)
        await given(plant, "ana")
        await plant.told()
        [notice] = await plant.rows("select id from notifications order by id desc limit 1")
        await change(notice.id)
        [row] = await plant.rows("select id from outbox order by id desc limit 1")
        count = len(await carried(plant))
        [row] = await plant.rows("select state, next_at from outbox where id = :id", id=row.id)
        return count, "later" if row.state == "waiting" and row.next_at > now() + timedelta(hours=1) else row.state

    async def snoozed(notice_id: Any) -> None:
        await plant.do(SnoozeNotice(notice_id=notice_id, until=now() + timedelta(days=1), occurred_at=now()), "ana")

    assert await mailed_after(lambda _: asyncio.sleep(0)) == (1, "sent")
    assert await mailed_after(snoozed) == (0, "withheld")
    assert await mailed_after(lambda _: chosen(plant, "ana", kinds={"job_assigned": {"email": False}})) == (0, "withheld")
    assert await mailed_after(lambda _: chosen(plant, "ana", kinds=MAILED, paused_until=now() + timedelta(days=1))) == (0, "later")


async def test_mails_go_where_their_reader_has_them_now(plant):
    await chosen(plant, "ana", kinds=MAILED)
    await given(plant, "ana")
    await plant.told()
    await changed(plant, "ana", email="ana.new@example.org")
    assert [mail.target for mail in await carried(plant)] == ["ana.new@example.org"]


async def test_who_may_not_see_the_site_any_more_has_no_notices_of_it(plant):
    await given(plant, "bob")
    await given(plant, "ana")
    await plant.told()
    await changed(plant, "bob", site_ids=[plant.sites[1]])
    await changed(plant, "ana", site_ids=plant.sites)
    rows = await plant.rows("select user_id from notifications where gone_at is null")
    assert [row.user_id for row in rows] == [plant.id_of("ana")]
    [gone] = await plant.rows("select id from notifications where gone_at is not null")
    await plant.do(AcknowledgeNotice(notice_id=gone.id, occurred_at=now()), "bob")  # on a phone that had not heard of it


async def test_a_digest_tells_all_of_it_once_and_only_what_is_so_when_it_leaves(plant):
    for name in ("ana", "bob"):
        await chosen(plant, name, kinds=MAILED, digest_at="07:00")
        for rank in range(3):
            await given(plant, name, f"{name} {rank}")
    await plant.told()
    await plant.write("update notifications set digest_at = now()")
    await asyncio.gather(*(post_digests(plant.database) for _ in range(4)))
    await plant.write("update maintenance_interventions set status = 'cancelled' where title = 'ana 1'")
    await changed(plant, "bob", is_active=False)
    [mail] = await carried(plant)
    assert [each["message"] for each in mail.content["facts"]["notices"]] == ["ana 0", "ana 2"]


async def test_what_climbs_stops_with_whoever_is_on_it_and_not_for_what_was_over_meanwhile(plant, monkeypatch):
    for name in ("ana", "bob", "sam"):
        await chosen(plant, name, kinds={"machine_down": {"app": False}})
    await said(plant, EquipmentStatus.broken, EquipmentStatus.active, EquipmentStatus.broken)
    begun = now()

    async def climbed(minutes: int) -> list[str]:
        monkeypatch.setattr("server.notifications.timers.now", lambda: begun + timedelta(minutes=minutes))
        await scan(plant.database)
        return [who for who, kind, _ in await plant.told() if kind == "unacknowledged"]

    assert await climbed(16) == ["sam"]
    [mine] = await plant.rows("select id from notifications")
    await plant.do(AcknowledgeNotice(notice_id=mine.id, occurred_at=now()), "sam")
    assert await climbed(46) == ["sam"]


CAUSE = """
insert into notice_cause (id, kind, subject, subject_id, occurrence, occurred_at) values (:id, :kind, :subject, :machine, 'x', now())
"""


async def test_what_another_version_has_left_waits_for_it_and_holds_up_nothing(plant):
    await chosen(plant, "ana", kinds=MAILED)
    for kind, subject in (("of_tomorrow", "equipment"), ("machine_down", "robot")):
        await plant.write(CAUSE, id=uuid7(), kind=kind, subject=subject, machine=plant.machine)
    for rank in range(3):
        await given(plant, "ana", f"Job {rank}")
    assert await plant.kinds() == ["job_assigned"] * 3
    await plant.write("update notifications set type = 'of_tomorrow' where message = 'Job 0'")
    await plant.write("update notifications set related_entity_type = 'robot' where message = 'Job 1'")
    assert [mail.content["facts"]["message"] for mail in await carried(plant)] == ["Job 2"]
    [causes] = await plant.rows("select count(*) as untold from notice_cause where told_at is null")
    [mails] = await plant.rows("select count(*) as waiting from outbox where state = 'waiting'")
    assert (causes.untold, mails.waiting) == (2, 2)


async def test_notices_of_what_moves_to_another_site_stay_with_whoever_sees_it_there(plant):
    await plant.job(by="ada", assigned_technician_id=plant.id_of("ana"), title="Fuite")
    await said(plant, EquipmentStatus.broken)
    assert {who for who, *_ in await plant.told()} >= {"ana", "sam"}
    [machine] = await plant.rows("select version, code, name, criticality from equipment where id = :id", id=plant.machine)
    fields = {"code": machine.code, "name": machine.name, "criticality": machine.criticality}
    await plant.do(
        UpdateEquipment(equipment_id=plant.machine, version=machine.version, site_id=plant.sites[1], occurred_at=now(), **fields), "ada"
    )
    left = {row.user_id for row in await plant.rows("select user_id from notifications where gone_at is null")}
    assert left <= {plant.id_of("ada")}

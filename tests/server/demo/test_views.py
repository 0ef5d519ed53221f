"""However what somebody sees changes, their device ends up with what a fresh one would hold, of every kind of row."""

from dataclasses import replace
from uuid import UUID

from server.core.access import Actor
from server.core.read_pool import ReadPool
from shared_models.entities import ENTITIES as KNOWN
from shared_models.permissions import ROLE_PERMISSIONS, Role
from shared_models.sync import Change
from tests.server.sync.device import Device

ENTITIES = set(Change.model_fields["entity"].annotation.__args__)


async def actor_of(pool: ReadPool, username: str) -> Actor:
    user = await pool.fetchrow("select u.*, array(select site_id from user_site where user_id = u.id) as sites from users u"
                               " where username = $1", username)  # fmt: skip
    role = Role(user["role"])
    sites = None if user["all_sites"] else frozenset(user["sites"])
    return Actor(user_id=user["id"], role=role, permissions=ROLE_PERMISSIONS[role], label="", lang="fr", site_ids=sites)


async def same_as_fresh(pool: ReadPool, device: Device) -> None:
    await device.pull()
    assert not device.pages[0].reset
    fresh = Device(pool, device.actor)
    await fresh.pull()
    assert device.rows == fresh.rows


async def test_of_the_asker_and_of_others(pool: ReadPool) -> None:
    supervisor, admin = await actor_of(pool, "supervisor"), await actor_of(pool, "admin")
    assert supervisor.site_ids
    sites: list[UUID] = [row["id"] for row in await pool.fetch("select id from sites order by name")]
    lost, left = sorted(supervisor.site_ids)
    device, chief = Device(pool, supervisor), Device(pool, admin)
    await device.pull()
    await chief.pull()
    assert {entity for entity, _ in chief.rows} == {entity for entity in ENTITIES if KNOWN[entity].person is None}

    await pool.execute("delete from user_site where user_id = $1 and site_id = $2", supervisor.user_id, lost)
    device.actor = replace(supervisor, site_ids=frozenset({left}))
    before = len(device.ids("user"))
    await same_as_fresh(pool, device)
    assert len(device.ids("user")) < before

    colleague = await pool.fetchval(
        "select min(user_id::text)::uuid from user_site where site_id = $1 and user_id <> $2", left, supervisor.user_id
    )
    await pool.execute("delete from user_site where user_id = $1", colleague)
    await same_as_fresh(pool, device)
    assert str(colleague) not in device.ids("user")

    await pool.execute("update users set all_sites = false where id = $1", admin.user_id)
    await same_as_fresh(pool, device)
    assert str(admin.user_id) not in device.ids("user")

    chief.actor = replace(admin, site_ids=frozenset(sites))  # the same sites, but no more the people of none
    await same_as_fresh(pool, chief)
    assert str(colleague) not in chief.ids("user")
    chief.actor = replace(admin, site_ids=frozenset({left}))
    await same_as_fresh(pool, chief)
    chief.actor = replace(admin, site_ids=frozenset())
    await same_as_fresh(pool, chief)
    chief.actor = admin
    await same_as_fresh(pool, chief)
    assert {entity for entity, _ in chief.rows} == {entity for entity in ENTITIES if KNOWN[entity].person is None}

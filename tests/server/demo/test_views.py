"""However what somebody sees changes, their device ends up with what a fresh one would hold, of every kind of row."""

from dataclasses import replace
from uuid import UUID

from server.core.access import Actor
from server.core.held import HELD
from server.core.read_pool import ReadPool
from shared_models.entities import ENTITIES as KNOWN
from shared_models.permissions import ROLE_PERMISSIONS, Role
from shared_models.sync import Change
from tests.server.sync.device import Device

_BURIED = "insert into sync_tombstone (entity, entity_id, site_id) values ($1, $2, $3)"
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


async def test_what_an_earlier_transaction_has_brought_back_stays(pool: ReadPool, demo_url: str) -> None:
    """Of every kind, whatever tombstone a later transaction has left of it."""
    device = Device(pool, await actor_of(pool, "technician"))
    await device.pull()
    assert device.actor.site_ids
    before, one_of_each = dict(device.rows), {entity: (row_id, site) for (entity, row_id), (site, _) in device.rows.items()}
    assert one_of_each.keys() >= {entity for entity in ENTITIES if KNOWN[entity].person is None}
    site_of_people = min(map(str, device.actor.site_ids))
    async with pool.acquire() as earlier, pool.acquire() as open_meanwhile:
        for connection in (earlier, open_meanwhile):
            await connection.execute("begin; select pg_current_xact_id()")
        for entity, (row_id, site) in one_of_each.items():
            await pool.execute(_BURIED, entity, row_id, site_of_people if entity == "user" else site)
            await earlier.execute(f"update {HELD[entity].table.name} set sync_xid = 0 where id = '{row_id}'")
        await earlier.execute("commit")
        await device.pull()
        await open_meanwhile.execute("commit")
    await same_as_fresh(pool, device)
    assert device.rows == before

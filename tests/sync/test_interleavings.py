"""Any interleaving of devices, commands, network faults, crashes and pulls ends well.

Nothing that a device acknowledged is lost, nothing happens twice, and all devices come to hold the server's rows.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from server.core.database import Database, Session
from server.core.settings import Settings
from server.main import create_app
from server.sync.models import SyncReceipt
from shared_models.ids import uuid7
from shared_models.interventions.commands import (
    AddNote,
    CancelIntervention,
    CompleteIntervention,
    HoldIntervention,
    ReturnIntervention,
    StartIntervention,
    ValidateIntervention,
)
from tests.conftest import SECRET
from tests.server.machines import make_site
from tests.sync.conftest import Device, Factory
from tests.sync.park import add_machine

COMMANDS: dict[str, Any] = {
    "start": lambda job: (StartIntervention, {"intervention_id": job, "action_id": uuid7()}),
    "note": lambda job: (AddNote, {"intervention_id": job, "note_id": uuid7(), "text": "Vu"}),
    "hold": lambda job: (HoldIntervention, {"intervention_id": job, "reason": "Pièce"}),
    "complete": lambda job: (CompleteIntervention, {"intervention_id": job, "work_performed": "Fait"}),
    "cancel": lambda job: (CancelIntervention, {"intervention_id": job, "reason": "Doublon"}),
    "validate": lambda job: (ValidateIntervention, {"intervention_id": job}),
    "return": lambda job: (ReturnIntervention, {"intervention_id": job, "reason": "Photo"}),
}
WHO = st.integers(0, 2)


class World:
    """One application and one database for all the examples; each has a site of its own."""

    def __init__(self, url: str, folder: Any) -> None:
        self.runner = asyncio.Runner()
        self.url, self.folder = url, folder
        self.stack = AsyncExitStack()

    def start(self) -> None:
        self.runner.run(self._start())

    async def _start(self) -> None:
        self.database = Database(self.url, pool_size=5, read_pool_size=5)
        await self.database.start()
        config = Settings(_env_file=None, data_dir=self.folder, database_url=self.url, secret_key=SECRET, jobs=False)
        self.app = create_app(config)
        await self.stack.enter_async_context(self.app.router.lifespan_context(self.app))

    def stop(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.run(self.database.stop())
        self.runner.close()


class Interleavings(RuleBasedStateMachine):
    world: World
    jobs = Bundle("jobs")

    def run(self, work: Any) -> Any:
        return self.world.runner.run(work)

    @initialize()
    def people(self) -> None:
        self.executed: list[tuple[Device, UUID]] = []
        self.notes: dict[UUID, set[UUID]] = {}
        self.run(self._people())

    async def _people(self) -> None:
        self.session = Session(self.world.database.engine, expire_on_commit=False)
        site = await make_site(self.session)
        self.press = await add_machine(self.session, site.id)
        self.factory = Factory(self.world.app, self.session, site.id, site.id, self.press, self.press)
        roles = ("technician", "technician", "supervisor")
        users = [await self.factory.person(role, sites=[site.id]) for role in roles]
        self.devices = [await self.factory.signed_in(user) for user in users]

    def executed_on(self, device: Device, before: set[str]) -> None:
        new = {entry.id for entry in device.client.outbox.entries} - before
        self.executed += [(device, UUID(entry_id)) for entry_id in new]

    @rule(target=jobs, who=WHO, start=st.booleans())
    def open_job(self, who: int, start: bool) -> UUID:
        device = self.devices[who]
        before = {entry.id for entry in device.client.outbox.entries}
        job_id: UUID = self.run(device.open_job(self.press, start=start))
        self.executed_on(device, before)
        return job_id

    @rule(who=WHO, job=jobs, what=st.sampled_from(sorted(COMMANDS)))
    def command(self, who: int, job: UUID, what: str) -> None:
        device = self.devices[who]
        before = {entry.id for entry in device.client.outbox.entries}
        kind, fields = COMMANDS[what](job)
        self.run(device.do(kind, **fields))
        self.executed_on(device, before)

    @rule(who=WHO, online=st.booleans())
    def network(self, who: int, online: bool) -> None:
        self.devices[who].transport.online = online

    @rule(who=WHO, what=st.sampled_from(["lose_answers", "lose_requests"]), only=st.sampled_from(["/push", "/pull", ""]))
    def fault(self, who: int, what: str, only: str) -> None:
        transport = self.devices[who].transport
        setattr(transport, what, 1)
        transport.only = only

    @rule(who=WHO)
    def round(self, who: int) -> None:
        self.run(self.devices[who].client.sync.round())

    @rule(who=WHO)
    def crash(self, who: int) -> None:
        old = self.devices[who]
        self.devices[who] = new = self.run(self.factory.restarted(old))
        self.executed = [(new if device is old else device, entry_id) for device, entry_id in self.executed]

    @invariant()
    def no_device_is_in_trouble(self) -> None:
        assert [error for device in getattr(self, "devices", ()) for error in device.errors] == []

    def teardown(self) -> None:
        if hasattr(self, "devices"):
            try:
                self.run(self._judge())
            finally:
                self.run(self._leave())

    async def _leave(self) -> None:
        for device in self.factory.devices:
            await device.client.close()
            await device.jar.client.aclose()
        await self.session.close()

    async def _judge(self) -> None:
        for device in self.devices:
            device.transport.online, device.transport.lose_answers, device.transport.lose_requests = True, 0, 0
        for device in [*self.devices, *self.devices]:
            await device.round()
        await self._nothing_is_lost()
        await self._all_hold_the_servers_rows()

    async def _nothing_is_lost(self) -> None:
        ids = [entry_id for _, entry_id in self.executed]
        found = await self.session.execute(sa.select(SyncReceipt.command_id, SyncReceipt.problem).where(SyncReceipt.command_id.in_(ids)))
        receipts = dict(list(found))
        for device, entry_id in self.executed:
            kept = device.client.outbox.get(str(entry_id))
            is_applied = entry_id in receipts and receipts[entry_id] is None
            assert is_applied == (kept is None), (kept, receipts.get(entry_id))

    async def _all_hold_the_servers_rows(self) -> None:
        fresh = await self.factory.signed_in(await self.factory.person("admin"))
        told = {row.id: row for row in fresh.client.interventions.rows.values() if row.site_id == self.factory.site}
        for device in self.devices:
            assert {entry.stage for entry in device.client.outbox.entries} <= {"refused", "waiting"}
            own = {row_id: device.client.tables.interventions.server_row(row_id) for row_id in told}
            assert own == told
            held_back = {row_id for row_id in device.client.interventions.pending if row_id in told}
            assert {row_id: row for row_id, row in device.client.interventions.rows.items() if row_id not in held_back} == {
                row_id: row for row_id, row in told.items() if row_id not in held_back
            }
        for row in told.values():
            assert len({note.id for note in row.notes}) == len(row.notes)
            assert len({action.id for action in row.actions}) == len(row.actions)


@pytest.mark.timeout(600)
def test_any_interleaving_ends_well(fresh_database: str, tmp_path):
    Interleavings.world = World(fresh_database, tmp_path)
    Interleavings.world.start()
    try:
        run_state_machine_as_test(
            Interleavings,
            settings=settings(
                max_examples=6, stateful_step_count=25, deadline=None, database=None, derandomize=False,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    finally:
        Interleavings.world.stop()

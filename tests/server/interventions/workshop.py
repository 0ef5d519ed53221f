"""A workshop to work in: a site, a machine with a failure catalogue, and people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.attachments.models import Attachment
from server.core.access import Actor
from server.core.clock import now
from server.core.commands import run
from server.core.database import Session
from server.equipment.models import Equipment, EquipmentClass, FailureItem
from server.handovers.models import Handover, HandoverPage
from server.interventions.rows import INTERVENTION
from server.notifications.models import Notice
from server.sites.models import Site
from server.users.models import User, UserSite
from shared_models.base import Command
from shared_models.equipment.rows import FailureItemKind
from shared_models.ids import uuid7
from shared_models.interventions import commands as iv
from shared_models.interventions.lifecycle import InterventionStatus, State
from shared_models.interventions.rows import InterventionRow
from shared_models.notices.kinds import NoticeKind
from shared_models.permissions import ROLE_PERMISSIONS, Role
from tests.conftest import make_user


def actor_of(user: User, sites: set[UUID] | None = None) -> Actor:
    return Actor(
        user_id=user.id, role=user.role, permissions=ROLE_PERMISSIONS[user.role], label=user.full_name, lang="en",
        site_ids=None if sites is None else frozenset(sites),
    )  # fmt: skip


@dataclass
class Workshop:
    session: Session
    site: Site
    machine: Equipment
    items: dict[FailureItemKind, FailureItem]
    technician: Actor
    colleague: Actor
    supervisor: Actor
    chief: Actor
    stranger: Actor

    async def do(self, actor: Actor, cmd: Command) -> Any:
        """As a push does it: in a savepoint, with nothing remembered by the session."""
        try:
            async with self.session.begin_nested():
                return await run(self.session, actor, cmd)
        finally:
            self.session.expunge_all()

    async def notice(self) -> UUID:
        """Something that the supervisor has been told."""
        told = Notice(
            user_id=self.supervisor.user_id, type=NoticeKind.machine_down, title="Down", related_entity_type="equipment",
            related_entity_id=self.machine.id, created_at=now(),
        )  # fmt: skip
        self.session.add(told)
        await self.session.commit()
        return told.id

    async def handover(self) -> UUID:
        """Of a shift that has just ended at the site."""
        handover = Handover(
            site_id=self.site.id, shift="Morning", since=now() - timedelta(hours=8), begins_at=now() - timedelta(hours=8), ends_at=now()
        )  # fmt: skip
        self.session.add(handover)
        await self.session.flush()
        self.session.add(HandoverPage(id=handover.id, site_id=self.site.id))
        await self.session.commit()
        return handover.id

    async def create(self, actor: Actor | None = None, **fields: Any) -> UUID:
        intervention_id = uuid7()
        asked = {"equipment_id": self.machine.id, "title": "Oil leak", "occurred_at": now(), **fields}
        await self.do(actor or self.technician, iv.CreateIntervention(intervention_id=intervention_id, **asked))
        return intervention_id

    async def start(self, job: UUID, actor: Actor | None = None, at: datetime | None = None) -> UUID:
        action_id = uuid7()
        cmd = iv.StartIntervention(intervention_id=job, action_id=action_id, occurred_at=at or now())
        await self.do(actor or self.technician, cmd)
        return action_id

    async def complete(self, job: UUID, actor: Actor | None = None, **fields: Any) -> None:
        asked = {"occurred_at": now(), **fields}
        await self.do(actor or self.technician, iv.CompleteIntervention(intervention_id=job, **asked))

    async def job_in(self, state: State) -> UUID:
        """A sheet of the technician's that has come to this state by its verbs."""
        job = await self.create()
        at = now()
        if state.status is not InterventionStatus.pending:
            await self.start(job)
        if state.status is InterventionStatus.on_hold:
            await self.do(self.technician, iv.HoldIntervention(intervention_id=job, reason="No part", occurred_at=at))
        if state.status is InterventionStatus.completed:
            await self.complete(job)
        if state.status is InterventionStatus.cancelled:
            await self.do(self.technician, iv.CancelIntervention(intervention_id=job, reason="Mistake", occurred_at=at))
        if state.is_validated:
            await self.do(self.supervisor, iv.ValidateIntervention(intervention_id=job, occurred_at=at))
        return job

    async def sheet(self, job: UUID) -> InterventionRow:
        return InterventionRow.model_validate_json(await INTERVENTION.written(self.session, job))

    async def picture(self, site_id: UUID | None = None, mime_type: str = "image/jpeg") -> UUID:
        photo_id = uuid7()
        self.session.add(Attachment(
            id=photo_id, site_id=site_id or self.site.id, sha256="0" * 64, source_sha256="0" * 64, mime_type=mime_type, size_bytes=10,
            created_at=now(),
        ))  # fmt: skip
        await self.session.flush()
        return photo_id


async def open_workshop(session: Session) -> Workshop:
    site, elsewhere = Site(name=f"Lyon {uuid7()}"), Site(name=f"Brest {uuid7()}")
    kind = EquipmentClass(code=f"P{uuid7().hex[-8:]}", names={"en": "Pump"})
    session.add_all([site, elsewhere, kind])
    await session.flush()
    machine = Equipment(
        code=f"M{uuid7().hex[-8:]}", name="Pump 1", site_id=site.id, class_id=kind.id, status_since=now() - timedelta(days=9)
    )
    items = {k: FailureItem(class_id=kind.id, kind=k, code=f"{k}", names={"en": f"{k}"}) for k in FailureItemKind}
    session.add_all([machine, *items.values()])
    people = {name: make_user(role, all_sites=False) for name, role in _PEOPLE.items()}
    session.add_all(people.values())
    await session.flush()
    homes = {name: elsewhere if name == "stranger" else site for name in people}
    session.add_all([UserSite(user_id=user.id, site_id=homes[name].id) for name, user in people.items()])
    await session.commit()
    actors = {name: actor_of(user, {homes[name].id}) for name, user in people.items()}
    return Workshop(session=session, site=site, machine=machine, items=items, **actors)


_PEOPLE = {
    "technician": Role.technician, "colleague": Role.technician, "supervisor": Role.supervisor, "chief": Role.supervisor,
    "stranger": Role.supervisor,
}  # fmt: skip

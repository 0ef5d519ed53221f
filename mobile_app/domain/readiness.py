"""The ready light of a job: whether it can begin, and if not, what it lacks, in words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_moment, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.due import due_day, local_day
from mobile_app.domain.lookup import name_of, number_of
from mobile_app.domain.marks import Mark
from mobile_app.domain.reserved import Book, book_of_jobs, is_known, what_lacks
from mobile_app.domain.views import OF_OPEN, OpenJob
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentStatus
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import InterventionRow
from shared_models.papers import PaperRow
from shared_models.permissions import Permission

READY: Final = Mark("ready.ready", Tone.ok, ft.Icons.PLAY_CIRCLE_ROUNDED)
NOT_READY: Final = Mark("ready.lacks", Tone.warning, ft.Icons.PAUSE_CIRCLE_OUTLINE_ROUNDED)
OF_PLAN: Final = ("lead_days", "checklist_id")
"""What jobs ask of their plans."""
SHORTEST = timedelta(minutes=30)
"""What a job of no known length takes at least."""


class Asked(StrEnum):
    parts = "parts"
    person = "person"
    machine = "machine"
    documents = "documents"


ICON: Final = {
    Asked.parts: ft.Icons.INVENTORY_2_OUTLINED,
    Asked.person: ft.Icons.PERSON_OUTLINE_ROUNDED,
    Asked.machine: ft.Icons.PRECISION_MANUFACTURING_OUTLINED,
    Asked.documents: ft.Icons.DESCRIPTION_OUTLINED,
}


@dataclass(frozen=True)
class Answer:
    asked: Asked
    is_there: bool
    words: str


@dataclass(frozen=True)
class Readiness:
    """`is_known` is false while it wants parts, and what lies in the stores is not read yet."""

    job: OpenJob
    answers: tuple[Answer, ...]
    is_known: bool = True

    @property
    def is_ready(self) -> bool:
        return all(answer.is_there for answer in self.answers)

    @property
    def mark(self) -> Mark:
        return READY if self.is_ready else NOT_READY

    @property
    def lacks(self) -> list[str]:
        return [answer.words for answer in self.answers if not answer.is_there]


class Lights:
    """Of many jobs at once: who holds what, and who is at what, is found out once."""

    def __init__(self, client: Client, book: Book | None = None) -> None:
        self.client = client
        self.book = book or Book(client)
        self._at_work: dict[UUID, list[OpenJob]] = defaultdict(list)
        self._given: dict[UUID, list[OpenJob]] = defaultdict(list)
        self._running: dict[UUID, list[OpenJob]] = defaultdict(list)
        for job in client.interventions.rows.parts(*OF_OPEN, status=OPEN):
            for who in {action.user_id for action in job.actions if action.ended_at is None}:
                self._at_work[who].append(job)
            if job.assigned_technician_id:
                self._given[job.assigned_technician_id].append(job)
            if job.status == InterventionStatus.in_progress:
                self._running[job.equipment_id].append(job)

    def of(self, job: InterventionRow, documents: Sequence[PaperRow] | None = None) -> Readiness:
        """`documents` of its machine, where they were looked for."""
        return self._told(job, _documents(self.client, job, documents))

    def among_many(self, job: OpenJob) -> Readiness:
        """Of a job told by its parts: of documents it says only that some are lacking."""
        whole = self.client.interventions.get(job.id) if _wants_checklist(self.client, job) else None
        return self._told(job, *([_documents(self.client, whole, None)] if whole else []))

    def _told(self, job: OpenJob, *documents: Answer) -> Readiness:
        answers = self._parts(job), self._person(job), self._machine(job), *documents
        return Readiness(job, answers, is_known=is_known(self.client) or not self.book.of_job(job.id))

    def _parts(self, job: OpenJob) -> Answer:
        holdings = self.book.of_job(job.id)
        lacking = [what_lacks(self.client, own) for own in holdings if not own.is_whole]
        if lacking:
            return Answer(Asked.parts, is_there=False, words=" · ".join(lacking))
        return Answer(Asked.parts, is_there=True, words=n("ready.parts", len(holdings)) if holdings else t("ready.no_parts"))

    def _person(self, job: OpenJob) -> Answer:
        who = job.assigned_technician_id
        if who is None:
            return self._nobody(job)
        name, other = name_of(self.client, who), self._elsewhere(job, who)
        if other is None:
            return Answer(Asked.person, is_there=True, words=t("ready.free", name=name))
        return Answer(Asked.person, is_there=False, words=t("ready.busy", name=name, job=_named(other)))

    def _nobody(self, job: OpenJob) -> Answer:
        team = self.client.tables.teams.get(job.assigned_team_id)
        if team is not None:
            return Answer(Asked.person, is_there=bool(team.member_ids), words=team.name)
        is_planner = self.client.may(Permission.maintenance_write)
        return Answer(Asked.person, is_there=not is_planner, words=t("ready.nobody" if is_planner else "ready.yours"))

    def _elsewhere(self, job: OpenJob, who: UUID) -> OpenJob | None:
        """What the person is at just now, or has at the same hour."""
        is_me = who == self.client.user.id  # who looks for what to do next can leave what they are at
        at = None if is_me else _other(job, self._at_work[who])
        hours = _hours(job)
        if at is not None or hours is None:
            return at
        return _other(job, (other for other in self._given[who] if _comes_before(other, job) and _meet(hours, _hours(other))))

    def _machine(self, job: OpenJob) -> Answer:
        machine = self.client.equipment.get(job.equipment_id)
        if machine is not None and machine.status is EquipmentStatus.inactive:
            return Answer(Asked.machine, is_there=False, words=t("ready.machine_out"))
        other = _other(job, self._running[job.equipment_id])
        if other is not None:
            return Answer(Asked.machine, is_there=False, words=t("ready.machine_taken", job=_named(other)))
        day = due_day(job)
        if job.scheduled_start and day and day > local_day(self.client.now()):
            return Answer(Asked.machine, is_there=False, words=t("ready.from", when=format_moment(job.scheduled_start)))
        return Answer(Asked.machine, is_there=True, words=t("ready.machine_free"))


def _documents(client: Client, job: InterventionRow, documents: Sequence[PaperRow] | None) -> Answer:
    """What the plan asks to be filled in; and what there is to read, once somebody has looked."""
    if _wants_checklist(client, job) and job.checklist is None:
        return Answer(Asked.documents, is_there=False, words=t("ready.no_checklist"))
    if documents:
        return Answer(Asked.documents, is_there=True, words=n("ready.documents", len(documents)))
    return Answer(Asked.documents, is_there=True, words=t("ready.checklist" if job.checklist else "ready.no_documents"))


def _wants_checklist(client: Client, job: OpenJob) -> bool:
    """One that this device does not hold."""
    plan = client.tables.plans.rows.part_of(job.scheduled_maintenance_id, *OF_PLAN)
    return plan is not None and plan.checklist_id is not None and client.tables.checklists.get(plan.checklist_id) is None


def _named(job: OpenJob) -> str:
    return f"{number_of(job)} {job.title}"


def _other(job: OpenJob, jobs: Iterable[OpenJob]) -> OpenJob | None:
    return next((other for other in jobs if other.id != job.id), None)


def _hours(job: OpenJob) -> tuple[datetime, datetime] | None:
    if job.scheduled_start is None:
        return None
    return job.scheduled_start, max(job.scheduled_end or job.scheduled_start, job.scheduled_start + SHORTEST)


def _meet(hours: tuple[datetime, datetime], others: tuple[datetime, datetime] | None) -> bool:
    return others is not None and hours[0] < others[1] and others[0] < hours[1]


def _comes_before(other: OpenJob, job: OpenJob) -> bool:
    """Of two at the same hour the first can begin, and the second cannot."""
    return (other.scheduled_start or other.created_at, str(other.id)) < (job.scheduled_start or job.created_at, str(job.id))


def light_of(client: Client, job: InterventionRow, documents: Sequence[PaperRow] | None = None) -> Readiness:
    """Of one job, without looking at what others want of other parts."""
    return Lights(client, book_of_jobs(client, [job])).of(job, documents)

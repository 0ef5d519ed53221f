"""What one person does at one step: what is typed, what it means, and the command that tells it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from mobile_app.core.i18n import t
from mobile_app.domain import steps as st
from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.meters import may_confirm
from mobile_app.domain.submit import submit
from mobile_app.ui.hooks import Draft
from shared_models.checklists.answering import meters_of
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import AnswerRow, Step, StepKind, StepState
from shared_models.checklists.rules import judged, meters_for
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddPhoto, CreateIntervention
from shared_models.interventions.rows import InterventionRow, InterventionType, PhotoKind, Priority
from shared_models.meters.metering import Doubt, Implausible
from shared_models.meters.rows import MeterRow
from shared_models.meters.rules import doubt_of

NUMBERS = frozenset({StepKind.number, StepKind.meter})
SAVED = NUMBERS | {StepKind.text, StepKind.signature}
"""Kinds whose value is entered first and saved afterwards; the others are answered by a tap."""


@dataclass
class Answering:
    """`draft` keeps what is typed at each step: it survives a reload as answers do."""

    client: Client
    job: InterventionRow
    step: Step
    draft: Draft
    on_next: Callable[[], None]

    @cached_property
    def answer(self) -> AnswerRow | None:
        return st.answers_by_step(self.job).get(self.step.id)

    @cached_property
    def linked(self) -> InterventionRow | None:
        """The job that this step has asked for."""
        return st.correctives(self.client.interventions.having(found_in=[self.job.id]), self.job.id).get(self.step.id)

    # what is being entered

    def entered(self, name: str) -> Any:
        return self.draft.get(f"{name}:{self.step.id}")

    def enter(self, name: str, value: Any) -> None:
        self.draft.set(f"{name}:{self.step.id}", value)

    @property
    def typed(self) -> str:
        """As it stands in the field: what is typed now, else the answer."""
        typed = self.entered("value")
        if typed is not None:
            return str(typed)
        known = self.answer.value if self.answer else None
        return f"{known:.6f}".rstrip("0").rstrip(".") if isinstance(known, float | int) else str(known or "")

    @property
    def value(self) -> str | float | None:
        """What is typed, as the step's kind understands it."""
        if self.step.kind not in NUMBERS:
            return self.typed.strip() or None
        try:
            return float(self.typed)
        except ValueError:
            return None

    @property
    def unsaved(self) -> str | float | None:
        """A value to be saved before going on; None when nothing is."""
        if self.step.kind not in SAVED or self.entered("value") is None:
            return None
        is_new = self.answer is None or self.value != self.answer.value or self.meter_was is not self.meter
        return self.value if is_new else None

    @property
    def photo_id(self) -> UUID | None:
        taken = self.entered("photo")
        return UUID(taken) if taken else self.answer.photo_id if self.answer else None

    @property
    def lacks_photo(self) -> bool:
        return self.photo_id is None and (self.step.needs_photo or self.step.kind is StepKind.photo)

    @property
    def finding(self) -> str:
        typed = self.entered("finding")
        return str(typed) if typed is not None else self.answer.reason if self.answer else ""

    # meters

    @cached_property
    def meters(self) -> list[MeterRow]:
        """Those that the step can mean, the likeliest first."""
        if self.step.kind is not StepKind.meter:
            return []
        return meters_for(
            self.step, meters_of(self.client.tables.meters.having(equipment_id=[self.job.equipment_id]), self.job.equipment_id)
        )

    @cached_property
    def meter(self) -> MeterRow | None:
        """The one being read: chosen now, or when the step was answered, else the likeliest."""
        chosen = next((meter for meter in self.meters if str(meter.id) == self.entered("meter")), None)
        return chosen or self.meter_was or next(iter(self.meters), None)

    @cached_property
    def meter_was(self) -> MeterRow | None:
        """The one that the answer's reading is of."""
        own = self.answer.reading_id if self.answer else None
        return next((meter for meter in self.meters if own and any(reading.id == own for reading in meter.readings)), None)

    def choose_meter(self, key: str) -> None:
        self.enter("meter", key)
        if self.is_answered:
            self.enter("value", self.typed)

    @property
    def doubt(self) -> Doubt | None:
        """Why the value looks wrong for the meter; the reading that it corrects is no witness."""
        if self.meter is None or not isinstance(self.value, float):
            return None
        own = self.answer.reading_id if self.answer else None
        others = [reading for reading in self.meter.readings if reading.id != own]
        return doubt_of(self.meter.model_copy(update={"readings": others}), self.value, self.client.now())

    @property
    def runs_backwards(self) -> bool:
        return self.doubt is not None and self.doubt.kind is Implausible.backwards

    @property
    def blocked(self) -> bool:
        """A meter does not show what it cannot, and a step that needs a photo has it first."""
        return self.lacks_photo or (self.doubt is not None and not may_confirm(self.doubt))

    @property
    def save_label(self) -> str:
        value = self.value
        if self.doubt is not None and isinstance(value, float) and not self.blocked:
            return t("checklist.confirm_value", value=st.with_unit(value, self.unit))
        return t("checklist.save")

    @property
    def unit(self) -> str:
        return self.step.unit or (self.meter.unit if self.meter else "")

    # telling

    async def give(self, state: StepState, value: str | float | None = None, *, reason: str = "", sure: bool = False) -> bool:
        """Answer, and go on to the next step unless this one has failed."""
        photo_id = None if state in {StepState.na, StepState.skipped} else self.photo_id
        is_taken = await self._tell(state, value=value, reason=reason, photo_id=photo_id, is_confirmed=sure, **self._read())
        if is_taken and judged(self.step, state, value) is not StepState.failed:
            self.on_next()
        return is_taken

    async def _tell(self, state: StepState | None, **more: Any) -> bool:
        said = {"occurred_at": self.client.now(), "intervention_id": self.job.id, "step_id": self.step.id, "answer_id": uuid7()}
        return await submit(self.client, AnswerStep(**said, state=state, **more))

    def _read(self) -> dict[str, UUID]:
        """The reading that the answer of a meter step makes."""
        if self.step.kind is not StepKind.meter:
            return {}
        return {"reading_id": uuid7()} | ({"meter_id": self.meter.id} if self.meter else {})

    async def save(self) -> None:
        if await self.give(StepState.done, self.value, sure=self.doubt is not None):
            self.enter("value", None)

    @property
    def is_answered(self) -> bool:
        """Answered, and nothing else is being typed."""
        return self.answer is not None and self.answer.value is not None and self.entered("value") is None

    async def take_back(self) -> None:
        for name in ("value", "photo", "finding", "meter"):
            self.enter(name, None)
        await self._tell(None)

    async def photograph(self) -> None:
        """The picture goes with the answer; a photo step is answered by it."""
        photo_id = await take_photo(self.client)
        if photo_id is None:
            return
        self.enter("photo", str(photo_id))
        if self.step.kind is StepKind.photo:
            await self._again(StepState.done)
        elif self.answer is not None:
            await self._again(self.answer.state)

    async def keep_finding(self) -> bool:
        """What was written about a failure becomes part of the answer."""
        if self.answer is None or self.finding.strip() == self.answer.reason:
            return True
        return await self._again(self.answer.state)

    async def _again(self, state: StepState) -> bool:
        """The same answer with another photo or another finding."""
        more = {"value": self.answer.value if self.answer else None, "reason": self.finding.strip(), "photo_id": self.photo_id}
        return await self._tell(state, **more, is_confirmed=True, **self._read())

    async def leave(self) -> None:
        if await self.keep_finding():
            self.on_next()

    async def correct(self, title: str, priority: Priority) -> bool:
        """Open the job that the failed step asks for, with its photo."""
        await self.keep_finding()
        job_id, at = uuid7(), self.client.now()
        answer = self.answer
        values = ", ".join(filter(None, [st.value_text(self.step, answer), st.limits_text(self.step)]))
        made = await submit(self.client, CreateIntervention(
            occurred_at=at, intervention_id=job_id, equipment_id=self.job.equipment_id, title=title, priority=priority,
            description=t("checklist.found_in", step=self.step.title, job=self.job.title, told=values).strip(),
            intervention_type=InterventionType.corrective, reported_at=at, found_in=self.job.id, found_at_step=self.step.id,
        ), said="checklist.corrective_made")  # fmt: skip
        if made and self.photo_id:
            await submit(self.client, AddPhoto(occurred_at=at, intervention_id=job_id, photo_id=self.photo_id, kind=PhotoKind.before))
        return made

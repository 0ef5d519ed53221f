"""The sheet of an intervention on paper: what was asked, what was done, by whom, with which parts, and who accepted it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Base64Bytes, BaseModel
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether

from server.labels.lettering import BOLD
from server.reports.speech import Speech
from server.reports.streamed import Cell, Rows
from server.reports.typeset import PALE, PICTURE_HEIGHT, SMALL, Running, Signed, Words, facts, heading, pictures, section, typeset
from shared_models.checklists.rows import AnswerRow, Step, StepKind
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import down_time, labour


class UsedPart(BaseModel):
    part_number: str
    name: str
    quantity: Decimal
    unit: str
    cost: Decimal
    currency: str


class Photo(BaseModel):
    """A JPEG."""

    id: UUID
    content: Base64Bytes


class JobSheet(BaseModel):
    """All that is printed. `names`: of people, teams and what the failure is coded by; `photos` may be fewer than the job has."""

    job: InterventionRow
    lang: str
    zone: str
    printed_at: datetime
    machine: str
    machine_code: str
    place: list[str]
    names: dict[UUID, str]
    parts: list[UsedPart]
    photos: list[Photo] = []


def printed(task: bytes) -> bytes:
    """`pdf` in a process of its own: `JobSheet` as JSON."""
    return pdf(JobSheet.model_validate_json(task))


def pdf(sheet: JobSheet) -> bytes:
    setter = _Setter(sheet)
    return typeset(list(setter.story()), setter.running()).content


class _Setter:
    def __init__(self, sheet: JobSheet) -> None:
        self.sheet, self.job = sheet, sheet.job
        self.speech = Speech(sheet.lang, sheet.zone)
        self.t = self.speech.t

    def running(self) -> Running:
        printed = self.t("reports.printed", when=self.speech.moment(self.sheet.printed_at))
        return Running(" · ".join(filter(None, (self.job.number, self.job.title))), printed, self.t("reports.page"))

    def story(self) -> Iterator[Flowable]:
        job, t = self.job, self.t
        state = t(f"domain.job.{'validated' if job.is_validated else job.status.value}")
        yield from heading(job.title, " · ".join(filter(None, (t("reports.sheet"), job.number, state))))
        yield from facts(self._facts())
        yield from self._told("validation.asked", job.description)
        if job.status_reason:
            yield from self._told("reports.reason", job.status_reason)
        yield from self._report()
        yield from self._steps()
        yield from self._labour()
        yield from self._parts()
        yield from self._notes()
        yield from self._photos()
        yield from self._accepted()

    def _facts(self) -> list[tuple[str, str]]:
        job, t, at = self.job, self.t, self.speech.moment
        down = down_time(job, self.sheet.printed_at)
        still = f" ({t('job.still_down')})" if job.stopped_at and not job.restarted_at else ""
        return [
            (t("jobs.machine"), f"{self.sheet.machine}\n{self.sheet.machine_code}"),
            (t("reports.place"), "\n".join(self.sheet.place)),
            (t("jobs.type"), t(f"domain.type.{job.intervention_type.value}")),
            (t("jobs.priority"), t(f"domain.priority.{job.priority.value}")),
            (t("reports.assigned"), "\n".join(filter(None, (self._who(job.assigned_technician_id), self._who(job.assigned_team_id))))),
            (t("reports.asked_by"), self._who(job.created_by)),
            (t("reports.asked_at"), at(job.reported_at or job.created_at)),
            (t("jobs.due"), at(job.due_at or job.scheduled_end)),
            (t("reports.begun_at"), at(job.actual_start)),
            (t("reports.done_at"), at(job.actual_end)),
            (t("reports.stopped"), self.speech.span(job.stopped_at, job.restarted_at)),
            (t("reports.down"), f"{self.speech.lasted(down)}{still}" if down is not None else ""),
        ]

    def _report(self) -> Iterator[Flowable]:
        job, t = self.job, self.t
        mode = t("job.mode_unknown") if job.mode_unknown else self._who(job.mode_id)
        coded = [
            (t("job.mode"), mode), (t("job.mechanism"), self._who(job.mechanism_id)), (t("job.cause"), self._who(job.cause_id)),
            (t("job.remedy"), self._who(job.remedy_id)), (t("reports.cause_in_words"), job.failure_cause),
            (t("reports.temporary"), self.speech.day(job.temporary_until)),
        ]  # fmt: skip
        if job.work_performed or any(value for _, value in coded):
            yield from section(t("job.report"))
            yield from facts(coded)
            if job.work_performed:
                yield Words(job.work_performed)
        yield from self._told("job.observations", job.observations)

    def _steps(self) -> Iterator[Flowable]:
        checklist, t = self.job.checklist, self.t
        if checklist is None or not checklist.steps:
            return
        answers = {answer.step_id: answer for answer in self.job.answers}
        yield from section(checklist.name)
        rows = [(str(place), step.title, *self._answer(step, answers.get(step.id))) for place, step in enumerate(checklist.steps, start=1)]
        heads = ("", t("reports.step"), t("reports.result"), t("reports.value"), t("reports.by"))
        yield Rows(heads, rows, (8, 74, 28, 34, 40))

    def _answer(self, step: Step, answer: AnswerRow | None) -> tuple[str, str, Cell]:
        if answer is None:
            return self.t("checklist.state.open"), "", ""
        value = "" if step.kind is StepKind.signature or answer.value is None else self.speech.value(answer.value, step.unit)
        by = (self._who(answer.user_id), self.speech.moment(answer.occurred_at))
        return self.t(f"checklist.state.{answer.state.value}"), "\n".join(filter(None, (value, answer.reason))), by

    def _labour(self) -> Iterator[Flowable]:
        actions, t = self.job.actions, self.t
        if not actions:
            return
        now = self.sheet.printed_at
        yield from section(t("job.work"))
        rows = [
            (
                self._who(action.user_id), self.speech.moment(action.started_at), self.speech.moment(action.ended_at),
                self.speech.lasted((action.ended_at or now) - action.started_at), action.note,
            )
            for action in actions
        ]  # fmt: skip
        last = (t("reports.labour"), "", "", self.speech.lasted(labour(actions, now)), "")
        heads = (t("reports.who"), t("reports.from"), t("reports.until"), t("reports.lasted"), t("reports.remark"))
        yield Rows(heads, rows, (36, 36, 36, 22, 44), (3,), last=last)

    def _parts(self) -> Iterator[Flowable]:
        parts, t = self.sheet.parts, self.t
        if not parts:
            return
        yield from section(t("reports.parts"))
        rows = [
            (
                part.part_number,
                part.name,
                self.speech.number(part.quantity, part.unit),
                self.speech.money(part.cost, part.currency),
            )
            for part in parts
        ]
        sums = {currency: sum(part.cost for part in parts if part.currency == currency) for currency in sorted({p.currency for p in parts})}
        totals = "\n".join(self.speech.money(total, currency) for currency, total in sums.items())
        last = (t("reports.total"), "", "", totals)
        heads = (t("reports.part_number"), t("reports.part"), t("reports.quantity"), t("reports.cost"))
        yield Rows(heads, rows, (38, 84, 26, 26), (2, 3), last=last)

    def _notes(self) -> Iterator[Flowable]:
        if self.job.notes:
            yield from section(self.t("job.notes"))
        for note in self.job.notes:
            yield Words(f"{self._who(note.user_id)} · {self.speech.moment(note.occurred_at)}", size=SMALL, colour=PALE)
            yield Words(f"{note.text}\n")

    def _photos(self) -> Iterator[Flowable]:
        known = {photo.id: photo for photo in self.job.photos}
        found = [(photo.content, self._caption(known[photo.id])) for photo in self.sheet.photos if photo.id in known]
        if not self.job.photos:
            return
        yield from section(self.t("job.photos"), PICTURE_HEIGHT + 30 * mm if found else 0)
        yield from pictures(found)
        if missing := len(self.job.photos) - len(found):
            yield Words(self.speech.n("reports.photos_left", missing), size=SMALL, colour=PALE)

    def _caption(self, photo: Any) -> str:
        kind = self.t(f"job.photo.{photo.kind.value}")
        said = f"{kind} · {self._who(photo.user_id)} · {self.speech.moment(photo.occurred_at)}"
        return f"{said}\n{photo.caption}" if photo.caption else said

    def _accepted(self) -> Iterator[Flowable]:
        job, t = self.job, self.t
        lines: list[tuple[str, str]] = []
        if job.completed_by or job.actual_end:
            lines.append((t("reports.closed_by"), self._signed(job.completed_by, job.actual_end)))
        if job.is_validated:
            lines.append((t("reports.validated_by"), self._signed(job.validated_by, job.validated_at)))
        if job.return_reason and not job.is_validated:
            lines.append((t("reports.returned"), f"{self._signed(job.returned_by, job.returned_at)}\n{job.return_reason}"))
        if not lines and job.signature is None:
            return
        block = [*section(t("reports.acceptance")), *facts(lines)]
        if job.signature is not None:
            block += [Words(t("job.signed_by", name=job.signature.name), BOLD), Signed(job.signature)]
        yield KeepTogether(block)

    def _told(self, title: str, text: str) -> Sequence[Flowable]:
        return [*section(self.t(title)), Words(text)] if text.strip() else []

    def _who(self, found: UUID | None) -> str:
        return self.sheet.names.get(found, "") if found else ""

    def _signed(self, who: UUID | None, at: datetime | None) -> str:
        return "\n".join(filter(None, (self._who(who), self.speech.moment(at))))

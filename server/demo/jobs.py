"""The job of a plan's date: what it takes over from the plan, and what people answered to its checklist."""

import json
from uuid import UUID

from server.core.kept import written
from server.demo import courses, plans
from server.demo.calendars import DAY, MINUTE
from server.demo.chance import Dice, instant
from server.demo.files import Files
from server.demo.people import Staff
from server.demo.pictures import close_up
from server.demo.plans import Plan, Workbook
from server.demo.sheets import Answer, Photo, Sheet, Trace
from shared_models.checklists.rows import JobChecklist, Step, StepKind, StepState

EXPLAINED = 400 * DAY  # for which jobs say why they were due
ANSWERED = 90 * DAY  # for which jobs keep their checklist
FAILS = 0.03
NOT_APPLICABLE = 0.02
TEXTS = ("RAS.", "À suivre au prochain passage.", "Point marqué au feutre.", "Voir avec l’équipe du matin.")
SIGNED_ON = {"width": 180, "height": 80}


class Jobs:
    def __init__(self, seed: int, book: Workbook, staff: Staff, files: Files, now: float) -> None:
        self.dice, self.book, self.staff, self.files, self.now = Dice(seed, "jobs"), book, staff, files, now

    def new(self, plan: Plan) -> Sheet:
        """Made by the calendar, by nobody."""
        at = min(courses.created_at(plan), self.now - MINUTE)
        machine, created = plan.machine, instant(at)
        sheet = Sheet(
            self.dice.id_at(at), created, created, machine, machine.site.id, machine.id, plan.round.title, plan.job_type,
            priority=plan.priority, supervisor_id=self.staff.supervisors[machine.site.index].id,
            assigned_technician_id=plan.technician.id if plan.technician else None,
        )  # fmt: skip
        if at > self.now - 14 * DAY:
            sheet.trail.append(Trace(created, None, "intervention.created", {"status": [None, "pending"]}))
        self.link(plan, sheet)
        return sheet

    def link(self, plan: Plan, sheet: Sheet) -> None:
        wanted, due_at = plan.round, courses.due_at(plan)
        sheet.scheduled_maintenance_id, sheet.maintenance_type_id = plan.id, self.book.kinds.ids[wanted.kind]
        sheet.assigned_team_id = plan.team_id
        sheet.original_due, sheet.due_local, sheet.due_at = plan.original_due, plan.due, instant(due_at)
        sheet.scheduled_start, sheet.scheduled_end = instant(due_at), instant(due_at + round(wanted.minutes) * MINUTE)
        sheet.estimated_duration, sheet.required_parts = round(wanted.minutes), plans.parts_of(wanted, plan.machine, self.book.parts)
        sheet.needs_photo, sheet.needs_signature = "photo" in wanted.marks, "signed" in wanted.marks
        sheet.needs_validation = plan.needs_validation
        if due_at > self.now - EXPLAINED and plan.reason:
            sheet.due_reason = written(plan.reason)
        if wanted.checklist and due_at > self.now - ANSWERED:
            sheet.checklist = written(self.book.checklists.snapshot(wanted.checklist, sheet.created_at.timestamp()))

    # ------------------------------------------------------------ what was answered

    def answer(self, plan: Plan, sheet: Sheet, *, part: float = 1.0, failing: str = "") -> None:
        """The steps in order, while the work went on; `failing` is the title of a step that was not in order."""
        action = sheet.actions[-1]
        began, ended = action.started_at.timestamp(), (action.ended_at.timestamp() if action.ended_at else self.now - MINUTE)
        name = next(user.name for user in self.staff.everybody if user.id == action.user_id)
        if sheet.needs_signature and sheet.status == "completed":
            sheet.signature = json.dumps({"name": name, "path": plans.SIGNATURE, **SIGNED_ON})
        if sheet.needs_photo and sheet.status == "completed" and ended > self.now - ANSWERED:
            sheet.photos.append(Photo(self._photo(sheet, action.user_id, ended), action.user_id, instant(ended), "after", "Palier graissé"))
        if not sheet.checklist:
            return
        steps = JobChecklist.model_validate_json(sheet.checklist).steps
        for rank, step in enumerate(steps[: round(len(steps) * part)], start=1):
            at = began + (ended - began) * rank / (len(steps) + 1)
            if answer := self._answer(plan, sheet, step, at, action.user_id, fails=failing == step.title):
                sheet.answers.append(answer)

    def _answer(self, plan: Plan, sheet: Sheet, step: Step, at: float, by: UUID, *, fails: bool) -> Answer | None:
        dice = self.dice
        if not step.is_required and dice.happens(0.5):
            return None
        answer = Answer(dice.id_at(at), step.id, by, instant(at), StepState.done.value)
        if not fails and step.kind is StepKind.pass_fail and dice.happens(NOT_APPLICABLE):
            answer.state = StepState.na.value
            return answer
        fails = fails or (step.kind is not StepKind.meter and dice.happens(FAILS))
        value = self._value(plan, sheet, step, at, by, fails=fails)
        if step.kind is StepKind.meter and value is None:
            answer.state, answer.reason = StepState.skipped.value, "Afficheur éteint."
            return answer
        if (
            fails
            and step.kind in {StepKind.pass_fail, StepKind.number, StepKind.choice}
            and (step.bad_options or step.kind is not StepKind.choice)
        ):
            answer.state = StepState.failed.value
        if step.kind is StepKind.photo or step.needs_photo:
            answer.photo_id = self._photo(sheet, by, at)
        answer.value = None if value is None else json.dumps(value)
        return answer

    def _value(self, plan: Plan, sheet: Sheet, step: Step, at: float, by: UUID, *, fails: bool) -> float | str | None:
        dice = self.dice
        match step.kind:
            case StepKind.number if step.low is not None and step.high is not None:
                width = step.high - step.low
                usual = dice.triangular(step.low, step.high)
                return round(step.high + width * dice.uniform(0.03, 0.15) if fails else usual, 1 if width < 20 else 0)
            case StepKind.choice:
                fitting = step.bad_options if fails and step.bad_options else [o for o in step.options if o not in step.bad_options]
                return dice.pick(fitting) if fails else dice.pick((*fitting[:1], *fitting))
            case StepKind.text:
                return dice.pick(TEXTS)
            case StepKind.signature:
                return plans.SIGNATURE
            case StepKind.meter:
                meters = self.book.meters.get(plan.machine.id, [])
                return meters[0].read_at_job(dice.id_at(at), instant(at), by, sheet.id) if meters else None
        return None

    def _photo(self, sheet: Sheet, by: UUID, at: float) -> UUID:
        return self.files.add_picture(close_up("fixed", self.dice.randrange(4)), sheet.site_id, "controle.jpg", at, by)

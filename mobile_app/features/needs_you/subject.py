"""What a refused command spoke of, in a line."""

from datetime import date

from mobile_app.core.i18n import format_date, format_number, t
from mobile_app.core.outbox import Refused
from mobile_app.core.problems import explained
from mobile_app.domain import parts as stock
from mobile_app.domain import steps as st
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted, name_of, place
from mobile_app.domain.meters import amount, question
from mobile_app.features.needs_you.ways import IMPLAUSIBLE, job_in, meter_in, plan_in, row_in, step_of
from shared_models.base import Command
from shared_models.checklists.commands import AnswerStep
from shared_models.checklists.rows import AnswerRow, Step, StepKind
from shared_models.checklists.rules import judged
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.commands import OnPart
from shared_models.meters.commands import RecordReading, ResetMeter
from shared_models.meters.metering import Doubt, Implausible
from shared_models.plans.commands import AssignOccurrence, MoveOccurrence, OnOccurrence


def subject(client: Client, item: Refused) -> str:
    command = item.command
    job = job_in(client, command)
    if isinstance(command, OnPart):
        return _of_part(client, command, job)
    if job is not None:
        step = step_of(job, command) if isinstance(command, AnswerStep) else None
        return dotted(job.title, place(client, job.equipment_id), step.title if step else "", said_value(client, command))
    row = client.equipment.get(getattr(command, "equipment_id", None))
    meter, plan = meter_in(client, command), plan_in(client, command)
    if meter is not None:
        return dotted(meter.name, place(client, meter.equipment_id), said_value(client, command))
    if plan is not None:
        return dotted(plan.title, place(client, plan.equipment_id), _of_occurrence(client, command))
    return place(client, row.id) if row else getattr(row_in(client, command), "name", "")


def _of_part(client: Client, command: OnPart, job: InterventionRow | None) -> str:
    """`Roulement 6204 · 2 · Bruit · Presse 4`."""
    part = client.tables.parts.get(command.part_id)
    quantity = getattr(command, "quantity", None)
    many = stock.amount(part, quantity) if part and quantity is not None else ""
    return dotted(stock.part_name(client, command.part_id), many, *([job.title, place(client, job.equipment_id)] if job else []))


def reason(client: Client, item: Refused) -> str:
    """Why, in the app's own words; of a reading, compared to those around it."""
    command, params, meter = item.command, item.problem.params, meter_in(client, item.command)
    value = getattr(command, "value", None)
    if item.problem.code != IMPLAUSIBLE or meter is None or not isinstance(value, float | int) or params.get("kind") not in [*Implausible]:
        return explained(item.problem)
    at = command.read_at if isinstance(command, RecordReading) else item.at
    return question(meter, Doubt(Implausible(params["kind"]), params.get("low"), params.get("high")), value, at)


def said_value(client: Client, command: Command | None) -> str:
    """`4 870 h`: a value is what somebody would have to read again."""
    value = command.final_value if isinstance(command, ResetMeter) else getattr(command, "value", None)
    if not isinstance(command, RecordReading | ResetMeter | AnswerStep) or value is None:
        return ""
    meter = meter_in(client, command)
    if meter is not None and isinstance(value, float | int):
        return amount(meter, value)
    answer = _answer(client, command) if isinstance(command, AnswerStep) else None
    return st.value_text(*answer) if answer else format_number(value) if isinstance(value, float | int) else ""


def finding_at(client: Client, command: AnswerStep) -> str:
    """`Pression : non conforme · 8,2 bar · fuite au joint`, as a note."""
    found = _answer(client, command)
    if found is None:
        return command.reason
    step, answer = found
    finding = dotted(st.mark_of(step, answer).word, st.value_text(step, answer), answer.reason)
    return t("checklist.finding", step=step.title, finding=finding)


def _answer(client: Client, command: AnswerStep) -> tuple[Step, AnswerRow] | None:
    """The answer as it would have stood."""
    job = job_in(client, command)
    step = step_of(job, command) if job else None
    if step is None or command.state is None:
        return None
    value = None if step.kind is StepKind.signature else command.value
    return step, AnswerRow(
        id=command.answer_id, step_id=step.id, state=judged(step, command.state, command.value), value=value, reason=command.reason,
        user_id=client.user.id, occurred_at=command.occurred_at,
    )  # fmt: skip


def _of_occurrence(client: Client, command: Command | None) -> str:
    if isinstance(command, MoveOccurrence):
        return t("needs_you.moved", day=_day(command.original_due.date()), to=_day(command.to.date()))
    if isinstance(command, AssignOccurrence):
        return dotted(_day(command.original_due.date()), name_of(client, command.technician_id) or t("domain.unassigned"))
    return _day(command.original_due.date()) if isinstance(command, OnOccurrence) else ""


def _day(day: date) -> str:
    return format_date(day)

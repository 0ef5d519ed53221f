"""Closing a job in under twenty seconds: what it was, what mended it, and whether it runs again.

Everything is filled in from the clock, the stop and the machine's own history; nothing has to be typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import format_duration, format_time, language, n, t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.cards import RepeatCard
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, id_of, use_tables
from mobile_app.domain.life import life_of
from mobile_app.domain.lookup import dotted, item_name, place
from mobile_app.domain.steps import KIND_ICON, progress
from mobile_app.domain.submit import submit
from mobile_app.features.jobs.checklist import draft_key
from mobile_app.features.jobs.commands import JobCommands
from mobile_app.features.jobs.history import RemoteJob
from mobile_app.features.jobs.sheets import machine_states
from mobile_app.ui.buttons import IconAction, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import Card, LineItem, NoticeCard
from mobile_app.ui.choices import Choice, ChoiceChips, ChoiceGrid, StepHeader, StepTitle
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.feedback import EmptyState, SkeletonList
from mobile_app.ui.fields import TextInput, Toggle
from mobile_app.ui.hooks import Draft, use_async, use_draft
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.pads import SignaturePad
from mobile_app.ui.pickers import PickList
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Heading, Meta, Strong
from mobile_app.ui.theme import C, Space
from shared_models.checklists.rows import Step
from shared_models.equipment.life import likeliest_modes, repeat_failure
from shared_models.equipment.rows import EquipmentClassRow, EquipmentStatus, FailureItem, FailureItemKind, in_language
from shared_models.ids import uuid7
from shared_models.interventions.commands import CompleteIntervention
from shared_models.interventions.lifecycle import InterventionStatus
from shared_models.interventions.rows import FailureCoding, InterventionRow, InterventionType, Signature
from shared_models.interventions.sheet import has_photo, is_signed

SHOWN = 6
UNKNOWN = "unknown"
TEMPORARY_DAYS = 14
RUNS = EquipmentStatus.active.value
SIGNATURE_BOX = (400, 180)


@component
def CloseScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "classes", "lines", "sites")
    job_id = id_of(ft.use_route_params()["job_id"])
    job = client.interventions.get(job_id)
    if job is None:
        return RemoteJob(job_id, _over)
    if job.status != InterventionStatus.in_progress:
        return _over(client, job)
    missing = progress(job).missing
    return _unfinished(job, missing) if missing else Closing(client, job, key=str(job_id))


def _unfinished(job: InterventionRow, missing: list[Step]) -> ft.Control:
    """What the checklist still asks for, and the way there."""
    head = PageHeader(t("close.title"), on_back=lambda: go(f"/jobs/{job.id}"))
    lines = [LineItem(step.title, icon=KIND_ICON[step.kind]) for step in missing]
    on = PrimaryButton(t("checklist.continue"), lambda: go(f"/jobs/{job.id}/checklist"), icon=ft.Icons.CHECKLIST_ROUNDED, expand=True)
    notice = NoticeCard(t("close.unfinished"), n("checklist.missing", len(missing)))
    return Page(head, notice, Card(Stack(*lines, spacing=4)), footer=ft.Row([on]), spacing=Space.l, max_width=560)


def _over(_: Client, job: InterventionRow, *, read_only: bool = True) -> ft.Control:
    del read_only
    return EmptyState(
        ft.Icons.TASK_ALT_ROUNDED,
        t("close.not_open"),
        marks.JOB[job.status].word,
        action=t("close.see"),
        on_action=lambda: go(f"/jobs/{job.id}"),
    )


@dataclass(frozen=True)
class Times:
    """What the clock and the stop say before anybody corrects them, in minutes."""

    worked: int
    down: int | None


def times_of(job: InterventionRow, user_id: UUID, now: datetime) -> Times:
    mine = [a for a in job.actions if a.user_id == user_id]
    worked = sum(((a.ended_at or now) - a.started_at for a in mine), timedelta())
    down = ((job.restarted_at or now) - job.stopped_at) if job.stopped_at else None
    return Times(round(worked.total_seconds() / 60), None if down is None else round(down.total_seconds() / 60))


@component
def Closing(client: Client, job: InterventionRow) -> ft.Control:
    opened_at = ft.use_memo(client.now, [])
    draft = use_draft(f"close:{job.id}", answers_of(job))
    steps = 2 if job.intervention_type == InterventionType.corrective else 1
    step = min(draft.get("step", 1), steps)
    times = times_of(job, client.user.id, opened_at)

    async def finish() -> None:
        command = completion(job, draft.values, times, client.now())
        if await submit(client, command):
            await draft.clear()
            await client.drafts.clear(draft_key(job.id))
            bridge.send("feedback", {"sound": "ok", "vibrate": [40]})
            go(f"/jobs/{job.id}/done")

    def back() -> None:
        if step > 1:
            draft.set("step", step - 1)
        else:
            go(f"/jobs/{job.id}")

    whose = Meta(dotted(job.title, place(client, job.equipment_id)), max_lines=1)
    head = Stack(StepHeader(t("close.title"), step, steps, lambda: go(f"/jobs/{job.id}")), whose, spacing=6)
    if not draft.ready:
        return Page(head, SkeletonList(3))
    asks_failure = steps == 2 and step == 1  # noqa: PLR2004 - the first of two
    body = Failure(client, job, draft) if asks_failure else Restart(client, job, draft, times)
    more = ft.Icons.ARROW_FORWARD_ROUNDED
    forward = (
        PrimaryButton(t("close.continue"), lambda: draft.set("step", 2), trailing_icon=more, disabled=not draft.get("mode"), expand=True)
        if asks_failure
        else PrimaryButton(t("close.finish"), finish, icon=ft.Icons.CHECK_ROUNDED, disabled=bool(lacks(job, draft.values)), expand=True)
    )
    return_ = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), back, outlined=True, size=52)
    return Page(head, body, footer=ft.Row([return_, forward], spacing=10), spacing=Space.l, max_width=560)


# Step one: what it was, what mended it


@component
def Failure(client: Client, job: InterventionRow, draft: Draft) -> ft.Control:
    searching, set_searching = ft.use_state(False)
    machine = client.equipment.get(job.equipment_id)
    of_class = client.classes.get(machine.class_id) if machine else None
    life = use_async(lambda: life_of(client, job.equipment_id), [job.equipment_id]).data
    modes = likeliest_modes(of_class.failure_items, of_class.mode_counts, life.mode_counts if life else []) if of_class else []
    choices = [Choice(str(m.item.id), item_name(m.item), marks.icon_named(m.item.icon), m.share or None) for m in modes]
    picked = draft.get("mode")
    first = choices[:SHOWN]
    if picked and picked != UNKNOWN and picked not in {c.key for c in first}:
        first = [*first[: SHOWN - 1], next((c for c in choices if c.key == picked), first[-1])]

    def pick(key: str) -> None:
        set_searching(False)
        draft.set("mode", key)

    sheet = Sheet(t("close.other_mode"), PickList(choices, picked, pick)) if searching else None
    use_sheet(sheet, lambda: set_searching(False))
    links = [
        TextLink(t("close.other_mode"), lambda: set_searching(True)),
        TextLink(t("close.unknown"), lambda: pick(UNKNOWN), color=C.primary if picked == UNKNOWN else C.ink2),
    ]
    if picked == UNKNOWN:
        links.append(ft.Icon(ft.Icons.CHECK_ROUNDED, color=C.primary, size=20))
    again = repeat_failure([j for j in life.jobs if j.id != job.id], client.now(), UUID(picked)) if life and _is_mode(picked) else None
    hint = t("close.most_frequent", kind=in_language(of_class.names, language()).lower()) if of_class else ""
    remedies = _remedies(of_class)
    return Stack(
        StepTitle(t("close.what"), hint),
        *([ChoiceGrid(first, picked, pick)] if first else []),
        ft.Row(links, spacing=4, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        *([RepeatCard(client, again)] if again else []),
        *([Heading(t("job.remedy")), ChoiceChips(remedies, draft.get("remedy"), draft.setter("remedy"))] if remedies else []),
        spacing=Space.m,
    )


def _is_mode(picked: str | None) -> bool:
    return bool(picked) and picked != UNKNOWN


def _remedies(of_class: EquipmentClassRow | None) -> list[Choice]:
    items: list[FailureItem] = of_class.failure_items if of_class else []
    return [Choice(str(item.id), item_name(item)) for item in items if item.kind == FailureItemKind.remedy]


# Last step: does it run, how long did it take


@component
def Restart(client: Client, job: InterventionRow, draft: Draft, times: Times) -> ft.Control:
    editing, set_editing = ft.use_state(False)
    asked = job.needs_signature and not is_signed(job)
    signing, set_signing = ft.use_state(asked or bool(draft.get("signature")))
    sheet = (
        Sheet(t("close.times"), _times_form(draft, times), PrimaryButton(t("common.ok"), lambda: set_editing(False))) if editing else None
    )
    use_sheet(sheet, lambda: set_editing(False))
    temporary = bool(draft.get("temporary"))
    until = [DateInput(t("close.temporary_until"), _until(draft), lambda day: draft.set("until", day.isoformat()))] if temporary else []
    corrective = job.intervention_type == InterventionType.corrective
    return Stack(
        StepTitle(t("close.runs")),
        ChoiceGrid(machine_states(), draft.get("runs"), draft.setter("runs"), columns=3),
        _times_card(job, draft, times, lambda: set_editing(True)),
        TextInput(
            t("job.performed"),
            draft.get("performed", ""),
            draft.setter("performed"),
            lines=2,
            optional=True,
            placeholder=t("close.performed_hint"),
            max_length=text_limit(CompleteIntervention, "work_performed"),
        ),
        *(
            [Toggle(t("domain.temporary_repair"), temporary, draft.setter("temporary"), meta=t("close.temporary_hint"))]
            if corrective
            else []
        ),
        *until,
        *(_photo_asked(client, job) if job.needs_photo and not has_photo(job) else []),
        *([NoticeCard(t("close.signature_asked"), icon=ft.Icons.DRAW_OUTLINED)] if asked and not draft.get("signature") else []),
        *(_signing(draft) if signing else []),
        *([] if signing else [ft.Row([TextLink(t("close.sign"), lambda: set_signing(True))])]),
    )


def lacks(job: InterventionRow, values: dict[str, Any]) -> list[str]:
    """What the job must have before it is closed: `photo`, `signature`."""
    photo = job.needs_photo and not has_photo(job)
    signature = job.needs_signature and not values.get("signature") and not is_signed(job)
    return [name for name, missing in (("photo", photo), ("signature", signature)) if missing]


def _photo_asked(client: Client, job: InterventionRow) -> list[ft.Control]:
    notice = NoticeCard(t("close.photo_asked"), icon=ft.Icons.PHOTO_CAMERA_OUTLINED)
    return [notice, SecondaryButton(t("close.photo_take"), JobCommands(client, job).photo, icon=ft.Icons.PHOTO_CAMERA_ROUNDED)]


def _signing(draft: Draft) -> list[ft.Control]:
    return [
        TextInput(t("close.signed_by"), draft.get("signed_by", ""), draft.setter("signed_by"), max_length=text_limit(Signature, "name")),
        SignaturePad(draft.get("signature", ""), draft.setter("signature")),
    ]


def _times_card(job: InterventionRow, draft: Draft, times: Times, on_edit: Callable[[], None]) -> ft.Control:
    worked, down = draft.get("worked", times.worked), draft.get("down", times.down)
    said = t("close.worked", duration=format_duration(worked))
    if down:
        said = t("close.down_and_worked", down=format_duration(down), duration=format_duration(worked))
    since = t("close.since", time=format_time(job.stopped_at)) if job.stopped_at else t("close.by_clock")
    words = ft.Column([Strong(said), Meta(since)], spacing=1, tight=True, expand=True)
    row = ft.Row(
        [ft.Icon(ft.Icons.SCHEDULE_ROUNDED, color=C.primary), words, ft.Icon(ft.Icons.EDIT_OUTLINED, size=20, color=C.ink2)], spacing=12
    )
    return Card(row, on_click=on_edit, label=t("close.edit_times", times=said))


def _times_form(draft: Draft, times: Times) -> ft.Control:
    def keep(name: str) -> Callable[[float | None], None]:
        return lambda value: draft.set(name, None if value is None else max(0, round(value)))

    unit = t("close.minutes")
    worked = NumberInput(t("close.worked_label"), draft.get("worked", times.worked), keep("worked"), unit=unit, decimals=False)
    down = NumberInput(
        t("close.down_label"),
        draft.get("down", times.down),
        keep("down"),
        unit=unit,
        decimals=False,
        hint=t("close.down_hint"),
        optional=True,
    )
    return Stack(worked, down)


def _until(draft: Draft) -> date:
    return _until_of(draft.values, datetime.now().astimezone().date())


def _until_of(values: dict[str, Any], today: date) -> date:
    """What was chosen, or two weeks; a day that has passed meanwhile is today."""
    chosen = values.get("until")
    return max(today, date.fromisoformat(chosen)) if chosen else today + timedelta(days=TEMPORARY_DAYS)


# The command


def answers_of(job: InterventionRow) -> dict[str, Any]:
    """Where the questions start: what was answered before a supervisor sent the job back need not be told again."""
    return {
        "step": 1,
        "runs": RUNS,
        "mode": UNKNOWN if job.mode_unknown else job.mode_id and str(job.mode_id),
        "remedy": job.remedy_id and str(job.remedy_id),
        "performed": job.work_performed,
        "temporary": job.temporary_until is not None,
        "until": job.temporary_until and job.temporary_until.isoformat(),
    }


def completion(job: InterventionRow, values: dict[str, Any], times: Times, now: datetime) -> CompleteIntervention:
    """What was answered, as the command; what was left alone keeps the clock's and the stop's own word."""
    mode, runs = values.get("mode"), values.get("runs", RUNS)
    corrective = job.intervention_type == InterventionType.corrective
    failure = FailureCoding(
        mode_id=UUID(mode) if mode and mode != UNKNOWN else None,
        mode_unknown=mode == UNKNOWN,
        mechanism_id=job.mechanism_id,
        cause_id=job.cause_id,
        remedy_id=UUID(values["remedy"]) if values.get("remedy") else None,
    )
    temporary = corrective and bool(values.get("temporary"))
    until = _until_of(values, now.astimezone().date())
    return CompleteIntervention(
        occurred_at=now,
        intervention_id=job.id,
        failure=failure if corrective else None,
        failure_cause=job.failure_cause,
        work_performed=values.get("performed", ""),
        observations=job.observations,
        worked_minutes=values["worked"] if values.get("worked") not in {None, times.worked} else None,
        equipment_status=EquipmentStatus(runs),
        temporary_until=until if temporary else None,
        permanent_id=uuid7() if temporary else None,
        signature=_signature(values),
        **_stop(job, values, times, now),
    )


def _stop(job: InterventionRow, values: dict[str, Any], times: Times, now: datetime) -> dict[str, Any]:
    """The stop as corrected; it ends now if the machine runs again, or as it began if somebody says that it never stood still."""
    down, runs = values.get("down", times.down), values.get("runs", RUNS) == RUNS
    if not down:
        never_stood = "down" in values and runs and job.stopped_at
        return {"stopped_at": job.stopped_at, "restarted_at": job.stopped_at} if never_stood else {}
    restarted = (job.restarted_at or now) if runs else None
    corrected = down != times.down or job.stopped_at is None
    stopped = (restarted or now) - timedelta(minutes=down) if corrected else job.stopped_at
    return {"stopped_at": stopped, "restarted_at": restarted, "stop_kind": job.stop_kind}


def _signature(values: dict[str, Any]) -> Signature | None:
    path = values.get("signature")
    if not path:
        return None
    width, height = SIGNATURE_BOX
    return Signature(name=values.get("signed_by") or t("close.signed"), path=path, width=width, height=height)

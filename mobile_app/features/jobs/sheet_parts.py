"""The parts of a job's sheet: who works, what was found, what was written and photographed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_datetime, format_duration, format_moment, format_time, n, t
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import doer, dotted, failure_item, item_name, labour_of, name_of, running_since
from mobile_app.domain.pictures import use_pictures
from mobile_app.ui.buttons import Handler
from mobile_app.ui.cards import Card, CardHeader, KeyValues, LineItem, NoticeCard
from mobile_app.ui.chips import Avatar
from mobile_app.ui.component import component
from mobile_app.ui.pads import SignatureView
from mobile_app.ui.photos import Photo, PhotoGrid
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Digits, Meta
from mobile_app.ui.theme import BOLD, C, Tone
from mobile_app.ui.timers import Timer
from shared_models.equipment.rows import EquipmentStatus
from shared_models.interventions.lifecycle import OPEN, InterventionStatus
from shared_models.interventions.rows import ActionRow, InterventionRow, NoteRow
from shared_models.interventions.sheet import down_time
from shared_models.requests.rows import WorkRequestRow


def clock_card(client: Client, job: InterventionRow) -> ft.Control:
    """The big clock of all labour, and who is on it; before the first minute, whose work it is."""
    if not job.actions:
        return Card(_foot(client, job), padding=14)
    now = client.now()
    since = running_since(job)
    seconds = sum(((a.ended_at or now) - a.started_at).total_seconds() for a in job.actions)
    clock = Timer(since) if since else _still(job, seconds)
    return Card(Stack(ft.Row([clock], alignment=ft.MainAxisAlignment.CENTER), _foot(client, job), spacing=14))


def _foot(client: Client, job: InterventionRow) -> ft.Control:
    """Who is at it, else whose it is; how long the machine has stood still, and where the job stands."""
    workers = [a.user_id for a in job.actions if a.ended_at is None]
    who = ft.Row([Avatar(name_of(client, w)) for w in workers] or _whose(client, job), spacing=8, tight=True)
    mark = marks.VALIDATED if job.is_validated else marks.JOB[job.status]
    stop = None if _tells_stop(client, job) else down_time(job, client.now())
    facts = [Meta(t("domain.stop_time", duration=format_duration(stop)), color=C.bad)] if stop else []
    state = ft.Row([*facts, mark.chip()], spacing=10, tight=True)
    return ft.Row([who, state], spacing=10, run_spacing=10, wrap=True, alignment=ft.MainAxisAlignment.SPACE_BETWEEN)


def _still(job: InterventionRow, seconds: float) -> ft.Control:
    """A clock that waits; once all is over, a plain length of time."""
    if job.status not in OPEN:
        return ft.Text(format_duration(seconds / 60), size=34, weight=BOLD)
    hours, rest = divmod(int(seconds), 3600)
    return Digits(f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}", color=C.ink2, label=format_duration(seconds / 60))


def _tells_stop(client: Client, job: InterventionRow) -> bool:
    """The machine's own line above says since when it is down."""
    machine = client.equipment.get(job.equipment_id)
    return job.status in OPEN and machine is not None and machine.status == EquipmentStatus.broken


def _whose(client: Client, job: InterventionRow) -> list[ft.Control]:
    """A person's, a team's, or nobody's yet."""
    name = doer(client, job.assigned_technician_id, job.assigned_team_id)
    if not name:
        return [Meta(t("domain.unassigned"))] if job.status in OPEN else []
    is_person = bool(name_of(client, job.assigned_technician_id))
    face = Avatar(name) if is_person else ft.Icon(ft.Icons.GROUPS_ROUNDED, size=24, color=C.ink2)
    return [face, Meta(t("job.assigned_to", who=name))]


def notices(client: Client, job: InterventionRow) -> list[ft.Control]:
    """Why it came back, why it waits, why it was given up."""
    found: list[ft.Control] = []
    if job.returned_at and job.status == InterventionStatus.in_progress:
        by = name_of(client, job.returned_by)
        found.append(NoticeCard(t("job.returned", who=by), job.return_reason, tone=Tone.warning, icon=ft.Icons.UNDO_ROUNDED))
    if job.status in {InterventionStatus.on_hold, InterventionStatus.cancelled} and job.status_reason:
        mark = marks.JOB[job.status]
        found.append(NoticeCard(mark.word, job.status_reason, tone=mark.tone, icon=mark.icon))
    if job.temporary_until:
        until = format_moment(datetime.combine(job.temporary_until, datetime.min.time()).astimezone(), client.now())
        found.append(NoticeCard(t("job.temporary", until=until), tone=Tone.warning, icon=ft.Icons.HOURGLASS_BOTTOM_ROUNDED))
    return found


def request_card(client: Client, request: WorkRequestRow | None) -> list[ft.Control]:
    """The operator's own words, as they were sent."""
    if request is None:
        return []
    symptom = marks.SYMPTOM[request.symptom]
    said = request.text or symptom.word
    meta = dotted(request.requester, format_moment(request.created_at, client.now()))
    return [Card(Stack(CardHeader(t("job.request"), symptom.chip()), Body(t("common.quoted", text=said)), Meta(meta), spacing=6))]


def actions_card(client: Client, job: InterventionRow) -> list[ft.Control]:
    if not job.actions:
        return []
    now = client.now()
    lines = [_action_line(client, action, now) for action in sorted(job.actions, key=lambda a: a.started_at)]
    return [Card(Stack(CardHeader(t("job.work"), labour_of(job, now)), *lines, spacing=4))]


def _action_line(client: Client, action: ActionRow, now: datetime) -> ft.Control:
    ended = _ending(action) if action.ended_at else t("job.running")
    spent = format_duration((action.ended_at or now) - action.started_at)
    name = name_of(client, action.user_id)
    return LineItem(
        name,
        meta=f"{format_datetime(action.started_at)} → {ended}",
        trailing=spent,
        leading=Avatar(name, size=36),
    )


def _ending(action: ActionRow) -> str:
    """The time alone on the day of the start."""
    assert action.ended_at
    same_day = action.ended_at.astimezone().date() == action.started_at.astimezone().date()
    return format_time(action.ended_at) if same_day else format_datetime(action.ended_at)


def report_card(client: Client, job: InterventionRow) -> list[ft.Control]:
    """What was found and done."""

    def named(item_id: UUID | None) -> str:
        return item_name(failure_item(client, job.equipment_id, item_id))

    mode = t("job.mode_unknown") if job.mode_unknown else named(job.mode_id)
    rows = (
        ("job.mode", mode),
        ("job.mechanism", named(job.mechanism_id)),
        ("job.cause", named(job.cause_id) or job.failure_cause),
        ("job.remedy", named(job.remedy_id)),
        ("job.performed", job.work_performed),
        ("job.observations", job.observations),
    )
    lines: list[tuple[str, str | ft.Control]] = [(t(key), value) for key, value in rows if value]
    if job.stopped_at and (job.restarted_at or job.status not in OPEN):
        until = format_datetime(job.restarted_at) if job.restarted_at else t("job.still_down")
        lines.append((t("job.stop"), f"{format_datetime(job.stopped_at)} → {until}"))
    if job.signature:
        lines.append((t("job.signed_by", name=job.signature.name), SignatureView(job.signature.path)))
    if not lines:
        return []
    return [Card(Stack(CardHeader(t("job.report")), KeyValues(lines, stacked=True), spacing=12))]


def notes_list(client: Client, notes: Sequence[NoteRow]) -> list[ft.Control]:
    now = client.now()
    return [
        ft.Column(
            [Body(note.text), Meta(dotted(name_of(client, note.user_id), format_moment(note.occurred_at, now)))],
            spacing=2,
            tight=True,
            key=str(note.id),
        )
        for note in sorted(notes, key=lambda note: note.occurred_at)
    ]


@component
def Photos(client: Client, job: InterventionRow, on_add: Handler | None) -> ft.Control:
    pictures = use_pictures(tuple(photo.id for photo in job.photos))
    waiting = job.id in client.interventions.pending
    tiles = [
        Photo(str(photo.id), pictures[photo.id], t(f"job.photo.{photo.kind}"), waiting=waiting)
        for photo in job.photos
        if photo.id in pictures
    ]
    missing = len(job.photos) - len(tiles)
    parts: list[ft.Control] = [CardHeader(t("job.photos"), str(len(job.photos)) if job.photos else "")]
    if tiles or on_add:
        parts.append(PhotoGrid(tiles, on_add=on_add))
    if missing:
        parts.append(Meta(n("job.photos_elsewhere", missing)))
    return Card(Stack(*parts, spacing=10))

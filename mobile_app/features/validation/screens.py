"""Validating: the list at the left, the sheet at the right, two taps each, the next one slides in."""

from datetime import timedelta
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_datetime, format_duration, format_moment, n, t
from mobile_app.domain import marks
from mobile_app.domain.cards import RepeatCard, job_chips
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, go_back, opener, use_tables
from mobile_app.domain.job_parts import job_parts_card
from mobile_app.domain.life import life_of
from mobile_app.domain.lookup import dotted, failure_item, item_name, name_of, number_of, place
from mobile_app.domain.machine_cards import life_card, machine_line
from mobile_app.domain.pictures import use_pictures
from mobile_app.domain.reasons import ReasonForm
from mobile_app.domain.steps import AnswersCard
from mobile_app.domain.submit import submit, submit_with_undo
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.domain.views import AWAITED, to_validate
from mobile_app.ui.buttons import ActionRow, Handler, IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, KeyValues, LineItem, NoticeCard, RowCard, StatTile, TileGrid
from mobile_app.ui.chips import Avatar
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_async, use_breakpoint, use_environment, use_shortcut
from mobile_app.ui.photos import Photo, PhotoGrid
from mobile_app.ui.scrolling import Scrolling
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader, TwoPane
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta, Title
from mobile_app.ui.theme import C, Space, Tone
from shared_models.equipment.life import EquipmentLifeRow, repeat_failure
from shared_models.interventions.commands import ReturnIntervention, ValidateIntervention
from shared_models.interventions.rows import InterventionRow
from shared_models.interventions.sheet import down_time, labour, may_validate

PANE_WIDTH = 820
REASONS = ("photo", "cause", "clean", "again")


@component
def ValidationScreen() -> ft.Control:
    client = use_tables("interventions", "equipment", "users", "lines", "classes", "requests", "job_parts", "parts")
    wanted = ft.use_route_params().get("job_id")
    size = use_breakpoint()
    jobs = to_validate(client.interventions.having(**AWAITED))
    job = next((job for job in jobs if str(job.id) == wanted), None)
    if not wanted and jobs and size >= Breakpoint.tablet:
        job = jobs[0]

    def step(by: int) -> None:
        if jobs:
            at = jobs.index(job) if job in jobs else -by
            go(f"/validate/{jobs[(at + by) % len(jobs)].id}")

    use_shortcut("J", lambda: step(1), t("validation.next"))
    use_shortcut("K", lambda: step(-1), t("validation.previous"))
    detail = JobSheet(client, job, _next_route(jobs, job), key=str(job.id)) if job else None
    if detail is None and not jobs:
        return Page(_list_head(jobs), _nothing())
    return TwoPane(_list(client, jobs, job), detail, placeholder=t("validation.choose"))


def _next_route(jobs: list[InterventionRow], job: InterventionRow) -> str:
    """Where to go once this one is judged: the next in the list, else the list."""
    rest = [other for other in jobs if other.id != job.id]
    after = jobs[jobs.index(job) + 1 :]
    following = (after or rest)[:1]
    return f"/validate/{following[0].id}" if following else "/validate"


def _nothing() -> ft.Control:
    return EmptyState(ft.Icons.DONE_ALL_ROUNDED, t("validation.none"), t("validation.none_body"))


def _list_head(jobs: list[InterventionRow]) -> ft.Control:
    return PageHeader(t("validation.title"), n("today.count", len(jobs)) if jobs else "", trailing=[SyncBadge()])


def _list(client: Client, jobs: list[InterventionRow], chosen: InterventionRow | None) -> ft.Control:
    now = client.now()
    rows = [
        RowCard(
            job.title,
            meta=dotted(place(client, job.equipment_id), name_of(client, job.completed_by)),
            trailing=format_moment(job.actual_end, now) if job.actual_end else "",
            chips=job_chips(job, now, pending=job.id in client.interventions.pending)[1:],
            on_click=opener(f"/validate/{job.id}"),
            selected=chosen is not None and job.id == chosen.id,
            flat=True,
        )
        for job in jobs
    ]
    head = ft.Container(_list_head(jobs), padding=16)
    return Stack(head, Scrolling(rows, spacing=0), spacing=0, expand=True)


@component
def JobSheet(client: Client, job: InterventionRow, next_route: str) -> ft.Control:
    returning, set_returning = ft.use_state(False)
    size = use_breakpoint()
    life = use_async(lambda: life_of(client, job.equipment_id), [job.equipment_id]).data
    allowed = may_validate(client.user.role, client.user.id, job)

    async def approve() -> None:
        changed_here = job.id in client.interventions.pending  # by whoever judges: it will have another version by then
        version = None if changed_here else job.version
        command = ValidateIntervention(intervention_id=job.id, version=version, occurred_at=client.now())
        said = t("validation.validated", title=job.title)
        if allowed and await submit_with_undo(client, command, said, opener(f"/validate/{job.id}")):
            go(next_route)

    async def send_back(reason: str) -> bool:
        command = ReturnIntervention(intervention_id=job.id, reason=reason, occurred_at=client.now())
        done = await submit(client, command, said="validation.returned")
        if done:
            set_returning(False)
            go(next_route)
        return done

    use_shortcut("A", approve, t("validation.approve"))
    form = (
        Sheet(
            t("validation.return_title"),
            ReasonForm(f"return:{job.id}", REASONS, "validation.reason", t("validation.return_send"), send_back),
        )
        if returning
        else None
    )
    use_sheet(form, lambda: set_returning(False))
    body = [
        _head(client, job, on_phone=size == Breakpoint.phone),
        *_repeat(client, job, life),
        TileGrid(_figures(client, job, life), least=130, spacing=10, equal=True),
        *_report(client, job, wide=size == Breakpoint.desktop),
        *([AnswersCard(client, job)] if job.checklist else []),
        *job_parts_card(client, job),
        *_work(client, job),
        machine_line(client, job.equipment_id),
        *life_card(life, client.now()),
    ]
    return Page(
        *body,
        footer=_footer(client, job, approve, lambda: set_returning(True), allowed=allowed, size=size),
        max_width=PANE_WIDTH if size == Breakpoint.desktop else None,
    )


def _head(client: Client, job: InterventionRow, *, on_phone: bool) -> ft.Control:
    meta = dotted(number_of(job), marks.TYPE[job.intervention_type].word, place(client, job.equipment_id))
    words = ft.Column([Meta(meta), Title(job.title)], spacing=2, tight=True, expand=True)
    machine = client.equipment.get(job.equipment_id)
    chip = [marks.CRITICALITY[machine.criticality].chip()] if machine and machine.criticality in {"high", "critical"} else []
    row = ft.Row([words, *chip], spacing=10, vertical_alignment=ft.CrossAxisAlignment.START)
    if not on_phone:
        return row
    back = IconAction(ft.Icons.ARROW_BACK_ROUNDED, t("common.back"), lambda: go_back("/validate"))
    return ft.Column([ft.Container(back, margin=ft.Margin(-12, -8, 0, 0)), row], spacing=2, tight=True)


def _repeat(client: Client, job: InterventionRow, life: EquipmentLifeRow | None) -> list[ft.Control]:
    past = [other for other in life.jobs if other.id != job.id] if life else []
    notice = repeat_failure(past, job.actual_end or client.now(), job.mode_id) if job.mode_id else None
    return [RepeatCard(client, notice)] if notice else []


def _figures(client: Client, job: InterventionRow, life: EquipmentLifeRow | None) -> list[ft.Control]:
    """Times, and how they compare to what is usual on this machine."""
    now = client.now()
    down, work = down_time(job, now), labour(job.actions, now)
    workers = {action.user_id for action in job.actions}
    tiles = [
        StatTile(t("validation.down"), format_duration(down) if down else "—", _against_usual(down, life), tone=_usual_tone(down, life)),
        StatTile(t("validation.work"), format_duration(work), n("validation.people", len(workers))),
    ]
    if down and down > work:
        tiles.append(StatTile(t("validation.wait"), format_duration(down - work), t("validation.wait_note")))
    tiles.append(
        StatTile(t("validation.closed"), format_moment(job.actual_end, now) if job.actual_end else "—", name_of(client, job.completed_by))
    )
    return tiles


def _usual_down(life: EquipmentLifeRow | None) -> float | None:
    """Median stop of the machine over the year, in minutes; None under three stops."""
    lengths = sorted((s.ended_at - s.started_at).total_seconds() / 60 for s in life.stops if s.ended_at) if life else []
    return lengths[len(lengths) // 2] if len(lengths) >= 3 else None  # noqa: PLR2004 - two stops make no habit


def _against_usual(down: timedelta | None, life: EquipmentLifeRow | None) -> str:
    usual = _usual_down(life)
    if down is None:
        return t("validation.no_stop")
    return t("validation.usual", duration=format_duration(usual)) if usual else ""


def _usual_tone(down: timedelta | None, life: EquipmentLifeRow | None) -> Tone | None:
    usual = _usual_down(life)
    if down is None or usual is None:
        return None
    return Tone.bad if down.total_seconds() / 60 > 1.5 * usual else None


def _report(client: Client, job: InterventionRow, *, wide: bool) -> list[ft.Control]:
    def named(item_id: UUID | None) -> str:
        return item_name(failure_item(client, job.equipment_id, item_id))

    asked = client.requests.get(job.request_id)
    rows = (
        ("validation.asked", asked.text if asked else job.description),
        ("job.mode", t("job.mode_unknown") if job.mode_unknown else named(job.mode_id)),
        ("job.remedy", named(job.remedy_id)),
        ("job.performed", job.work_performed),
        ("job.observations", job.observations),
        ("job.notes", "\n".join(note.text for note in job.notes)),
        ("validation.signed", job.signature.name if job.signature else ""),
        ("validation.stop", _stop(job)),
    )
    lines: list[tuple[str, str | ft.Control]] = [(t(key), Body(value)) for key, value in rows if value]
    content = [KeyValues(lines, stacked=True)] if lines else [Meta(t("validation.nothing_written"))]
    report = Card(Stack(CardHeader(t("validation.done")), *content, spacing=12))
    photos = Pictures(job)
    if not wide:
        return [report, photos] if job.photos else [report]
    cells: list[ft.Control] = [ft.Container(report, expand=3), *([ft.Container(photos, expand=2)] if job.photos else [])]
    return [ft.Row(cells, spacing=Space.m, vertical_alignment=ft.CrossAxisAlignment.START)]


def _stop(job: InterventionRow) -> str:
    if job.stopped_at is None:
        return ""
    return f"{format_datetime(job.stopped_at)} → {format_datetime(job.restarted_at) if job.restarted_at else t('job.still_down')}"


@component
def Pictures(job: InterventionRow) -> ft.Control:
    pictures = use_pictures(tuple(photo.id for photo in job.photos))
    tiles = [Photo(str(p.id), pictures[p.id], t(f"job.photo.{p.kind}")) for p in job.photos if p.id in pictures]
    missing = len(job.photos) - len(tiles)
    rest = [Meta(n("job.photos_elsewhere", missing))] if missing else []
    return Card(ft.Column([CardHeader(t("job.photos")), PhotoGrid(tiles, size=120), *rest], spacing=10, tight=True))


def _work(client: Client, job: InterventionRow) -> list[ft.Control]:
    now = client.now()
    lines = []
    for action in sorted(job.actions, key=lambda action: action.started_at):
        name = name_of(client, action.user_id)
        spent = format_duration((action.ended_at or now) - action.started_at)
        lines.append(LineItem(name, meta=format_datetime(action.started_at), trailing=spent, leading=Avatar(name, size=32)))
    return [Card(ft.Column([CardHeader(t("job.work")), *lines], spacing=2, tight=True))] if lines else []


def _footer(client: Client, job: InterventionRow, approve: Handler, send_back: Handler, *, allowed: bool, size: Breakpoint) -> ft.Control:
    if not allowed:
        mine = job.completed_by == client.user.id
        return NoticeCard(t("validation.four_eyes" if mine else "validation.not_yours"), tone=Tone.off)
    if size < Breakpoint.desktop or use_environment().has_big_text:
        back = SecondaryButton(t("validation.return"), send_back, icon=ft.Icons.UNDO_ROUNDED, expand=1)
        return ActionRow(back, PrimaryButton(t("validation.approve"), approve, icon=ft.Icons.CHECK_ROUNDED, expand=1))
    return ft.Row(
        [
            SecondaryButton(t("validation.return"), send_back, icon=ft.Icons.UNDO_ROUNDED),
            Meta(t("validation.keys"), color=C.ink2),
            ft.Container(expand=True),
            PrimaryButton(t("validation.approve_next"), approve, icon=ft.Icons.CHECK_ROUNDED),
        ],
        spacing=12,
    )

"""Where the time of a breakdown went, on its page: a bar of its phases, each in words, and what nobody has told."""

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.answers import use_answer
from mobile_app.domain.client import Client
from mobile_app.domain.figures import amount
from mobile_app.ui.cards import Card, CardHeader, KeyValues
from mobile_app.ui.component import component
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, faint
from shared_models.interventions.rows import InterventionRow, StopKind
from shared_models.kpis.registry import Unit
from shared_models.kpis.waiting import AFTERWARDS, WORK, Breakdown, Moment, TimedPhase, lasted, moments_of, timed

_WHOLE = 1000


def phase_words(until: Moment) -> str:
    return t(f"kpis.phase.{until}")


def has_times(job: InterventionRow) -> bool:
    """Of a failure, as soon as there is a time between two moments."""
    return job.stop_kind is StopKind.failure and bool(timed(moments_of(job)))


@component
def JobTimes(client: Client, job: InterventionRow) -> ft.Control:
    """From what the sheet says at once; what the server knows besides joins it."""
    told = use_answer(Breakdown, f"/dashboard/waiting/{job.id}").data
    request = client.requests.get(job.request_id)
    known = moments_of(job, request.decided_at if request else None)
    phases, unknown = timed(known), [moment for moment, at in known.items() if at is None]
    if told is not None and set(told.known) >= {moment for moment, at in known.items() if at is not None}:
        phases, unknown = told.phases, told.unknown
    lasting = [(phase_words(phase.until), amount(Unit.hours, phase.hours)) for phase in phases]
    whole = amount(Unit.hours, lasted(phases))
    missing = [Meta(t("kpis.not_known", moments=", ".join(t(f"kpis.moment.{each}") for each in unknown)), max_lines=4)] if unknown else []
    return Card(Stack(CardHeader(t("kpis.where_time_went"), whole), _bar(phases), KeyValues(list(lasting)), *missing, spacing=10))


def _bar(phases: list[TimedPhase]) -> ft.Control:
    """Until it ran again. Work is solid; waiting is pale, one shade beside the other."""
    whole = lasted(phases) or 1
    parts: list[ft.Control] = [
        ft.Container(height=14, border_radius=3, bgcolor=_ink(phase, rank), expand=max(6, round(phase.hours / whole * _WHOLE)))
        for rank, phase in enumerate(phases)
        if phase.hours > 0 and phase.until is not AFTERWARDS
    ]
    return ft.Row(parts, spacing=2)


def _ink(phase: TimedPhase, rank: int) -> ft.ColorValue:
    return C.primary if phase.until is WORK else faint(C.bad, 0.55 if rank % 2 else 0.3)

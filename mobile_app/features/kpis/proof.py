"""One figure opened: how it is reckoned, what counts, and what is left out and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import flet as ft

from mobile_app.core.i18n import format_datetime, format_number, format_time, n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_tables
from mobile_app.domain.figure_cards import BOARD
from mobile_app.domain.figures import at_least, brought, knows_costs, moved, trend_of, value_of
from mobile_app.domain.lookup import dotted
from mobile_app.features.kpis.asking import Opened
from mobile_app.features.kpis.frame import files, use_frame
from mobile_app.ui.address import Place, use_place
from mobile_app.ui.buttons import TextLink
from mobile_app.ui.cards import Card, CardHeader, KeyValues, LineItem, SectionHeader
from mobile_app.ui.choices import Choice, ChoiceChips
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_breakpoint, use_state
from mobile_app.ui.shell import Page
from mobile_app.ui.stack import Columns, Stack
from mobile_app.ui.text import Body, Caption, Meta
from mobile_app.ui.theme import BOLD, TONES, C
from shared_models.kpis.registry import KPIS, OF_COSTS, WITHOUT_NUMBER, KpiKey
from shared_models.kpis.rows import EVENTS, Figure, KpiEvent, Proof

FEW = 20
"""Events of a kind, until one asks for more."""


@component
def KpiScreen() -> ft.Control:
    client = use_tables("sites", "lines", "classes", "equipment")
    place, size = use_place(Opened), use_breakpoint()
    asked = ft.use_route_params()["kpi"]
    key = KpiKey(asked) if asked in KPIS else KpiKey.availability
    frame = use_frame(client, place, Proof, f"{BOARD}/{key}", t(f"kpi.{key}"))
    if asked not in KPIS:
        return EmptyState(ft.Icons.EXPLORE_OFF_ROUNDED, t("app.not_found"), t("app.not_found_body"))
    proof = frame.data
    if proof is None:
        return Page(*frame.head)
    saved = files(client, f"{BOARD}/{key}", place.asked.question, t(f"kpi.{key}"), "kpis.files") if proof.total else []
    about = [_value(proof), *_ways(client, place, proof), _reckoned(proof), *saved]
    events = [Events(proof, key=f"{key}-{place.asked.question}")]
    if size < Breakpoint.desktop:
        return Page(*frame.head, *about, *events)
    return Page(*frame.head, Columns(about, events, (5, 6)), max_width=1180)


# --- what it is


def _value(proof: Proof) -> ft.Control:
    figure, move = proof.figure, moved(proof.figure)
    lines: list[ft.Control] = [ft.Text(value_of(figure, proof.confidence), size=32, weight=BOLD)]
    if move:
        ink = TONES[move.tone].ink
        icon = [ft.Icon(move.icon, size=18, color=ink)] if move.icon else []
        lines.append(ft.Row([*icon, Meta(move.words, color=ink, expand=True)], spacing=4))
    if figure.because:
        lines.append(Body(t(f"kpi.because.{figure.because}"), color=C.ink2))
    if trend := trend_of(figure):
        lines.append(Meta(trend))
    facts = [(t("kpi.file.n"), format_number(figure.n)), (t("kpis.left_out"), format_number(figure.left_out)), *_sums(figure)]
    if figure.bound is not None:
        facts.append((t("kpis.bound"), at_least(figure, proof.confidence)))
    if figure.is_estimated:
        lines.append(Meta(t("kpis.estimated"), max_lines=4))
    return Card(Stack(*lines, KeyValues(list(facts)), spacing=8))


def _sums(figure: Figure) -> list[tuple[str, str]]:
    """What the figure is the quotient of, where it is one."""
    if figure.numerator is None or figure.denominator is None or not figure.denominator or figure.variant in {"median", "p90"}:
        return []
    return [(t("kpis.quotient"), f"{_exact(figure.numerator)} ÷ {_exact(figure.denominator)}")]


def _exact(value: float) -> str:
    return format_number(value, 0 if value == int(value) else 2)


def _ways(client: Client, place: Place[Opened], proof: Proof) -> list[ft.Control]:
    """The other ways in which it is given, and its other currencies."""
    kpi, now = KPIS[proof.figure.key], proof.figure
    given = [variant for variant in kpi.variants if knows_costs(client) or (kpi.key, variant) not in OF_COSTS]
    chips: list[ft.Control] = []
    if len(given) > 1:
        ways = [Choice(variant, t(f"kpi.way.{variant}")) for variant in given]
        chips.append(ChoiceChips(ways, now.variant, lambda variant: place.ask(variant=variant)))
    if len(proof.figures) > 1:
        currencies = [Choice(figure.currency, figure.currency) for figure in proof.figures]
        chips.append(ChoiceChips(currencies, now.currency, lambda currency: place.ask(currency=currency)))
    return chips


def _reckoned(proof: Proof) -> ft.Control:
    key = proof.figure.key
    standard = Caption(t("kpis.standard", standard=KPIS[key].standard))
    return Card(Stack(CardHeader(t("kpi.file.formula")), Body(t(f"kpi.{key}.formula")), standard, spacing=8))


# --- what it was made of


@component
def Events(proof: Proof) -> ft.Control:
    parts: list[ft.Control] = []
    counted = [event for event in proof.events if event.left_out is None]
    whole = proof.total - sum(each.count for each in proof.omitted)
    for title, is_amount in (("kpis.counted", False), ("kpis.exposure", True)):
        events = [event for event in counted if (event.kind in WITHOUT_NUMBER) is is_amount]
        total = len(events) if whole == len(counted) else whole - proof.figure.n if is_amount else proof.figure.n
        if events:
            parts += [SectionHeader(t(title), format_number(total)), Some(proof.figure, events, total, key=title)]
    for omitted in proof.omitted:
        events = [event for event in proof.events if event.left_out == omitted.reason]
        parts.append(SectionHeader(t(f"kpi.left_out.{omitted.reason}"), n("kpis.left_out_count", omitted.count)))
        parts.append(Some(proof.figure, events, omitted.count, key=omitted.reason))
    return Stack(*(parts or [EmptyState(ft.Icons.INSIGHTS_ROUNDED, t("kpis.no_events"))]), spacing=12)


@component
def Some(figure: Figure, events: Sequence[KpiEvent], total: int) -> ft.Control:
    """The first of them; what is not on the page is in the file."""
    shown, show = use_state(FEW)
    lines = [_event(figure, event) for event in events[:shown]]
    more = [TextLink(t("common.show_more"), lambda: show(EVENTS))] if len(events) > shown else []
    rest = [Meta(n("kpis.in_file", total - len(events)))] if shown >= len(events) and total > len(events) else []
    return Card(Stack(*lines, *more, *rest, spacing=0), padding=12)


def _event(figure: Figure, event: KpiEvent) -> ft.Control:
    machine = dotted(event.equipment_code, event.equipment_name)
    kind = t(f"kpi.kind.{event.kind}")
    title = event.label or machine or event.person or kind
    around = (machine, _due(event) if event.kind == "date" else _lasted(event.began, event.ended), event.person)
    meta = dotted(kind if kind != title else "", *(words for words in around if words != title))
    what = brought(figure, event) if event.left_out is None else ""
    return LineItem(title, meta=meta, trailing=what, on_click=_leads(event))


def _due(event: KpiEvent) -> str:
    due = format_datetime(event.began) if event.began else ""
    return t("kpis.due_done", due=due, done=format_datetime(event.ended)) if event.ended else t("kpis.due", due=due)


def _leads(event: KpiEvent) -> Any:
    if event.job_id:
        return opener(f"/jobs/{event.job_id}")
    return opener(f"/equipment/{event.equipment_id}") if event.equipment_id else None


def _lasted(began: datetime | None, ended: datetime | None) -> str:
    if began is None:
        return format_datetime(ended) if ended else ""
    if ended is None:
        return format_datetime(began)
    is_same_day = began.astimezone().date() == ended.astimezone().date()
    return f"{format_datetime(began)} → {format_time(ended) if is_same_day else format_datetime(ended)}"

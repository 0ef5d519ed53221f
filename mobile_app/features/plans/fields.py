"""The questions of a plan: what, how often, who, and what its jobs ask for."""

from collections import Counter
from collections.abc import Callable
from datetime import date, time
from typing import Any, Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_duration, n, t
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener
from mobile_app.domain.lookup import by_name_and_site, machines_to_choose
from mobile_app.domain.people import may_work_at, workers_at
from mobile_app.features.plans.bringing import Parts
from mobile_app.features.plans.frequency import frequency
from mobile_app.features.plans.kinds import dot
from mobile_app.ui import environment
from mobile_app.ui.buttons import TextLink, spoken, tap
from mobile_app.ui.cards import SectionHeader
from mobile_app.ui.choices import Choice, ChoiceChips, Segments
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput, TimeInput
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.numbers import NumberInput
from mobile_app.ui.pickers import Maker, Picker
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import SEMIBOLD, C, Radius, Size, Space, line
from shared_models.interventions.rows import InterventionType, Priority
from shared_models.meters.rows import MeterKind, MeterRow
from shared_models.permissions import Permission

DURATIONS: Final = (15, 30, 60, 120, 240)
TITLES = 4
FLAGS: Final = ("photo", "signature", "validation")


def meter_of(client: Client, form: Form) -> MeterRow | None:
    meter_id = form.get("meter_id")
    return client.tables.meters.get(UUID(meter_id)) if meter_id else None


def meters_of(client: Client, form: Form) -> list[MeterRow]:
    """The counters of the chosen machine: gauges do not run."""
    machine = form.get("equipment_id")
    rows = client.tables.meters.having(equipment_id=[UUID(machine)]) if machine else []
    return [row for row in rows if row.kind is MeterKind.counter and row.is_active]


def questions(client: Client, form: Form, today: date) -> list[ft.Control]:
    return [
        *_what(client, form),
        SectionHeader(t("plans.when")),
        *frequency(form, meters_of(client, form), today),
        *_starts(client, form),
        SectionHeader(t("plans.work")),
        *_who(client, form),
        *_asked(client, form),
        Parts(client, form),
        SectionHeader(t("plans.controls")),
        *(Toggle(t(f"plans.needs_{flag}"), form.get(f"needs_{flag}", False), _setter(form, f"needs_{flag}")) for flag in FLAGS),
        Advanced(form),
    ]


def _setter(form: Form, name: str) -> Callable[[Any], None]:
    return lambda value: form.set(name, value)


def _whole(form: Form, name: str) -> Callable[[float | None], None]:
    return lambda value: form.set(name, int(value) if value else None)


def _picker(form: Form, name: str, label: str, choices: list[Choice], **more: Any) -> ft.Control:
    chosen = form.get(name) or ("" if any(choice.key == "" for choice in choices) else None)
    return Picker(label, choices, chosen, lambda key: form.set(name, key or None), error=form.error(name), **more)


# What


def _what(client: Client, form: Form) -> list[ft.Control]:
    machines = machines_to_choose(client, client.equipment.rows.values())
    return [
        _machine(client, form, machines),
        TextInput(t("plans.title_label"), **form.field("title"), placeholder=t("plans.title_hint")),
        *_suggestions(client, form),
        *_type(client, form),
    ]


def _machine(client: Client, form: Form, machines: list[Choice]) -> ft.Control:
    def pick(key: str) -> None:
        form.set("equipment_id", key)
        _leave_strangers(client, form)
        counters = meters_of(client, form)
        form.set("meter_id", str(counters[0].id) if len(counters) == 1 else None)
        if not counters:
            form.set("by", "calendar")

    may_make = client.may(Permission.equipment_write) and not machines
    maker = Maker(t("equipment_list.new"), opener("/equipment/new")) if may_make else None
    error = form.error("equipment_id")
    return Picker(t("plans.machine"), machines, form.get("equipment_id"), pick, error=error, none=t("plans.no_machine"), maker=maker)


def _leave_strangers(client: Client, form: Form) -> None:
    """Who was chosen for a machine of another site is not taken along: the server would refuse them."""
    machine = client.equipment.get(UUID(form.get("equipment_id")))
    person, team = form.get("technician_id"), client.tables.teams.get(UUID(form.get("team_id"))) if form.get("team_id") else None
    if machine and person and not may_work_at(client, UUID(person), machine.site_id):
        form.set("technician_id", None)
    if machine and team and team.site_id != machine.site_id:
        form.set("team_id", None)


def _suggestions(client: Client, form: Form) -> list[ft.Control]:
    """What plans of machines of the same class are called."""
    machine = client.equipment.get(UUID(form.get("equipment_id"))) if form.get("equipment_id") else None
    if machine is None or form.get("title"):
        return []
    alike = {row.id for row in client.equipment.having(class_id=[machine.class_id])} if machine.class_id else set()
    here = {plan.title for plan in client.tables.plans.having(equipment_id=[machine.id])}
    titles = Counter(plan.title for plan in client.tables.plans.having(equipment_id=alike) if plan.title not in here)
    choices = [Choice(title, title) for title, _ in titles.most_common(TITLES)]
    return [ChoiceChips(choices, None, _setter(form, "title"))] if choices else []


def _type(client: Client, form: Form) -> list[ft.Control]:
    rows = sorted((row for row in client.tables.types.rows.values() if row.is_active), key=lambda row: row.name)
    if not rows:
        return []
    chosen = form.get("maintenance_type_id")
    pills = [_type_pill(form, str(row.id), row.name, row.color, picked=str(row.id) == chosen) for row in rows]
    return [Field(t("plans.type"), ft.Row(list[ft.Control](pills), wrap=True, spacing=8, run_spacing=8), optional=True)]


def _type_pill(form: Form, key: str, name: str, colour: str, *, picked: bool) -> ft.Control:
    """A second tap takes the type off again."""
    ink = C.on_primary_container if picked else C.ink
    mark = ft.Icon(ft.Icons.CHECK_ROUNDED, size=18, color=ink) if picked else dot(colour, 14)
    box = ft.Container(
        ft.Row([mark, ft.Text(name, size=Size.body, weight=SEMIBOLD, color=ink, expand=True, expand_loose=True)], spacing=8, tight=True),
        padding=ft.Padding.symmetric(horizontal=16, vertical=13),
        bgcolor=C.primary_container if picked else C.surface,
        border=line(C.primary if picked else C.line),
        border_radius=Radius.pill,
        ink=True,
        on_click=tap(lambda: form.set("maintenance_type_id", None if picked else key)),
    )
    return spoken(box, picked=picked)


# From when


def _starts(client: Client, form: Form) -> list[ft.Control]:
    by_meter = form.get("by") == "meter"
    first = "plans.limit_first" if by_meter and form.get("limit") else "plans.counted_from" if by_meter else "plans.starts_on"
    pair = [_date(form, "starts_on", t(first)), _time(form)]
    parts = [_side_by_side(*pair), _last_done(form)]
    if by_meter and form.get("last_done_on"):
        meter = meter_of(client, form)
        parts.append(
            NumberInput(
                t("plans.last_done_total"),
                form.get("last_done_total"),
                _setter(form, "last_done_total"),
                unit=meter.unit if meter else "",
                error=form.error("last_done_total"),
                optional=True,
            )
        )
    return parts


def _side_by_side(*controls: ft.Control) -> ft.Control:
    if environment.current().has_big_text:
        return Stack(*controls, spacing=Space.m)
    cells: list[ft.Control] = [ft.Container(control, expand=3 if place == 0 else 2) for place, control in enumerate(controls)]
    return ft.Row(cells, spacing=Space.m, vertical_alignment=ft.CrossAxisAlignment.START)


def _date(form: Form, name: str, label: str, *, optional: bool = False) -> ft.Control:
    chosen = form.get(name)
    day = date.fromisoformat(chosen) if chosen else None
    wipe = (lambda: form.set(name, None)) if optional else None
    return DateInput(label, day, lambda day: form.set(name, day.isoformat()), error=form.error(name), optional=optional, on_clear=wipe)


def _time(form: Form) -> ft.Control:
    chosen = time.fromisoformat(form.get("due_time", "08:00"))
    return TimeInput(t("plans.due_time"), chosen, lambda at: form.set("due_time", f"{at:%H:%M}"), error=form.error("due_time"))


def _last_done(form: Form) -> ft.Control:
    return _date(form, "last_done_on", t("plans.last_done_on"), optional=True)


# Who, and how long


def _who(client: Client, form: Form) -> list[ft.Control]:
    machine = client.equipment.get(UUID(form.get("equipment_id"))) if form.get("equipment_id") else None
    rows = [row for row in client.tables.teams.rows.values() if row.is_active and (machine is None or row.site_id == machine.site_id)]
    teams = by_name_and_site(client, rows)
    nobody = Choice("", t("domain.unassigned"))
    workers = workers_at(client, machine.site_id if machine else None, team=form.get("team_id"), now=form.get("technician_id"))
    pickers = [_picker(form, "technician_id", t("plans.technician"), [nobody, *workers], optional=True)]
    if teams:
        pickers.append(_picker(form, "team_id", t("plans.team"), [Choice("", t("plans.no_one_team")), *teams], optional=True))
    return pickers


def _asked(client: Client, form: Form) -> list[ft.Control]:
    durations = [Choice(str(minutes), format_duration(minutes)) for minutes in DURATIONS]
    priorities = [Choice(priority.value, marks.PRIORITY[priority].word) for priority in Priority]
    rows = sorted((row for row in client.tables.checklists.rows.values() if row.is_active), key=lambda row: row.name)
    lists = [Choice(str(row.id), row.name, note=n("plans.steps", len(row.steps))) for row in rows]
    minutes = form.get("duration")
    return [
        Field(
            t("plans.duration"),
            ChoiceChips(durations, str(minutes) if minutes else None, lambda key: form.set("duration", int(key))),
            error=form.error("duration"), optional=True,
        ),
        NumberInput(t("plans.duration_own"), minutes, _whole(form, "duration"), unit="min", decimals=False),
        Field(t("plans.priority"), Segments(priorities, form.get("priority", "medium"), _setter(form, "priority"))),
        TextInput(t("plans.description"), **form.field("description"), lines=3, optional=True),
        _picker(form, "checklist_id", t("plans.checklist"), [Choice("", t("plans.no_checklist")), *lists], optional=True),
        ft.Row([TextLink(t("plans.manage_checklists"), opener("/checklists"))]),
    ]  # fmt: skip


# Seldom


@component
def Advanced(form: Form) -> ft.Control:
    is_open, set_open = use_state(False)
    wrong = any(name in form.errors for name in ("lead_days", "horizon_days", "tolerance_days"))
    if not (is_open or wrong):
        return ft.Row([TextLink(t("plans.advanced"), lambda: set_open(True))])
    kinds = [Choice(kind.value, marks.TYPE[kind].word) for kind in (InterventionType.preventive, InterventionType.predictive)]
    return Stack(
        SectionHeader(t("plans.advanced")),
        *(_days(form, name) for name in ("horizon_days", "lead_days", "tolerance_days")),
        Field(t("plans.kind"), Segments(kinds, form.get("intervention_type", "preventive"), _setter(form, "intervention_type"))),
        spacing=Space.m,
    )


def _days(form: Form, name: str) -> ft.Control:
    may_be_open = name == "tolerance_days"

    def put(value: float | None) -> None:
        form.set(name, value if may_be_open else int(value or 0))

    return NumberInput(
        t(f"plans.{name}"), form.get(name), put, unit=t("plans.days_unit"), hint=t(f"plans.{name}_hint"), error=form.error(name),
        decimals=may_be_open, optional=may_be_open,
    )  # fmt: skip

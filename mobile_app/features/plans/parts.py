"""The cards of a plan's page that only tell."""

import flet as ft

from mobile_app.core.i18n import format_date, format_duration, measure, n, t
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.due_marks import sensible
from mobile_app.domain.lookup import name_of
from mobile_app.domain.part_cards import required_line
from mobile_app.ui.cards import Card, CardHeader, KeyValues
from mobile_app.ui.charts import LoadBar
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Body, Meta
from shared_models.plans.rows import PlanRow


def meter_card(client: Client, plan: PlanRow) -> list[ft.Control]:
    """Where the meter stands between the last time and the next, and how fast it runs."""
    if plan.meter is None:
        return []
    meter, row = plan.meter, client.tables.meters.get(plan.meter_id)
    rows: list[tuple[str, str | ft.Control]] = []
    if meter.total is not None and meter.at is not None:
        read = t("plans.meter_at", total=measure(sensible(meter.total), meter.unit), day=format_date(meter.at.date()))
        rows.append((t("plans.meter_last"), read))
    use = t("plans.per_day", use=measure(sensible(meter.per_day), meter.unit)) if meter.per_day else t("plans.use_unknown")
    rows.append((t("plans.meter_use"), use))
    threshold = plan.reason.threshold if plan.reason else None
    bar: list[ft.Control] = []
    if threshold is not None and meter.total is not None and plan.reason and plan.reason.meter_interval:
        done = max(0.0, meter.total - (threshold - plan.reason.meter_interval))
        rows.append((t("plans.meter_threshold"), measure(sensible(threshold), meter.unit)))
        label = t("plans.meter_progress", done=sensible(done), interval=sensible(plan.reason.meter_interval), unit=meter.unit)
        bar = [LoadBar(done, plan.reason.meter_interval, label=label), Meta(label)]
    return [Card(Stack(CardHeader(row.name if row else t("plans.meter")), *bar, KeyValues(rows), spacing=10))]


def facts(client: Client, plan: PlanRow) -> list[ft.Control]:
    """What its jobs will ask for."""
    return [_work_card(client, plan), *parts_card(client, plan)]


def _work_card(client: Client, plan: PlanRow) -> ft.Control:
    team, checklist = client.tables.teams.get(plan.team_id), client.tables.checklists.get(plan.checklist_id)
    asked = [
        (t("plans.technician"), name_of(client, plan.assigned_technician_id)),
        (t("plans.team"), team.name if team else ""),
        (t("plans.duration"), format_duration(plan.estimated_duration) if plan.estimated_duration else ""),
        (t("plans.priority"), marks.PRIORITY[plan.priority].word),
        (t("plans.checklist"), checklist.name if checklist else ""),
        (t("plans.controls"), _controls(plan)),
        (t("plans.horizon"), n("plans.days_before", plan.horizon_days)),
        (t("plans.lead"), n("plans.days_before", plan.lead_days)),
    ]
    rows: list[tuple[str, str | ft.Control]] = [(name, value) for name, value in asked if value]
    description = [Body(plan.description)] if plan.description else []
    return Card(Stack(CardHeader(t("plans.work")), *description, KeyValues(rows), spacing=10))


def _controls(plan: PlanRow) -> str:
    names = {"photo": plan.needs_photo, "signature": plan.needs_signature, "validation": plan.needs_validation}
    return ", ".join(t(f"plans.control.{name}") for name, is_on in names.items() if is_on) or t("plans.control.none")


def parts_card(client: Client, plan: PlanRow) -> list[ft.Control]:
    """With what the site has of them; the catalogue's own names lead there."""
    if not plan.parts:
        return []
    lines = [required_line(client, part, plan.site_id) for part in plan.parts]
    return [Card(Stack(CardHeader(t("plans.parts")), Stack(*lines, spacing=0), spacing=4))]

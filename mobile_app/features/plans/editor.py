"""Making and changing a plan: a few questions, and beside them the dates that the answers come to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import flet as ft
from pydantic import ValidationError

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, id_of, opener, use_tables
from mobile_app.domain.due import local_day
from mobile_app.domain.submit import sender, submit
from mobile_app.features.plans import fields
from mobile_app.features.plans.preview import Preview
from mobile_app.features.plans.values import blank, command_of, errors_of, form_field, of_plan
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import DraftNotice, EmptyState, SkeletonList
from mobile_app.ui.forms import WHOLE, Form, use_form
from mobile_app.ui.hooks import use_breakpoint, use_environment
from mobile_app.ui.shell import Page, PageHeader
from shared_models.permissions import Permission
from shared_models.plans.commands import CreatePlan, UpdatePlan
from shared_models.plans.rows import PlanRow
from shared_models.problems import FieldProblem, Problem

_UNSAID = UUID(int=0)
"""Stands for a machine that has not been chosen yet, in the preview alone."""


@component
def PlanFormScreen() -> ft.Control:
    client = use_tables("plans", "equipment", "lines", "users", "types", "teams", "checklists", "meters", "parts")
    wanted = ft.use_route_params().get("plan_id")
    machine_id = asked("equipment_id")
    if not client.may(Permission.maintenance_write):
        return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("plans.read_only"), t("plans.read_only_body"))
    if wanted is None:
        return PlanForm(client, None, machine_id or None, key=f"new:{machine_id}")
    plan = client.tables.plans.get(id_of(wanted))
    if plan is None:
        return EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("plans.unknown"), t("plans.unknown_body"))
    return PlanForm(client, plan, None, key=wanted)


@component
def PlanForm(client: Client, plan: PlanRow | None, equipment_id: str | None) -> ft.Control:
    today = local_day(client.now())
    initial = of_plan(plan) if plan else blank(today, equipment_id)
    form = use_form(f"plan:{plan.id}" if plan else f"plan:new:{equipment_id or ''}", initial, plan.version if plan else None)
    size = Breakpoint.phone if use_environment().has_big_text else use_breakpoint()
    title = PageHeader(t("plans.edit" if plan else "plans.new"), on_back=opener(f"/plans/{plan.id}" if plan else "/plans"))
    if not form.ready:
        return Page(title, SkeletonList(3))
    command = drafted(client, form)

    async def save() -> None:
        made = _checked(client, form)
        if made is not None and await submit(client, made, form, said="plans.saved", placed=_in_form):
            go(f"/plans/{made.plan_id}")

    button = PrimaryButton(t("plans.save" if plan else "plans.create"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    kept = [DraftNotice(form.start_over)] if form.draft.restored else []
    asked = [title, *kept, *fields.questions(client, form, today)]
    return _laid_out(asked, Preview(client, command), sender(form, button), size)


def _laid_out(asked: Sequence[ft.Control], preview: ft.Control, footer: ft.Control, size: Breakpoint) -> ft.Control:
    """The dates stay in sight beside the questions; on a phone they follow them."""
    if size == Breakpoint.phone:
        return Page(*asked, preview, footer=footer)
    form = ft.Container(Page(*asked, footer=footer, max_width=None), expand=6)
    beside = ft.ListView([preview], expand=True, padding=ft.Padding(left=0, top=24, right=24, bottom=24))
    return ft.Row(
        [form, ft.Container(beside, expand=5 if size == Breakpoint.desktop else 4)],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def drafted(client: Client, form: Form) -> CreatePlan | UpdatePlan | None:
    """What is answered so far, as far as dates can be told from it."""
    values = {**form.values, "title": form.get("title") or "–", "parts": [], "equipment_id": form.get("equipment_id") or str(_UNSAID)}
    try:
        return command_of(values, fields.meter_of(client, form), client.now(), form.get("version"))
    except (ValidationError, ValueError):
        return None


def _checked(client: Client, form: Form) -> CreatePlan | UpdatePlan | None:
    """The command, or None with what is wrong shown under the fields."""
    try:
        return command_of(form.values, fields.meter_of(client, form), client.now(), form.get("version"))
    except ValidationError as error:
        found = [FieldProblem(field=name or WHOLE, code=code, message=_words(code)) for name, code in errors_of(error).items()]
        form.refuse(Problem(type="", title=t("plans.incomplete"), status=422, code="incomplete", errors=found))
        return None


def _words(code: str) -> str:
    return t("common.required") if code == "missing" else t(f"plans.error.{code}")


def _in_form(problem: Problem) -> Problem:
    """The server's words under the form's own fields."""
    named = [one.model_copy(update={"field": form_field(one.field.removeprefix("body."))}) for one in problem.errors]
    subject = problem.code.removesuffix("_unfit")
    if not named and subject != problem.code:
        field: Any = form_field(f"{subject}_id")
        named = [FieldProblem(field=field, code=problem.code, message=problem.detail or problem.title)]
    return problem.model_copy(update={"errors": named})

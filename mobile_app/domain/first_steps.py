"""What a new plant still lacks before somebody can scan a label and close a job; computed from what is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.domain.client import Client
from mobile_app.domain.context import opener, use_client
from mobile_app.ui.buttons import IconAction, PrimaryButton
from mobile_app.ui.cards import Card, LineItem
from mobile_app.ui.charts import LoadBar
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.hooks import use_draft
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Heading, Meta
from mobile_app.ui.theme import C, Space
from shared_models.permissions import Permission

REMEMBERED: Final = "start"
ICONS: Final = {
    "site": ft.Icons.FACTORY_ROUNDED,
    "line": ft.Icons.LINEAR_SCALE_ROUNDED,
    "class": ft.Icons.CATEGORY_ROUNDED,
    "machine": ft.Icons.PRECISION_MANUFACTURING_ROUNDED,
    "label": ft.Icons.QR_CODE_2_ROUNDED,
    "colleague": ft.Icons.PERSON_ADD_ALT_1_ROUNDED,
}


@dataclass(frozen=True)
class Step:
    """`route` is empty where an earlier step must come first."""

    name: str
    is_done: bool
    route: str


def steps_of(client: Client, *, has_printed: bool) -> list[Step]:
    """A label counts once its sheet was asked for on this device, or once somebody has worked on a machine."""
    site = next(iter(client.sites.rows.values()), None)
    machine = next(iter(client.equipment.rows.held()), None)  # its id is enough, and of ten thousand none need be read
    others = [user for user in client.users.rows.values() if user.is_active and user.id != client.user.id]
    return [
        Step("site", site is not None, "/sites/new"),
        Step("line", bool(client.lines.rows), f"/sites/{site.id}" if site else ""),
        Step("class", bool(client.classes.rows), "/classes/ready?next=/board"),
        Step("machine", machine is not None, "/equipment/new" if site else ""),
        Step("label", has_printed or bool(client.interventions.rows), f"/equipment/{machine}?made=1" if machine else ""),
        Step("colleague", bool(others), "/people/invite" if site else ""),
    ]


def use_first_steps(client: Client) -> tuple[list[Step], Callable[[], None]]:
    """The steps while some are left and they are wanted, and how to put them away. A hook."""
    remembered, labels = use_draft(REMEMBERED), use_draft("labels")
    is_ready = remembered.ready and labels.ready
    if not (is_ready and client.may(Permission.sites_write) and client.may(Permission.users_write)):
        return [], lambda: None
    steps = steps_of(client, has_printed=bool(labels.get("printed")))
    if remembered.get("is_put_away") or all(step.is_done for step in steps):
        return [], lambda: None
    return steps, lambda: remembered.set("is_put_away", True)


@component
def FirstSteps(steps: Sequence[Step], put_away: Callable[[], None]) -> ft.Control:
    """The next one as a button; the others can be had in any order."""
    user = use_client().user
    done = sum(step.is_done for step in steps)
    words = ft.Column(
        [Heading(t("start.title", name=user.name.split(" ", maxsplit=1)[0]), size=19), Meta(t("start.body"), max_lines=3)],
        spacing=2,
        tight=True,
        expand=True,
    )
    away = IconAction(ft.Icons.CLOSE_ROUNDED, t("start.put_away"), put_away)
    head = ft.Row([words, away], spacing=8, vertical_alignment=ft.CrossAxisAlignment.START)
    counted = n("start.done", done, total=len(steps))
    bar = ft.Column([LoadBar(done, len(steps), label=counted), Meta(counted)], spacing=4, tight=True)
    following = next((step for step in steps if not step.is_done), None)
    lines = [_line(step, is_next=step is following) for step in steps]
    button = (
        [PrimaryButton(t(f"start.do.{following.name}"), opener(following.route), icon=ICONS[following.name])]
        if following and following.route
        else []
    )
    return Card(Stack(head, bar, Stack(*lines, spacing=0), *button, spacing=Space.m))


def _line(step: Step, *, is_next: bool) -> ft.Control:
    icon, color = (ft.Icons.CHECK_CIRCLE_ROUNDED, C.ok) if step.is_done else (ICONS[step.name], C.primary if is_next else C.ink2)
    meta = t("start.is_done") if step.is_done else t(f"start.why.{step.name}")
    opens: Any = opener(step.route) if step.route and not step.is_done else None
    return LineItem(t(f"start.step.{step.name}"), meta=meta, icon=icon, color=color, on_click=opens)


def no_site(client: Client) -> ft.Control:
    """Instead of what always belongs to a site."""
    icon = ft.Icons.FACTORY_OUTLINED
    if client.may(Permission.sites_write):
        return EmptyState(icon, t("sites.none"), t("sites.none_body"), action=t("start.do.site"), on_action=opener("/sites/new"))
    return EmptyState(icon, t("start.no_site"), t("start.no_site_body"))


def nothing_yet(client: Client) -> ft.Control | None:
    """What somebody sees whose plant has nothing to show, and what to do about it; None once there is a machine."""
    if client.equipment.rows:
        return None
    if not client.sites.rows:
        return no_site(client)
    title, icon = t("start.no_machine"), ft.Icons.PRECISION_MANUFACTURING_OUTLINED
    if client.may(Permission.equipment_write):
        return EmptyState(icon, title, t("start.no_machine_desk"), action=t("start.do.machine"), on_action=opener("/equipment/new"))
    return EmptyState(icon, title, t("start.no_machine_body"), action=t("common.scan_label"), on_action=opener("/scan"))

"""What a template was before: its versions, newest first, with what each has changed."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import flet as ft

from mobile_app.core.errors import Offline
from mobile_app.core.i18n import format_datetime, n, t
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.lookup import dotted
from mobile_app.domain.steps import KIND_ICON, limits_text
from mobile_app.ui.buttons import spoken, tap
from mobile_app.ui.cards import Divider
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import ErrorState, SkeletonLines
from mobile_app.ui.hooks import use_state
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, Radius, Tone
from shared_models.checklists.rows import ChecklistRow, ChecklistVersionRead, Step


class Changes(NamedTuple):
    """How many steps came, went and read differently; whether those that stayed are in another order."""

    added: int
    dropped: int
    reworded: int
    is_reordered: bool


def changes(before: Sequence[Step], after: Sequence[Step]) -> Changes:
    old, new = {step.id: step for step in before}, {step.id: step for step in after}
    kept = [step.id for step in after if step.id in old]
    reworded = sum(old[step_id] != new[step_id] for step_id in kept)
    return Changes(len(new) - len(kept), len(old) - len(kept), reworded, kept != [step.id for step in before if step.id in new])


def versions_sheet(client: Client, row: ChecklistRow) -> Sheet:
    return Sheet(dotted(t("checklists.versions"), row.name), Versions(client, row), tall=True)


@component
def Versions(client: Client, row: ChecklistRow) -> ft.Control:
    opened, set_opened = use_state(0)

    async def load() -> list[ChecklistVersionRead]:
        found = await client.api.get(f"/maintenance/checklists/{row.id}/versions")
        return [ChecklistVersionRead.model_validate(one) for one in found]

    answer = use_server(load, [row.id, row.version])
    if answer.error:
        why = "checklists.versions_offline" if isinstance(answer.error, Offline) else "checklists.versions_failed"
        return ErrorState(t("checklists.versions"), t(why), on_retry=answer.reload)
    if answer.data is None:
        return SkeletonLines(4)
    lines: list[ft.Control] = []
    for version, former in zip(answer.data, [*answer.data[1:], None], strict=True):
        is_open = opened == version.version
        lines += [Divider()] if lines else []
        lines.append(_line(version, former, is_newest=not lines, on_click=partial(set_opened, 0 if is_open else version.version)))
        lines += [_steps(version.steps)] if is_open else []
    return Stack(*lines, spacing=4)


def _line(version: ChecklistVersionRead, former: ChecklistVersionRead | None, *, is_newest: bool, on_click: partial[None]) -> ft.Control:
    title = Strong(t("checklists.version_title", version=version.version))
    head = ft.Row([title, *([StatusChip(t("checklists.in_use"), Tone.ok)] if is_newest else [])], spacing=10, wrap=True)
    summary = dotted(n("checklists.steps", len(version.steps)), *_changes(version, former))
    words = ft.Column(
        [head, Meta(summary), Meta(dotted(format_datetime(version.created_at), version.by))], spacing=2, tight=True, expand=True
    )
    row = ft.Row([words, ft.Icon(ft.Icons.UNFOLD_MORE_ROUNDED, size=20, color=C.ink2)], spacing=12)
    return spoken(ft.Container(row, padding=ft.Padding.symmetric(vertical=10), border_radius=Radius.tile, ink=True, on_click=tap(on_click)))


def _changes(version: ChecklistVersionRead, former: ChecklistVersionRead | None) -> list[str]:
    if former is None:
        return [t("checklists.first_version")]
    found = changes(former.steps, version.steps)
    counts = (("added", found.added), ("dropped", found.dropped), ("reworded", found.reworded))
    counted = [n(f"checklists.{name}", count) for name, count in counts if count]
    return [*counted, *([t("checklists.reordered")] if found.is_reordered else [])]


def _steps(steps: Sequence[Step]) -> ft.Control:
    lines: list[ft.Control] = [_step(at, step) for at, step in enumerate(steps, start=1)]
    return ft.Container(Stack(*lines, spacing=12), bgcolor=C.surface2, border_radius=Radius.tile, padding=14)


def _step(at: int, step: Step) -> ft.Control:
    asks = dotted(t(f"checklists.kind.{step.kind}"), limits_text(step) or step.unit, " / ".join(step.options))
    words = ft.Column([ft.Text(f"{at}. {step.title}"), Meta(asks, max_lines=None)], spacing=1, tight=True, expand=True)
    return ft.Row([ft.Icon(KIND_ICON[step.kind], size=20, color=C.ink2), words], spacing=12, vertical_alignment=ft.CrossAxisAlignment.START)

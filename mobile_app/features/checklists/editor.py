"""Writing a template: its steps in order, one of them open, all of it kept as a draft."""

from collections.abc import Callable
from functools import partial

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import go, opener
from mobile_app.domain.steps import KIND_ICON, limits
from mobile_app.domain.submit import sender, submit
from mobile_app.features.checklists import values as v
from mobile_app.features.checklists.step_fields import StepFields
from mobile_app.features.checklists.versions import versions_sheet
from mobile_app.ui.buttons import IconAction, PrimaryButton, TextLink
from mobile_app.ui.cards import Card, NoticeCard, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.feedback import DraftNotice, SkeletonList, toast
from mobile_app.ui.fields import TextInput, Toggle
from mobile_app.ui.forms import use_form
from mobile_app.ui.hooks import Draft, State, use_breakpoint, use_shortcut, use_state
from mobile_app.ui.menus import MenuItem, MoreMenu
from mobile_app.ui.sheets import use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta, Strong
from mobile_app.ui.theme import C, Tone
from shared_models.checklists.rows import ChecklistRow, StepKind


@component
def ChecklistForm(client: Client, row: ChecklistRow | None) -> ft.Control:
    initial = ft.use_memo(lambda: v.of_checklist(row) if row else v.blank(), [row.version if row else 0])
    form = use_form(f"checklist-form:{row.id if row else 'new'}", initial, row.version if row else None)
    draft = form.draft
    wrongs: State[dict[str, str]] = use_state(dict)
    wrong, set_wrong = wrongs
    steps: list[v.Values] = draft.get("steps") or []
    opened, set_opened = ft.use_state("" if row else steps[0]["id"])
    last = next((at for at, step in enumerate(steps) if step["id"] == opened), len(steps) - 1)

    def add(after: int, kind: str) -> None:
        fresh = v.blank_step(kind)
        draft.set("steps", v.inserted(steps, after, fresh))
        set_opened(fresh["id"])

    use_shortcut("N", lambda: add(last, StepKind.pass_fail.value), t("checklists.add"))
    back = opener("/checklists")
    looking_back, set_looking_back = use_state(False)
    use_sheet(versions_sheet(client, row) if row and looking_back else None, lambda: set_looking_back(False))
    versions = TextLink(t("checklists.version_title", version=row.version) if row else "", lambda: set_looking_back(True))
    head = PageHeader(t("checklists.edit" if row else "checklists.new"), on_back=back, trailing=[versions] if row else [])
    if not draft.ready:
        return Page(head, SkeletonList(3))

    async def save() -> None:
        at = client.now()
        found = v.wrong_with(draft.values, at)
        set_wrong(found)
        first = next((step["id"] for step in steps if step["id"] in found), "")
        if first:
            set_opened(first)
        if not found and await submit(client, v.command_of(draft.values, at), form, said="checklists.saved"):
            go("/checklists")

    cards = [
        StepEditor(draft, at, opened == step["id"], wrong.get(step["id"], ""), set_opened, add, key=step["id"])
        for at, step in enumerate(steps)
    ]
    return Page(
        head,
        *([DraftNotice(form.start_over)] if draft.restored else []),
        *_head_fields(draft, {"name": form.error("name"), **wrong}, is_new=row is None),
        SectionHeader(t("checklists.steps_title"), str(len(steps))),
        *cards,
        _adder(lambda kind: add(len(steps) - 1, kind)),
        *([NoticeCard(wrong[""], tone=Tone.bad)] if "" in wrong else []),
        footer=sender(form, PrimaryButton(t("checklists.save"), save, icon=ft.Icons.CHECK_ROUNDED, busy=form.busy)),
        max_width=860,
    )


def _head_fields(draft: Draft, wrong: dict[str, str], *, is_new: bool) -> list[ft.Control]:
    fields: list[ft.Control] = [
        TextInput(
            t("checklists.name"), draft.get("name", ""), draft.setter("name"), error=wrong.get("name", ""), autofocus=is_new, max_length=100
        ),
        TextInput(
            t("checklists.description"), draft.get("description", ""), draft.setter("description"), lines=2, optional=True,
            error=wrong.get("description", ""),
        ),
    ]  # fmt: skip
    if not is_new:
        fields.append(
            Toggle(t("checklists.active"), draft.get("is_active", True), draft.setter("is_active"), meta=t("checklists.active_hint"))
        )
    return [Card(Stack(*fields))]


def _adder(add: Callable[[str], None]) -> ft.Control:
    """One tap for each kind of step."""
    chips: list[ft.Control] = [
        TextLink(f"+ {t(f'checklists.kind.{kind.value}')}", partial(add, kind.value)) for kind in StepKind
    ]  # fmt: skip
    words: list[ft.Control] = [Meta(t("checklists.add")), ft.Row(chips, wrap=True, spacing=4, run_spacing=0)]
    return Card(Stack(*words, spacing=4))


@component
def StepEditor(
    draft: Draft, at: int, is_open: bool, wrong: str, set_opened: Callable[[str], None], add: Callable[[int, str], None]  # noqa: FBT001
) -> ft.Control:  # fmt: skip
    size = use_breakpoint()
    steps: list[v.Values] = draft.get("steps")
    step = steps[at]

    def change(name: str, value: object) -> None:
        now: list[v.Values] = draft.get("steps")
        draft.set("steps", [{**other, name: value} if other["id"] == step["id"] else other for other in now])

    def shift(by: int) -> None:
        draft.set("steps", v.moved(draft.get("steps"), at, by))

    def remove() -> None:
        former: list[v.Values] = draft.get("steps")
        draft.set("steps", [other for other in former if other["id"] != step["id"]])
        toast(t("checklists.removed"), undo=lambda: draft.set("steps", former))

    def copy() -> None:
        fresh = {**step, "id": v.blank_step()["id"]}
        draft.set("steps", v.inserted(draft.get("steps"), at, fresh))
        set_opened(fresh["id"])

    tools = _tools(at, len(steps), shift, copy, remove, folded=size == Breakpoint.phone)
    head = _line(step, at, tools, wrong)
    toggle = partial(set_opened, "" if is_open else step["id"])
    if not is_open:
        return Card(head, on_click=toggle, label=f"{at + 1}. {step['title']}", padding=12)
    body = StepFields(step, change, partial(add, at, step["kind"]))
    fold = TextLink(t("checklists.fold"), toggle, color=C.ink2)
    return Card(Stack(head, body, fold))


def _tools(
    at: int, total: int, shift: Callable[[int], None], copy: Callable[[], None], remove: Callable[[], None], *, folded: bool
) -> ft.Control:  # fmt: skip
    """On a phone, all of it behind one button."""
    moves = [
        (t("checklists.up"), -1, ft.Icons.ARROW_UPWARD_ROUNDED, at > 0),
        (t("checklists.down"), 1, ft.Icons.ARROW_DOWNWARD_ROUNDED, at < total - 1),
    ]
    items = [
        MenuItem(t("checklists.copy"), copy, ft.Icons.CONTENT_COPY_ROUNDED),
        MenuItem(t("checklists.remove"), remove, ft.Icons.DELETE_OUTLINE_ROUNDED, danger=True),
    ]
    if folded:
        return MoreMenu([*(MenuItem(label, partial(shift, by), icon) for label, by, icon, can in moves if can), *items])
    arrows = [IconAction(icon, label, partial(shift, by), disabled=not can) for label, by, icon, can in moves]
    return ft.Row([*arrows, MoreMenu(items)], spacing=0, tight=True)


def _line(step: v.Values, at: int, tools: ft.Control, wrong: str) -> ft.Control:
    """The step in one line: what it is, what it asks for."""
    title = Strong(step["title"] or t("checklists.untitled"), max_lines=4, color=C.ink if step["title"] else C.ink2)
    words = ft.Column([title, Meta(wrong or _asks_for(step), color=C.bad if wrong else C.ink2)], spacing=1, tight=True, expand=True)
    icon = ft.Icon(KIND_ICON[StepKind(step["kind"])], size=22, color=C.primary)
    return ft.Row([ft.Text(str(at + 1), size=15, color=C.ink2, width=24), icon, words, tools], spacing=10)


def _asks_for(step: v.Values) -> str:
    kind = t(f"checklists.kind.{step['kind']}")
    parts = [kind]
    if step["kind"] in v.NUMBERS:
        parts.append(limits(step["low"], step["high"], step["unit"]) or step["unit"])
    if step["kind"] == StepKind.choice:
        parts.append(" / ".join(v.options_of(step)))
    parts.append("" if step["is_required"] else t("checklist.optional"))
    parts.append(t("checklists.with_photo") if step["needs_photo"] else "")
    return " · ".join(part for part in parts if part)

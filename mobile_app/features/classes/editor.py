"""Writing a class of machines: its names, its four pick-lists, what its machines are described by."""

from functools import partial
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, asker, go, opener
from mobile_app.domain.removal import Removal
from mobile_app.domain.submit import sender, submit
from mobile_app.features.classes import icons
from mobile_app.features.classes.entries import Entry, Place, name_fields
from mobile_app.features.classes.values import Values, blank, blank_item, blank_spec, body_of, of_class, of_kind, title_of, wrong_with
from mobile_app.ui.buttons import PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, SectionHeader
from mobile_app.ui.choices import Choice, ChoiceChips, OnPick
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, SkeletonList, toast
from mobile_app.ui.fields import TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import State, use_state
from mobile_app.ui.pickers import Picker
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from shared_models.equipment.rows import EquipmentClassRow, FailureItemKind


@component
def ClassForm(client: Client, row: EquipmentClassRow | None) -> ft.Control:
    initial = ft.use_memo(lambda: of_class(row) if row else blank(), [row.version if row else 0])
    form = use_form(f"class:{row.id if row else 'new'}", initial, row.version if row else None)
    wrongs: State[dict[str, str]] = use_state(dict)
    wrong, set_wrong = wrongs
    kind, set_kind = use_state(FailureItemKind.mode.value)
    opened, set_opened = use_state("")
    title = PageHeader(title_of(row.names) if row else t("classes.new"), on_back=opener("/classes"))

    def show(found: dict[str, str]) -> None:
        """Open the first entry with something amiss."""
        set_wrong(found)
        first = next((entry for entry in (*form.get("items"), *form.get("specs")) if entry["id"] in found), None)
        if first:
            set_opened(first["id"])
            set_kind(first.get("kind", kind))

    async def save() -> None:
        found = wrong_with(form.values)
        show(found)
        if form.busy or found:
            return
        body = body_of(form.values)
        class_id = UUID(body["id"])
        if await submit(client, client.api.save("/equipment-classes", body["id"], body, form.get("version"), verb="PUT"), form):
            before = row.version if row else 0
            classes = client.classes
            await arrived(client, classes, lambda: (now := classes.get(class_id)) is not None and now.version > before)
            if not asker():
                toast(t("classes.saved"))
            go(f"{asker()}?class_id={class_id}" if asker() else "/classes")

    if not form.ready:
        return Page(title, SkeletonList(3))
    button = PrimaryButton(t("classes.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    place = Place("items", opened, set_opened)
    specs = Place("specs", opened, set_opened)
    return Page(
        title,
        *([DraftNotice(form.start_over)] if form.draft.restored else []),
        _identity(form, wrong, is_new=row is None),
        SectionHeader(t("classes.lists")),
        Meta(t("classes.lists_why"), max_lines=4),
        _tabs(form.values, kind, set_kind, wrong),
        *_entries(form, of_kind(form.values, FailureItemKind(kind)), place, wrong),
        _adder(form, place, blank_item(FailureItemKind(kind)), t(f"classes.add_{kind}")),
        SectionHeader(t("classes.specs"), str(len(form.get("specs")) or "")),
        Meta(t("classes.specs_why"), max_lines=4),
        *_entries(form, form.get("specs"), specs, wrong),
        _adder(form, specs, blank_spec(), t("classes.add_spec")),
        *([Removal(client, client.classes, "/equipment-classes", row.id, title_of(row.names), "classes")] if row else []),
        footer=sender(form, button, wrong=len(wrong) or None),
        max_width=760,
    )


def _identity(form: Form, wrong: dict[str, str], *, is_new: bool) -> ft.Control:
    fields = name_fields(form.get("names"), partial(form.set, "names"), error=wrong.get("names", ""), focus=is_new)
    fields.append(Picker(t("classes.icon"), icons.choices(icons.MACHINES), form.get("icon"), partial(form.set, "icon"), optional=True))
    code = form.field("code")
    code["error"] = wrong.get("code") or code["error"]
    fields.append(TextInput(t("classes.code"), **code, optional=True, hint=t("classes.code_hint"), max_length=40))
    if not is_new:
        state = t("classes.active_on" if form.get("is_active") else "classes.active_off")
        fields.append(Toggle(t("classes.active"), bool(form.get("is_active")), partial(form.set, "is_active"), meta=state))
    return Card(Stack(*fields))


def _tabs(values: Values, kind: str, set_kind: OnPick, wrong: dict[str, str]) -> ft.Control:
    def label(of: FailureItemKind) -> str:
        entries = of_kind(values, of)
        mark = " !" if any(entry["id"] in wrong for entry in entries) else ""
        return f"{t(f'classes.kind_{of.value}')} ({len(entries)}){mark}"

    return ChoiceChips([Choice(of.value, label(of)) for of in FailureItemKind], kind, set_kind)


def _entries(form: Form, entries: list[Values], place: Place, wrong: dict[str, str]) -> list[ft.Control]:
    last = len(entries) - 1
    return [
        Entry(form.draft, entry, place, wrong.get(entry["id"], ""), (at > 0, at < last), key=entry["id"])
        for at, entry in enumerate(entries)
    ]  # fmt: skip


def _adder(form: Form, place: Place, fresh: Values, label: str) -> ft.Control:
    def add() -> None:
        form.set(place.name, [*form.get(place.name), fresh])
        place.open(fresh["id"])

    return SecondaryButton(label, add, icon=ft.Icons.ADD_ROUNDED)

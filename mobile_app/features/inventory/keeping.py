"""What the catalogue is kept in order by: storage places, suppliers, categories. Lists with a sheet each."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import n, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.client import Client
from mobile_app.domain.context import asker, go, opener, use_tables
from mobile_app.domain.first_steps import no_site
from mobile_app.domain.labels import LabelsOf, labels_sheet
from mobile_app.domain.lookup import by_name, dotted, has_several_sites, natural
from mobile_app.domain.moving import Done
from mobile_app.domain.parts import place_name
from mobile_app.domain.submit import made, sender, submit
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.ui.buttons import IconAction, PrimaryButton
from mobile_app.ui.cards import RowCard, SectionHeader
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, SkeletonLines
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_maybe, use_shortcut, use_state
from mobile_app.ui.pickers import Picker
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import Space
from shared_models.base import Command
from shared_models.ids import uuid7
from shared_models.inventory.commands import WritePartCategory, WritePlace, WriteSupplier
from shared_models.inventory.rows import PartCategoryRow, PlaceKind, PlaceRow, SupplierRow
from shared_models.permissions import Permission

KIND_ICON = {
    PlaceKind.store: ft.Icons.WAREHOUSE_OUTLINED, PlaceKind.shelf: ft.Icons.SHELVES, PlaceKind.bin: ft.Icons.INBOX_OUTLINED,
}  # fmt: skip
WITHIN = {PlaceKind.store: (), PlaceKind.shelf: (PlaceKind.store,), PlaceKind.bin: (PlaceKind.store, PlaceKind.shelf)}


class Editing(NamedTuple):
    """A sheet: for the row, or for a new one."""

    row_id: UUID | None = None


def _list(
    client: Client, words: str, cards: Sequence[ft.Control], edit: Callable[[Editing], None], icon: ft.IconData, *more: ft.Control,
    instead: ft.Control | None = None,
) -> ft.Control:  # fmt: skip
    """The page: what there is, and the way to one more; or what has to come first."""
    title = PageHeader(t(f"parts.{words}"), on_back=opener(asker() or "/parts"), trailing=[SyncBadge(), *more])
    if not client.may(Permission.inventory_write):
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("parts.read_only"), t("parts.read_only_body")))
    new = partial(edit, Editing())
    if instead is not None:
        return Page(title, instead)
    if not cards:
        none = EmptyState(icon, t(f"parts.{words}_none"), t(f"parts.{words}_none_body"), action=t(f"parts.{words}_new"), on_action=new)
        return Page(title, none)
    return Page(title, *cards, footer=PrimaryButton(t(f"parts.{words}_new"), new, icon=ft.Icons.ADD_ROUNDED))


def _onward(form: Form, name: str, on_done: Done) -> None:
    """Back to the form that sent here, which takes it."""
    if asker():
        go(f"{asker()}?{name}={form.get('id')}")
    else:
        on_done()


def _use_save(client: Client, form: Form, kind: type[Command], fields: Callable[[], dict[str, Any]], on_saved: Done, *needed: str) -> Any:
    async def save() -> None:
        if form.busy or not form.require("name", *needed):
            return
        command = made(form, kind, {**fields(), "version": form.get("version"), "occurred_at": client.now()})
        if command and await submit(client, command, form, said="parts.kept"):
            on_saved()

    return save


def _save_button(form: Form, save: Any) -> ft.Control:
    return sender(form, PrimaryButton(t("common.save"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED))


# Storage places


@component
def StoresScreen() -> ft.Control:
    """Store, shelf, bin: each below what it lies in, site by site."""
    client = use_tables("places", "sites", "stocks")
    editing, edit = use_maybe(Editing)
    close = lambda: edit(None)  # noqa: E731 - one line, used twice
    printing, prints = use_state(False)
    done = lambda: prints(False)  # noqa: E731 - one line, used twice
    use_shortcut("N", partial(edit, Editing()), t("parts.stores_new"), enabled=client.may(Permission.inventory_write))
    places = sorted(client.tables.places.rows.values(), key=lambda row: natural(place_name(client, row.id)))
    several = has_several_sites(client)
    cards: list[ft.Control] = []
    for site in sorted(client.sites.rows.values(), key=lambda row: natural(row.name)):
        own = [row for row in places if row.site_id == site.id]
        if own and several:
            cards.append(SectionHeader(site.name, str(len(own))))
        cards += [_place_card(client, row, opener(f"/stores/{row.id}")) for row in own]
    of = LabelsOf(place_ids=tuple(row.id for row in places if row.is_active))
    sheet = labels_sheet(client, of, done) if printing else place_sheet(client, None, close) if editing else None
    use_sheet(sheet, done if printing else close)
    labels = [IconAction(ft.Icons.QR_CODE_2_ROUNDED, t("parts.print_labels"), lambda: prints(True))] if of else []
    first = None if client.sites.rows else no_site(client)
    return _list(client, "stores", cards, edit, ft.Icons.WAREHOUSE_OUTLINED, *labels, instead=first)


def _place_card(client: Client, row: PlaceRow, on_open: Any) -> ft.Control:
    lying = sum(1 for stock in client.tables.stocks.rows.values() if stock.site_id == row.site_id and stock.at(row.id).quantity > 0)
    state = t("parts.default_place") if row.is_default else "" if row.is_active else t("parts.closed_place")
    meta = dotted(t(f"domain.place_kind.{row.kind}"), n("parts.lying", lying) if lying else t("parts.empty_place"))
    return RowCard(place_name(client, row.id), meta=meta, note=state, icon=KIND_ICON[row.kind], on_click=on_open)


def place_sheet(client: Client, row_id: UUID | None, close: Done) -> Sheet:
    row = client.tables.places.get(row_id)
    return Sheet(row.name if row else t("parts.stores_new"), PlaceForm(client, row, close, key=str(row_id)))


@component
def PlaceForm(client: Client, row: PlaceRow | None, on_done: Done) -> ft.Control:
    sites = by_name(client.sites.rows.values())
    blank: dict[str, Any] = {"id": str(uuid7()), "name": "", "kind": "store", "parent_id": None, "is_default": False, "is_active": True}
    new = {**blank, "site_id": sites[0].key if sites else None}
    form = use_form(f"place:{row.id if row else 'new'}", row.model_dump(mode="json") if row else new, row.version if row else None)

    def fields() -> dict[str, Any]:
        told = {name: form.get(name) for name in ("site_id", "name", "kind", "is_default", "is_active")}
        return {**told, "place_id": form.get("id"), "parent_id": form.get("parent_id") if WITHIN[PlaceKind(form.get("kind"))] else None}

    save = _use_save(client, form, WritePlace, fields, on_done, "site_id")
    if not form.ready:
        return SkeletonLines(3)
    kinds = [Choice(kind.value, t(f"domain.place_kind.{kind}")) for kind in PlaceKind]
    pick_site = [Picker(t("equipment_list.site"), sites, form.get("site_id"), partial(form.set, "site_id"), error=form.error("site_id"))]
    active = [Toggle(t("parts.place_active"), bool(form.get("is_active")), partial(form.set, "is_active"))] if row else []
    return Stack(
        TextInput(
            t("parts.place_name"), **form.field("name"), autofocus=True, placeholder=t("parts.place_example"), on_submit=save,
            max_length=text_limit(WritePlace, "name"),
        ),
        *(pick_site if row is None and has_several_sites(client) else []),
        Field(t("parts.place_kind"), Segments(kinds, form.get("kind"), partial(form.set, "kind")), error=form.error("kind")),
        *_lies_in(client, form, row),
        Toggle(t("parts.default_place"), bool(form.get("is_default")), partial(form.set, "is_default"), meta=t("parts.default_place_why")),
        *active,
        _save_button(form, save),
        spacing=Space.m,
    )  # fmt: skip


def _lies_in(client: Client, form: Form, row: PlaceRow | None) -> list[ft.Control]:
    fitting = WITHIN[PlaceKind(form.get("kind"))]
    around = [
        place for place in client.tables.places.rows.values()
        if place.kind in fitting and str(place.site_id) == form.get("site_id") and place.is_active and (row is None or place.id != row.id)
    ]  # fmt: skip
    if not around:
        return []
    choices = [Choice("", t("common.none"))]
    choices += sorted((Choice(str(place.id), place_name(client, place.id)) for place in around), key=lambda one: natural(one.label))
    pick: Callable[[str], None] = lambda key: form.set("parent_id", key or None)  # noqa: E731 - one line, used once
    return [Picker(t("parts.lies_in"), choices, form.get("parent_id") or "", pick, error=form.error("parent_id"), optional=True)]


# Suppliers


@component
def SuppliersScreen() -> ft.Control:
    client = use_tables("suppliers", "parts")
    editing, edit = use_maybe(Editing)
    close = lambda: edit(None)  # noqa: E731 - one line, used twice
    row = client.tables.suppliers.get(editing.row_id) if editing else None
    title = row.name if row else t("parts.suppliers_new")
    use_sheet(Sheet(title, SupplierForm(client, row, close, key=str(row and row.id)), tall=True) if editing else None, close)
    use_shortcut("N", partial(edit, Editing()), t("parts.suppliers_new"), enabled=client.may(Permission.inventory_write))
    rows = sorted(client.tables.suppliers.rows.values(), key=lambda row: (not row.is_active, natural(row.name)))
    cards = [_supplier_card(row, partial(edit, Editing(row.id))) for row in rows]
    return _list(client, "suppliers", cards, edit, ft.Icons.LOCAL_SHIPPING_OUTLINED)


def _supplier_card(row: SupplierRow, on_open: Any) -> ft.Control:
    state = "" if row.is_active else t("parts.supplier_off")
    meta = dotted(row.contact_person, row.phone, row.email)
    return RowCard(row.name, meta=meta, note=state, icon=ft.Icons.LOCAL_SHIPPING_OUTLINED, on_click=on_open)


SUPPLIER = ("name", "contact_person", "email", "phone", "address", "lang", "is_active")


@component
def SupplierForm(client: Client, row: SupplierRow | None, on_done: Done) -> ft.Control:
    new = {**dict.fromkeys(SUPPLIER, ""), "id": str(uuid7()), "lang": client.prefs.language, "is_active": True}
    form = use_form(f"supplier:{row.id if row else 'new'}", row.model_dump(mode="json") if row else new, row.version if row else None)

    def fields() -> dict[str, Any]:
        return {**{name: form.get(name) for name in SUPPLIER}, "supplier_id": form.get("id")}

    save = _use_save(client, form, WriteSupplier, fields, lambda: _onward(form, "supplier_id", on_done))
    if not form.ready:
        return SkeletonLines(3)
    langs = [Choice("fr", "Français"), Choice("en", "English")]
    texts = [
        TextInput(
            t(f"parts.supplier_{name}"), **form.field(name), optional=name != "name", autofocus=name == "name",
            lines=2 if name == "address" else 1, max_length=text_limit(WriteSupplier, name),
        )
        for name in ("name", "contact_person", "email", "phone", "address")
    ]  # fmt: skip
    active = [Toggle(t("parts.supplier_active"), bool(form.get("is_active")), partial(form.set, "is_active"))] if row else []
    lang = Field(t("parts.supplier_lang"), Segments(langs, form.get("lang") or "fr", partial(form.set, "lang")))
    return Stack(*texts, lang, *active, _save_button(form, save), spacing=Space.m)


# Categories


@component
def CategoriesScreen() -> ft.Control:
    client = use_tables("categories", "parts")
    editing, edit = use_maybe(Editing)
    close = lambda: edit(None)  # noqa: E731 - one line, used twice
    row = client.tables.categories.get(editing.row_id) if editing else None
    title = row.name if row else t("parts.categories_new")
    use_sheet(Sheet(title, CategoryForm(client, row, close, key=str(row and row.id))) if editing else None, close)
    use_shortcut("N", partial(edit, Editing()), t("parts.categories_new"), enabled=client.may(Permission.inventory_write))
    rows = sorted(client.tables.categories.rows.values(), key=lambda row: natural(row.name))
    counts: dict[UUID | None, int] = {}
    for part in client.tables.parts.rows.values():
        counts[part.category_id] = counts.get(part.category_id, 0) + 1
    cards = [
        RowCard(
            row.name, meta=row.description, note=n("parts.counted_parts", counts.get(row.id, 0)), icon=ft.Icons.CATEGORY_OUTLINED,
            on_click=partial(edit, Editing(row.id)),
        )
        for row in rows
    ]  # fmt: skip
    return _list(client, "categories", cards, edit, ft.Icons.CATEGORY_OUTLINED)


@component
def CategoryForm(client: Client, row: PartCategoryRow | None, on_done: Done) -> ft.Control:
    new = {"id": str(uuid7()), "name": "", "description": ""}
    form = use_form(f"part-category:{row.id if row else 'new'}", row.model_dump(mode="json") if row else new, row.version if row else None)

    def fields() -> dict[str, Any]:
        return {"name": form.get("name"), "description": form.get("description"), "category_id": form.get("id")}

    save = _use_save(client, form, WritePartCategory, fields, lambda: _onward(form, "category_id", on_done))
    if not form.ready:
        return SkeletonLines(3)
    return Stack(
        TextInput(
            t("parts.category_name"), **form.field("name"), autofocus=True, on_submit=save, max_length=text_limit(WritePartCategory, "name")
        ),
        TextInput(t("parts.description"), **form.field("description"), lines=2, optional=True),
        _save_button(form, save),
        spacing=Space.m,
    )

"""Creating and editing a part; what was typed survives a refusal, a reload and a dead battery."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import language, t
from mobile_app.core.limits import text_limit
from mobile_app.domain import marks
from mobile_app.domain.client import Client
from mobile_app.domain.context import asked, go, id_of, opener, use_tables
from mobile_app.domain.lookup import by_name, machines_to_choose, natural
from mobile_app.domain.papers import PapersOf, lacks_a_title, papers_of
from mobile_app.domain.parts import LONGEST_BARCODE
from mobile_app.domain.submit import made, sender, submit
from mobile_app.features.inventory.chosen import Chosen
from mobile_app.features.inventory.offers import FIGURES, Offers, offer_of
from mobile_app.features.inventory.specifications import Specifications, are_named, pairs_of, specifications_of
from mobile_app.ui.buttons import PrimaryButton
from mobile_app.ui.cards import NoticeCard, SectionHeader
from mobile_app.ui.choices import Choice, Segments
from mobile_app.ui.component import component
from mobile_app.ui.feedback import DraftNotice, EmptyState, SkeletonList
from mobile_app.ui.fields import Field, TextInput, Toggle
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.numbers import exact_text, parse_exact
from mobile_app.ui.pickers import Maker, Picker
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import Criticality, in_language
from shared_models.ids import uuid7
from shared_models.inventory.commands import PAPERS, LinkBarcode, WritePart
from shared_models.inventory.rows import PartRow
from shared_models.permissions import Permission

TEXTS: Final = ("part_number", "name", "description", "currency", "location", "unit", "manufacturer", "manufacturer_reference")
EXACT: Final = ("unit_price", "minimum_stock")
LISTS: Final = ("class_ids", "equipment_ids", "equivalent_ids")
FINENESS: Final = ("1", "0,1", "0,01", "0,001")


@component
def PartFormScreen() -> ft.Control:
    client = use_tables("parts", "categories", "suppliers", "classes", "equipment", "sites", "lines")
    wanted = ft.use_route_params().get("part_id")
    part = client.tables.parts.get(id_of(wanted)) if wanted else None
    title = PageHeader(t("parts.edit" if wanted else "parts.new"), on_back=opener(f"/parts/{wanted}" if wanted else "/parts"))
    if not client.may(Permission.inventory_write):
        return Page(title, EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("parts.read_only"), t("parts.read_only_body")))
    if wanted and part is None:
        waits = not client.tables.parts.ready
        return Page(
            title, SkeletonList(3) if waits else EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("parts.unknown"), t("parts.unknown_body"))
        )
    return PartForm(client, part, title, key=wanted or "new")


def values_of(part: PartRow | None) -> dict[str, Any]:
    if part is None:
        blank = dict.fromkeys((*TEXTS, *EXACT), "")
        many: dict[str, Any] = {**{name: [] for name in LISTS}, "offers": [], "pairs": []}
        return {**blank, **many, "id": str(uuid7()), "currency": "EUR", "decimals": 0, "criticality": "medium", "is_active": True}
    row = part.model_dump(mode="json")
    typed = {"unit_price": exact_text(part.unit_price, 2), "minimum_stock": exact_text(part.minimum_stock) if part.minimum_stock else ""}
    return {**row, **typed, "pairs": pairs_of(part.specifications), "offers": [offer_of(offer) for offer in part.offers]}


def command_of(form: Form, at: datetime) -> WritePart | None:
    fields: dict[str, Any] = {name: (form.get(name) or "").strip() for name in TEXTS}
    fields |= {name: form.get(name) or [] for name in LISTS} | {"specifications": specifications_of(form.get("pairs") or [])}
    fields |= {name: form.get(name) for name in ("category_id", "supplier_id", "decimals", "criticality", "is_active", "version")}
    fields |= {"unit_price": exact(form.get("unit_price")), "minimum_stock": exact(form.get("minimum_stock")) or 0}
    fields["offers"] = [{**offer, **{name: exact(offer[name]) for name in FIGURES}} for offer in form.get("offers") or []]
    return made(form, WritePart, {**fields, "part_id": form.get("id"), "occurred_at": at})


def exact(text: Any) -> Any:
    """As a number where it is one, else as it was typed, which the command refuses; None for nothing."""
    told = str(text if text is not None else "").strip()
    value = parse_exact(told)
    return value if value is not None else told or None


@component
def PartForm(client: Client, part: PartRow | None, title: ft.Control) -> ft.Control:
    initial = ft.use_memo(lambda: values_of(part), [part.version if part else 0])
    form = use_form(f"part:{part.id if part else 'new'}", initial, part.version if part else None)
    code = asked("code")[:LONGEST_BARCODE] if part is None else ""

    def take_what_was_made() -> None:
        for name in ("category_id", "supplier_id"):
            if form.ready and asked(name):
                form.set(name, asked(name))

    ft.use_effect(take_what_was_made, [form.ready])

    async def save() -> None:
        if form.busy or not form.require("part_number", "name") or lacks_a_title(form) or not are_named(form):
            return
        command, papers = command_of(form, client.now()), papers_of(client, PAPERS, form.values, UUID(form.get("id")))
        if command and await submit(client, command, form, said="parts.saved"):
            if code:
                await submit(client, LinkBarcode(part_id=command.part_id, barcode=code, occurred_at=client.now()), said="parts.linked")
            for paper in papers:
                await submit(client, paper)
            go(f"/parts/{command.part_id}")

    if not form.ready:
        return Page(title, SkeletonList(3))
    button = PrimaryButton(t("parts.save" if part else "parts.create"), save, busy=form.busy, icon=ft.Icons.CHECK_ROUNDED)
    restored = [DraftNotice(form.start_over)] if form.draft.restored else []
    linking = [NoticeCard(t("parts.will_link", code=code), tone=Tone.info, icon=ft.Icons.LINK_ROUNDED)] if code else []
    return Page(title, *restored, *linking, *_fields(client, form, part), footer=sender(form, button), max_width=640)


def _fields(client: Client, form: Form, part: PartRow | None) -> list[ft.Control]:
    return [
        *_identity(client, form, part),
        PapersOf(client, form, PAPERS, part),
        Specifications(client, form),
        SectionHeader(t("parts.stock")),
        *_counting(form),
        SectionHeader(t("parts.buying")),
        *_buying(client, form, part),
        SectionHeader(t("parts.fits")),
        *_fitting(client, form, part),
        SectionHeader(t("parts.more")),
        _text(form, "description", t("parts.description"), lines=3, optional=True),
        *_archive(form, part),
    ]


def _identity(client: Client, form: Form, part: PartRow | None) -> list[ft.Control]:
    categories = by_name(client.tables.categories.rows.values())
    ranks = [Choice(rank.value, marks.CRITICALITY[rank].word) for rank in Criticality]
    new = Maker(t("parts.new_category"), opener(f"/part-categories?next={_here(part)}"))
    return [
        _text(form, "name", t("parts.name"), autofocus=part is None, placeholder=t("parts.name_example")),
        _text(form, "part_number", t("parts.number"), placeholder=t("parts.number_example")),
        _picker(form, "category_id", t("parts.category"), categories, new, t("parts.no_category")),
        _text(form, "manufacturer", t("parts.maker"), optional=True),
        _text(form, "manufacturer_reference", t("parts.maker_reference"), optional=True),
        Field(t("equipment_list.criticality"), Segments(ranks, form.get("criticality"), partial(form.set, "criticality"))),
    ]


def _here(part: PartRow | None) -> str:
    """Where what is made elsewhere comes back to."""
    return f"/parts/{part.id}/edit" if part else "/parts/new"


def _counting(form: Form) -> list[ft.Control]:
    comma = FINENESS if language() == "fr" else [one.replace(",", ".") for one in FINENESS]
    fine = [Choice(str(digits), words) for digits, words in enumerate(comma)]
    return [
        _text(form, "unit", t("parts.unit"), optional=True, placeholder=t("parts.unit_example"), hint=t("parts.unit_hint")),
        Field(
            t("parts.decimals"), Segments(fine, str(form.get("decimals", 0)), lambda key: form.set("decimals", int(key))),
            error=form.error("decimals"),
        ),
        _number(form, "minimum_stock", t("parts.minimum"), form.get("unit") or "", hint=t("parts.minimum_every_site")),
        _text(form, "location", t("parts.location"), optional=True, placeholder=t("parts.location_example")),
    ]  # fmt: skip


def _buying(client: Client, form: Form, part: PartRow | None) -> list[ft.Control]:
    suppliers = by_name(row for row in client.tables.suppliers.rows.values() if row.is_active or str(row.id) == form.get("supplier_id"))
    new = Maker(t("parts.new_supplier"), opener(f"/suppliers?next={_here(part)}"))
    return [
        _number(form, "unit_price", t("parts.price"), form.get("currency") or "EUR"),
        _text(form, "currency", t("machine_form.currency"), optional=True),
        _picker(form, "supplier_id", t("parts.supplier"), suppliers, new, t("parts.no_supplier")),
        Offers(form, suppliers),
    ]


def _fitting(client: Client, form: Form, part: PartRow | None) -> list[ft.Control]:
    rows = sorted(client.classes.rows.values(), key=lambda row: natural(in_language(row.names, language())))
    classes = [Choice(str(row.id), in_language(row.names, language()), marks.icon_named(row.icon)) for row in rows if row.is_active]
    machines = machines_to_choose(client, client.equipment.rows.values())
    own = part.id if part else UUID(form.get("id"))
    parts = [row for row in client.tables.parts.rows.values() if row.id != own]
    others = [Choice(str(row.id), row.name, note=row.part_number) for row in sorted(parts, key=lambda row: natural(row.name))]
    lists = (
        ("class_ids", t("parts.of_classes"), classes, t("parts.add_class")),
        ("equipment_ids", t("parts.of_machines"), machines, t("parts.add_machine")),
        ("equivalent_ids", t("parts.equivalents"), others, t("parts.add_equivalent")),
    )
    return [
        Chosen(label, choices, form.get(name) or [], partial(form.set, name), add, form.error(name)) for name, label, choices, add in lists
    ]


def _archive(form: Form, part: PartRow | None) -> list[ft.Control]:
    if part is None:
        return []
    state = t("parts.active_on" if form.get("is_active") else "parts.active_off")
    return [Toggle(t("parts.active"), bool(form.get("is_active")), partial(form.set, "is_active"), meta=state)]


def _text(form: Form, name: str, label: str, **more: Any) -> ft.Control:
    return TextInput(label, **form.field(name), max_length=text_limit(WritePart, name), **more)


def _number(form: Form, name: str, label: str, suffix: str, **more: Any) -> ft.Control:
    """As it is typed: it is exact."""
    return TextInput(label, **form.field(name), suffix=suffix or None, keyboard_type=ft.KeyboardType.NUMBER, optional=True, **more)


def _picker(form: Form, name: str, label: str, choices: list[Choice], maker: Maker, none: str) -> ft.Control:
    offered = [Choice("", t("common.none")), *choices] if choices else []
    pick: Callable[[str], None] = lambda key: form.set(name, key or None)  # noqa: E731 - one line, used once
    return Picker(label, offered, form.get(name) or "", pick, error=form.error(name), optional=True, maker=maker, none=none)

"""The classes of machines that the plant has, and the way to more."""

from collections import Counter
from collections.abc import Iterable

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import language, n, t
from mobile_app.domain import marks
from mobile_app.domain.context import id_of, opener, use_tables
from mobile_app.domain.lookup import dotted
from mobile_app.domain.sync_badge import SyncBadge
from mobile_app.features.classes.editor import ClassForm
from mobile_app.features.classes.ready import ReadyClasses
from mobile_app.ui.address import Asked, use_place
from mobile_app.ui.buttons import ActionRow, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import RowCard, in_twos
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import use_shortcut
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentClassRow, FailureItemKind, in_language
from shared_models.permissions import Permission

MANY = 8


@component
def ClassesScreen() -> ft.Control:
    client = use_tables("classes", "equipment")
    place = use_place(Asked)
    query = place.asked.query
    may_write = client.may(Permission.equipment_write)
    use_shortcut("N", opener("/classes/new"), t("classes.new"), enabled=may_write)
    if not may_write:
        return _read_only()
    back = "/organisation" if client.may(Permission.sites_write) else "/equipment"
    title = PageHeader(t("classes.title"), on_back=opener(back), trailing=[SyncBadge()])
    if not client.classes.rows:
        return Page(title, _none())
    counts = Counter(machine.class_id for machine in client.equipment.rows.values() if machine.class_id)
    rows = matching(client.classes.rows.values(), query)
    cards = [_card(row, counts[row.id]) for row in rows]
    search = [SearchField(query, place.pick("query"), placeholder=t("classes.search"))] if len(client.classes.rows) > MANY else []
    nothing = [EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("classes.no_match", query=query))]
    footer = ActionRow(
        SecondaryButton(t("classes.from_nothing"), opener("/classes/new"), icon=ft.Icons.ADD_ROUNDED, expand=1),
        PrimaryButton(t("classes.catalogue"), opener("/classes/ready"), icon=ft.Icons.LIBRARY_ADD_ROUNDED, expand=1),
    )
    return Page(title, *search, *(in_twos(cards) or nothing), footer=footer, max_width=860)


def matching(rows: Iterable[EquipmentClassRow], query: str) -> list[EquipmentClassRow]:
    """By name, in either language; the retired ones last."""
    words = fold(query).split()
    found = [row for row in rows if all(word in fold(" ".join([*row.names.values(), row.code])) for word in words)]
    return sorted(found, key=lambda row: (not row.is_active, fold(in_language(row.names, language()))))


def _read_only() -> ft.Control:
    return EmptyState(ft.Icons.LOCK_OUTLINE_ROUNDED, t("classes.read_only"), t("classes.read_only_body"))


def _none() -> ft.Control:
    return EmptyState(
        ft.Icons.CATEGORY_OUTLINED, t("classes.none"), t("classes.none_body"), action=t("classes.open_catalogue"),
        on_action=opener("/classes/ready"), secondary=t("classes.from_nothing"), on_secondary=opener("/classes/new"),
    )  # fmt: skip


def _card(row: EquipmentClassRow, machines: int) -> ft.Control:
    modes = sum(1 for item in row.failure_items if item.kind == FailureItemKind.mode)
    meta = dotted(n("classes.modes_count", modes), n("equipment_list.count", machines))
    chips = [] if row.is_active else [StatusChip(t("classes.retired"), Tone.off)]
    name = in_language(row.names, language())
    return RowCard(name, meta=meta, icon=marks.icon_named(row.icon), chips=chips, on_click=opener(f"/classes/{row.id}"))


@component
def ReadyClassesScreen() -> ft.Control:
    client = use_tables("classes")
    return ReadyClasses(client) if client.may(Permission.equipment_write) else _read_only()


@component
def ClassScreen() -> ft.Control:
    client = use_tables("classes")
    wanted = ft.use_route_params().get("class_id")
    if not client.may(Permission.equipment_write):
        return _read_only()
    row = client.classes.get(id_of(wanted)) if wanted else None
    if wanted and row is None:
        return EmptyState(
            ft.Icons.SEARCH_OFF_ROUNDED, t("classes.unknown"), action=t("classes.title"), on_action=opener("/classes")
        )  # fmt: skip
    return ClassForm(client, row, key=wanted or "new")

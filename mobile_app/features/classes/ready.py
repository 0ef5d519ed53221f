"""The catalogue of ready-made classes: tap those that the plant has, take them over at once."""

from collections.abc import Iterable

import flet as ft

from mobile_app.core.folding import fold
from mobile_app.core.i18n import language, n, t
from mobile_app.domain import marks
from mobile_app.domain.answers import use_server
from mobile_app.domain.client import Client
from mobile_app.domain.context import arrived, asker, go, opener, use_tables
from mobile_app.domain.submit import submit
from mobile_app.ui.address import Asked, use_place
from mobile_app.ui.buttons import PrimaryButton, TextLink
from mobile_app.ui.cards import RowCard, in_twos
from mobile_app.ui.chips import StatusChip
from mobile_app.ui.choices import OnPick
from mobile_app.ui.component import component
from mobile_app.ui.feedback import EmptyState, ErrorState, SkeletonList, toast
from mobile_app.ui.fields import SearchField
from mobile_app.ui.hooks import State, use_state
from mobile_app.ui.shell import Page, PageHeader
from mobile_app.ui.theme import Tone
from shared_models.equipment.rows import EquipmentClassRow, FailureItemKind, ReadyClass, in_language

SHOWN_MODES = 4


@component
def ReadyClasses(client: Client) -> ft.Control:
    use_tables("classes")
    place = use_place(Asked)
    query = place.asked.query
    picks: State[frozenset[str]] = use_state(frozenset[str]())
    picked, pick = picks
    is_busy, set_busy = use_state(False)
    back = asker() or "/classes"

    async def load() -> list[ReadyClass]:
        return await client.api.list_of(ReadyClass, "/equipment-classes/ready")

    async def take() -> None:
        set_busy(True)
        try:
            taken = await _taken(client, sorted(picked))
        finally:
            set_busy(False)
        if taken and not asker():
            toast(n("classes.taken", len(taken)))
        if taken:
            go(f"{back}?class_id={taken[0].id}" if asker() and len(taken) == 1 else back)

    def toggle(code: str) -> None:
        pick(picked ^ {code})

    answer = use_server(load, [])
    title = PageHeader(t("classes.catalogue"), t("classes.catalogue_body"), on_back=opener(back))
    if answer.data is None:
        failed = ErrorState(t("classes.offline"), t("classes.offline_body"), on_retry=answer.reload)
        return Page(title, failed if answer.error else SkeletonList(5))
    there = {row.code for row in client.classes.rows.values()}
    found = matching(answer.data, query)
    cards = [_card(one, is_there=one.code in there, is_picked=one.code in picked, on_tap=toggle) for one in found]
    own = TextLink(t("classes.from_nothing"), opener(f"/classes/new?next={asker()}" if asker() else "/classes/new"))
    return Page(
        title,
        SearchField(query, place.pick("query"), placeholder=t("classes.search")),
        *(in_twos(cards) or [EmptyState(ft.Icons.SEARCH_OFF_ROUNDED, t("classes.no_match", query=query))]),
        ft.Row([own], alignment=ft.MainAxisAlignment.CENTER),
        footer=PrimaryButton(
            n("classes.take", len(picked)) if picked else t("classes.take_none"),
            take if picked else None,
            busy=is_busy,
            icon=ft.Icons.DOWNLOAD_DONE_ROUNDED,
        ),
        max_width=860,
    )


async def _taken(client: Client, codes: list[str]) -> list[EquipmentClassRow]:
    taken: list[EquipmentClassRow] = []

    async def take() -> None:
        answer = await client.api.post("/equipment-classes/ready", {"codes": codes})
        taken.extend(map(EquipmentClassRow.model_validate, answer))

    if not await submit(client, take()):
        return []
    await arrived(client, client.classes, lambda: all(client.classes.get(row.id) for row in taken))
    return taken


def matching(classes: Iterable[ReadyClass], query: str) -> list[ReadyClass]:
    """By name in either language, or by what fails; in the order of the catalogue."""
    words = fold(query).split()
    return [one for one in classes if all(word in _searched(one) for word in words)]


def _searched(one: ReadyClass) -> str:
    modes = (item for item in one.failure_items if item.kind == FailureItemKind.mode)
    return fold(" ".join([*one.names.values(), *(name for mode in modes for name in mode.names.values())]))


def modes_of(one: ReadyClass) -> str:
    """Its first failure modes, to tell what is in it."""
    names = [in_language(item.names, language()) for item in one.failure_items if item.kind == FailureItemKind.mode]
    return f"{', '.join(names[:SHOWN_MODES])}…"


def _card(one: ReadyClass, *, is_there: bool, is_picked: bool, on_tap: OnPick) -> ft.Control:
    name = in_language(one.names, language())
    chips = [StatusChip(t("classes.there"), Tone.ok)] if is_there else [StatusChip(t("classes.picked"), Tone.primary)] if is_picked else []
    return RowCard(
        name,
        meta=modes_of(one),
        icon=marks.icon_named(one.icon),
        chips=chips,
        selected=is_picked,
        on_click=None if is_there else lambda: on_tap(one.code),
    )

"""Taking a part from the shelf, and giving back what was not used: one sheet, one tap more than the part."""

from functools import partial
from uuid import UUID

import flet as ft

from mobile_app.core.bridge import bridge
from mobile_app.core.i18n import t
from mobile_app.domain.client import Client
from mobile_app.domain.moving import Done, movement, part_head, place_field, quantity_field
from mobile_app.domain.parts import amount, place_name, places_at, places_with
from mobile_app.domain.submit import sender, submit
from mobile_app.ui.buttons import Handler, PrimaryButton, SecondaryButton, TextLink
from mobile_app.ui.cards import NoticeCard
from mobile_app.ui.component import component
from mobile_app.ui.feedback import SkeletonLines
from mobile_app.ui.forms import Form, use_form
from mobile_app.ui.hooks import use_state
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import Space, Tone
from shared_models.interventions.rows import InterventionRow
from shared_models.inventory.commands import GiveBackStock, TakeStock
from shared_models.inventory.reservations import reservation_id
from shared_models.inventory.rows import JobPartRow, PartRow, PlaceRow
from shared_models.problems import Problem

SHORT = frozenset({"stock_insufficient", "part_reserved"})


def take_sheet(
    client: Client, part: PartRow, site_id: UUID, job: InterventionRow | None, on_done: Done, *more: ft.Control,
    place_id: UUID | None = None,
) -> Sheet:  # fmt: skip
    """`place_id`: where whoever takes it stands."""
    return Sheet(t("parts.take"), Stack(TakeForm(client, part, site_id, job, on_done, place_id), *more, spacing=Space.m))


def give_back_sheet(client: Client, part: PartRow, job: InterventionRow, used: JobPartRow, on_done: Done) -> Sheet:
    return Sheet(t("parts.give_back"), GiveBackForm(client, part, job, used, on_done))


@component
def TakeForm(
    client: Client, part: PartRow, site_id: UUID, job: InterventionRow | None, on_done: Done, place_id: UUID | None = None
) -> ft.Control:
    """Without a network it is a fact; with one the books are asked, and whoever has the part in hand may know better."""
    places = places_with(client, part, site_id)
    first = {"quantity": _wanted(client, part, job), "place_id": str(place_id or places[0].id) if places else None}
    form = use_form(f"take:{job.id if job else site_id}:{part.id}:{place_id or ''}", first)
    short, set_short = use_state("")
    elsewhere, set_elsewhere = use_state(False)
    asked = f"{form.get('quantity')} {form.get('place_id')}"

    def note(problem: Problem) -> Problem:
        set_short(asked if problem.code in SHORT else "")
        return problem

    async def take(*, in_hand: bool = False) -> None:
        if form.busy or not form.require("quantity", "place_id"):
            return
        fields = {"place_id": form.get("place_id"), "intervention_id": job.id if job else None, "occurred_at": client.now()}
        command = movement(form, part, TakeStock, **fields, is_taken=in_hand or not client.sync.is_in_touch)
        if command and await submit(client, command, form, said="parts.taken", placed=note):
            bridge.send("feedback", {"sound": "ok", "vibrate": [40]})
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    if not places:
        return Stack(part_head(client, part, site_id), NoticeCard(t("parts.no_store"), t("parts.no_store_body"), tone=Tone.off))
    is_short = short == asked
    offered, other = (places_at(client, site_id), None) if elsewhere else (places, partial(set_elsewhere, True))
    button = SecondaryButton if is_short else PrimaryButton
    send = button(t("parts.take_do"), take, busy=form.busy and not is_short, icon=ft.Icons.OUTBOX_ROUNDED)
    in_hand = partial(take, in_hand=True)
    sure = [PrimaryButton(t("parts.in_hand"), in_hand, busy=form.busy, icon=ft.Icons.BACK_HAND_ROUNDED)] if is_short else []
    return Stack(
        part_head(client, part, site_id),
        quantity_field(form, part, t("parts.quantity"), on_submit=take),
        *_from(client, form, offered, part, other),
        sender(form, Stack(*sure, send, spacing=Space.s)),
        spacing=Space.m,
    )


def _wanted(client: Client, part: PartRow, job: InterventionRow | None) -> str:
    """What the job has reserved, else one."""
    row = client.tables.reservations.get(reservation_id(job.id, part.id)) if job else None
    return f"{row.outstanding.normalize():f}" if row and row.outstanding else "1"


def _from(client: Client, form: Form, places: list[PlaceRow], part: PartRow, other: Handler | None) -> list[ft.Control]:
    """Where it lies alone is taken for granted, and told; somebody may have found it in another place."""
    if other is None or len(places) > 1:
        return place_field(client, form, t("parts.from"), places, part)
    where = Meta(t("parts.from_place", place=place_name(client, places[0].id)), expand=True)
    more = [TextLink(t("parts.elsewhere"), other)] if len(places_at(client, places[0].site_id)) > 1 else []
    return [ft.Row([where, *more], spacing=8)]


@component
def GiveBackForm(client: Client, part: PartRow, job: InterventionRow, used: JobPartRow, on_done: Done) -> ft.Control:
    places = places_at(client, job.site_id)
    first = next(iter(places_with(client, part, job.site_id)), None)
    form = use_form(
        f"give-back:{used.id}", {"quantity": f"{used.quantity_used.normalize():f}", "place_id": str(first.id) if first else None}
    )

    async def give_back() -> None:
        if form.busy or not form.require("quantity", "place_id"):
            return
        fields = {"place_id": form.get("place_id"), "intervention_id": job.id, "occurred_at": client.now()}
        command = movement(form, part, GiveBackStock, **fields)
        if command and await submit(client, command, form, said="parts.given_back"):
            on_done()

    if not form.ready:
        return SkeletonLines(3)
    button = PrimaryButton(t("parts.give_back_do"), give_back, busy=form.busy, icon=ft.Icons.MOVE_TO_INBOX_ROUNDED)
    return Stack(
        part_head(client, part, job.site_id),
        Meta(t("parts.job_has", quantity=amount(part, used.quantity_used))),
        quantity_field(form, part, t("parts.quantity")),
        *place_field(client, form, t("parts.into"), places, part),
        sender(form, button),
        spacing=Space.m,
    )

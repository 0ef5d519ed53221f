"""A machine's photo and its documents: in its form, where they are saved with the rest, and before the machine, where a photo is."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_size, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.files import choose_file, open_file
from mobile_app.domain.life import documents_of
from mobile_app.domain.lookup import dotted
from mobile_app.domain.pictures import StoredPicture, use_pictures
from mobile_app.domain.submit import submit, submit_with_undo
from mobile_app.ui import environment
from mobile_app.ui.buttons import DangerButton, Handler, IconAction, PrimaryButton, SecondaryButton
from mobile_app.ui.cards import Card, CardHeader, LineItem, SectionHeader
from mobile_app.ui.component import component
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form
from mobile_app.ui.hooks import use_async, use_breakpoint
from mobile_app.ui.photos import PhotoGrid
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Radius
from shared_models.attachments import KINDS, USUAL_MEGABYTES
from shared_models.base import Command
from shared_models.equipment.commands import AddDocument, RemoveDocument, SetEquipmentPhoto
from shared_models.equipment.rows import DocumentRow, EquipmentRow
from shared_models.ids import uuid7
from shared_models.permissions import AT_THE_MACHINE

_WORD: dict[str, str] = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "pptx": "PowerPoint", "odt": "ODT", "ods": "ODS", "odp": "ODP"}


# --- on the machine's page


def may_photograph(client: Client) -> bool:
    return any(map(client.may, AT_THE_MACHINE))


def photo_sheet(client: Client, machine: EquipmentRow, on_done: Callable[[], None]) -> Sheet:
    return Sheet(t("machine.photo"), MachinePhoto(client, machine, on_done), tall=machine.photo_id is not None)


@component
def MachinePhoto(client: Client, machine: EquipmentRow, on_done: Callable[[], None]) -> ft.Control:
    """As large as there is room; another one, or none."""
    pictures = use_pictures((machine.photo_id,) if machine.photo_id else (), 1280)

    def put(photo_id: UUID | None) -> SetEquipmentPhoto:
        return SetEquipmentPhoto(occurred_at=client.now(), equipment_id=machine.id, attachment_id=photo_id)

    async def take() -> None:
        photo_id = await take_photo(client)
        if photo_id is not None and await submit(client, put(photo_id), said="machine.photo_set"):
            on_done()

    async def remove() -> None:
        on_done()
        await submit_with_undo(client, put(None), t("machine.photo_removed"), lambda: None)

    word = "machine.photo_change" if machine.photo_id else "machine.photo_add"
    buttons = [PrimaryButton(t(word), take, icon=ft.Icons.ADD_A_PHOTO_OUTLINED)] if may_photograph(client) else []
    if machine.photo_id and buttons:
        buttons.append(DangerButton(t("machine.photo_remove"), remove, quiet=True, icon=ft.Icons.DELETE_OUTLINE_ROUNDED))
    return Stack(_large(pictures.get(machine.photo_id) if machine.photo_id else None, machine.name), *buttons, spacing=12)


def _large(picture: bytes | None, name: str) -> ft.Control:
    if not picture:
        return ft.Container()
    image = ft.Image(picture, fit=ft.BoxFit.CONTAIN, exclude_from_semantics=True)
    framed = ft.Container(image, border_radius=Radius.card, clip_behavior=ft.ClipBehavior.ANTI_ALIAS, bgcolor=C.surface2)
    return ft.Semantics(content=framed, label=t("machine.photo_of", name=name), image=True)


def documents_card(client: Client, documents: list[DocumentRow]) -> list[ft.Control]:
    if not documents:
        return []
    lines = [
        LineItem(document.title, meta=_kind(document), icon=_icon(document.mime_type), on_click=_opening(client, document))
        for document in documents
    ]
    return [Card(Stack(CardHeader(t("machine.documents"), str(len(documents))), *lines, spacing=2))]


def _opening(client: Client, document: DocumentRow) -> Handler:
    return partial(open_file, client, document.attachment_id, document.title)


def _kind(document: DocumentRow) -> str:
    """`PDF · 1,2 Mo`; of one that the server has not got yet, that it is to be sent."""
    if not document.mime_type:
        return t("domain.unsent")
    end = next((end for end, mime in KINDS.items() if mime == document.mime_type), "")
    return dotted(_WORD.get(end, t("file.picture") if document.mime_type.startswith("image/") else ""), format_size(document.size_bytes))


def _icon(mime: str) -> ft.IconData:
    if mime.startswith("image/"):
        return ft.Icons.IMAGE_OUTLINED
    return ft.Icons.PICTURE_AS_PDF_OUTLINED if mime == KINDS["pdf"] else ft.Icons.DESCRIPTION_OUTLINED


# --- in its form


@component
def Papers(client: Client, form: Form, machine: EquipmentRow | None) -> ft.Control:
    """What is taken, chosen or taken away here is saved with the form; until then it is on the device."""
    held = use_async(lambda: _held(client, machine), [machine.id if machine else None, client.details.version]).data or []
    removed: list[str] = form.get("removed_documents") or []
    added: list[dict[str, str]] = form.get("added_documents") or []

    async def choose() -> None:
        chosen = await choose_file(client)
        if chosen is not None:
            title = chosen.name[: text_limit(AddDocument, "title")]
            paper = {"id": str(uuid7()), "attachment_id": str(chosen.id), "title": title}
            form.set("added_documents", [*(form.get("added_documents") or []), paper])

    def retitle(number: int, title: str) -> None:
        form.set("added_documents", [{**paper, "title": title} if at == number else paper for at, paper in enumerate(added)])

    def forget(number: int) -> None:
        form.set("added_documents", [paper for at, paper in enumerate(added) if at != number])

    def toggle(document_id: str) -> None:
        form.set("removed_documents", [one for one in removed if one != document_id] if document_id in removed else [*removed, document_id])

    return Stack(
        SectionHeader(t("machine_form.papers")),
        FormPhoto(client, form, machine),
        *(_held_line(client, document, toggle, is_removed=str(document.id) in removed) for document in held),
        *(_added_line(paper, partial(retitle, number), partial(forget, number)) for number, paper in enumerate(added)),
        _in_reach(SecondaryButton(t("machine_form.add_document"), choose, icon=ft.Icons.ATTACH_FILE_ROUNDED)),
        Meta(t("file.limits", megabytes=USUAL_MEGABYTES), max_lines=None),
    )


async def _held(client: Client, machine: EquipmentRow | None) -> list[DocumentRow]:
    return await documents_of(client, machine.id) if machine else []


def _in_reach(button: ft.Control) -> ft.Control:
    """As wide as the form where a thumb is to hit it."""
    return button if use_breakpoint() == Breakpoint.phone else ft.Row([button])


def _held_line(client: Client, document: DocumentRow, toggle: Callable[[str], None], *, is_removed: bool) -> ft.Control:
    icon, word = (
        (ft.Icons.UNDO_ROUNDED, "machine_form.keep_document") if is_removed else (ft.Icons.CLOSE_ROUNDED, "machine_form.remove_document")
    )
    action = IconAction(icon, t(word, title=document.title), partial(toggle, str(document.id)))
    meta = t("machine_form.document_goes") if is_removed else _kind(document)
    opening = None if is_removed else _opening(client, document)
    line = LineItem(document.title, meta=meta, icon=_icon(document.mime_type), color=C.ink2 if is_removed else C.primary, on_click=opening)
    return ft.Row([ft.Container(line, expand=True), action], spacing=4)


def _added_line(paper: dict[str, str], on_title: Callable[[str], None], on_forget: Callable[[], None]) -> ft.Control:
    wrong = "" if paper["title"].strip() else t("common.required")
    most = text_limit(AddDocument, "title")
    field = TextInput(t("machine_form.document_title"), paper["title"], on_title, error=wrong, max_length=most)
    action = IconAction(ft.Icons.CLOSE_ROUNDED, t("machine_form.remove_document", title=paper["title"]), on_forget)
    top = ft.Container(action, padding=ft.Padding(left=0, top=26, right=0, bottom=0))
    return ft.Row([ft.Container(field, expand=True), top], spacing=4, vertical_alignment=ft.CrossAxisAlignment.START, key=paper["id"])


@component
def FormPhoto(client: Client, form: Form, machine: EquipmentRow | None) -> ft.Control:
    """The photo as it will be. `photo` is what was said of it here: an id, "" for none any more, nothing where it stays."""
    said: str | None = form.get("photo")
    photo_id = (machine.photo_id if machine else None) if said is None else (UUID(said) if said else None)

    async def take() -> None:
        taken = await take_photo(client)
        if taken is not None:
            form.set("photo", str(taken))

    if photo_id is None:
        return PhotoGrid([], on_add=take)
    change = SecondaryButton(t("machine.photo_change"), take, icon=ft.Icons.ADD_A_PHOTO_OUTLINED)
    remove = DangerButton(t("machine.photo_remove"), lambda: form.set("photo", ""), quiet=True, icon=ft.Icons.DELETE_OUTLINE_ROUNDED)
    picture = StoredPicture(photo_id, 112, label=t("machine.photo"))
    buttons = ft.Container(Stack(change, remove, spacing=8), expand=True)
    if environment.current().has_big_text:
        return Stack(picture, change, remove, spacing=10)
    return ft.Row([picture, buttons], spacing=12)


def papers_of(values: dict[str, Any], client: Client, machine_id: UUID) -> list[Command]:
    """What the form's photo and documents come to, behind the machine itself."""
    at = client.now()
    photo: str | None = values.get("photo")
    commands: list[Command] = []
    if photo is not None:
        commands.append(SetEquipmentPhoto(occurred_at=at, equipment_id=machine_id, attachment_id=UUID(photo) if photo else None))
    commands += [RemoveDocument(occurred_at=at, document_id=UUID(one)) for one in values.get("removed_documents") or []]
    commands += [
        AddDocument(
            occurred_at=at, document_id=UUID(paper["id"]), equipment_id=machine_id, attachment_id=UUID(paper["attachment_id"]),
            title=paper["title"],
        )
        for paper in values.get("added_documents") or []
    ]  # fmt: skip
    return commands


def lacks_a_title(form: Form) -> bool:
    return any(not paper["title"].strip() for paper in form.get("added_documents") or [])

"""A photo and documents, of a machine or a part: in its form, where they are saved with the rest, and on its page."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import flet as ft

from mobile_app.core.i18n import format_date, format_size, n, t
from mobile_app.core.limits import text_limit
from mobile_app.domain.camera import take_photo
from mobile_app.domain.client import Client
from mobile_app.domain.due import local_day
from mobile_app.domain.files import choose_file, open_file
from mobile_app.domain.lookup import dotted
from mobile_app.domain.pictures import SMALL, StoredPicture, use_pictures
from mobile_app.domain.submit import submit, submit_with_undo
from mobile_app.ui import environment
from mobile_app.ui.buttons import DangerButton, Handler, IconAction, PrimaryButton, SecondaryButton, TextLink, spoken, tap
from mobile_app.ui.cards import Card, CardHeader, LineItem, SectionHeader
from mobile_app.ui.chips import IconTile, StatusChip
from mobile_app.ui.component import component
from mobile_app.ui.dates import DateInput
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.fields import TextInput
from mobile_app.ui.forms import Form
from mobile_app.ui.hooks import use_async, use_breakpoint, use_state
from mobile_app.ui.photos import PhotoGrid
from mobile_app.ui.sheets import Sheet
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Meta
from mobile_app.ui.theme import C, Radius, Tone, line
from shared_models.attachments import KINDS, USUAL_MEGABYTES
from shared_models.base import Command
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from shared_models.inventory.rows import PartRow
from shared_models.notices.kinds import KINDS as NOTICES
from shared_models.notices.kinds import NoticeKind
from shared_models.papers import AddPaper, PaperRow, Papers

_WORD: dict[str, str] = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "pptx": "PowerPoint", "odt": "ODT", "ods": "ODS", "odp": "ODP"}


SOON = NOTICES[NoticeKind.document_ending].days or 0
"""So many days before its end a document is said to end soon."""
Owner = EquipmentRow | PartRow


async def documents_of(client: Client, papers: Papers, owner_id: UUID) -> list[PaperRow]:
    """Read from the device's store; again when `client.details` changes."""
    found = await client.held_of(papers.row, owner_id)
    return sorted(found, key=lambda row: row.title.casefold())


def use_documents(client: Client, papers: Papers, owner_id: UUID) -> list[PaperRow]:
    return use_async(lambda: documents_of(client, papers, owner_id), [owner_id, client.details.version]).data or []


# --- on its page


def may_photograph(client: Client, papers: Papers) -> bool:
    return any(map(client.may, papers.photo.needs))


def face(client: Client, papers: Papers, owner: Owner, icon: ft.IconData, on_photo: Handler) -> ft.Control:
    """The photo, which opens; an icon where there is none, with the way to one for whoever may take it."""
    tile = IconTile(icon, Tone.primary, size=SMALL)
    if owner.photo_id is None and not may_photograph(client, papers):
        return tile
    shown = tile if owner.photo_id is None else StoredPicture(owner.photo_id, SMALL, tile)
    badge = ft.Container(
        ft.Icon(ft.Icons.ADD_A_PHOTO_OUTLINED, size=16, color=C.primary), bgcolor=C.surface, border=line(), border_radius=14, padding=5
    )
    layers = [shown] if owner.photo_id else [shown, ft.Container(badge, right=-4, bottom=-4)]
    stack = ft.Stack(layers, clip_behavior=ft.ClipBehavior.NONE)
    box = ft.Container(stack, width=SMALL, height=SMALL, border_radius=Radius.card, ink=True, on_click=tap(on_photo))
    return spoken(box, t("papers.photo" if owner.photo_id else "papers.photo_add"))


def photo_sheet(client: Client, papers: Papers, owner: Owner, on_done: Callable[[], None]) -> Sheet:
    return Sheet(t("papers.photo"), Photo(client, papers, owner, on_done), tall=owner.photo_id is not None)


def set_photo(client: Client, papers: Papers, owner_id: UUID, photo_id: UUID | None) -> Command:
    return papers.photo.model_validate({"occurred_at": client.now(), papers.key: owner_id, "attachment_id": photo_id})


@component
def Photo(client: Client, papers: Papers, owner: Owner, on_done: Callable[[], None]) -> ft.Control:
    """As large as there is room; another one, or none."""
    pictures = use_pictures((owner.photo_id,) if owner.photo_id else (), 1280)
    put = partial(set_photo, client, papers, owner.id)

    async def take() -> None:
        photo_id = await take_photo(client)
        if photo_id is not None and await submit(client, put(photo_id), said="papers.photo_set"):
            on_done()

    async def remove() -> None:
        on_done()
        await submit_with_undo(client, put(None), t("papers.photo_removed"), lambda: None)

    word = "papers.photo_change" if owner.photo_id else "papers.photo_add"
    buttons = [PrimaryButton(t(word), take, icon=ft.Icons.ADD_A_PHOTO_OUTLINED)] if may_photograph(client, papers) else []
    if owner.photo_id and buttons:
        buttons.append(DangerButton(t("papers.photo_remove"), remove, quiet=True, icon=ft.Icons.DELETE_OUTLINE_ROUNDED))
    return Stack(_large(pictures.get(owner.photo_id) if owner.photo_id else None, owner.name), *buttons, spacing=12)


def _large(picture: bytes | None, name: str) -> ft.Control:
    if not picture:
        return ft.Container()
    image = ft.Image(picture, fit=ft.BoxFit.CONTAIN, exclude_from_semantics=True)
    framed = ft.Container(image, border_radius=Radius.card, clip_behavior=ft.ClipBehavior.ANTI_ALIAS, bgcolor=C.surface2)
    return ft.Semantics(content=framed, label=t("papers.photo_of", name=name), image=True)


def documents_card(client: Client, documents: list[PaperRow]) -> list[ft.Control]:
    if not documents:
        return []
    lines = [
        LineItem(
            document.title, meta=_meta(client, document), icon=_icon(document.mime_type), chips=_ending(client, document.valid_until),
            on_click=_opening(client, document),
        )
        for document in documents
    ]  # fmt: skip
    return [Card(Stack(CardHeader(t("papers.documents"), str(len(documents))), *lines, spacing=2))]


def _opening(client: Client, document: PaperRow) -> Handler:
    return partial(open_file, client, document.attachment_id, document.title)


def _kind(document: PaperRow) -> str:
    """`PDF · 1,2 Mo`; of one that the server has not got yet, that it is to be sent."""
    if not document.mime_type:
        return t("domain.unsent")
    end = next((end for end, mime in KINDS.items() if mime == document.mime_type), "")
    return dotted(_WORD.get(end, t("file.picture") if document.mime_type.startswith("image/") else ""), format_size(document.size_bytes))


def _meta(client: Client, document: PaperRow) -> str:
    until = document.valid_until
    is_far = until is not None and not _ending(client, until)
    return dotted(_kind(document), t("papers.holds", day=format_date(until)) if until and is_far else "")


def _ending(client: Client, until: date | None) -> list[ft.Control]:
    """Of what ends soon or has ended, that it does, in words."""
    days = SOON + 1 if until is None else (until - local_day(client.now())).days
    if until is None or days > SOON:
        return []
    if days < 0:
        return [StatusChip(t("papers.ended", day=format_date(until)), Tone.bad, icon=ft.Icons.EVENT_BUSY_ROUNDED)]
    return [StatusChip(n("papers.ends", days) if days else t("papers.ends_today"), Tone.warning, icon=ft.Icons.EVENT_ROUNDED)]


def _icon(mime: str) -> ft.IconData:
    if mime.startswith("image/"):
        return ft.Icons.IMAGE_OUTLINED
    return ft.Icons.PICTURE_AS_PDF_OUTLINED if mime == KINDS["pdf"] else ft.Icons.DESCRIPTION_OUTLINED


# --- in its form


@component
def PapersOf(client: Client, form: Form, papers: Papers, owner: Owner | None) -> ft.Control:
    """What is taken, chosen or taken away here is saved with the form; until then it is on the device."""
    held = use_async(lambda: _held(client, papers, owner), [owner.id if owner else None, client.details.version]).data or []
    removed: list[str] = form.get("removed_documents") or []
    added: list[dict[str, str]] = form.get("added_documents") or []

    async def choose() -> None:
        chosen = await choose_file(client)
        if chosen is not None:
            title = chosen.name[: text_limit(AddPaper, "title")]
            paper = {"id": str(uuid7()), "attachment_id": str(chosen.id), "title": title}
            form.set("added_documents", [*(form.get("added_documents") or []), paper])

    def retitle(number: int, title: str) -> None:
        form.set("added_documents", [{**paper, "title": title} if at == number else paper for at, paper in enumerate(added)])

    def hold(number: int, until: str) -> None:
        form.set("added_documents", [{**paper, "valid_until": until} if at == number else paper for at, paper in enumerate(added)])

    def forget(number: int) -> None:
        form.set("added_documents", [paper for at, paper in enumerate(added) if at != number])

    def toggle(document_id: str) -> None:
        form.set("removed_documents", [one for one in removed if one != document_id] if document_id in removed else [*removed, document_id])

    return Stack(
        SectionHeader(t("papers.both")),
        FormPhoto(client, form, owner),
        *(HeldPaper(client, form, document, toggle, is_removed=str(document.id) in removed, key=str(document.id)) for document in held),
        *(_added(paper, partial(retitle, number), partial(hold, number), partial(forget, number)) for number, paper in enumerate(added)),
        _in_reach(SecondaryButton(t("papers.add"), choose, icon=ft.Icons.ATTACH_FILE_ROUNDED)),
        Meta(t("file.limits", megabytes=USUAL_MEGABYTES), max_lines=None),
    )


async def _held(client: Client, papers: Papers, owner: Owner | None) -> list[PaperRow]:
    return await documents_of(client, papers, owner.id) if owner else []


def _in_reach(button: ft.Control) -> ft.Control:
    """As wide as the form where a thumb is to hit it."""
    return button if use_breakpoint() == Breakpoint.phone else ft.Row([button])


@component
def HeldPaper(client: Client, form: Form, document: PaperRow, toggle: Callable[[str], None], *, is_removed: bool) -> ft.Control:
    """Its end is asked for where it has one, or is to have one."""
    asks, set_asks = use_state(False)
    dated: dict[str, str] = form.get("dated_documents") or {}
    own = str(document.id)
    until = dated.get(own, document.valid_until.isoformat() if document.valid_until else "")
    line = _held_line(client, document, toggle, until, is_removed=is_removed)
    if is_removed:
        return line
    if not until and not asks:
        return Stack(line, ft.Row([TextLink(t("papers.holds_ask"), lambda: set_asks(True))]), spacing=0)
    return Stack(line, _until(until, lambda day: form.set("dated_documents", {**dated, own: day})), spacing=4)


def _until(value: str, on_change: Callable[[str], None]) -> ft.Control:
    day = date.fromisoformat(value) if value else None
    return DateInput(
        t("papers.holds_until"), day, lambda picked: on_change(picked.isoformat()), optional=True, on_clear=lambda: on_change("")
    )


def _held_line(client: Client, document: PaperRow, toggle: Callable[[str], None], until: str, *, is_removed: bool) -> ft.Control:
    icon, word = (ft.Icons.UNDO_ROUNDED, "papers.keep") if is_removed else (ft.Icons.CLOSE_ROUNDED, "papers.remove")
    action = IconAction(icon, t(word, title=document.title), partial(toggle, str(document.id)))
    meta = t("papers.goes") if is_removed else _kind(document)
    opening = None if is_removed else _opening(client, document)
    chips = [] if is_removed or not until else _ending(client, date.fromisoformat(until))
    color = C.ink2 if is_removed else C.primary
    line = LineItem(document.title, meta=meta, icon=_icon(document.mime_type), color=color, chips=chips, on_click=opening)
    return ft.Row([ft.Container(line, expand=True), action], spacing=4)


def _added(
    paper: dict[str, str], on_title: Callable[[str], None], on_until: Callable[[str], None], on_forget: Callable[[], None]
) -> ft.Control:
    wrong = "" if paper["title"].strip() else t("common.required")
    most = text_limit(AddPaper, "title")
    field = TextInput(t("papers.title"), paper["title"], on_title, error=wrong, max_length=most)
    action = IconAction(ft.Icons.CLOSE_ROUNDED, t("papers.remove", title=paper["title"]), on_forget)
    top = ft.Container(action, padding=ft.Padding(left=0, top=26, right=0, bottom=0))
    line = ft.Row([ft.Container(field, expand=True), top], spacing=4, vertical_alignment=ft.CrossAxisAlignment.START)
    return Stack(line, _until(paper.get("valid_until", ""), on_until), spacing=10, key=paper["id"])


@component
def FormPhoto(client: Client, form: Form, owner: Owner | None) -> ft.Control:
    """The photo as it will be. `photo` is what was said of it here: an id, "" for none any more, nothing where it stays."""
    said: str | None = form.get("photo")
    photo_id = (owner.photo_id if owner else None) if said is None else (UUID(said) if said else None)

    async def take() -> None:
        taken = await take_photo(client)
        if taken is not None:
            form.set("photo", str(taken))

    if photo_id is None:
        return PhotoGrid([], on_add=take)
    change = SecondaryButton(t("papers.photo_change"), take, icon=ft.Icons.ADD_A_PHOTO_OUTLINED)
    remove = DangerButton(t("papers.photo_remove"), lambda: form.set("photo", ""), quiet=True, icon=ft.Icons.DELETE_OUTLINE_ROUNDED)
    picture = StoredPicture(photo_id, 112, label=t("papers.photo"))
    buttons = ft.Container(Stack(change, remove, spacing=8), expand=True)
    if environment.current().has_big_text:
        return Stack(picture, change, remove, spacing=10)
    return ft.Row([picture, buttons], spacing=12)


def papers_of(client: Client, papers: Papers, values: dict[str, Any], owner_id: UUID) -> list[Command]:
    """What the form's photo and documents come to, behind the owner itself."""
    at = client.now()
    photo: str | None = values.get("photo")
    commands: list[Command] = []
    if photo is not None:
        commands.append(set_photo(client, papers, owner_id, UUID(photo) if photo else None))
    removed, dated = values.get("removed_documents") or [], values.get("dated_documents") or {}
    commands += [papers.remove(occurred_at=at, document_id=UUID(one)) for one in removed]
    commands += [
        papers.date(occurred_at=at, document_id=UUID(one), valid_until=date.fromisoformat(day) if day else None)
        for one, day in dated.items()
        if one not in removed
    ]
    commands += [
        papers.add.model_validate({
            "occurred_at": at, papers.key: owner_id, "document_id": paper["id"], "attachment_id": paper["attachment_id"],
            "title": paper["title"], "valid_until": paper.get("valid_until") or None,
        })
        for paper in values.get("added_documents") or []
    ]  # fmt: skip
    return commands


def lacks_a_title(form: Form) -> bool:
    return any(not paper["title"].strip() for paper in form.get("added_documents") or [])

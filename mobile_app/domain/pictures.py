"""Pictures kept as attachments: the device's own copy first, else the server's."""

from uuid import UUID

import flet as ft

from mobile_app.core.errors import ClientError
from mobile_app.domain.context import use_client
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_async
from mobile_app.ui.theme import C, Radius

SMALL = 80
"""Up to this many dp the smallest thumbnail is sharp on a phone's screen."""


@component
def StoredPicture(
    attachment_id: UUID, size: float, instead: ft.Control | None = None, *, height: float | None = None, label: str = ""
) -> ft.Control:
    """A square (or `size` × `height`) crop of a picture; `instead` while it loads and where it can't be had."""
    client = use_client()

    async def load() -> bytes | None:
        try:
            return await client.attachment(attachment_id, 160 if size <= SMALL else 1280)
        except ClientError:
            return None

    picture = use_async(load, [attachment_id]).data
    if not picture:
        return instead or ft.Container(width=size, height=height or size, bgcolor=C.surface2, border_radius=Radius.card)
    image = ft.Image(picture, width=size, height=height or size, fit=ft.BoxFit.COVER, exclude_from_semantics=True)
    framed = ft.Container(image, border_radius=Radius.card, clip_behavior=ft.ClipBehavior.ANTI_ALIAS)
    return ft.Semantics(content=framed, label=label, image=True) if label else framed


def use_pictures(ids: tuple[UUID, ...]) -> dict[UUID, bytes]:
    """Those pictures that can be had now, at the size of a grid's tile."""
    client = use_client()

    async def load() -> dict[UUID, bytes]:
        found = {}
        for attachment_id in ids:
            try:
                found[attachment_id] = await client.attachment(attachment_id, 480)
            except ClientError:
                continue
        return found

    return use_async(load, [ids]).data or {}

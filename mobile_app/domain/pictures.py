"""Pictures kept as attachments: the device's own copy first, else the server's."""

from contextlib import suppress
from typing import Literal
from uuid import UUID

import flet as ft

from mobile_app.core.errors import ClientError
from mobile_app.domain.context import use_client
from mobile_app.ui.component import component
from mobile_app.ui.hooks import Box, use_async, use_box, use_live
from mobile_app.ui.theme import C, Radius

SMALL = 80
"""Up to this many dp the smallest thumbnail is sharp on a phone's screen."""


@component
def StoredPicture(
    attachment_id: UUID, size: float, instead: ft.Control | None = None, *, height: float | None = None, label: str = ""
) -> ft.Control:
    """A square (or `size` × `height`) crop of a picture; `instead` while it loads and where it can't be had."""
    picture = use_pictures((attachment_id,), 160 if size <= SMALL else 1280).get(attachment_id)
    if not picture:
        return instead or ft.Container(width=size, height=height or size, bgcolor=C.surface2, border_radius=Radius.card)
    image = ft.Image(picture, width=size, height=height or size, fit=ft.BoxFit.COVER, exclude_from_semantics=True)
    framed = ft.Container(image, border_radius=Radius.card, clip_behavior=ft.ClipBehavior.ANTI_ALIAS)
    return ft.Semantics(content=framed, label=label, image=True) if label else framed


def use_pictures(ids: tuple[UUID, ...], size: Literal[160, 480, 1280] = 480) -> dict[UUID, bytes]:
    """Those pictures that can be had now; what is lacking is asked for again once there is a network, and what is shown stays."""
    client = use_client()
    is_online = use_live(client.sync).status.offline_since is None
    had: Box[dict[UUID, bytes]] = use_box(dict)

    async def load() -> dict[UUID, bytes]:
        for attachment_id in ids:
            if attachment_id not in had.current:
                with suppress(ClientError):
                    had.current[attachment_id] = await client.attachment(attachment_id, size)
        return {attachment_id: had.current[attachment_id] for attachment_id in ids if attachment_id in had.current}

    return use_async(load, [ids, size, is_online]).data or {}

"""Photos as thumbnails."""

from collections.abc import Sequence
from typing import NamedTuple

import flet as ft

from mobile_app.core.i18n import t
from mobile_app.ui.buttons import Handler, spoken, tap
from mobile_app.ui.text import Caption
from mobile_app.ui.theme import C, Radius, line


class Photo(NamedTuple):
    """`source`: a URL, or the picture's bytes while it exists only here."""

    key: str
    source: str | bytes
    caption: str = ""
    waiting: bool = False


def PhotoGrid(photos: Sequence[Photo], *, on_add: Handler | None = None, size: float = 104) -> ft.Control:
    tiles: list[ft.Control] = [_tile(photo, i, len(photos), size) for i, photo in enumerate(photos, start=1)]
    if on_add is not None:
        tiles.append(_add_tile(on_add, size))
    return ft.Row(tiles, wrap=True, spacing=8, run_spacing=8, vertical_alignment=ft.CrossAxisAlignment.START)


def _tile(photo: Photo, number: int, total: int, size: float) -> ft.Control:
    image = ft.Image(
        photo.source,
        width=size,
        height=size,
        fit=ft.BoxFit.COVER,
        exclude_from_semantics=True,
        error_content=ft.Icon(ft.Icons.BROKEN_IMAGE_OUTLINED, color=C.ink2),
    )
    layers: list[ft.Control] = [_framed(image, size)]
    if photo.waiting:
        layers.append(ft.Container(_waiting_mark(), left=6, bottom=6))
    words = [t("common.photo", number=number, total=total), photo.caption]
    if photo.waiting:
        words.append(t("common.photo_waiting"))
    picture = ft.Semantics(content=ft.Container(ft.Stack(layers)), label=", ".join(filter(None, words)), image=True)
    below = [Caption(photo.caption)] if photo.caption else []
    return ft.Column([picture, *below], spacing=4, tight=True, key=photo.key)


def _framed(content: ft.Control, size: float) -> ft.Control:
    return ft.Container(
        content,
        width=size,
        height=size,
        border_radius=Radius.tile,
        bgcolor=C.surface2,
        alignment=ft.Alignment.CENTER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


def _waiting_mark() -> ft.Control:
    return ft.Container(
        ft.Icon(ft.Icons.CLOUD_UPLOAD_ROUNDED, size=14, color=C.off),
        bgcolor=C.off_container,
        border_radius=10,
        padding=4,
    )


def _add_tile(on_add: Handler, size: float) -> ft.Control:
    face = ft.Container(
        ft.Column(
            [ft.Icon(ft.Icons.ADD_A_PHOTO_OUTLINED, size=26, color=C.primary)],
            alignment=ft.MainAxisAlignment.CENTER,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        width=size,
        height=size,
        bgcolor=C.surface,
        border=line(),
        border_radius=Radius.tile,
        ink=True,
        on_click=tap(on_add),
    )
    return spoken(face, t("common.photo_add"))

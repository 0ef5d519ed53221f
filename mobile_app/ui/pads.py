"""Surfaces to press and draw on: number pad, signature."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import flet as ft
import flet.canvas as cv

from mobile_app.core.i18n import format_number, language, t
from mobile_app.ui.buttons import TextLink, spoken, tap
from mobile_app.ui.component import component
from mobile_app.ui.hooks import State, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.theme import MEDIUM, SEMIBOLD, C, Radius, Size, line

Stroke = tuple[tuple[float, float], ...]
_BACK: Final = "back"
_SIGN: Final = "sign"


def press(text: str, key: str, *, max_length: int = 12) -> str:
    """What a number being typed becomes when `key` is pressed ("0".."9", ".", back, sign)."""
    if key == _BACK:
        rest = text[:-1]
        return "" if rest == "-" else rest
    if key == _SIGN:
        return text[1:] if text.startswith("-") else f"-{text}" if text else text
    if len(text) >= max_length or (key == "." and "." in text):
        return text
    if key == ".":
        return f"{text or '0'}."
    return key if text == "0" else text + key


def shown(text: str) -> str:
    """A number being typed, with the language's decimal sign."""
    return text.replace(".", ",") if language() == "fr" else text


def grouped(text: str) -> str:
    """A number that has been typed, at rest: 2 000 or 2,000."""
    _, _, decimals = text.partition(".")
    try:
        return format_number(float(text), len(decimals))
    except ValueError:
        return shown(text)


def NumberPad(
    value: str,
    on_change: Callable[[str], None],
    *,
    decimals: bool = True,
    signed: bool = False,
) -> ft.Control:
    """Big keys for a gloved thumb; `value` uses "." whatever the language shows."""
    corner = "." if decimals else (_SIGN if signed else "")
    keys = ("1", "2", "3", "4", "5", "6", "7", "8", "9", corner, "0", _BACK)
    rows: list[ft.Control] = []
    for start in range(0, 12, 3):
        cells = [_key(k, value, on_change) for k in keys[start : start + 3]]
        rows.append(ft.Row(cells, spacing=8))
    if decimals and signed:
        label = t("common.digit_sign")
        rows.append(TextLink(f"±  {label}", lambda: on_change(press(value, _SIGN))))
    return ft.Column(rows, spacing=8, tight=True)


def _key(key: str, value: str, on_change: Callable[[str], None]) -> ft.Control:
    if not key:
        return ft.Container(expand=1)
    face, label = _face(key)
    box = ft.Container(
        face,
        height=60,
        bgcolor=C.surface2,
        border_radius=Radius.button,
        alignment=ft.Alignment.CENTER,
        ink=True,
        on_click=tap(lambda: on_change(press(value, key))),
    )
    return spoken(box, label, expand=1)


def _face(key: str) -> tuple[ft.Control, str]:
    if key == _BACK:
        label = t("common.digit_delete")
        return ft.Icon(ft.Icons.BACKSPACE_OUTLINED, size=24, color=C.ink), label
    if key == _SIGN:
        return ft.Text("±", size=24, weight=MEDIUM), t("common.digit_sign")
    return ft.Text(shown(key), size=24, weight=SEMIBOLD), shown(key)


# Signature


def svg_path(strokes: Sequence[Stroke]) -> str:
    """Strokes as an SVG path, one decimal: small enough to live in a row."""
    parts = []
    for stroke in strokes:
        (x, y), *rest = stroke
        # A dot is a stroke without length; round caps make it visible.
        points = rest or [(x, y)]
        parts.append(f"M{x:.1f} {y:.1f}" + "".join(f"L{px:.1f} {py:.1f}" for px, py in points))
    return "".join(parts)


def strokes_of(path: str) -> tuple[Stroke, ...]:
    """The strokes of a path written by `svg_path`."""
    found = []
    for part in path.split("M")[1:]:
        pairs = [point.split(" ") for point in part.split("L")]
        found.append(tuple((float(x), float(y)) for x, y in pairs))
    return tuple(found)


@component
def SignaturePad(
    value: str,
    on_change: Callable[[str], None],
    *,
    height: float = 180,
) -> ft.Control:
    """Sign with a finger; gives an SVG path, and takes it back to show it again."""
    kept = strokes_of(value)
    drawing: State[Stroke] = use_state(())
    current, set_current = drawing

    def start(e: Any) -> None:
        set_current((_at(e),))

    def move(e: Any) -> None:
        set_current(lambda points: (*points, _at(e)))

    def end(_: Any) -> None:
        def close(points: Stroke) -> Stroke:
            if points:
                on_change(svg_path((*kept, points)))
            return ()

        set_current(close)

    strokes = (*kept, current) if current else kept
    canvas = cv.Canvas(
        [_drawn(stroke) for stroke in strokes],
        content=ft.GestureDetector(
            content=ft.Container(bgcolor=C.clear),
            on_pan_down=start,
            on_pan_update=move,
            on_pan_end=end,
            on_tap_up=end,
            drag_interval=16,
            exclude_from_semantics=True,
        ),
        left=0,
        right=0,
        top=0,
        bottom=0,
    )
    hint = ft.Text(t("common.signature_here"), color=C.ink2, size=Size.meta)
    silent = ft.TransparentPointer(ft.Container(hint, alignment=ft.Alignment.CENTER))
    # Hidden rather than taken away: whatever stands below the canvas must stay, or the stroke being drawn is lost.
    layers: list[ft.Control] = [ft.Container(silent, left=0, right=0, top=0, bottom=0, visible=not strokes), canvas]
    box = ft.Container(
        ft.Stack(layers, expand=True),
        height=height,
        bgcolor=C.surface,
        border=line(C.edge),
        border_radius=Radius.card,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )
    state = t("common.signature_done") if kept else t("common.signature")
    clear = TextLink(t("common.clear"), lambda: on_change("")) if kept else ft.Container(height=48)
    return Stack(ft.Semantics(content=box, label=state, container=True), clear, spacing=0)


def SignatureView(path: str, *, height: float = 120) -> ft.Control:
    """A signature to look at."""
    canvas = cv.Canvas([_drawn(stroke) for stroke in strokes_of(path)], height=height)
    return ft.Semantics(content=canvas, label=t("common.signature_done"), image=True, exclude_semantics=True)


def _at(event: Any) -> tuple[float, float]:
    return (round(event.local_position.x, 1), round(event.local_position.y, 1))


def _drawn(stroke: Stroke) -> cv.Shape:
    (x, y), *rest = stroke
    path = [cv.Path.MoveTo(x, y), *(cv.Path.LineTo(px, py) for px, py in rest or [(x, y)])]
    paint = ft.Paint(
        color=C.ink,
        stroke_width=2.6,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
    )
    return cv.Path(list[Any](path), paint=paint)

"""Colours, type, space and the Material themes built from them.

Controls name a colour by its *role* (`C.ok`), which the client resolves: switching
between light and dark repaints without rendering anything again. `LIGHT` and `DARK`
hold the hexadecimal values for whatever cannot follow a role.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

import flet as ft

FONT: Final = "Inter"
"""In the web root's font manifest, so there before the first frame."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Hexadecimal colours of one theme; `on_x` is the paper behind `x`, or the ink upon it."""

    background: str
    surface: str
    surface2: str
    line: str
    edge: str
    """Around what is filled in or ticked: it must be seen against paper and background."""
    ink: str
    ink2: str
    primary: str
    on_primary: str
    primary_container: str
    on_primary_container: str
    ok: str
    ok_container: str
    warning: str
    warning_container: str
    bad: str
    bad_container: str
    info: str
    info_container: str
    off: str
    off_container: str
    scan: str = "#FFC53D"
    on_scan: str = "#241A00"


LIGHT: Final = Palette(
    background="#F4F6F8",
    surface="#FFFFFF",
    surface2="#EEF1F4",
    line="#DCE2E8",
    edge="#7C8894",
    ink="#14202B",
    ink2="#51606E",
    primary="#0B5563",
    on_primary="#FFFFFF",
    primary_container="#D5EBEF",
    on_primary_container="#07343D",
    ok="#17733F",
    ok_container="#DDF3E6",
    warning="#935600",
    warning_container="#FFEFCF",
    bad="#B3261E",
    bad_container="#FBE3E1",
    info="#1F5FBF",
    info_container="#E0EBFC",
    off="#5A6671",
    off_container="#E7EBEF",
)
DARK: Final = Palette(
    background="#0E141A",
    surface="#17202A",
    surface2="#1F2A36",
    line="#2A3744",
    edge="#647585",
    ink="#E8EEF3",
    ink2="#9DACB9",
    primary="#7FD0DE",
    on_primary="#00363F",
    primary_container="#0F4450",
    on_primary_container="#C5ECF3",
    ok="#6FD39D",
    ok_container="#12372A",
    warning="#FFCB70",
    warning_container="#3E2C0A",
    bad="#FF9D94",
    bad_container="#481A17",
    info="#9CC3FF",
    info_container="#14305A",
    off="#A3B0BB",
    off_container="#27323D",
)


class C:
    """Colour roles. Material has none for most of ours, so they borrow its "fixed" slots."""

    background: Final = ft.Colors.SURFACE
    surface: Final = ft.Colors.SURFACE_CONTAINER_LOWEST
    surface2: Final = ft.Colors.SURFACE_CONTAINER
    line: Final = ft.Colors.OUTLINE_VARIANT
    edge: Final = ft.Colors.OUTLINE
    ink: Final = ft.Colors.ON_SURFACE
    ink2: Final = ft.Colors.ON_SURFACE_VARIANT
    primary: Final = ft.Colors.PRIMARY
    on_primary: Final = ft.Colors.ON_PRIMARY
    primary_container: Final = ft.Colors.PRIMARY_CONTAINER
    on_primary_container: Final = ft.Colors.ON_PRIMARY_CONTAINER
    ok: Final = ft.Colors.TERTIARY
    ok_container: Final = ft.Colors.TERTIARY_CONTAINER
    warning: Final = ft.Colors.ON_TERTIARY_FIXED
    warning_container: Final = ft.Colors.TERTIARY_FIXED
    bad: Final = ft.Colors.ERROR
    bad_container: Final = ft.Colors.ERROR_CONTAINER
    info: Final = ft.Colors.ON_SECONDARY_FIXED
    info_container: Final = ft.Colors.SECONDARY_FIXED
    off: Final = ft.Colors.ON_SECONDARY_FIXED_VARIANT
    off_container: Final = ft.Colors.SECONDARY_FIXED_DIM
    scan: Final = ft.Colors.PRIMARY_FIXED
    on_scan: Final = ft.Colors.ON_PRIMARY_FIXED
    inverse: Final = ft.Colors.INVERSE_SURFACE
    on_inverse: Final = ft.Colors.ON_INVERSE_SURFACE
    clear: Final = ft.Colors.TRANSPARENT


class Tone(StrEnum):
    """What a status means, whatever it is called."""

    ok = "ok"
    warning = "warning"
    bad = "bad"
    info = "info"
    off = "off"
    primary = "primary"


class ToneColors(NamedTuple):
    ink: ft.Colors
    paper: ft.Colors
    icon: ft.IconData


TONES: Final[dict[Tone, ToneColors]] = {
    Tone.ok: ToneColors(C.ok, C.ok_container, ft.Icons.CHECK_CIRCLE_ROUNDED),
    Tone.warning: ToneColors(C.warning, C.warning_container, ft.Icons.WARNING_ROUNDED),
    Tone.bad: ToneColors(C.bad, C.bad_container, ft.Icons.ERROR_ROUNDED),
    Tone.info: ToneColors(C.info, C.info_container, ft.Icons.INFO_ROUNDED),
    Tone.off: ToneColors(C.off, C.off_container, ft.Icons.PAUSE_CIRCLE_ROUNDED),
    Tone.primary: ToneColors(C.on_primary_container, C.primary_container, ft.Icons.INFO_ROUNDED),
}


class Space:
    """Distances in dp."""

    xs: Final = 4
    s: Final = 8
    m: Final = 12
    l: Final = 16  # noqa: E741
    page: Final = 20
    xl: Final = 24


class Radius:
    card: Final = 16
    button: Final = 14
    tile: Final = 12
    pill: Final = 999


class Size:
    """Type sizes and touch targets in dp."""

    caption: Final = 12
    meta: Final = 13
    body: Final = 15
    section: Final = 17
    title: Final = 25
    timer: Final = 56
    target: Final = 48
    button: Final = 52


REGULAR: Final = ft.FontWeight.W_400
MEDIUM: Final = ft.FontWeight.W_500
SEMIBOLD: Final = ft.FontWeight.W_600
BOLD: Final = ft.FontWeight.W_700


def _scheme(p: Palette) -> ft.ColorScheme:
    return ft.ColorScheme(
        primary=p.primary,
        on_primary=p.on_primary,
        primary_container=p.primary_container,
        on_primary_container=p.on_primary_container,
        secondary=p.primary,
        on_secondary=p.on_primary,
        secondary_container=p.primary_container,
        on_secondary_container=p.on_primary_container,
        tertiary=p.ok,
        on_tertiary=p.surface,
        tertiary_container=p.ok_container,
        on_tertiary_container=p.ok,
        error=p.bad,
        on_error=p.surface,
        error_container=p.bad_container,
        on_error_container=p.bad,
        tertiary_fixed=p.warning_container,
        on_tertiary_fixed=p.warning,
        secondary_fixed=p.info_container,
        on_secondary_fixed=p.info,
        secondary_fixed_dim=p.off_container,
        on_secondary_fixed_variant=p.off,
        primary_fixed=p.scan,
        on_primary_fixed=p.on_scan,
        surface=p.background,
        on_surface=p.ink,
        on_surface_variant=p.ink2,
        surface_bright=p.surface,
        surface_dim=p.surface2,
        surface_container_lowest=p.surface,
        surface_container_low=p.surface,
        surface_container=p.surface2,
        surface_container_high=p.surface,
        surface_container_highest=p.surface2,
        outline=p.edge,
        outline_variant=p.line,
        inverse_surface=p.ink,
        on_inverse_surface=p.surface,
        inverse_primary=p.primary_container,
        surface_tint=C.clear,
        shadow="#000000",
        scrim="#000000",
    )


def _styled(
    size: float,
    weight: ft.FontWeight = REGULAR,
    *,
    height: float | None = None,
    color: ft.ColorValue | None = None,
) -> ft.TextStyle:
    """Material widens letters in most of its styles: here spacing is always 0."""
    return ft.TextStyle(size=size, weight=weight, height=height, color=color, letter_spacing=0, font_family=FONT)


def _text_theme(palette: Palette) -> ft.TextTheme:
    def style(size: float, weight: ft.FontWeight = REGULAR, height: float | None = None) -> ft.TextStyle:
        return _styled(size, weight, height=height, color=palette.ink)

    return ft.TextTheme(
        display_large=style(56, BOLD),
        display_medium=style(44, BOLD),
        display_small=style(36, BOLD),
        headline_large=style(30, BOLD),
        headline_medium=style(Size.title, BOLD),
        headline_small=style(21, BOLD),
        title_large=style(19, SEMIBOLD),
        title_medium=style(Size.section, SEMIBOLD),
        title_small=style(Size.body, SEMIBOLD),
        body_large=style(16, height=1.4),
        body_medium=style(Size.body, height=1.35),
        body_small=style(Size.meta, height=1.35),
        label_large=style(Size.body, SEMIBOLD),
        label_medium=style(Size.meta, SEMIBOLD),
        label_small=style(11, SEMIBOLD),
    )


@cache
def theme(*, dark: bool = False) -> ft.Theme:
    palette = DARK if dark else LIGHT
    rounded = ft.RoundedRectangleBorder(radius=Radius.card)
    return ft.Theme(
        color_scheme=_scheme(palette),
        font_family=FONT,
        text_theme=_text_theme(palette),
        use_material3=True,
        scaffold_bgcolor=palette.background,
        focus_color=faint(palette.primary, 0.08),  # the page lays a ring over what has the keyboard
        visual_density=ft.VisualDensity.STANDARD,
        page_transitions=_quiet_transitions(),
        divider_theme=ft.DividerTheme(color=palette.line, thickness=1, space=1),
        dialog_theme=ft.DialogTheme(bgcolor=palette.surface, shape=ft.RoundedRectangleBorder(radius=20), elevation=0),
        bottom_sheet_theme=ft.BottomSheetTheme(bgcolor=palette.surface, elevation=0, drag_handle_color=palette.line),
        card_theme=ft.CardTheme(color=palette.surface, elevation=0, shape=rounded),
        tooltip_theme=ft.TooltipTheme(
            text_style=_styled(Size.meta, color=palette.surface),
            decoration=ft.BoxDecoration(bgcolor=palette.ink, border_radius=8),
            wait_duration=400,
        ),
    )


def _quiet_transitions() -> ft.PageTransitionsTheme:
    none = ft.PageTransitionTheme.NONE
    return ft.PageTransitionsTheme(android=none, ios=none, linux=none, macos=none, windows=none)


def apply_theme(page: ft.Page, mode: ft.ThemeMode = ft.ThemeMode.SYSTEM) -> None:
    """Give the page both themes, in our font; call it once, before the first render."""
    page.theme = theme()
    page.dark_theme = theme(dark=True)
    page.theme_mode = mode
    page.theme_animation_style = ft.AnimationStyle(duration=0)


def faint(color: ft.ColorValue, opacity: float) -> str:
    return ft.Colors.with_opacity(opacity, color)


def line(color: ft.ColorValue = C.line, width: float = 1) -> ft.Border:
    return ft.Border.all(width, color)

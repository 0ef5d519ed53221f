"""Fields of forms: label above, problem below, 52 dp to hit."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final

import flet as ft

from mobile_app.core.i18n import format_date, format_date_long, format_number, t
from mobile_app.ui import environment
from mobile_app.ui.buttons import IconAction, PrimaryButton, spoken, tap
from mobile_app.ui.chips import KeyCap
from mobile_app.ui.choices import Choice
from mobile_app.ui.component import component
from mobile_app.ui.dialogs import use_dialog
from mobile_app.ui.environment import Breakpoint
from mobile_app.ui.hooks import State, use_box, use_breakpoint, use_shortcut, use_state
from mobile_app.ui.pads import NumberPad, grouped, shown
from mobile_app.ui.sheets import Sheet, use_sheet
from mobile_app.ui.text import Caption, Digits, Meta
from mobile_app.ui.theme import FONT, MEDIUM, SEMIBOLD, C, Radius, Size, line

_STRETCH: Final = ft.CrossAxisAlignment.STRETCH
NEARLY_FULL: Final = 0.8


def Field(
    label: str,
    control: ft.Control,
    *,
    error: str = "",
    hint: str = "",
    optional: bool = False,
) -> ft.Control:
    """A control with its label above, and below it what is wrong, or else the hint."""
    head: list[ft.Control] = [ft.Text(label, size=Size.meta, weight=SEMIBOLD, color=C.ink)]
    if optional:
        head.append(Meta(t("common.optional")))
    row = ft.Row(head, spacing=6, wrap=optional and environment.current().has_big_text)
    above = ft.Semantics(content=row, exclude_semantics=True)
    parts: list[ft.Control] = [above, control] if label else [control]
    if error:
        parts.append(_error(error))
    elif hint:
        parts.append(Meta(hint))
    return ft.Column(parts, spacing=6, tight=True, horizontal_alignment=_STRETCH)


def _error(text: str) -> ft.Control:
    row = ft.Row(
        [
            ft.Icon(ft.Icons.ERROR_ROUNDED, size=16, color=C.bad),
            ft.Text(text, size=Size.meta, weight=MEDIUM, color=C.bad, expand=True),
        ],
        spacing=6,
    )
    return ft.Semantics(content=row, live_region=True)


def _named(field: ft.Control, label: str) -> ft.Control:
    """The label stands above the field, out of its sight: this is how a reader hears it."""
    return ft.MergeSemantics(ft.Semantics(content=field, label=label))


def _name_of(placeholder: str, value: str) -> str:
    """The name of a field without a label: its placeholder, which Flutter says itself until something is typed."""
    return placeholder if value else ""


def outline(color: ft.ColorValue, width: float = 1) -> ft.OutlineInputBorder:
    return ft.OutlineInputBorder(side=ft.BorderSide(width, color), border_radius=Radius.button)


def input_look(*, bad: bool = False) -> dict[str, Any]:
    """What all our text inputs share."""
    edge = C.bad if bad else C.line
    return {
        "border": {
            ft.ControlState.DEFAULT: outline(edge),
            ft.ControlState.FOCUSED: outline(C.bad if bad else C.primary, 2),
        },
        "filled": True,
        "fill_color": C.surface,
        "content_padding": ft.Padding.symmetric(horizontal=14, vertical=16),
        "text_style": ft.TextStyle(size=16, font_family=FONT, letter_spacing=0, color=C.ink),
        "hint_style": ft.TextStyle(size=16, font_family=FONT, letter_spacing=0, color=C.ink2),
        "cursor_color": C.primary,
    }


def _use_typing(name: str) -> tuple[Callable[[Any], None], Callable[[Any], None]]:
    """Handlers that tell the keyboard shortcuts to keep quiet while someone types here."""
    typing = environment.current().typing
    token = use_box(object).current

    def leave(_: object = None) -> None:
        typing.discard(token)

    ft.use_effect(lambda: None, [name], cleanup=leave)
    return lambda _: typing.add(token), leave


class _Written:
    """What stands in a text field: what was typed there, unless the app has something new to say.

    A drawing comes later than what made it: to send again what the app knew then would take back
    the letters typed since.
    """

    def __init__(self) -> None:
        self.field: ft.TextField | None = None
        self._known: str | None = None

    def text(self, value: str) -> str:
        is_known, self._known = value == self._known, value
        return self.field.value if is_known and self.field is not None else value

    def read(self, event: Any) -> str:
        self._known = event.control.value
        return self._known or ""


def count_of(value: str, most: int | None) -> str:
    """What a field says of its length: nothing before four fifths of it are used."""
    return f"{len(value)} / {most}" if most and len(value) >= most * NEARLY_FULL else ""


def _counter(value: str, most: int | None) -> dict[str, Any]:
    style = ft.TextStyle(size=Size.meta, font_family=FONT, letter_spacing=0, color=C.ink2)
    return {"counter": count_of(value, most), "counter_style": style} if most else {}


@component
def TextInput(
    label: str,
    value: str,
    on_change: Callable[[str], None],
    *,
    error: str = "",
    hint: str = "",
    placeholder: str = "",
    optional: bool = False,
    lines: int = 1,
    max_length: int | None = None,
    on_submit: Callable[[], Any] | None = None,
    **more: Any,
) -> ft.Control:
    """`lines` > 1 grows as one types; nothing goes in beyond `max_length`, which is told as it comes near.

    `more` goes to `ft.TextField` (password, autofill_hints …).
    """
    focus, blur = _use_typing(label)
    written = use_box(_Written).current
    field = written.field = ft.TextField(
        value=written.text(value),
        hint_text=placeholder,
        multiline=lines > 1,
        min_lines=lines if lines > 1 else None,
        max_lines=max(lines, 8) if lines > 1 else None,
        max_length=max_length,
        on_change=lambda e: on_change(written.read(e)),
        on_submit=tap(on_submit),
        on_focus=focus,
        on_blur=blur,
        **{**input_look(bad=bool(error)), **_counter(value, max_length), **more},
    )
    return Field(label, _named(field, label or _name_of(placeholder, value)), error=error, hint=hint, optional=optional)


@component
def SearchField(
    value: str,
    on_change: Callable[[str], None],
    *,
    placeholder: str = "",
    autofocus: bool = False,
) -> ft.Control:
    """Search as one types; `/` comes here from the keyboard."""
    desk = use_breakpoint() >= Breakpoint.desktop
    focus, blur = _use_typing("search")
    hint = placeholder or t("common.search")
    wipe = IconAction(ft.Icons.CLOSE_ROUNDED, t("common.clear"), lambda: on_change(""))
    key_hint = ft.Container(KeyCap("/", alignment=ft.Alignment.CENTER), padding=10, width=48)
    suffix = wipe if value else key_hint if desk else None
    look = input_look()
    look["content_padding"] = ft.Padding.symmetric(horizontal=12, vertical=12)
    written = use_box(_Written).current
    field = written.field = ft.TextField(
        value=written.text(value),
        hint_text=hint,
        autofocus=autofocus,
        prefix_icon=ft.Icon(ft.Icons.SEARCH_ROUNDED, color=C.ink2, size=22),
        suffix_icon=suffix,
        on_change=lambda e: on_change(written.read(e)),
        on_focus=focus,
        on_blur=blur,
        autocorrect=False,
        **look,
    )
    use_shortcut("/", field.focus, t("common.keyboard_search"))
    return _named(field, _name_of(hint, value))


def _button_field(
    text: str,
    on_click: Callable[[], None],
    *,
    label: str,
    icon: ft.IconData,
    empty: bool,
    error: str,
) -> ft.Control:
    """Looks like a field, opens something."""
    row = ft.Row(
        [
            ft.Text(
                text,
                size=16,
                color=C.ink2 if empty else C.ink,
                expand=True,
                max_lines=2,
                overflow=ft.TextOverflow.ELLIPSIS,
            ),
            ft.Icon(icon, size=22, color=C.ink2),
        ],
        spacing=8,
    )
    box = ft.Container(
        row,
        padding=ft.Padding.symmetric(horizontal=17, vertical=15),
        bgcolor=C.surface,
        border=line(C.bad if error else C.line),
        border_radius=Radius.button,
        ink=True,
        on_click=tap(on_click),
    )
    return spoken(box, f"{label}, {text}")


# Numbers


def number_text(value: float | None) -> str:
    """As typed on the pad: "." and no trailing zero."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def parse_number(text: str) -> float | None:
    """A number as people write it, in either language; None when it is not one."""
    cleaned = text.replace(",", ".").replace("\u2212", "-")
    cleaned = "".join(mark for mark in cleaned if not mark.isspace())
    try:
        return float(cleaned)
    except ValueError:
        return None


@component
def NumberInput(
    label: str,
    value: float | None,
    on_change: Callable[[float | None], None],
    *,
    unit: str = "",
    error: str = "",
    hint: str = "",
    optional: bool = False,
    decimals: bool = True,
    signed: bool = False,
) -> ft.Control:
    """A pad of big keys on phone and tablet, plain typing on a desk."""
    desk = use_breakpoint() >= Breakpoint.desktop
    padded: State[str | None] = use_state(None)
    typed, set_typed = padded
    focus, blur = _use_typing(label)
    written = use_box(_Written).current
    text = number_text(value)

    def left(e: Any) -> None:
        blur(e)
        on_change(parse_number(written.read(e)))

    pad = None if typed is None else _pad_sheet(label, typed, unit, set_typed, on_change, decimals=decimals, signed=signed)
    use_sheet(pad, lambda: set_typed(None))
    if desk:
        written.field = ft.TextField(
            value=written.text(shown(text)),
            keyboard_type=ft.KeyboardType.NUMBER,
            suffix=unit or None,
            on_blur=left,
            on_focus=focus,
            **input_look(bad=bool(error)),
        )
        control = _named(written.field, label)
    else:
        said = f"{grouped(text)} {unit}".strip() if text else t("common.none")
        control = _button_field(
            said,
            lambda: set_typed(text),
            label=label,
            icon=ft.Icons.DIALPAD_ROUNDED,
            empty=not text,
            error=error,
        )
    return Field(label, control, error=error, hint=hint, optional=optional)


def _pad_sheet(
    label: str,
    typed: str,
    unit: str,
    set_typed: Callable[[Any], None],
    on_change: Callable[[float | None], None],
    *,
    decimals: bool,
    signed: bool,
) -> Sheet:
    def done() -> None:
        on_change(parse_number(typed))
        set_typed(None)

    figure = ft.Row(
        [Digits(shown(typed) or "0", size=44), ft.Text(unit, size=20, color=C.ink2)],
        spacing=8,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    pad = NumberPad(typed, set_typed, decimals=decimals, signed=signed)
    return Sheet(
        label,
        ft.Column([figure, pad], spacing=16, tight=True, horizontal_alignment=_STRETCH),
        PrimaryButton(t("common.ok"), done),
    )


def NumberStepper(
    label: str,
    value: int,
    on_change: Callable[[int], None],
    *,
    least: int = 0,
    most: int | None = None,
) -> ft.Control:
    """Minus, figure, plus: for quantities."""
    fewer = (lambda: on_change(value - 1)) if value > least else None
    more = (lambda: on_change(value + 1)) if most is None or value < most else None
    return ft.Row(
        [
            IconAction(ft.Icons.REMOVE_ROUNDED, f"{label} \u2212", fewer, outlined=True),
            ft.Container(
                ft.Text(format_number(value), size=18, weight=SEMIBOLD),
                width=44,
                alignment=ft.Alignment.CENTER,
            ),
            IconAction(ft.Icons.ADD_ROUNDED, f"{label} +", more, outlined=True),
        ],
        spacing=0,
        tight=True,
    )


# Picking


def fold(text: str) -> str:
    """Lower case without accents, for searching."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(mark for mark in parts if not unicodedata.combining(mark))


def search_choices(choices: Sequence[Choice], query: str) -> list[Choice]:
    """Those having every word of `query`, accents or not, in their order."""
    words = fold(query).split()
    return [c for c in choices if all(w in fold(f"{c.label} {c.note}") for w in words)]


@component
def Picker(
    label: str,
    choices: Sequence[Choice],
    value: str | None,
    on_pick: Callable[[str], None],
    *,
    likely: int = 0,
    error: str = "",
    hint: str = "",
    optional: bool = False,
    placeholder: str = "",
) -> ft.Control:
    """One of many: a sheet with a search; `choices` come likeliest first, `likely` of them apart."""
    is_open, set_open = use_state(False)

    def pick(key: str) -> None:
        set_open(False)
        on_pick(key)

    def close() -> None:
        set_open(False)

    listing = PickList(choices, value, pick, likely=likely)
    sheet = Sheet(label, listing, tall=len(choices) > _FEW) if is_open else None
    use_sheet(sheet, close)
    chosen = next((c.label for c in choices if c.key == value), "")
    control = _button_field(
        chosen or placeholder or t("common.choose"),
        lambda: set_open(True),
        label=label,
        icon=ft.Icons.UNFOLD_MORE_ROUNDED,
        empty=not chosen,
        error=error,
    )
    return Field(label, control, error=error, hint=hint, optional=optional)


_SHOWN: Final = 60
_FEW: Final = 7


@component
def PickList(
    choices: Sequence[Choice],
    value: str | None,
    on_pick: Callable[[str], None],
    *,
    likely: int = 0,
) -> ft.Control:
    """The searchable list itself, for a sheet or a page of its own."""
    query, set_query = use_state("")
    found = search_choices(choices, query)
    split = likely if likely and not query else 0
    parts: list[ft.Control] = []
    if len(choices) > _FEW:
        parts.append(SearchField(query, set_query))
    if split:
        parts.append(Caption(t("common.likely")))
        parts += [_option(c, on_pick, picked=c.key == value) for c in found[:split]]
        parts.append(Caption(t("common.others")))
    parts += [_option(c, on_pick, picked=c.key == value) for c in found[split:_SHOWN]]
    if not found:
        parts.append(Meta(t("common.no_match", query=query)))
    return ft.Column(parts, spacing=4, tight=True, horizontal_alignment=_STRETCH)


def _option(choice: Choice, on_pick: Callable[[str], None], *, picked: bool) -> ft.Control:
    ink = C.on_primary_container if picked else C.ink
    words: list[ft.Control] = [ft.Text(choice.label, size=16, color=ink, weight=SEMIBOLD if picked else None)]
    if choice.note:
        words.append(Meta(choice.note))
    parts: list[ft.Control] = []
    if choice.icon:
        parts.append(ft.Icon(choice.icon, size=22, color=ink))
    parts.append(ft.Column(words, spacing=0, tight=True, expand=True))
    if picked:
        parts.append(ft.Icon(ft.Icons.CHECK_ROUNDED, size=22, color=ink))
    box = ft.Container(
        ft.Row(parts, spacing=12),
        padding=ft.Padding.symmetric(horizontal=12, vertical=13),
        border_radius=Radius.tile,
        bgcolor=C.primary_container if picked else None,
        ink=True,
        on_click=tap(lambda: on_pick(choice.key)),
    )
    return spoken(box, picked=picked, key=choice.key)


# Dates


@component
def DateInput(
    label: str,
    value: date | None,
    on_change: Callable[[date], None],
    *,
    error: str = "",
    hint: str = "",
    optional: bool = False,
) -> ft.Control:
    is_open, set_open = use_state(False)

    def picked(e: Any) -> None:
        set_open(False)
        chosen = e.control.value
        if chosen is not None:
            on_change(chosen.date() if isinstance(chosen, datetime) else chosen)

    def close(_: object) -> None:
        set_open(False)

    start = datetime.combine(value or datetime.now(UTC).date(), time(12), UTC)
    dialog = ft.DatePicker(value=start, on_change=picked, on_dismiss=close, help_text=label, cancel_text=t("common.cancel"))
    use_dialog(dialog if is_open else None)
    control = _button_field(
        _written_date(value) if value else t("common.date_pick"),
        lambda: set_open(True),
        label=label,
        icon=ft.Icons.EVENT_ROUNDED,
        empty=value is None,
        error=error,
    )
    return Field(label, control, error=error, hint=hint, optional=optional)


def _written_date(value: date) -> str:
    """With its weekday while it is near; of another year, with the year."""
    return format_date_long(value) if value.year == datetime.now(UTC).year else format_date(value)


@component
def TimeInput(
    label: str,
    value: time | None,
    on_change: Callable[[time], None],
    *,
    error: str = "",
    hint: str = "",
    optional: bool = False,
) -> ft.Control:
    is_open, set_open = use_state(False)

    def picked(e: Any) -> None:
        set_open(False)
        if e.control.value is not None:
            on_change(e.control.value)

    def close(_: object) -> None:
        set_open(False)

    dialog = ft.TimePicker(
        value=value or time(8),
        on_change=picked,
        on_dismiss=close,
        help_text=label,
        hour_format=ft.TimePickerHourFormat.H24,
        cancel_text=t("common.cancel"),
    )
    use_dialog(dialog if is_open else None)
    control = _button_field(
        f"{value:%H:%M}" if value else t("common.time_pick"),
        lambda: set_open(True),
        label=label,
        icon=ft.Icons.SCHEDULE_ROUNDED,
        empty=value is None,
        error=error,
    )
    return Field(label, control, error=error, hint=hint, optional=optional)


def Toggle(
    label: str,
    value: bool,  # noqa: FBT001 - as in every field
    on_change: Callable[[bool], None],
    *,
    meta: str = "",
) -> ft.Control:
    """A setting that is on or off; the whole line is the target."""
    words: list[ft.Control] = [ft.Text(label, size=Size.body)]
    if meta:
        words.append(Meta(meta))
    switch = ft.Switch(value=value, on_change=tap(lambda: on_change(not value)))
    row = ft.Row(
        [
            ft.Column(words, spacing=0, tight=True, expand=True),
            switch,
        ],
        spacing=12,
    )
    return ft.MergeSemantics(ft.Container(row, padding=ft.Padding.symmetric(vertical=4)))

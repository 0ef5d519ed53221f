"""Charts that answer: what is touched is told in words above them, and the figures stand behind each as a table."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import Any, Final, NamedTuple, Protocol

import flet as ft
import flet.canvas as cv

from mobile_app.core.i18n import format_percent, t
from mobile_app.ui import environment
from mobile_app.ui.buttons import Handler, TextLink, spoken, tap
from mobile_app.ui.cards import KeyValues
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_maybe, use_state
from mobile_app.ui.stack import Stack
from mobile_app.ui.text import Caption, Meta, Strong
from mobile_app.ui.theme import MEDIUM, C, Size, faint

Said = Callable[[float], str]
"""A value in words."""
Nearest = Callable[[float, float, float], int | None]
"""What lies at `x` and `y` of a box of that width."""
_FOOT: Final = 20
_EDGE: Final = 8
_LETTER: Final = 6.6
_NEAR: Final = 32
_MOST_SCALE: Final = 1.6
_STEPS: Final = (1, 2, 5, 10)
_DECADE: Final = (1, 2, 5)


class Point(NamedTuple):
    """`value` None leaves a gap; `said` is what is told of it."""

    name: str
    value: float | None
    said: str


class Dotted(NamedTuple):
    """A point of a scatter; `route` is where it leads."""

    name: str
    x: float
    y: float
    said: str
    route: str = ""


class Slice(NamedTuple):
    """A line of stacked bars: an amount for each series."""

    name: str
    values: Sequence[float]
    said: str
    total: str


class Ranked(NamedTuple):
    name: str
    value: float
    said: str
    route: str = ""


# --- what all have


class Plot(Protocol):
    """Draws in a box of that size, with what is picked brought out."""

    def __call__(self, width: float, height: float, picked: int | None, /) -> list[cv.Shape]: ...


@component
def _Drawn(
    draw: Plot, nearest: Nearest, words: Sequence[str], label: str, height: float, links: Sequence[ft.Control | None] = ()
) -> ft.Control:  # fmt: skip
    width, set_width = use_state(0.0)
    picked, pick = use_maybe(int)
    picked = picked if picked is not None and picked < len(words) else None

    def touched(event: Any) -> None:
        at = event.local_position
        found = nearest(at.x, at.y, width) if at and width else None
        if found != picked:
            pick(found)

    canvas = cv.Canvas(
        draw(width, height, picked) if width else [], height=height, resize_interval=50, on_resize=lambda e: set_width(e.width), expand=True
    )
    touch = ft.GestureDetector(
        ft.Row([canvas]), on_tap_down=touched, on_hover=touched, hover_interval=60, exclude_from_semantics=True, expand=True
    )
    image = ft.Semantics(content=ft.Row([touch]), label=label, image=True, exclude_semantics=True)
    link = links[picked] if picked is not None and links else None
    told = Meta(words[picked] if picked is not None else t("common.chart_touch"), color=C.ink if picked is not None else C.ink2)
    line = ft.Row([ft.Semantics(content=told, live_region=True, container=True, expand=True), *([link] if link else [])], spacing=8)
    return Stack(ft.Container(line, height=None if environment.current().has_big_text else 32), image, spacing=4)


@component
def Behind(rows: Sequence[tuple[str, str]]) -> ft.Control:
    """The figures of a chart, for who cannot or will not read it."""
    is_open, set_open = use_state(False)
    link = TextLink(t("common.chart_hide" if is_open else "common.chart_figures"), lambda: set_open(not is_open))
    first = ft.Container(link, margin=ft.Margin(left=-8, top=0, right=0, bottom=0), alignment=ft.Alignment.CENTER_LEFT)
    return Stack(first, *([KeyValues(list(rows))] if is_open else []), spacing=8)


def _told(name: str, figure: str) -> str:
    return t("common.chart_value", name=name, figure=figure)


def _style(color: ft.ColorValue = C.ink2, size: float = Size.caption) -> ft.TextStyle:
    return ft.TextStyle(size=size * _scale(), color=color, weight=MEDIUM)


def _scale() -> float:
    """A canvas does not enlarge its text by itself."""
    return min(environment.current().layout.text_scale, _MOST_SCALE)


def _stroke(color: ft.ColorValue, width: float = 1, *, dashed: bool = False) -> ft.Paint:
    return ft.Paint(
        color=color, stroke_width=width, style=ft.PaintingStyle.STROKE, stroke_cap=ft.StrokeCap.ROUND, stroke_join=ft.StrokeJoin.ROUND,
        stroke_dash_pattern=[4, 4] if dashed else None,
    )  # fmt: skip


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round values, the first at or below `low`, the last at or above `high`."""
    raw = (high - low) / (most - 1) if high > low else abs(high) or 1
    magnitude = 10 ** floor(log10(raw))
    step = next(times * magnitude for times in _STEPS if times * magnitude >= raw * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


# --- by time


class _Trend:
    """Values side by side, as columns or as one line."""

    def __init__(self, points: Sequence[Point], said: Said, *, as_line: bool, top: float | None) -> None:
        known = [point.value for point in points if point.value is not None]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        self.points, self.as_line = points, as_line
        self.marks = [mark for mark in ticks(low if as_line else min(0.0, low), high) if top is None or mark <= top]
        if top is not None and self.marks[-1] < high:
            self.marks.append(top)
        self.words = [said(mark) for mark in self.marks]

    @property
    def left(self) -> float:
        return _LETTER * _scale() * max(map(len, self.words)) + _EDGE

    def column(self, width: float) -> float:
        return (width - self.left) / max(1, len(self.points))

    def x(self, at: int, width: float) -> float:
        return self.left + (at + 0.5) * self.column(width)

    def y(self, value: float, height: float) -> float:
        low, high = self.marks[0], self.marks[-1]
        room = height - _FOOT * _scale() - 2 * _EDGE
        return _EDGE + (1 - (value - low) / ((high - low) or 1)) * room

    def nearest(self, x: float, _: float, width: float) -> int | None:
        at = int((x - self.left) // self.column(width))
        return at if 0 <= at < len(self.points) else None

    def __call__(self, width: float, height: float, picked: int | None, /) -> list[cv.Shape]:
        shapes: list[cv.Shape] = []
        for mark, word in zip(self.marks, self.words, strict=True):
            y = self.y(mark, height)
            shapes.append(cv.Line(self.left, y, width, y, paint=_stroke(C.line)))
            shapes.append(cv.Text(self.left - _EDGE, y, word, style=_style(), alignment=ft.Alignment.CENTER_RIGHT))
        shapes += self._line(width, height, picked) if self.as_line else self._columns(width, height, picked)
        return [*shapes, *self._names(width, height, picked)]

    def _columns(self, width: float, height: float, picked: int | None) -> list[cv.Shape]:
        wide = min(28, self.column(width) * 0.66)
        foot = self.y(max(0.0, self.marks[0]), height)
        found: list[cv.Shape] = []
        for at, point in enumerate(self.points):
            if point.value is None:
                continue
            top = min(self.y(point.value, height), foot - (2 if point.value else 0))
            ink = C.primary if picked in {None, at} else faint(C.primary, 0.35)
            rounded = ft.BorderRadius(top_left=4, top_right=4, bottom_left=0, bottom_right=0)
            found.append(cv.Rect(self.x(at, width) - wide / 2, top, wide, foot - top, border_radius=rounded, paint=ft.Paint(color=ink)))
        return found

    def _line(self, width: float, height: float, picked: int | None) -> list[cv.Shape]:
        drawn: list[Any] = []
        dots: list[cv.Shape] = []
        pen_is_down = False
        for at, point in enumerate(self.points):
            if point.value is None:
                pen_is_down = False
                continue
            x, y = self.x(at, width), self.y(point.value, height)
            drawn.append(cv.Path.LineTo(x, y) if pen_is_down else cv.Path.MoveTo(x, y))
            pen_is_down = True
            dots.append(cv.Circle(x, y, 5 if at == picked else 3, paint=ft.Paint(color=C.primary)))
        upright = [cv.Line(x, _EDGE, x, height - _FOOT * _scale(), paint=_stroke(C.edge))] if picked is not None and (
            x := self.x(picked, width)
        ) else []  # fmt: skip
        return [*upright, cv.Path(drawn, paint=_stroke(C.primary, 2.2)), *dots] if drawn else list(upright)

    def _names(self, width: float, height: float, picked: int | None) -> list[cv.Shape]:
        longest = max((len(point.name) for point in self.points), default=1) * _LETTER * _scale() + _EDGE
        every = max(1, ceil(longest / self.column(width)))
        last, under = len(self.points) - 1, ft.Alignment.BOTTOM_CENTER
        return [
            cv.Text(self.x(at, width), height, point.name, style=_style(C.ink if at == picked else C.ink2), alignment=under)
            for at, point in enumerate(self.points)
            if (last - at) % every == 0
        ]  # fmt: skip


def Trend(
    points: Sequence[Point], *, label: str, said: Said, as_line: bool = False, top: float | None = None, height: float = 170
) -> ft.Control:  # fmt: skip
    """Values over time, oldest first. `said` writes the axis; `top` is more than no value can be, as 1 of a share."""
    trend = _Trend(points, said, as_line=as_line, top=top)
    words = [_told(point.name, point.said) for point in points]
    rows = [(point.name, point.said) for point in reversed(points)]
    return Stack(_Drawn(trend, trend.nearest, words, label, height), Behind(rows), spacing=4)


# --- how two things go together


class _Scatter:
    """Both axes by powers of ten: what is ten times as much lies as far away everywhere."""

    def __init__(
        self, dots: Sequence[Dotted], x_said: Said, y_said: Said, axes: tuple[str, str], cross: tuple[float, float] | None
    ) -> None:
        self.dots, self.cross, self.axes = dots, cross, axes
        across = [dot.x for dot in dots] + ([cross[0]] if cross else [])
        upwards = [dot.y for dot in dots] + ([cross[1]] if cross else [])
        self.xs, self.ys = decades(across), decades(upwards)
        self.x_words, self.y_words = [x_said(mark) for mark in self.xs], [y_said(mark) for mark in self.ys]

    @property
    def left(self) -> float:
        return _LETTER * _scale() * max(map(len, self.y_words)) + _EDGE

    def place(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        top = _FOOT * _scale() + _EDGE
        across, up = width - self.left - 2 * _EDGE, height - top - 2 * _FOOT * _scale() - _EDGE
        return self.left + _EDGE + _share(x, self.xs) * across, top + (1 - _share(y, self.ys)) * up

    def nearest_in(self, height: float) -> Nearest:
        def nearest(x: float, y: float, width: float) -> int | None:
            far = [(abs(x - px) ** 2 + abs(y - py) ** 2, at) for at, (px, py) in enumerate(self._places(width, height))]
            best = min(far, default=(_NEAR**2 + 1.0, 0))
            return best[1] if best[0] <= _NEAR**2 else None

        return nearest

    def _places(self, width: float, height: float) -> list[tuple[float, float]]:
        return [self.place(dot.x, dot.y, width, height) for dot in self.dots]

    def __call__(self, width: float, height: float, picked: int | None, /) -> list[cv.Shape]:
        dots: list[cv.Shape] = []
        for at, (x, y) in enumerate(self._places(width, height)):
            ink = C.primary if picked in {None, at} else faint(C.primary, 0.4)
            dots.append(cv.Circle(x, y, 7 if at == picked else 5, paint=ft.Paint(color=ink)))
            dots.append(cv.Circle(x, y, 7 if at == picked else 5, paint=_stroke(C.surface, 1.5)))
        return [*self._grid(width, height), *dots, *self._labels(width, height, picked)]

    def _grid(self, width: float, height: float) -> list[cv.Shape]:
        shapes: list[cv.Shape] = []
        left, bottom = self.place(self.xs[0], self.ys[0], width, height)
        right, top = self.place(self.xs[-1], self.ys[-1], width, height)
        every = max(1, ceil(max(map(len, self.x_words)) * _LETTER * _scale() * 1.3 * len(self.xs) / max(1.0, right - left)))
        for rank, (mark, word) in enumerate(zip(self.xs, self.x_words, strict=True)):
            x, _ = self.place(mark, self.ys[0], width, height)
            shapes.append(cv.Line(x, top, x, bottom, paint=_stroke(C.line)))
            if rank % every == 0:
                shapes.append(cv.Text(x, bottom + 4, word, style=_style(), alignment=ft.Alignment.TOP_CENTER))
        for mark, word in zip(self.ys, self.y_words, strict=True):
            _, y = self.place(self.xs[0], mark, width, height)
            shapes.append(cv.Line(left, y, right, y, paint=_stroke(C.line)))
            shapes.append(cv.Text(left - _EDGE, y, word, style=_style(), alignment=ft.Alignment.CENTER_RIGHT))
        shapes.append(cv.Text(0, 0, self.axes[1], style=_style()))
        shapes.append(cv.Text(right, height, self.axes[0], style=_style(), alignment=ft.Alignment.BOTTOM_RIGHT))
        if self.cross:
            x, y = self.place(*self.cross, width, height)
            shapes += [cv.Line(*ends, paint=_stroke(C.edge, dashed=True)) for ends in ((x, top, x, bottom), (left, y, right, y))]
        return shapes

    def _labels(self, width: float, height: float, picked: int | None) -> list[cv.Shape]:
        """Names beside their points, the weightiest first; one that would lie over another is left to the finger."""
        places = self._places(width, height)
        order = sorted(range(len(self.dots)), key=lambda at: (at != picked, -self.dots[at].x * self.dots[at].y))
        tall = Size.caption * _scale() + 4
        taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
        shapes: list[cv.Shape] = []
        for at in order:
            (x, y), name = places[at], shortened(self.dots[at].name)
            wide = len(name) * _LETTER * _scale()
            start = x + 9 if x + 9 + wide <= width else x - 9 - wide
            box = (start, y - tall / 2, start + wide, y + tall / 2)
            if start < self.left or any(_overlap(box, other) for rank, other in enumerate(taken) if rank != at):
                continue
            taken.append(box)
            style = _style(C.ink if picked in {None, at} else C.ink2)
            shapes.append(cv.Text(start, y, name, style=style, alignment=ft.Alignment.CENTER_LEFT))
        return shapes


_SHORT: Final = 22


def shortened(name: str) -> str:
    return name if len(name) <= _SHORT else name[: _SHORT - 1].rstrip() + "…"


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _share(value: float, marks: Sequence[float]) -> float:
    low, high = log10(marks[0]), log10(marks[-1])
    return (log10(max(value, marks[0])) - low) / (high - low)


def decades(values: Sequence[float]) -> list[float]:
    """1, 2, 5, 10 … around all that is above 0; the powers of ten alone where these are many."""
    known = [value for value in values if value > 0] or [1.0]
    first, last = floor(log10(min(known))), floor(log10(max(known)))
    fine = [round(times * 10.0**power, 10) for power in range(first, last + 2) for times in _DECADE]
    low = max(rank for rank, mark in enumerate(fine) if mark <= min(known) * 1.0000001)
    high = min(rank for rank, mark in enumerate(fine) if mark >= max(known) * 0.9999999)
    marks = fine[low : max(high, low + 1) + 1]
    whole = [10.0**power for power in range(first, last + 2)]
    return marks if len(marks) <= 2 * len(_DECADE) + 1 or whole[-1] < max(known) else whole


def Scatter(
    dots: Sequence[Dotted], *, label: str, axes: tuple[str, str], said: tuple[Said, Said], on_open: Callable[[str], Handler] | None = None,
    cross: tuple[float, float] | None = None, height: float = 320,
) -> ft.Control:  # fmt: skip
    """Points by what two of their values are, both above 0, on logarithmic axes. `axes` and `said` are the words of the horizontal and the
    vertical one; `cross` divides the box, as the means do. `on_open` makes of a point's `route` a handler, as `opener` does.
    """
    scatter = _Scatter(dots, *said, axes, cross)
    links = [TextLink(t("common.open"), on_open(dot.route)) if on_open and dot.route else None for dot in dots]
    words = [_told(dot.name, dot.said) for dot in dots]
    drawn = _Drawn(scatter, scatter.nearest_in(height), words, label, height, links)
    return Stack(drawn, Behind([(dot.name, dot.said) for dot in dots]), spacing=4)


# --- of many


_MOSTLY: Final = 0.8


def Pareto(bars: Sequence[Ranked], *, total: float, on_open: Callable[[str], Handler] | None = None) -> ft.Control:
    """Longest first, each with its figure and with what all until then make of `total`; those that make four fifths of it stand out.

    It is its own table: every line says its figures.
    """
    most = max((bar.value for bar in bars), default=0) or 1
    lines, summed = [], 0.0
    for bar in bars:
        is_vital = summed < _MOSTLY * total
        summed += bar.value
        lines.append(_ranked(bar, bar.value / most, summed / total if total else 0, is_vital=is_vital, on_open=on_open))
    return Stack(*lines, spacing=2)


def _ranked(bar: Ranked, share: float, until: float, *, is_vital: bool, on_open: Callable[[str], Handler] | None) -> ft.Control:
    until_words = format_percent(until)
    is_big, name = environment.current().has_big_text, Meta(bar.name, color=C.ink, expand=True)
    column = None if is_big else 44
    summed = Caption(until_words, width=column, text_align=ft.TextAlign.END)
    figures = ft.Row([Strong(bar.said, size=Size.meta, max_lines=1), summed], spacing=6, tight=True)
    head: ft.Control = Stack(name, figures, spacing=0) if is_big else ft.Row([name, figures], spacing=8)
    whole = 1000
    filled = min(whole, max(8, round(share * whole)))
    ink = C.primary if is_vital else faint(C.primary, 0.45)
    rest = [ft.Container(expand=whole - filled)] if filled < whole else []
    strip = ft.Row([ft.Container(height=8, border_radius=4, bgcolor=ink, expand=filled), *rest], spacing=0)
    handler = on_open(bar.route) if on_open and bar.route else None
    box = ft.Container(
        Stack(head, strip, spacing=4), padding=ft.Padding.symmetric(horizontal=0, vertical=8), border_radius=8,
        ink=handler is not None, on_click=tap(handler),
    )  # fmt: skip
    said = t("common.chart_until", name=bar.name, figure=bar.said, share=until_words)
    return spoken(box, said, button=handler is not None)


SERIES: Final = (C.primary, C.scan, C.bad, C.info)
"""In this order, so that neighbours differ in brightness too."""


def Stacked(slices: Sequence[Slice], series: Sequence[str], *, said: Said) -> ft.Control:
    """Amounts that make a whole, one bar above the other on one scale; a touch tells the parts of one."""
    most = max((sum(each.values) for each in slices), default=0) or 1
    return Stack(*(_Sliced(each, series, most, said, key=each.name) for each in slices), _legend(series), spacing=8)


@component
def _Sliced(each: Slice, series: Sequence[str], most: float, said: Said) -> ft.Control:
    is_open, set_open = use_state(False)
    whole = 1000
    parts: list[ft.Control] = [
        ft.Container(height=22, bgcolor=SERIES[rank], border_radius=3, expand=max(1, round(value / most * whole)))
        for rank, value in enumerate(each.values)
        if value > 0
    ]
    rest = whole - round(sum(each.values) / most * whole)
    bar = ft.Row([*parts, *([ft.Container(expand=rest)] if rest > 0 else [])], spacing=2)
    head = ft.Row([Meta(each.name, color=C.ink, expand=True), Strong(each.total, size=Size.meta)], spacing=8)
    told = [(name, said(value)) for name, value in zip(series, each.values, strict=True)]
    box = ft.Container(
        Stack(head, bar, spacing=6), padding=ft.Padding.symmetric(horizontal=0, vertical=6), border_radius=8, ink=True,
        on_click=tap(lambda: set_open(not is_open)),
    )  # fmt: skip
    button = spoken(box, _told(each.name, each.said))
    return Stack(button, *([KeyValues(list(told))] if is_open else []), spacing=6)


def _legend(series: Sequence[str]) -> ft.Control:
    marks: list[ft.Control] = [
        ft.Row([ft.Container(width=12, height=12, border_radius=3, bgcolor=SERIES[rank]), Caption(name)], spacing=6, tight=True)
        for rank, name in enumerate(series)
    ]
    return ft.Row(marks, spacing=14, run_spacing=4, wrap=True)

"""Charts small enough to read on a phone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import flet as ft
import flet.canvas as cv

from mobile_app.core.i18n import format_hours, format_month, n, t
from mobile_app.ui.component import component
from mobile_app.ui.hooks import use_state
from mobile_app.ui.text import Caption
from mobile_app.ui.theme import SEMIBOLD, C, Size, faint

_LANE: Final = 10
_BAND: Final = 8
_BAND_TOP: Final = 23
_HEIGHT: Final = 54
_DOT: Final = 4.5
_CLUSTER: Final = 8.5
_SHORTEST: Final = 8
_DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    start: datetime
    end: datetime


def fraction(moment: datetime, span: Span) -> float:
    """Where `moment` lies in `span`, 0 to 1, clipped."""
    whole = (span.end - span.start).total_seconds()
    return min(1.0, max(0.0, (moment - span.start).total_seconds() / whole))


def month_ticks(span: Span, every: int = 4) -> list[tuple[float, str]]:
    """Firsts of every `every`-th month inside `span`, with their short names."""
    ticks = []
    first = span.start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    count = 0
    while first < span.end:
        if first >= span.start - 20 * _DAY:
            if count % every == 0:
                ticks.append((fraction(first, span), format_month(first)))
            count += 1
        first = (first + 32 * _DAY).replace(day=1)
    return ticks


def spoken_life(stops: Sequence[Span], jobs: Sequence[datetime]) -> str:
    down = sum((stop.end - stop.start for stop in stops), timedelta())
    did = n("common.life_strip_jobs", len(jobs))
    return n("common.life_strip", len(stops), duration=format_hours(down), jobs=did)


class Mark(NamedTuple):
    """Jobs at one place of the strip: so many, around `x`."""

    x: float
    jobs: int

    @property
    def radius(self) -> float:
        return _DOT if self.jobs == 1 else _CLUSTER


def clustered(places: Sequence[float]) -> list[Mark]:
    """Marks so near that they would overlap become one, where they are on average."""
    marks: list[Mark] = []
    for x in sorted(places):
        marks.append(Mark(x, 1))
        while len(marks) > 1 and marks[-1].x - marks[-2].x < marks[-1].radius + marks[-2].radius + 2:
            right, left = marks.pop(), marks.pop()
            both = left.jobs + right.jobs
            marks.append(Mark((left.x * left.jobs + right.x * right.jobs) / both, both))
    return marks


@component
def LifeStrip(span: Span, stops: Sequence[Span], jobs: Sequence[datetime]) -> ft.Control:
    """A year on one line: green while it ran, red where it stopped; above, a ring for each job or how many were near."""
    width, set_width = use_state(0.0)
    canvas = cv.Canvas(
        _strip(span, stops, jobs, width) if width else [],
        height=_HEIGHT,
        expand=True,
        resize_interval=50,
        on_resize=lambda e: set_width(e.width),
    )
    drawn = ft.Column([ft.Row([canvas]), _legend()], spacing=4, tight=True)
    return ft.Semantics(content=drawn, label=spoken_life(stops, jobs), image=True, exclude_semantics=True)


def _legend() -> ft.Control:
    ring = ft.Container(width=10, height=10, border_radius=5, border=ft.Border.all(2.5, C.primary))
    bar = ft.Container(width=12, height=8, border_radius=3, bgcolor=C.bad)
    return ft.Row(
        [ring, Caption(t("common.life_job")), ft.Container(width=6), bar, Caption(t("common.life_stop"))],
        spacing=6,
        wrap=True,
    )


def _strip(span: Span, stops: Sequence[Span], jobs: Sequence[datetime], width: float) -> list[cv.Shape]:
    shapes: list[cv.Shape] = [_rect(0, width, faint(C.ok, 0.45))]
    for mark in clustered([fraction(job, span) * width for job in jobs]):
        edge = mark.radius + 1.5
        shapes += _mark(min(max(mark.x, edge), width - edge), mark)
    for stop in stops:  # never too thin to see: an hour's stop is the news of a whole year
        left, right = fraction(stop.start, span) * width, fraction(stop.end, span) * width
        wide = max(_SHORTEST, right - left)
        shapes.append(_rect(min(left, width - wide), wide, C.bad))
    style = ft.TextStyle(size=Size.caption, color=C.ink2)
    for at, name in month_ticks(span):
        x = min(at * width, width - 30)
        shapes.append(cv.Text(x, _BAND_TOP + _BAND + 8, name, style=style))
    return shapes


def _rect(x: float, width: float, color: ft.ColorValue) -> cv.Shape:
    return cv.Rect(x, _BAND_TOP, width, _BAND, border_radius=3, paint=ft.Paint(color=color))


def _mark(x: float, mark: Mark) -> list[cv.Shape]:
    stem = cv.Line(x, _LANE + mark.radius, x, _BAND_TOP, paint=ft.Paint(color=C.primary, stroke_width=1))
    if mark.jobs == 1:
        stroke = ft.Paint(color=C.primary, stroke_width=2.5, style=ft.PaintingStyle.STROKE)
        return [stem, cv.Circle(x, _LANE, _DOT, paint=stroke)]
    style = ft.TextStyle(size=10.5, weight=SEMIBOLD, color=C.on_primary_container)
    return [
        stem,
        cv.Circle(x, _LANE, _CLUSTER, paint=ft.Paint(color=C.primary_container)),
        cv.Text(x, _LANE, str(mark.jobs), style=style, alignment=ft.Alignment.CENTER),
    ]


class Dot(NamedTuple):
    """A point of a curve."""

    at: datetime
    value: float


_CURVE_EDGE: Final = 4
_AXIS: Final = 18
_LETTER: Final = 7


def curve_places(dots: Sequence[Dot], width: float, height: float, left: float = 0) -> list[tuple[float, float]]:
    """Where `dots` (oldest first) lie in a box of that size, from `left` on, y downwards; a flat line runs through the middle."""
    span = Span(dots[0].at, dots[-1].at)
    low, high = min(dot.value for dot in dots), max(dot.value for dot in dots)
    across, up = width - left - 2 * _CURVE_EDGE, height - 2 * _CURVE_EDGE
    rise = [(dot.value - low) / (high - low) if high > low else 0.5 for dot in dots]
    return [
        (left + _CURVE_EDGE + fraction(dot.at, span) * across, _CURVE_EDGE + (1 - share) * up)
        for dot, share in zip(dots, rise, strict=True)
    ]


@component
def Curve(
    dots: Sequence[Dot],
    *,
    label: str,
    height: float = 40,
    width: float | None = None,
    marks: tuple[str, str] | None = None,
    days: tuple[str, str] | None = None,
) -> ft.Control:
    """Values over time as one line, its last point marked. `marks` are the words of the lowest and highest value, `days` of
    the first and last day; without `width`, as wide as there is room.
    """
    measured, set_measured = use_state(width or 0.0)
    foot = _AXIS if days else 0
    canvas = cv.Canvas(
        _curve(dots, measured, height - foot, marks, days) if measured and dots and dots[0].at < dots[-1].at else [],
        height=height,
        width=width,
        expand=width is None,
        resize_interval=50,
        on_resize=None if width else lambda e: set_measured(e.width),
    )
    return ft.Semantics(content=canvas if width else ft.Row([canvas]), label=label, image=True, exclude_semantics=True)


def _curve(dots: Sequence[Dot], width: float, height: float, marks: tuple[str, str] | None, days: tuple[str, str] | None) -> list[cv.Shape]:
    left = _LETTER * max(map(len, marks)) if marks else 0
    places = curve_places(dots, width, height, left)
    (first_x, _), (last_x, last_y) = places[0], places[-1]
    drawn = [cv.Path.LineTo(x, y) for x, y in places]
    area = [cv.Path.MoveTo(first_x, height), *drawn, cv.Path.LineTo(last_x, height), cv.Path.Close()]
    run = [cv.Path.MoveTo(*places[0]), *drawn[1:]]
    stroke = ft.Paint(
        color=C.primary, stroke_width=2.2, style=ft.PaintingStyle.STROKE, stroke_cap=ft.StrokeCap.ROUND, stroke_join=ft.StrokeJoin.ROUND
    )
    shapes: list[cv.Shape] = [
        cv.Path(list(area), paint=ft.Paint(color=faint(C.primary, 0.12))),
        cv.Path(list(run), paint=stroke),
        cv.Circle(last_x, last_y, 3.5, paint=ft.Paint(color=C.primary)),
    ]
    style = ft.TextStyle(size=Size.caption, color=C.ink2)
    if marks:
        shapes += [cv.Text(0, height - _AXIS, marks[0], style=style), cv.Text(0, 0, marks[1], style=style)]
    if days:
        shapes.append(cv.Text(left, height + 3, days[0], style=style))
        shapes.append(cv.Text(width, height + 3, days[1], style=style, alignment=ft.Alignment.TOP_RIGHT))
    return shapes


def LoadBar(value: float, limit: float, *, label: str) -> ft.Control:
    """A bar against what is possible; past it, it turns red and says so by its length."""
    over = value > limit
    return ft.ProgressBar(
        value=min(1.0, value / limit) if limit else 0,
        bar_height=8,
        border_radius=4,
        color=C.bad if over else C.primary,
        bgcolor=C.surface2,
        semantics_label=label,
    )


class Bar(NamedTuple):
    """`said` is its figure in words."""

    name: str
    value: float
    said: str


def Bars(bars: Sequence[Bar], *, label: str, height: float = 72) -> ft.Control:
    """One beside the other, the highest as high as there is room; of many every third is named."""
    most = max((bar.value for bar in bars), default=0) or 1
    every = 3 if len(bars) > _NAMED else 1
    columns = [ft.Container(_bar(bar, bar.value / most * height), expand=1) for bar in bars]
    names = [_bar_name(bars[at].name, min(every, len(bars) - at)) for at in range(0, len(bars), every)]
    drawn = ft.Row(list[ft.Control](columns), spacing=4, vertical_alignment=ft.CrossAxisAlignment.END, height=height)
    below = ft.Row(list[ft.Control](names), spacing=0)
    return ft.Semantics(content=ft.Column([drawn, below], spacing=4, tight=True), label=label, image=True, exclude_semantics=True)


_NAMED: Final = 7
_LEAST_BAR: Final = 2


def _bar(bar: Bar, high: float) -> ft.Control:
    return ft.Container(height=max(_LEAST_BAR, high), bgcolor=C.primary if bar.value > 0 else C.line, border_radius=3, tooltip=bar.said)


def _bar_name(name: str, wide: int) -> ft.Control:
    """Under its own bar, with the room of those that have none."""
    return ft.Container(ft.Text(name, size=Size.caption, color=C.ink2, no_wrap=True), expand=wide)

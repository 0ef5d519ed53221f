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
def LifeStrip(
    span: Span,
    stops: Sequence[Span],
    jobs: Sequence[datetime],
    *,
    label: str = "",
) -> ft.Control:
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
    return ft.Semantics(content=drawn, label=label or spoken_life(stops, jobs), image=True, exclude_semantics=True)


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

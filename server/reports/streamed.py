"""Tables of any length: rows are laid out as pages are filled, and forgotten with the page they are on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain
from typing import ClassVar

from reportlab.platypus import Flowable

from server.labels import lettering
from server.labels.lettering import BOLD, REGULAR, Line, printable
from server.reports.typeset import INK, LINE, PALE, SMALL, TINT, WIDTH, broken

Cell = str | tuple[str, str]
"""What it says, and what stands below it, small."""
_SIZE = 8.8
_PAD, _ABOVE = 4.0, 3.0
_APART = 13.0
"""Words keep this far from the number that ends where they begin."""
_FEWEST = 2
"""Rows that a page begins or ends with."""


@dataclass(frozen=True)
class _Laid:
    """`cells`: of each its lines, and how many of them are the first's."""

    cells: Sequence[tuple[Sequence[str], int]]
    height: float
    is_bold: bool = False


class Rows(Flowable):  # type: ignore[misc]
    """Its heads come again on each page; neither its first nor its last row stands alone on one."""

    LEADING: ClassVar[float] = _SIZE * 1.32

    def __init__(
        self, heads: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[float], numbers: Sequence[int] = (), *,
        last: Sequence[Cell] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        scale = WIDTH / sum(widths)
        self._widths, self._numbers = [width * scale for width in widths], frozenset(numbers)
        self._pads = [_PAD if column - 1 not in numbers or column in numbers else _APART for column in range(len(widths))]
        self._rooms = [width - pad - _PAD for width, pad in zip(self._widths, self._pads, strict=True)]
        self._head_size = min(map(_longest_fits, heads, self._rooms))
        self._head = self._laid(heads, is_bold=True, size=self._head_size)
        ended = [self._laid(last, is_bold=True)] if last is not None else []
        self._source: Iterator[_Laid] = chain(map(self._laid, rows), ended)
        self._ready: list[_Laid] = []
        self._is_over = False

    def _rest(self, ready: list[_Laid]) -> "Rows":
        """What has not been set yet, out of the same source."""
        rest = object.__new__(Rows)
        rest.__dict__ = {name: value for name, value in self.__dict__.items() if name != "_postponed"} | {"_ready": ready}
        return rest

    # --- layout

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - as its base names them
        del aW
        fits = self._fitting(aH)
        self.width = WIDTH
        self.height = self._head.height + sum(row.height for row in self._ready[:fits])
        if fits < len(self._ready):
            self.height = aH + 1
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803
        del aW
        fits = self._fitting(aH)
        if fits == len(self._ready) - 1 and fits > _FEWEST and self._is_over:
            fits -= 1
        if fits >= (1 if aH > _TALL else min(_FEWEST, len(self._ready))):
            return [self._page(self._ready[:fits]), self._rest(self._ready[fits:])]
        if self._ready[0].height + self._head.height > _TALL:
            return self._cut(aH)
        return []

    def _cut(self, room: float) -> list[Flowable]:
        """A row that fills more than a page goes on with the next."""
        count = int((room - self._head.height - 2 * _ABOVE) // self.LEADING)
        row = self._ready[0]
        if count < _FEWEST:
            return []
        upper = [(lines[:count], first) for lines, first in row.cells]
        lower = [(lines[count:], max(0, first - count)) for lines, first in row.cells]
        rest = self._rest([self._sized(lower, is_bold=row.is_bold), *self._ready[1:]])
        return [self._page([self._sized(upper, is_bold=row.is_bold)]), rest]

    def _fitting(self, room: float) -> int:
        """How many of the next rows have room; afterwards as many more are ready as stay together, if there are so many."""
        heights = list(accumulate((row.height for row in self._ready), initial=self._head.height))
        while not self._is_over and (len(heights) <= _FEWEST or heights[-_FEWEST] <= room):
            row = next(self._source, None)
            if row is None:
                self._is_over = True
                break
            self._ready.append(row)
            heights.append(heights[-1] + row.height)
        return sum(height <= room for height in heights[1:])

    def _laid(self, row: Sequence[Cell], *, is_bold: bool = False, size: float = _SIZE) -> _Laid:
        font = BOLD if is_bold else REGULAR
        cells = []
        for text, room in zip(row, self._rooms, strict=True):
            said, below = text if isinstance(text, tuple) else (text, "")
            lines = _lines_of(said, font, size, room) if said or not below else ()
            more = _lines_of(below, REGULAR, SMALL, room) if below else ()
            cells.append((lines + more, len(lines)))
        return self._sized(cells, is_bold=is_bold)

    def _sized(self, cells: Sequence[tuple[Sequence[str], int]], *, is_bold: bool) -> _Laid:
        height = max(len(lines) for lines, _ in cells) * self.LEADING + 2 * _ABOVE
        return _Laid(cells, height, is_bold)

    # --- drawing

    def _page(self, rows: Sequence[_Laid]) -> "_Page":
        return _Page(self._head, rows, self._widths, self._pads, self._numbers, self._head_size)

    def draw(self) -> None:
        self._page(self._ready).drawOn(self.canv, 0, 0)


@lru_cache(maxsize=4_000)
def _lines_of(text: str, font: str, size: float, room: float) -> tuple[str, ...]:
    """Machines, kinds and names come again and again."""
    return tuple(broken(text, font, size, room))


def _longest_fits(head: str, room: float) -> float:
    """The size in which no word of it is broken."""
    widest = max((lettering.width(printable(word), BOLD, SMALL) for word in lettering.words(head)), default=0.0)
    return SMALL * min(1.0, room / widest) if widest else SMALL


_TALL = 600.0
"""Of a page, most."""


class _Page(Flowable):  # type: ignore[misc]
    def __init__(
        self, head: _Laid, rows: Sequence[_Laid], widths: Sequence[float], pads: Sequence[float], numbers: frozenset[int], head_size: float
    ) -> None:  # fmt: skip
        super().__init__()
        self._head_size, self._pads = head_size, pads
        self._head, self._rows, self._widths, self._numbers = head, rows, widths, numbers
        self.width, self.height = WIDTH, head.height + sum(row.height for row in rows)

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        del aW, aH
        return self.width, self.height

    def draw(self) -> None:
        canvas, top = self.canv, self.height
        canvas.setFillColor(TINT)
        canvas.rect(0, top - self._head.height, self.width, self._head.height, stroke=0, fill=1)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        lines: list[Line] = []
        for number, row in enumerate((self._head, *self._rows)):
            lines += self._lines(row, top, _SIZE if number else self._head_size)
            top -= row.height
            canvas.line(0, top, self.width, top)
        lettering.draw_all(canvas, lines)

    def _lines(self, row: _Laid, top: float, size: float) -> Iterator[Line]:
        left, font = 0.0, BOLD if row.is_bold else REGULAR
        for column, ((lines, first), width) in enumerate(zip(row.cells, self._widths, strict=True)):
            for place, text in enumerate(lines):
                own = (font, size, INK) if place < first else (REGULAR, SMALL, PALE)
                x = left + self._pads[column]
                if column in self._numbers:
                    x = left + width - _PAD - lettering.width(text, own[0], own[1])
                yield Line(text, *own, x, top - _ABOVE - (place + 1) * Rows.LEADING + 0.3 * size)
            left += width

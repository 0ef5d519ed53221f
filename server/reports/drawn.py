"""Figures and bars on paper: what a page shows before it tells."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, TableStyle

from server.labels import lettering
from server.labels.lettering import BOLD, REGULAR, printable
from server.labels.sheets import shortened
from server.reports.typeset import INK, LINE, PALE, SMALL, TINT, WIDTH, broken

PRIMARY, _MUTED = Color(0.043, 0.333, 0.388), Color(0.62, 0.73, 0.76)
_GAP, _BETWEEN = 3 * mm, 9 * mm
_FOUND = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")


class Tile(NamedTuple):
    """`notes` stand below, a line each."""

    name: str
    value: str
    notes: Sequence[str] = ()


class Tiles(Flowable):  # type: ignore[misc]
    HEIGHT: ClassVar[float] = 24.5 * mm
    _PAD: ClassVar[float] = 2.6 * mm
    _VALUE: ClassVar[float] = 14.0

    def __init__(self, tiles: Sequence[Tile], columns: int = 4) -> None:
        super().__init__()
        self._tiles, self._columns = tiles, columns
        self._each = (WIDTH - (columns - 1) * _GAP) / columns

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - as its base names them
        del aW, aH
        rows = -(-len(self._tiles) // self._columns)
        self.width, self.height = WIDTH, rows * (self.HEIGHT + _GAP)
        return self.width, self.height

    def draw(self) -> None:
        for number, tile in enumerate(self._tiles):
            row, column = divmod(number, self._columns)
            self._draw(tile, column * (self._each + _GAP), self.height - row * (self.HEIGHT + _GAP))

    def _draw(self, tile: Tile, left: float, top: float) -> None:
        canvas, room, x = self.canv, self._each - 2 * self._PAD, left + self._PAD
        canvas.setFillColor(TINT)
        canvas.roundRect(left, top - self.HEIGHT, self._each, self.HEIGHT, 2 * mm, stroke=0, fill=1)
        y = top - self._PAD - 0.72 * SMALL
        canvas.setFillColor(PALE)
        for line in list(broken(tile.name, REGULAR, 7.4, room))[:2]:
            lettering.draw(canvas, line, REGULAR, 7.4, x, y)
            y -= 9
        canvas.setFillColor(INK)
        size = min(self._VALUE, self._VALUE * room / max(1.0, lettering.width(printable(tile.value), BOLD, self._VALUE)))
        lettering.draw(canvas, printable(tile.value), BOLD, size, x, top - self.HEIGHT + self._PAD + 9 * len(tile.notes) + 3)
        canvas.setFillColor(PALE)
        for place, note in enumerate(reversed(tile.notes)):
            y = top - self.HEIGHT + self._PAD + 9 * place
            lettering.draw(canvas, shortened(printable(note), REGULAR, 7.4, room), REGULAR, 7.4, x, y)


class Bar(NamedTuple):
    name: str
    value: float
    said: str


class Bars(Flowable):  # type: ignore[misc]
    """The longest is as long as there is room for."""

    EACH: ClassVar[float] = 5.6 * mm

    def __init__(self, title: str, bars: Sequence[Bar], none: str, width: float = (WIDTH - _BETWEEN) / 2, colour: Color = PRIMARY) -> None:
        super().__init__()
        self._title, self._bars, self._none, self._room, self._colour = title, bars, none, width, colour

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        del aW, aH
        self.width, self.height = self._room, self.EACH * (max(1, len(self._bars)) + 1.2)
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setFillColor(INK)
        self._say(self._title, 0, self.height - 9, self._room, BOLD, 9)
        if not self._bars:
            self.canv.setFillColor(PALE)
            self._say(self._none, 0, self.height - 9 - self.EACH, self._room)
        said = max((lettering.width(printable(bar.said), REGULAR, SMALL) for bar in self._bars), default=0)
        longest = max((bar.value for bar in self._bars), default=0)
        for place, bar in enumerate(self._bars):
            self._draw(bar, self.height - (place + 2) * self.EACH, said, bar.value / longest if longest else 0)

    def _draw(self, bar: Bar, y: float, said: float, share: float) -> None:
        names = self._room * 0.46
        room = self._room - names - said - 6
        self.canv.setFillColor(self._colour)
        self.canv.rect(names, y + 2, max(0.8, room * share), 2.9 * mm, stroke=0, fill=1)
        self.canv.setFillColor(INK)
        self._say(bar.name, 0, y + 3, names - 4)
        self._say(bar.said, self._room - lettering.width(printable(bar.said), REGULAR, SMALL), y + 3, self._room)

    def _say(self, text: str, x: float, y: float, room: float, font: str = REGULAR, size: float = SMALL) -> None:
        lettering.draw(self.canv, shortened(printable(text), font, size, room), font, size, x, y)


def beside(left: Flowable, right: Flowable) -> Flowable:
    style = TableStyle([*((pad, (0, 0), (-1, -1), 0) for pad in _FOUND), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return LongTable([[left, right]], colWidths=[(WIDTH + _BETWEEN) / 2, (WIDTH - _BETWEEN) / 2], style=style)


class Column(NamedTuple):
    """`value` None for a month of which there is nothing to say."""

    name: str
    value: float | None
    said: str


class Columns(Flowable):  # type: ignore[misc]
    """Months beside each other; the last is the one that is told of."""

    HEIGHT: ClassVar[float] = 40 * mm
    _FOOT: ClassVar[float] = 5 * mm

    def __init__(self, title: str, columns: Sequence[Column], none: str, width: float = (WIDTH - _BETWEEN) / 2) -> None:
        super().__init__()
        self._title, self._columns, self._none, self._room = title, columns, none, width

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        del aW, aH
        self.width, self.height = self._room, self.HEIGHT + 6 * mm
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.setFillColor(INK)
        lettering.draw(canvas, shortened(printable(self._title), BOLD, 9, self._room), BOLD, 9, 0, self.height - 9)
        known = [column.value for column in self._columns if column.value]
        if not known:
            canvas.setFillColor(PALE)
            lettering.draw(canvas, shortened(printable(self._none), REGULAR, SMALL, self._room), REGULAR, SMALL, 0, self.height - 26)
            return
        each, room = self._room / len(self._columns), self.HEIGHT - self._FOOT - 5 * mm
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(0, self._FOOT, self._room, self._FOOT)
        for place, column in enumerate(self._columns):
            is_last = place == len(self._columns) - 1
            height = room * (column.value or 0) / max(known)
            canvas.setFillColor(PRIMARY if is_last else _MUTED)
            canvas.rect(place * each + 0.12 * each, self._FOOT, 0.76 * each, height, stroke=0, fill=1)
            canvas.setFillColor(INK if is_last else PALE)
            self._middle(column.name, place * each, each, self._FOOT - 9, BOLD if is_last else REGULAR)
            self._middle(column.said, place * each, each, self._FOOT + height + 2.5, BOLD if is_last else REGULAR)

    def _middle(self, text: str, left: float, room: float, y: float, font: str) -> None:
        said = printable(text)
        size = min(6.4, 6.4 * (room - 0.5) / max(1.0, lettering.width(said, font, 6.4)))
        lettering.draw(self.canv, said, font, size, left + (room - lettering.width(said, font, size)) / 2, y)

"""An order as its supplier gets it, in their language: a page to print, and a table to read into their own system."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from server.core.cells import Csv, Value
from server.core.i18n import translator
from server.labels import lettering
from server.labels.lettering import BOLD, REGULAR, printable
from server.labels.sheets import shortened, wrapped
from shared_models.buying.rows import OrderStatus
from shared_models.inventory.quantities import NONE, priced

_INK, _PALE, _RULE = (0.08, 0.125, 0.17), (0.36, 0.41, 0.46), (0.80, 0.83, 0.86)
_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 18 * mm, _WIDTH - 18 * mm, _HEIGHT - 18 * mm, 20 * mm
_SIZE, _LEADING = 9.0, 12.0
_CENT = Decimal("0.01")


class PaperLine(BaseModel):
    part_number: str
    name: str
    manufacturer: str
    manufacturer_reference: str
    reference: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None

    @property
    def amount(self) -> Decimal | None:
        return None if self.unit_price is None else priced(self.quantity, self.unit_price)


class Paper(BaseModel):
    number: str
    status: OrderStatus
    currency: str
    expected_on: date | None
    notes: str
    ordered_at: datetime | None
    site: str
    location: str
    supplier: str
    contact_person: str
    address: str
    email: str
    phone: str
    lang: str
    lines: list[PaperLine]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.amount is not None), NONE)


# --- a table


_COLUMNS: dict[str, Callable[[PaperLine], Value]] = {
    "reference": lambda line: line.reference,
    "part_number": lambda line: line.part_number,
    "name": lambda line: line.name,
    "manufacturer": lambda line: line.manufacturer,
    "manufacturer_reference": lambda line: line.manufacturer_reference,
    "quantity": lambda line: _plain(line.quantity),
    "unit": lambda line: line.unit,
    "unit_price": lambda line: None if line.unit_price is None else _plain(line.unit_price),
    "amount": lambda line: None if line.amount is None else _plain(line.amount),
}


def table(paper: Paper) -> bytes:
    """As CSV, in which no text is a formula."""
    t = translator(paper.lang).t
    sheet = Csv([t("buying.paper.order"), *(t(f"buying.paper.{name}") for name in _COLUMNS), t("buying.paper.currency")], paper.lang)
    rows: list[list[Value]] = [[paper.number, *(read(line) for read in _COLUMNS.values()), paper.currency] for line in paper.lines]
    return sheet.head + sheet.lines(rows) + sheet.tail()


def _plain(number: Decimal) -> Decimal:
    """Without zeros behind that say nothing."""
    return number.normalize() if number != number.to_integral_value() else number.quantize(Decimal(1))


# --- a page


_WIDTHS = {"reference": 30, "part_number": 28, "name": 54, "quantity": 22, "unit_price": 18, "amount": 22}
_NUMBERS = {"quantity", "unit_price", "amount"}
_GAP = 2 * mm


class _Column(BaseModel):
    name: str
    left: float
    right: float
    is_number: bool = False


def _columns() -> list[_Column]:
    """Texts stand at the left of their column, numbers at its right."""
    found, at = [], _LEFT
    for name, width in _WIDTHS.items():
        left, at = at, at + width * mm
        is_number = name in _NUMBERS
        found.append(_Column(name=name, left=left + (_GAP if is_number else 0), right=at - (0 if is_number else _GAP), is_number=is_number))
    return found


def printed(task: bytes) -> bytes:
    """`pdf` in a process of its own: `Paper` as JSON."""
    return pdf(Paper.model_validate_json(task))


def pdf(paper: Paper) -> bytes:
    """Set twice: how many pages there are is known when they have been set once."""
    pages = _Sheet(paper, 0).set()
    buffer = io.BytesIO()
    _Sheet(paper, pages, buffer).set()
    return buffer.getvalue()


class _Sheet:
    def __init__(self, paper: Paper, pages: int, into: io.BytesIO | None = None) -> None:
        self.paper, self.pages = paper, pages
        self.tr = translator(paper.lang)
        self.canvas = Canvas(into or io.BytesIO(), pagesize=A4, pageCompression=1)
        self.canvas.setTitle(f"{paper.number} · {printable(paper.supplier)}")
        self.page, self.y = 0, _TOP

    def set(self) -> int:
        """The number of its pages."""
        self._open()
        self._head()
        self._table_head()
        for line in self.paper.lines:
            self._line(line)
        self._total()
        self._notes()
        self.canvas.save()
        return self.page

    # --- pages

    def _open(self) -> None:
        if self.page:
            self.canvas.showPage()
        self.page, self.y = self.page + 1, _TOP
        self._text(f"{self.paper.number} · {self.paper.site}", REGULAR, 8, _LEFT, 11 * mm, colour=_PALE, width=120 * mm)
        where = self.tr.t("buying.paper.page", page=self.page, pages=self.pages)
        self._text(where, REGULAR, 8, _RIGHT, 11 * mm, colour=_PALE, is_number=True)

    def _room(self, height: float, *, with_head: bool = False) -> None:
        if self.y - height < _BOTTOM:
            self._open()
            if with_head:
                self._table_head()

    # --- its parts

    def _head(self) -> None:
        paper, t = self.paper, self.tr.t
        self.y -= 16
        self._text(t("buying.paper.title"), BOLD, 18, _LEFT, self.y)
        self._text(paper.number, BOLD, 18, _RIGHT, self.y, is_number=True)
        self.y -= 16
        draft = paper.status is OrderStatus.draft
        state = t("buying.paper.draft") if draft else t("buying.paper.cancelled") if paper.status is OrderStatus.cancelled else ""
        said = [state, t("buying.paper.dated", day=self._day(paper.ordered_at)) if paper.ordered_at else ""]
        said.append(t("buying.paper.expected", day=self._day(paper.expected_on)) if paper.expected_on else "")
        self._text(" · ".join(filter(None, said)), REGULAR, 10, _LEFT, self.y, colour=_PALE)
        self.y -= 26
        supplier = [paper.supplier, paper.contact_person, *paper.address.splitlines(), paper.email, paper.phone]
        top, middle = self.y, (_LEFT + _RIGHT) / 2
        ends = [
            self._block(t("buying.paper.supplier"), supplier, _LEFT, top),
            self._block(t("buying.paper.deliver_to"), [paper.site, *paper.location.splitlines()], middle, top),
        ]
        self.y = min(ends) - 14

    def _block(self, title: str, lines: Sequence[str], x: float, y: float) -> float:
        self._text(title, REGULAR, 8, x, y, colour=_PALE)
        y -= 14
        wide = (_RIGHT - _LEFT) / 2 - 6 * mm
        for place, line in enumerate(line for line in lines if line.strip()):
            font = REGULAR if place else BOLD
            for part in wrapped(printable(line), font, 10, wide)[:3]:
                self._text(part, font, 10, x, y, width=wide)
                y -= 13
        return y

    def _table_head(self) -> None:
        self._rule()
        self.y -= 11
        for column in _columns():
            self._cell(self.tr.t(f"buying.paper.{column.name}"), column, self.y, font=BOLD, size=8)
        self.y -= 6
        self._rule()
        self.y -= 3

    def _line(self, line: PaperLine) -> None:
        maker = " ".join(filter(None, (line.manufacturer, line.manufacturer_reference)))
        columns = {column.name: column for column in _columns()}
        name = wrapped(printable(line.name), REGULAR, _SIZE, columns["name"].right - columns["name"].left)[:4]
        height = _LEADING * (len(name) + bool(maker)) + 4
        self._room(height, with_head=True)
        top = self.y - 10
        amount = "" if line.amount is None else self._money(line.amount)
        price = "" if line.unit_price is None else self._price(line.unit_price)
        quantity = f"{self._number(line.quantity)}\u00a0{line.unit}".strip("\u00a0")
        for key, said in {"reference": line.reference, "part_number": line.part_number, "quantity": quantity,
                          "unit_price": price, "amount": amount}.items():  # fmt: skip
            self._cell(said, columns[key], top)
        for place, part in enumerate(name):
            self._cell(part, columns["name"], top - place * _LEADING)
        if maker:
            self._cell(maker, columns["name"], top - len(name) * _LEADING, size=8, colour=_PALE)
        self.y -= height
        self._rule()

    def _total(self) -> None:
        self._room(30)
        self.y -= 18
        if any(line.amount is not None for line in self.paper.lines):
            said = f"{self.tr.t('buying.paper.total')}   {self._money(self.paper.total)} {self.paper.currency}"
            self._text(said, BOLD, 11, _RIGHT, self.y, is_number=True)
        self.y -= 20

    def _notes(self) -> None:
        for paragraph in self.paper.notes.splitlines():
            for part in wrapped(printable(paragraph), REGULAR, 10, _RIGHT - _LEFT):
                self._room(14)
                self.y -= 14
                self._text(part, REGULAR, 10, _LEFT, self.y, width=_RIGHT - _LEFT)

    # --- strokes

    def _rule(self) -> None:
        self.canvas.setStrokeColorRGB(*_RULE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(_LEFT, self.y, _RIGHT, self.y)

    def _cell(
        self, text: str, column: _Column, y: float, *, font: str = REGULAR, size: float = _SIZE, colour: tuple[float, ...] = _INK
    ) -> None:  # fmt: skip
        """A number is never cut: one that is too wide is written smaller."""
        wide, text = column.right - column.left, printable(text)
        if column.is_number:
            size = min(size, size * wide / max(lettering.width(text, font, size), 1))
        at = column.right if column.is_number else column.left
        self._text(text, font, size, at, y, colour=colour, width=wide, is_number=column.is_number)

    def _text(
        self, text: str, font: str, size: float, x: float, y: float, *, colour: tuple[float, ...] = _INK, width: float = 0,
        is_number: bool = False,
    ) -> None:  # fmt: skip
        said = printable(text)
        if width and not is_number:
            said = shortened(said, font, size, width)
        self.canvas.setFillColorRGB(*colour)
        left = x - lettering.width(said, font, size) if is_number else x
        lettering.draw(self.canvas, said, font, size, left, y)

    # --- as the supplier writes

    def _day(self, day: date) -> str:
        return f"{day:%d/%m/%Y}" if self.paper.lang == "fr" else f"{day.day} {day:%B %Y}"

    def _number(self, number: Decimal) -> str:
        return self._said(f"{_plain(number):,f}")

    def _money(self, amount: Decimal) -> str:
        return self._said(f"{amount.quantize(_CENT):,f}")

    def _price(self, price: Decimal) -> str:
        """Screws are bought by the thousand: what a price says below the cent is said."""
        return self._money(price) if price == price.quantize(_CENT) else self._number(price)

    def _said(self, text: str) -> str:
        return text.replace(",", "\u00a0").replace(".", ",") if self.paper.lang == "fr" else text

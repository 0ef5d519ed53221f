"""Labels as PDF: the QR code as vectors with its quiet zone, and beside it what a person reads and types."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import qrcode
from pydantic import BaseModel
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from server.labels import lettering
from server.labels.errors import StartOffSheet
from server.labels.lettering import BOLD, REGULAR, printable
from server.labels.texts import LabelText
from shared_models.labels.codes import grouped
from shared_models.labels.sheets import LabelFormat

QUIET_MODULES = 4  # ISO/IEC 18004
_INK = (0.08, 0.125, 0.17)


@dataclass(frozen=True)
class Layout:
    """Millimetres, from the upper left corner of the page."""

    page: tuple[float, float]
    size: tuple[float, float]
    columns: int
    rows: int
    origin: tuple[float, float] = (0, 0)
    pitch: tuple[float, float] = (0, 0)

    @property
    def per_page(self) -> int:
        return self.columns * self.rows


_A4 = (210.0, 297.0)
LAYOUTS = {
    LabelFormat.l7160: Layout(_A4, (63.5, 38.1), 3, 7, (7.25, 15.15), (66.04, 38.1)),
    LabelFormat.l7163: Layout(_A4, (99.1, 38.1), 2, 7, (4.65, 15.15), (101.6, 38.1)),
    LabelFormat.l7651: Layout(_A4, (38.1, 21.2), 5, 13, (4.75, 10.7), (40.6, 21.2)),
    LabelFormat.roll_62: Layout((62.0, 30.0), (62.0, 30.0), 1, 1),
}


class Task(BaseModel):
    """What is printed, as one process tells it to another."""

    labels: list[LabelText]
    base_url: str
    format: LabelFormat
    start: int


def pdf(labels: Sequence[LabelText], *, base_url: str, layout: Layout, start: int = 1) -> bytes:
    """The sheets; `start` is the first label to print on, from 1. Raises `StartOffSheet`."""
    if start > layout.per_page:
        raise StartOffSheet(field="start", last=layout.per_page)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(layout.page[0] * mm, layout.page[1] * mm), pageCompression=1)
    canvas.setTitle("Établi")
    for place, label in enumerate(labels, start=start - 1):
        position = place % layout.per_page
        if position == 0 and place >= layout.per_page:
            canvas.showPage()
        _draw(canvas, label, base_url, layout, position)
    canvas.save()
    return buffer.getvalue()


def printed(task: bytes) -> bytes:
    """`pdf` in a process of its own: `Task` as JSON."""
    asked = Task.model_validate_json(task)
    return pdf(asked.labels, base_url=asked.base_url, layout=LAYOUTS[asked.format], start=asked.start)


def _draw(canvas: Canvas, label: LabelText, base_url: str, layout: Layout, position: int) -> None:
    row, column = divmod(position, layout.columns)
    left = layout.origin[0] + column * layout.pitch[0]
    top = layout.origin[1] + row * layout.pitch[1]
    width, height = layout.size
    margin = min(2.0, height * 0.06)
    side = height - 2 * margin
    canvas.saveState()
    canvas.translate(left * mm, (layout.page[1] - top - height) * mm)
    canvas.setFillColorRGB(*_INK)
    _draw_qr(canvas, f"{base_url}/e/{label.code}", margin * mm, margin * mm, side * mm)
    _draw_text(canvas, label, (margin + side + 0.5) * mm, margin * mm, (width - side - 2 * margin - 1.5) * mm, side * mm)
    canvas.restoreState()


def _draw_qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """`side` includes the quiet zone. Dark runs of a row are one rectangle each, in one path: no hairlines between modules."""
    modules = _modules(text)
    step = side / (len(modules) + 2 * QUIET_MODULES)
    path = canvas.beginPath()
    for row, line in enumerate(modules):
        bottom = y + side - (row + 1 + QUIET_MODULES) * step
        for first, length in _runs(line):
            path.rect(x + (first + QUIET_MODULES) * step, bottom, length * step, step)
    canvas.drawPath(path, stroke=0, fill=1)


@lru_cache(maxsize=1)
def _modules(text: str) -> list[list[bool]]:
    """Kept for the copies of a label, which follow each other."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return code.get_matrix()


def _runs(line: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index, dark in enumerate(line):
        if dark and runs and sum(runs[-1]) == index:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((index, 1))
    return runs


def _draw_text(canvas: Canvas, label: LabelText, x: float, y: float, width: float, height: float) -> None:
    """From the bottom: the label's code, where it is, what it is called by; above them as much of the name as there is room for."""
    size = max(5.0, min(11.0, height / 8.5))
    if not label.name:
        _code(canvas, label.code, size * 1.4, x, y + height / 2 - size / 2, width)
        return
    baseline = y + height * 0.1
    baseline += _code(canvas, label.code, size * 1.15, x, baseline, width) * 1.35
    for text in (_place(label, size * 0.82, width), label.number):
        _line(canvas, text, REGULAR, size * 0.82, x, baseline, width)
        baseline += size * 1.1
    top = y + height * 0.94
    lines, name_size = _name_lines(printable(label.name), width, top - baseline, size * 1.3)
    for index, text in enumerate(lines):
        _line(canvas, text, BOLD, name_size, x, top - name_size * (0.85 + 1.12 * index), width)


def _code(canvas: Canvas, code: str, size: float, x: float, y: float, width: float) -> float:
    """Never cut: a code that is too wide is written smaller. The answer is its size."""
    size = min(size, size * width / lettering.width(grouped(code), BOLD, size))
    lettering.draw(canvas, grouped(code), BOLD, size, x, y)
    return size


def _place(label: LabelText, size: float, width: float) -> str:
    """Where there is no room for both, the line says more than the site."""
    both = " · ".join(filter(None, (label.site, label.line)))
    return both if lettering.width(printable(both), REGULAR, size) <= width else label.line or label.site


def _line(canvas: Canvas, text: str, font: str, size: float, x: float, y: float, width: float) -> None:
    lettering.draw(canvas, shortened(printable(text), font, size, width), font, size, x, y)


def _name_lines(name: str, width: float, room: float, largest: float) -> tuple[list[str], float]:
    """The largest size at which the whole name fits; at the smallest one, the name cut with an ellipsis."""
    size = largest
    while True:
        lines = wrapped(name, BOLD, size, width)
        count = max(1, int(room / (size * 1.12)))
        if len(lines) <= count and all(lettering.width(line, BOLD, size) <= width for line in lines):
            return lines, size
        if size <= largest * 0.62:
            kept = lines[:count]
            if len(lines) > count:
                kept[-1] = f"{kept[-1]} {lines[count]}"
            return [shortened(line, BOLD, size, width) for line in kept], size
        size *= 0.93


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """Broken between words; a word wider than the line stays whole."""
    lines: list[str] = []
    for word in lettering.words(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and lettering.width(longer, font, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, font: str, size: float, width: float) -> str:
    """What fits in `width`, with an ellipsis where something is missing."""
    if lettering.width(text, font, size) <= width:
        return text
    while text and lettering.width(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"

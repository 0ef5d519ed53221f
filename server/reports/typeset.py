"""Documents on A4: flowing words and tables in any script, a running head, and on which page of how many one is.

    story = [*heading("EL-2026-00012", "Roulement grippé"), *section("Travail fait"), Words("…"), Rows(("Qui", "Heures"), rows, (120, 50))]
    typeset(story, Running(title="…", left="…", page="Page {page} sur {pages}"))

Lengths are points, unless their name says otherwise.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from reportlab import rl_config
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    LongTable,
    PageTemplate,
    Spacer,
    TableStyle,
)

from server.labels import lettering
from server.labels.lettering import BOLD, REGULAR, printable
from server.labels.sheets import shortened
from shared_models.interventions.rows import Signature

rl_config.useA85 = 0
"""Pages are written as bytes: a fifth less of them, and sooner."""
INK, PALE, LINE, TINT = Color(0.08, 0.125, 0.17), Color(0.36, 0.41, 0.46), Color(0.80, 0.83, 0.86), Color(0.95, 0.96, 0.97)
SIZE, SMALL = 9.5, 8.0
_MARGIN, _HEAD = 18 * mm, 12 * mm
WIDTH = A4[0] - 2 * _MARGIN
PICTURE_HEIGHT = 82 * mm
_GAP = 3 * mm
_STROKES = re.compile(r"[MLml]|-?[0-9]*\.?[0-9]+")
_DIGITS = 2


class Words(Flowable):  # type: ignore[misc]
    """A text; its own line breaks stay, a word wider than the line is broken, and it goes on over as many pages as it takes."""

    def __init__(self, text: str, font: str = REGULAR, size: float = SIZE, colour: Color = INK) -> None:
        super().__init__()
        self.font, self.size, self.colour = font, size, colour
        self.leading = size * 1.36
        self._text = text
        self._lines: list[str] | None = None
        self.width = 0.0

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - as its base names them
        del aH
        if self._lines is None or self.width != aW:
            self._lines = list(self._broken(aW))
        self.width, self.height = aW, self.leading * len(self._lines)
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803
        self.wrap(aW, aH)
        lines, fits = self._lines or [], int(aH // self.leading)
        if fits < 1 or fits >= len(lines):
            return []
        return [self._of(lines[:fits], aW), self._of(lines[fits:], aW)]

    def draw(self) -> None:
        self.canv.setFillColor(self.colour)
        for place, line in enumerate(self._lines or [], start=1):
            lettering.draw(self.canv, line, self.font, self.size, 0, self.height - place * self.leading + 0.3 * self.size)

    def _of(self, lines: list[str], width: float) -> "Words":
        part = Words("", self.font, self.size, self.colour)
        part._lines, part.width = lines, width
        return part

    def _broken(self, width: float) -> Iterator[str]:
        return broken(self._text, self.font, self.size, width)


def broken(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """The lines of a text, none of them wider than `width`."""

    def fits(line: str) -> bool:
        return lettering.width(line, font, size) <= width

    for paragraph in text.splitlines() or [""]:
        said = printable(paragraph.expandtabs(1))
        if fits(said):
            yield " ".join(lettering.words(said))
            continue
        line = ""
        for word in lettering.words(said):
            longer = f"{line} {word}" if line else word
            if fits(longer):
                line = longer
                continue
            if line:
                yield line
            line = word
            while not fits(line):
                head = _longest(line, fits)
                yield line[:head]
                line = line[head:]
        yield line


def _longest(word: str, fits: Callable[[str], bool]) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(word[:middle]) else (low, middle - 1)
    return low


class Rule(Flowable):  # type: ignore[misc]
    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        del aH
        self.width, self.height = aW, 6.0
        return aW, self.height

    def draw(self) -> None:
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(0.6)
        self.canv.line(0, 3, self.width, 3)


class Signed(Flowable):  # type: ignore[misc]
    """What somebody has drawn with a finger."""

    HEIGHT: ClassVar[float] = 22 * mm

    def __init__(self, signature: Signature) -> None:
        super().__init__()
        self._signature = signature

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803
        del aH
        self.width, self.height = min(aW, 70 * mm), self.HEIGHT
        return self.width, self.height

    def draw(self) -> None:
        drawn = self._signature
        scale = min(self.width / drawn.width, self.height / drawn.height)
        path = self.canv.beginPath()
        for is_start, x, y in strokes(drawn.path):
            (path.moveTo if is_start else path.lineTo)(x * scale, self.height - y * scale)
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(1.1)
        self.canv.setLineJoin(1)
        self.canv.drawPath(path, stroke=1, fill=0)


def strokes(path: str) -> Iterator[tuple[bool, float, float]]:
    """Whether a stroke begins, as the first point does, and where it goes, from the upper left corner; what makes no pair says nothing."""
    verb, x, y, is_first = "M", 0.0, 0.0, True
    waiting: list[float] = []
    for said in _STROKES.findall(path):
        if said in "MLml":
            verb, waiting = said, []
            continue
        waiting.append(float(said))
        if len(waiting) == 2:  # noqa: PLR2004 - x and y
            x, y = (waiting[0], waiting[1]) if verb.isupper() else (x + waiting[0], y + waiting[1])
            yield is_first or verb in "Mm", x, y
            is_first = False
            verb, waiting = ("L" if verb.isupper() else "l"), []


# --- parts of a document


def heading(title: str, *above: str) -> list[Flowable]:
    """`above` stands over it, small."""
    return [*(Words(text, size=SMALL, colour=PALE) for text in above if text), Words(title, BOLD, 17), Spacer(0, 3 * mm)]


def section(title: str, room: float = 24 * mm) -> list[Flowable]:
    """Never the last thing on a page: what comes next takes `room` with it."""
    return [Spacer(0, 5 * mm), CondPageBreak(room), Words(title, BOLD, 11), Rule()]


def facts(pairs: Sequence[tuple[str, str]], columns: int = 3) -> list[Flowable]:
    """Each value under its name."""
    cells = [[Words(name, size=SMALL, colour=PALE), Words(value)] for name, value in pairs if value]
    if not cells:
        return []
    rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    whole = [row + [""] * (columns - len(row)) for row in rows]
    style = TableStyle([*_PLAIN, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)])
    return [LongTable(whole, colWidths=[WIDTH / columns] * columns, style=style)]


_PLAIN = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), _GAP), ("TOPPADDING", (0, 0), (-1, -1), 0)]


def pictures(found: Sequence[tuple[bytes, str]], columns: int = 2) -> list[Flowable]:
    """Each with its words below; two beside each other are on one page."""
    cells = [_picture(content, words, WIDTH / columns - _GAP) for content, words in found]
    rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    style = TableStyle([*_PLAIN, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)])
    return [
        KeepTogether([LongTable([row + [""] * (columns - len(row))], colWidths=[WIDTH / columns] * columns, style=style)]) for row in rows
    ]


def _picture(content: bytes, words: str, width: float) -> list[Flowable]:
    wide, high = ImageReader(io.BytesIO(content)).getSize()
    scale = min(width / wide, PICTURE_HEIGHT / high)
    image = Image(io.BytesIO(content), wide * scale, high * scale)
    image.hAlign = "LEFT"
    return [image, Spacer(0, 2), Words(words, size=SMALL, colour=PALE)]


# --- the document


@dataclass(frozen=True)
class Running:
    """What each page says: `title` at its head, `left` at its foot beside `page`, which has `{page}` and `{pages}`."""

    title: str
    left: str
    page: str


@dataclass(frozen=True)
class Printed:
    content: bytes
    pages: int


class _Counting(Canvas):  # type: ignore[misc]
    """How many pages there are is known at the end, and drawn on each."""

    FORM: ClassVar[str] = "pages"

    def save(self) -> None:
        self.beginForm(self.FORM)
        self.setFillColor(PALE)
        lettering.draw(self, str(self.getPageNumber() - 1), REGULAR, SMALL, 0, 0)
        self.endForm()
        super().save()


def typeset(story: Sequence[Flowable], running: Running) -> Printed:
    buffer = io.BytesIO()
    document = BaseDocTemplate(buffer, pagesize=A4, title=printable(running.title), author="Établi", pageCompression=1)
    frame = Frame(_MARGIN, 18 * mm, WIDTH, A4[1] - 40 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)

    def dressed(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFillColor(PALE)
        before, _, after = running.page.partition("{pages}")
        at = A4[0] - _MARGIN - lettering.width("0" * _DIGITS + after, REGULAR, SMALL)
        page = before.replace("{page}", str(canvas.getPageNumber()))
        room = WIDTH - 60 * mm
        lettering.draw(canvas, shortened(printable(running.title), REGULAR, SMALL, WIDTH), REGULAR, SMALL, _MARGIN, A4[1] - _HEAD)
        lettering.draw(canvas, shortened(printable(running.left), REGULAR, SMALL, room), REGULAR, SMALL, _MARGIN, 11 * mm)
        lettering.draw(canvas, page, REGULAR, SMALL, at - lettering.width(page, REGULAR, SMALL), 11 * mm)
        canvas.translate(at, 11 * mm)
        canvas.doForm(_Counting.FORM)
        canvas.restoreState()

    document.addPageTemplates(PageTemplate(frames=[frame], onPage=dressed))
    document.build(list(story), canvasmaker=_Counting)
    return Printed(buffer.getvalue(), document.page)

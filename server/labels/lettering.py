"""Text on paper, in whatever script a name is written.

What the font of our labels has is set as text. Anything else is shaped (joined letters, marks, right to left) with fonts that
have it, and drawn as outlines: first FiraGO, then symbols, then what the system has for Chinese, Japanese and Korean.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import bidirectional, category, is_normalized, normalize

import uharfbuzz as hb
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import FILL_NON_ZERO, Canvas

REGULAR, BOLD = "EtabliSans", "EtabliSansBold"
MISSING = "□"
_OWN = {REGULAR: "Vera.ttf", BOLD: "VeraBd.ttf"}  # come with reportlab and have the accents of western Europe
_PACKAGED = {
    REGULAR: ("FiraGO_Regular", "NotoSansSymbols2_Regular", "NotoSansSymbols_Regular"),
    BOLD: ("FiraGO_Bold", "NotoSansSymbols2_Regular", "NotoSansSymbols_Regular"),
}
_SYSTEM = (
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
_UNSEEN = {"Cf", "Mn", "Me", "Cc"}


@dataclass(frozen=True, eq=False)
class _Face:
    name: str
    font: hb.Font
    characters: frozenset[int]
    units: int

    def has(self, char: str) -> bool:
        return ord(char) in self.characters


@dataclass(frozen=True)
class _Glyph:
    face: _Face
    number: int
    x: float
    y: float


@cache
def _own_characters() -> frozenset[int]:
    for name, file in _OWN.items():
        pdfmetrics.registerFont(TTFont(name, file))
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


@cache
def _own_text() -> frozenset[str]:
    return frozenset(map(chr, _own_characters()))


@cache
def _faces(font: str) -> tuple[_Face, ...]:
    packaged = [(name, hb.Blob(import_module(f"pymupdf_fonts.{name}").fontbuffer)) for name in _PACKAGED[font]]
    system = [(Path(path).stem, hb.Blob.from_file_path(path)) for path in _SYSTEM if Path(path).exists()]
    return tuple(_face(name.replace(" ", ""), hb.Face(blob)) for name, blob in (*packaged, *system))


def _face(name: str, face: hb.Face) -> _Face:
    return _Face(name, hb.Font(face), frozenset(face.unicodes), face.upem)


# --- what can be said


def missing(text: str) -> str:
    """The characters of `text` that no font here has, each once."""
    return "".join(dict.fromkeys(char for char in normalize("NFC", text) if not _has(char)))


def printable(text: str) -> str:
    """Composed, with a box in place of each character that no font here has; a space of any width is one."""
    if is_plain(text) and text.replace("\u00a0", " ").isprintable() and is_normalized("NFC", text):
        return text
    spaced = ("\u00a0" if category(char) == "Zs" and char != " " else char for char in normalize("NFC", text))
    return "".join(char if _has(char) else MISSING for char in spaced if category(char) != "Cc")


def _has(char: str) -> bool:
    return ord(char) in _own_characters() or category(char) in _UNSEEN or any(face.has(char) for face in _faces(REGULAR))


def is_plain(text: str) -> bool:
    """Whether our own font has all of it."""
    return _own_text().issuperset(text)


def words(text: str) -> list[str]:
    """What a line may be broken between: not at a space that holds a figure to its unit."""
    return [word for word in re.split("[ \\t]", text) if word]


def width(text: str, font: str, size: float) -> float:
    """Of a `printable` text, in points."""
    if is_plain(text):
        return _plain_width(text, font) * size
    return _shaped(text, font)[1] * size


@lru_cache(maxsize=4_000)
def _plain_width(text: str, font: str) -> float:
    return sum(map(_advances(font).__getitem__, text)) / 1_000


@cache
def _advances(font: str) -> dict[str, float]:
    """How wide each character is, in thousandths of the font's size."""
    face = pdfmetrics.getFont(font).face
    return {char: face.charWidths.get(ord(char), face.defaultWidth) for char in _own_text()}


def draw(canvas: Canvas, text: str, font: str, size: float, x: float, y: float) -> None:
    if is_plain(text):
        canvas.setFont(font, size)
        canvas.drawString(x, y, text)
        return
    for glyph in _shaped(text, font)[0]:
        scale = size / glyph.face.units
        canvas.saveState()
        canvas.transform(scale, 0, 0, scale, x + glyph.x * size, y + glyph.y * size)
        canvas.doForm(_outline(canvas, glyph))
        canvas.restoreState()


class Line(NamedTuple):
    """A text that is set on its own, from `x` to the right along `y`; its size in points."""

    text: str
    font: str
    size: float
    colour: Color
    x: float
    y: float


def draw_all(canvas: Canvas, lines: Iterable[Line]) -> None:
    """What our own font has is one text in PDF's own words: the library takes five times as long to write them."""
    others = []
    written, font, size, colour = ["BT"], "", 0.0, None
    for line in lines:
        codes = _codes(canvas, line.font)
        shown = "".join(map(codes.__getitem__, line.text))
        if _ELSEWHERE in shown:
            others.append(line)
            continue
        if (line.font, line.size) != (font, size):
            font, size = line.font, line.size
            written.append(f"{codes.name} {size:.2f} Tf")
        if line.colour is not colour:
            colour = line.colour
            written.append(f"{colour.red:.3f} {colour.green:.3f} {colour.blue:.3f} rg")
        written.append(f"1 0 0 1 {line.x:.2f} {line.y:.2f} Tm <{shown}> Tj")
    canvas.addLiteral("\n".join([*written, "ET"]))
    for line in others:
        canvas.setFillColor(line.colour)
        draw(canvas, line.text, line.font, line.size, line.x, line.y)


_ELSEWHERE = "?"


class _Codes(dict[str, str]):
    """How each character is written in a font of a document; `_ELSEWHERE` where it is not in that font's first part."""

    def __init__(self, canvas: Canvas, font: str) -> None:
        super().__init__()
        self._font, self._document = pdfmetrics.getFont(font), canvas._doc  # noqa: SLF001 - which the fonts ask for
        self._font.splitString(" ", self._document)
        self.name = self._font.getSubsetInternalName(0, self._document)

    def __missing__(self, char: str) -> str:
        code = _ELSEWHERE
        if is_plain(char):
            [(part, coded)] = self._font.splitString(char, self._document)
            code = coded.hex() if part == 0 else _ELSEWHERE
        self[char] = code
        return code


def _codes(canvas: Canvas, font: str) -> _Codes:
    known: dict[str, _Codes] = canvas.__dict__.setdefault("codes", {})
    if font not in known:
        known[font] = _Codes(canvas, font)
    return known[font]


# --- shaping


@lru_cache(maxsize=2_000)
def _shaped(text: str, font: str) -> tuple[tuple[_Glyph, ...], float]:
    """Glyphs from the left, and how wide they are together; in sizes of the font."""
    glyphs: list[_Glyph] = []
    at = 0.0
    for face, run, is_rtl in _runs(text, _faces(font)):
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        hb.shape(face.font, buffer, {"kern": True, "liga": True})
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            x, y = at + position.x_offset / face.units, position.y_offset / face.units
            glyphs.append(_Glyph(face, info.codepoint, x, y))
            at += position.x_advance / face.units
    return tuple(glyphs), at


def _runs(text: str, faces: tuple[_Face, ...]) -> Iterator[tuple[_Face, str, bool]]:
    """Pieces of one direction and one face, from the left as they are seen."""
    base, directions = _directions(text)
    pieces = [(is_rtl, "".join(text[index] for index in group)) for is_rtl, group in groupby(range(len(text)), directions.__getitem__)]
    for is_rtl, piece in reversed(pieces) if base else pieces:
        parts = list(_by_face(piece, faces))
        for face, run in reversed(parts) if is_rtl else parts:
            yield face, run, is_rtl


def _directions(text: str) -> tuple[bool, list[bool]]:
    """Whether the whole, and each character of it, runs to the left: the part of UAX #9 that names need."""
    base = next((known for char in text if (known := _direction(char)) is not None), False)
    numbers = _numbers(text)
    strong = _strong(text, numbers, base)
    found: list[bool] = []
    for index, char in enumerate(text):
        if numbers[index]:
            found.append(False)
        elif (known := strong[index]) is not None:
            found.append(known)
        else:
            before = next((strong[place] for place in range(index, -1, -1) if strong[place] is not None), base)
            after = next((later for later in strong[index:] if later is not None), base)
            found.append(found[-1] if found and category(char) in _UNSEEN else bool(before) if before == after else base)
    return base, found


def _strong(text: str, numbers: list[bool], base: bool) -> list[bool | None]:  # noqa: FBT001 - a direction, as in the list
    """What each character says to its neighbours; a number says what the letters before it said."""
    last, strong = base, list[bool | None]()
    for char, is_number in zip(text, numbers, strict=True):
        known = _direction(char)
        last = last if known is None else known
        strong.append(last if is_number else known)
    return strong


def _direction(char: str) -> bool | None:
    """Of a letter; None for a number and for what has no direction."""
    kind = bidirectional(char)
    return True if kind in {"R", "AL"} else False if kind == "L" else None


def _numbers(text: str) -> list[bool]:
    """The digits, the separators between two of them, and the signs beside them (%, °, €)."""
    kinds = [bidirectional(char) for char in text]
    digits = [kind in {"EN", "AN"} for kind in kinds]
    beside = list(zip([False, *digits], [*digits[1:], False], strict=False))
    return [
        is_digit or (kind in {"CS", "ES"} and all(sides)) or (kind == "ET" and any(sides))
        for is_digit, kind, sides in zip(digits, kinds, beside, strict=True)
    ]


def _by_face(text: str, faces: tuple[_Face, ...]) -> Iterator[tuple[_Face, str]]:
    """The first face that has a character; marks stay with what they mark."""
    face, run = faces[0], ""
    for char in text:
        wanted = face if run and category(char) in _UNSEEN else next((one for one in faces if one.has(char)), face)
        if wanted is not face and run:
            yield face, run
            run = ""
        face, run = wanted, run + char
    if run:
        yield face, run


# --- outlines


def _outline(canvas: Canvas, glyph: _Glyph) -> str:
    """The name of the glyph's outline in the document, drawn once in units of its font."""
    name = f"{glyph.face.name}{glyph.number}"
    if not canvas.hasForm(name):
        canvas.beginForm(name, -glyph.face.units, -glyph.face.units, 3 * glyph.face.units, 2 * glyph.face.units)
        pen = _Pen(canvas.beginPath())
        glyph.face.font.draw_glyph_with_pen(glyph.number, pen)
        canvas.drawPath(pen.path, stroke=0, fill=1, fillMode=FILL_NON_ZERO)
        canvas.endForm()
    return name


class _Pen:
    """What a font says in quadratic curves, PDF says in cubic ones."""

    def __init__(self, path: Any) -> None:
        self.path = path
        self._at = (0.0, 0.0)

    def moveTo(self, to: tuple[float, float]) -> None:  # noqa: N802 - the names of fontTools' pens
        self.path.moveTo(*to)
        self._at = to

    def lineTo(self, to: tuple[float, float]) -> None:  # noqa: N802
        self.path.lineTo(*to)
        self._at = to

    def qCurveTo(self, by: tuple[float, float], to: tuple[float, float]) -> None:  # noqa: N802
        first = tuple(start + 2 / 3 * (control - start) for start, control in zip(self._at, by, strict=True))
        second = tuple(end + 2 / 3 * (control - end) for end, control in zip(to, by, strict=True))
        self.path.curveTo(*first, *second, *to)
        self._at = to

    def curveTo(self, first: tuple[float, float], second: tuple[float, float], to: tuple[float, float]) -> None:  # noqa: N802
        self.path.curveTo(*first, *second, *to)
        self._at = to

    def closePath(self) -> None:  # noqa: N802
        self.path.close()

    def endPath(self) -> None:  # noqa: N802
        """An open contour has no surface to fill."""

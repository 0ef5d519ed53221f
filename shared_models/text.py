"""Text as it is kept, whatever keyboard, scanner or clipboard it came from: composed (NFC), visible, without hidden turns of direction.

What nobody can see is dropped, what breaks a line is one kind of line break, and what no text can hold is refused.
"""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff]"
)
_FLAGS = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_IDLE = re.compile("(?<=[0-9A-Za-z\u00aa-\u058f])(?:[\u200c\u200d]|[\ufe00-\ufe0f](?!\u20e3))+")
"""Joiners and choices of a shape, where letters neither join nor have two shapes."""
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_EDGES = (
    " \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200c\u200d"
)
_PLAIN = re.compile("[ -~\xa0-\xac\xae-\u024f\u2013\u2014\u2018-\u201e\u2026\u202f\u20ac]*")
"""What is kept as it is but for its edges, as nearly all texts are."""
_BLANKS = re.compile(r"\s+")
_EMPTY_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_FIRST_MARK = "\u0300"
_LONGEST_SECRET = 40_000
MOST_MARKS = 30
"""Marks on one letter, as in Unicode's stream-safe text; more of them only cost time."""


def written(value: str) -> str:
    """`value` as it is kept; raises ValueError with a stable code for what no text can hold."""
    return value.strip(_EDGES) if _PLAIN.fullmatch(value) else cleaned(value)


def cleaned(value: str) -> str:
    """The same, for what may have something to be dropped, composed or refused."""
    kept = _shown(_BREAKS.sub("\n", value))
    if _NO_CHARACTER.search(kept) or _is_overloaded(kept):
        raise ValueError("character_unreadable")
    if _CONTROLS.search(kept):
        raise ValueError("control_character")
    kept = unicodedata.normalize("NFC", kept).strip(_EDGES)
    return kept if is_visible(kept) else ""


def _shown(text: str) -> str:
    """Without what nobody sees; the tags of a flag (Scotland's) are seen."""
    flags = _FLAGS.findall(text)
    parts = [_IDLE.sub("", _HIDDEN.sub("", part)) for part in _FLAGS.split(text)]
    return "".join(part + flag for part, flag in zip(parts, [*flags, ""], strict=True))


def one_line(value: str) -> str:
    kept = written(value)
    return _BLANKS.sub(_folded, kept) if "\n" in kept or "\t" in kept else kept


def _folded(blanks: re.Match[str]) -> str:
    return " " if "\n" in blanks[0] or "\t" in blanks[0] else blanks[0]


def is_visible(text: str) -> bool:
    """Whether a reader sees anything at all."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _EMPTY_LETTERS for char in text)


def _is_overloaded(text: str) -> bool:
    if not text or max(text) < _FIRST_MARK:
        return False
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MOST_MARKS:
            return True
    return False


def printable(value: object, most: int = 60) -> str:
    """What somebody has sent, fit to be shown and to be written anywhere."""
    text = str(value)[:most]
    return text if text.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in text)


def _if_text(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _if_long_text(value: Any) -> Any:
    return written(value) if isinstance(value, str) else value


def _if_secret(value: Any) -> Any:
    return printable(value, _LONGEST_SECRET) if isinstance(value, str) else value


SECRET = BeforeValidator(_if_secret)
ONE_LINE = BeforeValidator(_if_text)
LINES = BeforeValidator(_if_long_text)

Name = Annotated[str, StringConstraints(min_length=1, max_length=100), ONE_LINE]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
Text = Annotated[str, ONE_LINE]
Line = Annotated[str, StringConstraints(max_length=200), ONE_LINE]
Short = Annotated[str, StringConstraints(max_length=20), ONE_LINE]
"""A unit, a figure's sign."""
Label = Annotated[str, StringConstraints(max_length=100), ONE_LINE]
"""A name that may be left empty."""
Key = Annotated[str, StringConstraints(max_length=200), ONE_LINE]
"""What machines pass on: a cursor, a token, a column's name."""
Token = Annotated[str, StringConstraints(max_length=200), SECRET]
"""A secret of this server's own making: what is no such thing is not refused by its form, it only opens nothing."""
Code = Annotated[str, SECRET]
"""A code that somebody has scanned or typed, to be looked for."""
LongText = Annotated[str, StringConstraints(max_length=10_000), LINES]
Paragraph = Annotated[str, StringConstraints(max_length=1_000), LINES]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1_000), LINES]

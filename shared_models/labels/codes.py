"""Label codes: what a machine's QR label carries, and what a person types when the label is damaged.

Eight characters of a 31-character alphabet (no 0/O, no 1/I/L): seven random ones and a check character. A weighted sum
modulo the prime 31 with distinct weights detects every single wrong character and every swap of two characters.

Whatever mails, PDFs, word processors and phones add to a code is passed over: only letters and digits count, in any
width and case, and a letter of another script that looks like one of ours is ours. The page's scripts read codes by the same
rule (`assets/web/labels.js`), from the tables in `RULE`.
"""

import re
import secrets
from collections.abc import Iterator
from typing import Annotated
from unicodedata import category, normalize
from urllib.parse import unquote

from pydantic import AfterValidator

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
LONGEST = 8_000
"""Of what is searched for a code: more than any QR code holds."""
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 1)
LOOK_ALIKES = {
    **dict(zip("АВЕКМНРСТУХЅЈ", "ABEKMHPCTYXSJ", strict=True)),  # Cyrillic
    **dict(zip("ΑΒΕΖΗΚΜΝΡΤΥΧ", "ABEZHKMNPTYX", strict=True)),  # Greek
    **dict(zip("٢٣٤٥٦٧٨٩", "23456789", strict=True)),  # Arabic digits
    **dict(zip("۲۳۴۵۶۷۸۹", "23456789", strict=True)),  # Persian digits
}
RULE = {"alphabet": ALPHABET, "length": LENGTH, "weights": WEIGHTS, "look_alikes": LOOK_ALIKES}
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_TABLE = str.maketrans(LOOK_ALIKES)
_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"/e/.|.://.", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"/e/([^/?#]+)", re.IGNORECASE)
_DASH = re.compile(r"[\u2010-\u2015]")
_SHAPED = re.compile(rf"(?=(?<![^\W_])([{ALPHABET}]{{4}}[-_. ]?[{ALPHABET}]{{4}})(?![^\W_]))", re.IGNORECASE)


def _sum(code: str) -> int:
    return sum(weight * _VALUE[char] for weight, char in zip(WEIGHTS, code, strict=False)) % len(ALPHABET)


def check_character(payload: str) -> str:
    """The eighth character, which makes the weighted sum of all eight zero modulo 31."""
    return ALPHABET[-_sum(payload) % len(ALPHABET)]


def new_label_code() -> str:
    """An unguessable code: 31⁷ ≈ 2.7·10¹⁰ possible payloads from the system's random source."""
    payload = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return payload + check_character(payload)


def normalise(typed: str) -> str:
    """The letters and digits, in upper case and our own script: blanks, dashes, quotes and what nobody sees are gone."""
    plain = _letters(normalize("NFKD", _letters(typed)))  # a mark below a letter would be a letter in upper case
    return _letters(plain.upper().translate(_TABLE))


def _letters(text: str) -> str:
    return "".join(char for char in text if category(char)[0] in "LN")


def is_label_code(code: str) -> bool:
    """Whether `code`, already normalised, has the right length, alphabet and check character."""
    return len(code) == LENGTH and all(char in _VALUE for char in code) and _sum(code) == 0


def label_code_in(text: str) -> str | None:
    """The label code in what was scanned, typed or pasted: bare, in an address ending in `/e/<code>`, or among other words.

    None when there is none, or more than one.
    """
    if len(text) > LONGEST:
        return None
    seen = _seen(text)
    for parts in (_addressed(seen), [seen], _words(seen)):
        found = {code for code in map(normalise, parts) if is_label_code(code)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _seen(text: str) -> str:
    """Without what has no width; symbols stand between words, but for the minus sign, and before NFKC spells them out (™)."""
    chars = (char for char in text.replace("\u2212", "-") if category(char) != "Cf")
    return normalize("NFKC", "".join(" " if category(char)[0] == "S" else char for char in chars))


def _addressed(text: str) -> Iterator[str]:
    """What follows `/e/`, up to the end of the word; mails also break an address in two."""
    for rest in _IN_ADDRESS.findall(text):
        said = unquote(rest)
        yield from (said, *said.split()[:1])


def _words(text: str) -> list[str]:
    """What is shaped like a code, outside addresses."""
    plain = _WORD.sub(lambda word: " " if _ADDRESS.search(word[0]) else word[0], text)
    return _SHAPED.findall(_DASH.sub("-", plain).translate(_TABLE))


def grouped(code: str) -> str:
    """The code as printed under the QR: `ABCD-2345`."""
    return f"{code[:4]}-{code[4:]}"


def _validated(value: str) -> str:
    code = label_code_in(value)
    if code is None:
        raise ValueError("label_code_invalid")
    return code


WHOLE_CODE = AfterValidator(_validated)
LabelCode = Annotated[str, WHOLE_CODE]

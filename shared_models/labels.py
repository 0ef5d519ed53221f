"""Label codes: what a machine's QR label carries, and what a person types when the label is damaged.

Eight characters of a 31-character alphabet (no 0/O, no 1/I/L): seven random ones and a check character. A weighted sum
modulo the prime 31 with distinct weights detects every single wrong character and every swap of two characters.
"""

import re
import secrets
from typing import Annotated

from pydantic import AfterValidator

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 1)
_IN_URL = re.compile(r"/e/([^/?#]+)", re.IGNORECASE)


def _sum(code: str) -> int:
    return sum(weight * _VALUE[char] for weight, char in zip(_WEIGHTS, code, strict=False)) % len(ALPHABET)


def check_character(payload: str) -> str:
    """The eighth character, which makes the weighted sum of all eight zero modulo 31."""
    return ALPHABET[-_sum(payload) % len(ALPHABET)]


def new_label_code() -> str:
    """An unguessable code: 31⁷ ≈ 2.7·10¹⁰ possible payloads from the system's random source."""
    payload = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return payload + check_character(payload)


def normalise(typed: str) -> str:
    """Upper case, without the blanks and dashes that people put between groups."""
    return re.sub(r"[\s\-–_.]", "", typed).upper()


def is_label_code(code: str) -> bool:
    """Whether `code`, already normalised, has the right length, alphabet and check character."""
    return len(code) == LENGTH and all(char in _VALUE for char in code) and _sum(code) == 0


def label_code_in(scanned: str) -> str | None:
    """The label code in a scanned text, either bare or in a URL ending in `/e/<code>`; None when there is none."""
    found = _IN_URL.search(scanned)
    code = normalise(found[1] if found else scanned)
    return code if is_label_code(code) else None


def grouped(code: str) -> str:
    """The code as printed under the QR: `ABCD-2345`."""
    return f"{code[:4]}-{code[4:]}"


def _validated(value: str) -> str:
    code = normalise(value)
    if not is_label_code(code):
        raise ValueError("label_code_invalid")
    return code


LabelCode = Annotated[str, AfterValidator(_validated)]

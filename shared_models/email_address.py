"""An e-mail address, judged alike on the server and on the device.

What mail servers deliver to is accepted, names of a plant's own network included (`jean@mail.usine.local`); quoted names, comments
and addresses of numbers are not: nobody types them but by mistake.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

MAX_EMAIL_LENGTH = 100
_MAX_LOCAL_BYTES = 64  # RFC 5321
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?")


def _email(value: str) -> str:
    """Composed and in small letters: the same address is the same account however it was typed."""
    address = unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).lower())
    local, at, domain = "".join(char for char in address if not unicodedata.category(char).startswith("M")).rpartition("@")
    if not (at and _LOCAL.fullmatch(local) and len(local.encode()) <= _MAX_LOCAL_BYTES and _is_domain(domain)):
        raise ValueError("email_invalid")
    return address  # accents that do not compose belong to their letters


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return len(labels) > 1 and all(_LABEL.fullmatch(label) and "_" not in label for label in labels) and not labels[-1].isdigit()


ADDRESS = AfterValidator(_email)
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_EMAIL_LENGTH),
    ADDRESS,
    Field(json_schema_extra={"format": "email"}, examples=["jean.dupont@example.org"]),
]

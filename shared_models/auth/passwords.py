"""Passwords, the same whichever keyboard types them (RFC 8265, OpaqueString): composed, with one kind of blank."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

MAX_BYTES = 72  # bcrypt reads no further
MIN_LENGTH = 10
_LEAST_DIFFERENT = 3
_LEAST_OWN = 4  # characters beside a name
_LONGEST_TYPED = 200
_LONGEST_SENT = 4 * _LONGEST_TYPED  # four signs make one, at most
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def opaque(typed: str) -> str:
    """`typed` as it is hashed."""
    blanks = "".join(" " if unicodedata.category(char) == "Zs" else char for char in typed)
    return unicodedata.normalize("NFC", blanks)


def _typed(value: str) -> str:
    if "\0" in value or re.search("[\ud800-\udfff]", value):
        raise ValueError("control_character")
    return value


def _composed(value: Any) -> Any:
    """What is too long in any case is left as it is: putting many marks in order takes the square of their number."""
    return opaque(value) if isinstance(value, str) and len(value) <= _LONGEST_SENT else value


def _new(password: str) -> str:
    if _UNFIT.search(password):
        raise ValueError("control_character")
    if len(password.encode()) > MAX_BYTES:
        raise ValueError("password_too_long")
    if len(set(password.casefold()) - {" "}) < _LEAST_DIFFERENT:
        raise ValueError("password_too_simple")
    return password


def tells_name(password: str, *names: str) -> bool:
    """Whether the password is little more than a name that everybody can read: a user name or an e-mail address."""
    rest = opaque(password).casefold()
    shown = {part for name in names for part in (name, name.partition("@")[0]) if part}
    for part in sorted((unicodedata.normalize("NFC", part).casefold() for part in shown), key=len, reverse=True):
        rest = rest.replace(part, "")
    own = re.sub(r"[\W_]", "", rest)
    return len(own) < _LEAST_OWN and rest != opaque(password).casefold()


TYPED, NEW = AfterValidator(_typed), AfterValidator(_new)
TypedPassword = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_TYPED), TYPED]
NewPassword = Annotated[str, StringConstraints(min_length=MIN_LENGTH, max_length=_LONGEST_TYPED), BeforeValidator(_composed), NEW]

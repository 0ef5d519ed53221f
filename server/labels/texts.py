"""What is printed: apart from where it is read, since who prints needs no database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LabelText:
    """What stands beside a QR code; `number` is what the thing is called by, or where it is; a blank label has its code alone."""

    code: str
    name: str = ""
    number: str = ""
    site: str = ""
    line: str = ""

"""What machines and parts are described by: as it is typed, and as it is told."""

import re
from typing import Any

from mobile_app.core.i18n import format_number, measure

_FIGURE = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


def as_typed(specifications: dict[str, Any]) -> dict[str, Any]:
    """Without what was left empty; figures as figures, whichever comma they were typed with."""
    return {key: _figure(value) for key, value in specifications.items() if value not in (None, "")}


def _figure(value: Any) -> Any:
    plain = value.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".") if isinstance(value, str) else ""
    if not _FIGURE.fullmatch(plain):
        return value.strip() if isinstance(value, str) else value
    return float(plain) if "." in plain else int(plain)


def told(value: object, unit: str = "") -> str:
    """With as many decimals as were entered, three at most."""
    text = str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = format_number(value, len(f"{value:.3f}".rstrip("0").partition(".")[2]))
    return measure(text, unit) if unit else text

"""Optimistic locking: an edit names the version it read, and is refused when somebody else saved first."""

from collections.abc import Collection
from typing import Any

from server.core.clock import now
from server.core.errors import StaleVersion
from server.core.tables import Versioned
from shared_models.base import Schema


def claim(row: Versioned, version: int) -> None:
    """Check `version` and take the next one."""
    if row.version != version:
        raise StaleVersion(current=row.version)
    touch(row)


def touch(row: Versioned) -> None:
    """`updated_at` is set here and not by the database, so that it can be read without asking the database again."""
    row.version += 1
    row.updated_at = now()


def wanted(cmd: Schema, *clearable: str, without: Collection[str] = ()) -> dict[str, Any]:
    """What a change names beside its version: null is left out, but for what can be cleared; lists are as JSON has them."""
    told = cmd.model_dump(mode="json", exclude={"version", *without}, exclude_unset=True)
    kept = {name: value if isinstance(value, list) else getattr(cmd, name) for name, value in told.items()}
    return {name: value for name, value in kept.items() if value is not None or name in clearable}

"""Optimistic locking: an edit names the version it read, and is refused when somebody else saved first."""

from server.core.clock import now
from server.core.errors import StaleVersion
from server.core.tables import Versioned


def claim(row: Versioned, version: int) -> None:
    """Check `version` and take the next one."""
    if row.version != version:
        raise StaleVersion(current=row.version)
    touch(row)


def touch(row: Versioned) -> None:
    """`updated_at` is set here and not by the database, so that it can be read without asking the database again."""
    row.version += 1
    row.updated_at = now()

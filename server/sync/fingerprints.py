"""What a pushed command says, in some bytes: the same id with other words is another command."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.core.idempotency import canonical
from shared_models.base import Command
from shared_models.sync import HAPPENED


def of(raw: Mapping[str, Any], command: Command) -> bytes:
    """A device that has learnt how wrong its clock was moves all of a command's instants together: only their distances count."""
    said = {name: value for name, value in raw.items() if name != "command_id" and name not in HAPPENED}
    instants = {name: at for name in HAPPENED if isinstance(at := getattr(command, name, None), datetime)}
    apart = {name: (at - command.occurred_at).total_seconds() for name, at in instants.items()}
    return hashlib.sha256(canonical([said, apart])).digest()

"""What becomes known by the way that messages go: for whoever tells the people who run the server."""

from dataclasses import dataclass
from datetime import datetime

from shared_models.rules import Consequence


@dataclass(frozen=True)
class PushLost(Consequence):
    """No push service can be reached from here, since then."""

    since: datetime


@dataclass(frozen=True)
class PushFound(Consequence):
    """One can be reached again."""

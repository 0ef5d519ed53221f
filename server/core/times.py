"""When things happened, as the server takes it."""

from datetime import datetime

from server.core.clock import now
from server.core.errors import Invalid
from shared_models.instants import IMPLAUSIBLE, PLANT_BEGAN


class ImplausibleTime(Invalid):
    """A clock that is wrong by decades."""

    code = IMPLAUSIBLE


def past(at: datetime, field: str = "occurred_at", *, until: datetime | None = None) -> datetime:
    """What has happened did not happen in the future: a clock that runs ahead counts as now, `until`."""
    if at < PLANT_BEGAN:
        raise ImplausibleTime(field=field)
    return min(at, until or now())

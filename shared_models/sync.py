"""Push and pull: how devices and the server agree."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared_models.base import Bound, Instant, Item, Row, Schema
from shared_models.entities import Entity
from shared_models.problems import Problem

SMALLEST_PAGE, USUAL_PAGE, LARGEST_PAGE = 100_000, 1_000_000, 4_000_000
"""Of a pull, in bytes before they are compressed: a network that is slow brings the first before anybody gives up."""
NEXT_CURSOR = "next-cursor"
"""The header that tells a page's cursor ahead of its body, where another page follows."""


class PushRequest(Schema):
    """Commands in the order in which they happened. Each is validated for itself, so that a bad one does not stop the rest.

    `sent_at` is the device's clock as it sends: a difference to the server's clock corrects every `occurred_at`.
    """

    device_id: UUID
    sent_at: Bound
    commands: list[Item] = Field(max_length=500)


class PushResult(Row):
    """`id` is the command's; `problem` says why it was refused."""

    id: UUID | None = None
    status: Literal["applied", "rejected"]
    problem: Problem | None = None


class PushAnswer(Row):
    """`xid` is the number of the transaction that carried the commands out: see `PullPage.horizon`."""

    results: list[PushResult]
    xid: int | None = None


class Change(Row):
    """`row` is None for a row that is gone; a device drops it only while its copy still has this `site_id`."""

    entity: Entity
    id: UUID
    site_id: UUID | None
    row: dict[str, Any] | None


class Progress(Row):
    """Rows sent and rows in all, of a first load."""

    done: int
    total: int


class Scope(Row):
    """The sites a device may hold; None means all."""

    site_ids: list[UUID] | None


class PullPage(Row):
    """Apply `changes`, drop rows of sites out of `scope`, then keep `cursor`; with `reset`, empty the store first.

    Everything done by transactions below `horizon` (the page's `pg_snapshot_xmin`) is included once `more` is false: a device
    shows its own change until then, so that nothing flickers back.
    """

    changes: list[Change]
    cursor: str
    more: bool
    progress: Progress | None = None
    scope: Scope
    reset: bool = False
    server_now: Instant
    horizon: int | None = None

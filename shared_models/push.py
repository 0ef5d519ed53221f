"""Notifications by web push: what a browser tells to be reached, and what its owner is told of it."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared_models.base import Instant, Label, Row, Schema
from shared_models.text import SECRET

LONGEST_ENDPOINT = 1_000


class PushTrouble(StrEnum):
    """Why this server reaches no push service: it is `off` by a setting, or they are `out_of_reach` from where it stands."""

    off = "off"
    out_of_reach = "out_of_reach"


class PushOutcome(StrEnum):
    """Where a message got to. `sent`: to the push service, which has taken it; whether the device shows it, only the device knows.

    `gone`: the service does not know this subscription any more. `stale`: it wants another key than ours, so that the app subscribes
    anew. `refused` and `busy`: what else it may answer. `unreachable`: it has not answered.
    """

    sent = "sent"
    gone = "gone"
    stale = "stale"
    refused = "refused"
    busy = "busy"
    unreachable = "unreachable"


class PushKey(Row):
    """`public_key` is what a browser subscribes with."""

    public_key: str
    trouble: PushTrouble | None = None


class PushSubscribe(Schema):
    """What a browser's subscription says of itself. `device_name` is what its owner calls the device."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ENDPOINT), SECRET]
    p256dh: Annotated[str, StringConstraints(max_length=200), SECRET]
    auth: Annotated[str, StringConstraints(max_length=100), SECRET]
    public_key: Annotated[str, StringConstraints(max_length=200), SECRET]
    device_name: Label = ""


class PushSubscription(Row):
    """One browser of somebody's. `is_stale`: nothing reaches it until it has subscribed anew. `trouble` is what went wrong last."""

    id: UUID
    device_name: str
    created_at: Instant
    reached_at: Instant | None
    trouble: PushOutcome | None
    is_stale: bool
    is_current: bool


class PushTest(Row):
    """`status` is what the push service has answered; `host` is who it is."""

    outcome: PushOutcome
    host: str
    status: int | None = None


class PushStatus(Row):
    """For whoever runs the server. `hosts`: the push services that its devices need, and `since` when none was reached."""

    trouble: PushTrouble | None
    since: Instant | None
    retried_at: Instant | None
    devices: int
    hosts: list[str]
    subject: str

"""What people do with what they were told. Notices are each reader's own."""

from typing import Literal

from shared_models.base import Command, Id, Planned
from shared_models.notices.rows import NoticeRow
from shared_models.permissions import TOLD


class OnNotice(Command, on=(NoticeRow, "notice_id")):
    notice_id: Id


class ReadNotice(OnNotice, needs=TOLD, done="read"):
    type: Literal["notice.read"] = "notice.read"


class SnoozeNotice(OnNotice, needs=TOLD, done="snoozed"):
    """It comes back at `until`, by the ways that it has come before."""

    type: Literal["notice.snooze"] = "notice.snooze"
    until: Planned


class MuteNotice(OnNotice, needs=TOLD, done="muted"):
    """Not for me any more: nothing of this kind about the same thing."""

    type: Literal["notice.mute"] = "notice.mute"


class HearNotice(OnNotice, needs=TOLD, done="heard"):
    """Of this, after all, again."""

    type: Literal["notice.hear"] = "notice.hear"


class AcknowledgeNotice(OnNotice, needs=TOLD, done="acknowledged"):
    """I am on it: of something urgent, nobody else need be told."""

    type: Literal["notice.acknowledge"] = "notice.acknowledge"

"""What becomes of a notice."""

from typing import Any

from shared_models.notices.commands import AcknowledgeNotice, HearNotice, MuteNotice, ReadNotice, SnoozeNotice
from shared_models.notices.rows import NoticeRow
from shared_models.rules import By, rule


@rule(ReadNotice)
def read(notice: NoticeRow, cmd: ReadNotice, _: By) -> NoticeRow:
    return _changed(notice, read_at=notice.read_at or cmd.occurred_at)


@rule(SnoozeNotice)
def snooze(notice: NoticeRow, cmd: SnoozeNotice, _: By) -> NoticeRow:
    """What is to come back has not been dealt with."""
    return _changed(notice, read_at=None, snoozed_until=cmd.until)


@rule(MuteNotice)
def mute(notice: NoticeRow, cmd: MuteNotice, _: By) -> NoticeRow:
    return _changed(notice, read_at=notice.read_at or cmd.occurred_at, is_muted=True, snoozed_until=None)


@rule(HearNotice)
def hear(notice: NoticeRow, _cmd: HearNotice, _: By) -> NoticeRow:
    return _changed(notice, is_muted=False)


@rule(AcknowledgeNotice)
def acknowledge(notice: NoticeRow, cmd: AcknowledgeNotice, by: By) -> NoticeRow:
    """Whoever was first is who is on it."""
    taken = {} if notice.acknowledged_at else {"acknowledged_at": cmd.occurred_at, "acknowledged_by": by.name}
    return _changed(notice, read_at=notice.read_at or cmd.occurred_at, snoozed_until=None, **taken)


def _changed(notice: NoticeRow, **changes: Any) -> NoticeRow:
    return notice.model_copy(update={**changes, "version": notice.version + 1})

"""What somebody does with what they were told."""

from uuid import UUID

from server.core.clock import now
from server.notifications.models import Notice
from shared_models.ids import uuid7
from shared_models.notices.commands import AcknowledgeNotice, HearNotice, MuteNotice, ReadNotice, SnoozeNotice
from shared_models.notices.kinds import NoticeKind
from tests.parity.cases import case
from tests.parity.shop import Shop


async def told(shop: Shop) -> UUID:
    session = shop.factory.session
    notice = Notice(
        user_id=shop.me, type=NoticeKind.machine_down, title="En panne", related_entity_type="equipment", related_entity_id=uuid7(),
        created_at=now(),
    )  # fmt: skip
    session.add(notice)
    await session.commit()
    await shop.offline()
    return notice.id


@case(ReadNotice)
async def read_twice(shop: Shop) -> None:
    notice = await told(shop)
    await shop.do(ReadNotice, notice_id=notice)
    await shop.do(ReadNotice, notice_id=notice)


@case(SnoozeNotice)
async def that_was_read(shop: Shop) -> None:
    notice = await told(shop)
    await shop.do(ReadNotice, notice_id=notice)
    await shop.do(SnoozeNotice, notice_id=notice, until=shop.ago(hours=-1))


@case(MuteNotice)
async def that_is_put_off(shop: Shop) -> None:
    notice = await told(shop)
    await shop.do(SnoozeNotice, notice_id=notice, until=shop.ago(hours=-1))
    await shop.do(MuteNotice, notice_id=notice)


@case(HearNotice)
async def that_was_muted(shop: Shop) -> None:
    notice = await told(shop)
    await shop.do(MuteNotice, notice_id=notice)
    await shop.do(HearNotice, notice_id=notice)


@case(AcknowledgeNotice)
async def at_once(shop: Shop) -> None:
    await shop.do(AcknowledgeNotice, notice_id=await told(shop))

"""Mails go to the address that their reader has when they leave, and to nobody whose account is closed."""

from collections.abc import Sequence
from uuid import UUID

from server.core.access import Actor
from server.core.consequences import hears
from server.core.database import ReadSession, Session
from server.outbox import service as outbox
from server.outbox.carrying import Parcel, Verdict, vets
from server.users.consequences import AddressChanged
from shared_models.outbox import Channel, ParcelState

_READERS = "select id, email, is_active from users where id = any($1)"


@hears(AddressChanged)
async def redirect(session: Session, _: Actor, changed: AddressChanged) -> None:
    await outbox.redirect(session, Channel.email, changed.user_id, changed.address)


@vets
async def still_theirs(session: ReadSession, parcels: Sequence[Parcel]) -> dict[UUID, Verdict]:
    mails = [parcel for parcel in parcels if parcel.channel is Channel.email and parcel.user_id is not None]
    if not mails:
        return {}
    rows = {row["id"]: row for row in await session.fetch(_READERS, list({mail.user_id for mail in mails}))}
    withheld = {}
    for mail in mails:
        row = rows.get(mail.user_id)
        if row is None or not row["is_active"] or row["email"] != mail.target:
            withheld[mail.id] = Verdict(ParcelState.withheld, "another address" if row is not None and row["is_active"] else "gone")
    return withheld

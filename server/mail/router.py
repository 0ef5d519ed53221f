from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, status

from server.core.access import Actor, require
from server.core.database import ReadSessionDep, SessionDep
from server.core.http import SettingsDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.mail import service
from server.mail.listing import MAILS
from shared_models.auth.invitations import AccessLink
from shared_models.mails import MailRead, MailWay

MailKeeper = Annotated[Actor, require("settings:write")]
router = APIRouter(tags=["mails"], route_class=WriteRoute)
lists(router, "/mails", MAILS, MailKeeper)


@router.get("/mails/way")
async def read_way(_: MailKeeper, session: ReadSessionDep, settings: SettingsDep) -> MailWay:
    """Whether mails leave this server, and by which other."""
    return await service.way(session, settings)


@router.get("/mails/{mail_id}")
async def read_mail(actor: MailKeeper, session: ReadSessionDep, settings: SettingsDep, mail_id: UUID) -> MailRead:
    return await service.read(session, settings, actor, mail_id)


@router.post("/mails/{mail_id}/again", status_code=status.HTTP_204_NO_CONTENT)
async def send_mail_again(actor: MailKeeper, session: SessionDep, mail_id: UUID) -> None:
    """Under the id that it had: a reader who has it already sees it once."""
    await service.send_again(session, actor, mail_id)


@router.post("/mails/{mail_id}/link")
async def show_link_of_mail(actor: MailKeeper, session: SessionDep, settings: SettingsDep, mail_id: UUID) -> AccessLink:
    """What lets its reader in, of a mail that has not left."""
    return await service.show_link(session, settings, actor, mail_id)

from typing import Annotated

from fastapi import APIRouter

from server.core.access import Actor, require
from server.core.command_routes import command, row_of
from server.core.database import ReadSessionDep, SessionDep
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.notifications import service
from server.notifications.listing import NOTICES
from server.notifications.rows import NOTICE
from shared_models.notices import commands
from shared_models.notices.settings import DefaultRead, DefaultsWrite, SettingsRead, SettingsWrite
from shared_models.permissions import TOLD, Role

Reader = Annotated[Actor, require(*TOLD)]
Decider = Annotated[Actor, require("settings:write")]
router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=WriteRoute)
lists(router, "", NOTICES, Reader)
_ROW = row_of(NOTICE, "notice_id")
command(router, "POST", "/{notice_id}/read", commands.ReadNotice, _ROW)
command(router, "POST", "/{notice_id}/snooze", commands.SnoozeNotice, _ROW)
command(router, "POST", "/{notice_id}/mute", commands.MuteNotice, _ROW)
command(router, "POST", "/{notice_id}/hear", commands.HearNotice, _ROW)
command(router, "POST", "/{notice_id}/acknowledge", commands.AcknowledgeNotice, _ROW)


@router.get("/settings")
async def settings(actor: Reader, session: ReadSessionDep) -> SettingsRead:
    """What the caller is told, by which ways and when."""
    return await service.settings(session, actor)


@router.put("/settings")
async def choose(actor: Reader, session: SessionDep, chosen: SettingsWrite) -> SettingsRead:
    return await service.choose(session, actor, chosen)


@router.get("/defaults")
async def defaults(_: Decider, session: ReadSessionDep, role: Role) -> list[DefaultRead]:
    """What people of a role are told who have not chosen, and what they cannot choose."""
    return await service.defaults(session, role)


@router.put("/defaults")
async def decide(actor: Decider, session: SessionDep, role: Role, decided: DefaultsWrite) -> list[DefaultRead]:
    return await service.decide(session, actor, role, decided)

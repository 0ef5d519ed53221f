from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, status

from server.auth import invitations, service
from server.core.access import Actor, require
from server.core.database import ReadSessionDep, SessionDep
from server.core.http import SettingsDep
from server.core.settings import Settings
from server.core.writes import WriteRoute
from shared_models.auth.invitations import AccessLink, InvitationCreate, InvitationLink, InvitationRead, PasswordLinkCreate
from shared_models.auth.sessions import SessionRead

UserWriter = Annotated[Actor, require("users:write")]
router = APIRouter(tags=["users"], route_class=WriteRoute)


def _address(request: Request) -> str:
    """Where a colleague's phone finds this server: where it is set to be, else where whoever asks has found it."""
    settings: Settings = request.app.state.settings
    return settings.public_url if settings.base_url is not None else str(request.base_url).rstrip("/")


@router.get("/invitations")
async def list_invitations(actor: UserWriter, session: ReadSessionDep) -> list[InvitationRead]:
    """Those that nobody has used yet."""
    return await invitations.open_invitations(session, actor)


@router.post("/invitations", status_code=status.HTTP_201_CREATED)
async def invite(
    request: Request, actor: UserWriter, session: SessionDep, settings: SettingsDep, cmd: InvitationCreate
) -> InvitationLink:  # fmt: skip
    """The only answer that holds the link, which lets one person in. With an `email` it is sent there too, in that language."""
    return await invitations.invite(session, settings, actor, cmd, public_url=_address(request))


@router.delete("/invitations/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT)
async def take_back_invitation(actor: UserWriter, session: SessionDep, invitation_id: UUID) -> None:
    await invitations.take_back(session, actor, invitation_id)


@router.post("/users/{user_id}/password-link", status_code=status.HTTP_201_CREATED)
async def offer_password(
    request: Request, actor: UserWriter, session: SessionDep, settings: SettingsDep, user_id: UUID, cmd: PasswordLinkCreate
) -> AccessLink:  # fmt: skip
    """A link, shown once, by which the user chooses a new password; `by_mail` sends it to them too."""
    return await invitations.offer_password(session, settings, actor, user_id, cmd, public_url=_address(request))


@router.get("/users/{user_id}/sessions")
async def list_sessions_of(actor: UserWriter, session: ReadSessionDep, user_id: UUID) -> list[SessionRead]:
    return await service.list_sessions_of(session, actor, user_id)


@router.delete("/users/{user_id}/sessions", status_code=status.HTTP_204_NO_CONTENT)
async def end_sessions_of(actor: UserWriter, session: SessionDep, user_id: UUID) -> None:
    """All of the person's devices are signed out, but the one that asks."""
    await service.end_sessions_of(session, actor, user_id)


@router.delete("/users/{user_id}/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
async def end_session_of(actor: UserWriter, session: SessionDep, user_id: UUID, session_id: UUID) -> None:
    await service.end_session_of(session, actor, user_id, session_id)

from contextlib import suppress
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request, Response, status
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from server.auth import accounts, invitations, service
from server.auth.cookies import clear_cookies, refresh_cookie, set_cookies
from server.auth.known_actors import KnownActors
from server.auth.login_request import BODY, LoginDep
from server.core.access import Actor, current_actor, signed_in
from server.core.database import Database, ReadPoolDep, ReadSessionDep, SessionDep, database_of
from server.core.errors import NotFound, NotSignedIn, SessionEnded
from server.core.http import SettingsDep
from server.core.settings import Settings
from server.core.writes import WriteRoute
from server.users import service as users
from shared_models.auth.invitations import ForgottenAnswer, JoinRequest, LinkLook, LinkOffer, PasswordForgotten, PasswordReset
from shared_models.auth.sessions import (  # fmt: skip
    DemoAccount,
    Me,
    MeUpdate,
    PasswordChange,
    RefreshRequest,
    RegisterRequest,
    SessionRead,
    SetupRequest,
    TokenPair,
)

SignedIn = Annotated[Actor, signed_in()]
# A body may be left out: the browser's token is in its cookie.
MaybeRefresh = Annotated[RefreshRequest, Body(default_factory=RefreshRequest)]
DatabaseDep = Annotated[Database, Depends(database_of)]
router = APIRouter(prefix="/auth", tags=["auth"], route_class=WriteRoute)


async def load_actor(connection: HTTPConnection, token: str) -> Actor:
    """What `server.core.access` calls to know who asks."""
    state = connection.app.state
    known: KnownActors = state.known_actors
    return await known.find(state.pokes, token, lambda: service.authenticate(state.database.pool, state.settings, token))


@router.post("/login", openapi_extra={"requestBody": BODY}, response_model=TokenPair)
async def login(request: Request, response: Response, database: DatabaseDep, settings: SettingsDep, asked: LoginDep) -> Any:
    """As JSON, or as the form of OAuth2's password grant.

    The refresh token comes in an HttpOnly cookie, or with `in_body` in the answer. A form sets no cookie, so that no other
    site's page can sign a browser in; outside of a browser its answer has the refresh token. Hashing holds no connection.
    """
    cmd = asked.cmd
    async with database.read_session() as reading:
        found = await users.find_by_login(reading, cmd.username)
    user = await service.check_credentials(database.pool, found, cmd)
    async with database.session() as session:
        signed = await service.open_session(session, settings, user, cmd)
        if asked.is_form:
            pair = await service.token_pair(session, settings, signed, in_body="origin" not in request.headers)
            hidden = {"refresh_token"} if pair.refresh_token is None else set()
            return JSONResponse(pair.model_dump(mode="json", exclude=hidden), headers={"Pragma": "no-cache"})
        return await _answer(response, session, settings, signed, in_body=cmd.in_body)


@router.post("/refresh")
async def refresh(request: Request, response: Response, database: DatabaseDep, settings: SettingsDep, cmd: MaybeRefresh) -> TokenPair:
    """Exchange the refresh token of the body, or else of the cookie, for a new pair."""
    token = cmd.refresh_token or refresh_cookie(request, settings)
    if not token:
        raise SessionEnded
    async with database.session() as session:
        signed = await service.refresh(session, settings, token)
        pair = await _answer(response, session, settings, signed, in_body=bool(cmd.refresh_token)) if signed else None
    if pair is None:
        raise SessionEnded
    return pair


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(request: Request, response: Response, session: SessionDep, settings: SettingsDep, cmd: MaybeRefresh) -> None:
    """By the refresh token of the body or the cookie, or else by the access token. Signing out twice is signing out."""
    token = cmd.refresh_token or refresh_cookie(request, settings)
    if token:
        await service.sign_out(session, settings, token)
    elif "authorization" in request.headers:
        with suppress(NotSignedIn):
            actor = await current_actor(request)
            await service.revoke_session(session, actor, cast("UUID", actor.session_id), action="auth.signed_out")
    clear_cookies(response, settings)


@router.post("/register", status_code=status.HTTP_202_ACCEPTED)
async def register(session: SessionDep, pool: ReadPoolDep, cmd: RegisterRequest) -> None:
    """Received: the account waits for an administrator. The answer does not tell whether a name or an address is in use."""
    await accounts.register(session, pool, cmd)


@router.post("/setup", status_code=status.HTTP_201_CREATED)
async def set_up(session: SessionDep, cmd: SetupRequest) -> None:
    """Make the first administrator, through the link printed at the first start; then sign in as usual."""
    await accounts.set_up(session, cmd)


@router.post("/link")
async def look_at_link(session: ReadSessionDep, pool: ReadPoolDep, cmd: LinkLook) -> LinkOffer:
    """What a link that an administrator made is good for; asked by POST, so that no log keeps the secret."""
    return await invitations.look(session, pool, cmd.token)


@router.post("/join", status_code=status.HTTP_201_CREATED)
async def join(session: SessionDep, pool: ReadPoolDep, cmd: JoinRequest) -> None:
    """Make one's account through an invitation; then sign in as usual."""
    await invitations.join(session, pool, cmd)


@router.post("/forgot-password", status_code=status.HTTP_202_ACCEPTED)
async def forget_password(session: SessionDep, pool: ReadPoolDep, settings: SettingsDep, cmd: PasswordForgotten) -> ForgottenAnswer:
    """Received: if there is such an account, a link to choose a new password is mailed to it. The answer does not tell whether there is."""
    return ForgottenAnswer(mailed=await invitations.forget_password(session, pool, settings, cmd))


@router.post("/new-password", status_code=status.HTTP_204_NO_CONTENT)
async def reset_password(session: SessionDep, pool: ReadPoolDep, cmd: PasswordReset) -> None:
    """Choose a new password through a link; every device is signed out."""
    await invitations.reset_password(session, pool, cmd)


@router.get("/demo-accounts")
async def list_demo_accounts(session: ReadSessionDep, settings: SettingsDep) -> list[DemoAccount]:
    """In a demonstration only: elsewhere this does not exist."""
    if not settings.demo:
        raise NotFound
    return await accounts.demo_accounts(session)


@router.get("/me")
async def read_me(actor: SignedIn, session: ReadSessionDep) -> Me:
    return await service.me(session, actor)


@router.patch("/me")
async def update_me(actor: SignedIn, session: SessionDep, cmd: MeUpdate) -> Me:
    return await service.update_me(session, actor, cmd)


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT)
async def change_password(actor: SignedIn, session: SessionDep, pool: ReadPoolDep, cmd: PasswordChange) -> None:
    """Signs out every other device."""
    await service.change_password(session, pool, actor, cmd)


@router.get("/sessions")
async def list_sessions(actor: SignedIn, session: ReadSessionDep) -> list[SessionRead]:
    return await service.list_sessions(session, actor)


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_session(actor: SignedIn, session: SessionDep, session_id: UUID) -> None:
    await service.revoke_session(session, actor, session_id)


async def _answer(response: Response, session: SessionDep, settings: Settings, signed: service.SignIn, *, in_body: bool) -> TokenPair:
    if not in_body:
        set_cookies(response, settings, signed.refresh_token)
    return await service.token_pair(session, settings, signed, in_body=in_body)

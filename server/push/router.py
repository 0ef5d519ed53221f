from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, status

from server.core.access import Actor, require, signed_in
from server.core.database import ReadPoolDep, ReadSessionDep, SessionDep
from server.core.http import SettingsDep
from server.core.i18n import translator
from server.core.writes import WriteRoute
from server.push import service
from shared_models.push import PushKey, PushStatus, PushSubscribe, PushSubscription, PushTest

SignedIn = Annotated[Actor, signed_in()]
Operator = Annotated[Actor, require("settings:write")]
router = APIRouter(prefix="/push", tags=["push"], route_class=WriteRoute)


@router.get("/key")
async def read_key(_: SignedIn, session: SessionDep, settings: SettingsDep) -> PushKey:
    """What a browser subscribes with, and what keeps this server from reaching it."""
    return await service.key(session, settings)


@router.get("/subscriptions")
async def list_subscriptions(actor: SignedIn, session: ReadSessionDep) -> list[PushSubscription]:
    return await service.mine(session, actor)


@router.put("/subscriptions")
async def subscribe(request: Request, actor: SignedIn, session: SessionDep, settings: SettingsDep, cmd: PushSubscribe) -> PushSubscription:
    """A browser is known by its endpoint, which belongs to whoever is signed in there."""
    return await service.subscribe(session, actor, settings, cmd, str(request.base_url).rstrip("/"))


@router.delete("/subscriptions/{subscription_id}", status_code=status.HTTP_204_NO_CONTENT)
async def unsubscribe(actor: SignedIn, session: SessionDep, subscription_id: UUID) -> None:
    await service.remove(session, actor, subscription_id)


@router.post("/subscriptions/{subscription_id}/test")
async def send_test(actor: SignedIn, pool: ReadPoolDep, settings: SettingsDep, subscription_id: UUID) -> PushTest:
    """Send a message now, and tell how far it got."""
    t = translator(actor.lang).t
    texts = {
        "kind": "test",
        "title": t("push.test_title"),
        "message": t("push.test_message"),
        "path": "/me",
        "lang": actor.lang,
        "priority": "high",
    }
    return await service.test(pool, settings, actor, subscription_id, texts)


@router.get("/status")
async def read_status(_: Operator, session: ReadSessionDep, settings: SettingsDep) -> PushStatus:
    """Whether push services are within reach, and which are needed."""
    return await service.status(session, settings)

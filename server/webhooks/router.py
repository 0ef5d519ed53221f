from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, status

from server.core.access import Actor, require
from server.core.database import ReadSessionDep, SessionDep
from server.core.http import settings_of
from server.core.i18n import translator
from server.core.list_routes import lists
from server.core.writes import WriteRoute
from server.webhooks import service
from server.webhooks.listing import DELIVERIES
from shared_models.webhooks import WebhookMade, WebhookRead, WebhookWrite

Keeper = Annotated[Actor, require("settings:write")]
router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=WriteRoute)
lists(router, "/deliveries", DELIVERIES, Keeper)


@router.get("")
async def webhooks(actor: Keeper, session: ReadSessionDep) -> list[WebhookRead]:
    return await service.everyone(session, actor)


@router.post("")
async def write(actor: Keeper, session: SessionDep, request: Request, cmd: WebhookWrite) -> WebhookMade:
    """Makes one, and tells its secret once; with a `version`, changes it."""
    return await service.write(session, actor, await settings_of(request), cmd)


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove(actor: Keeper, session: SessionDep, webhook_id: UUID) -> None:
    await service.remove(session, actor, webhook_id)


@router.post("/{webhook_id}/secret")
async def renew_secret(actor: Keeper, session: SessionDep, request: Request, webhook_id: UUID) -> WebhookMade:
    return await service.renew_secret(session, actor, await settings_of(request), webhook_id)


@router.post("/{webhook_id}/test", status_code=status.HTTP_202_ACCEPTED)
async def test(actor: Keeper, session: SessionDep, webhook_id: UUID) -> None:
    def words(lang: str) -> tuple[str, str]:
        t = translator(lang).t
        return t("webhook.test.title"), t("webhook.test.message")

    await service.test(session, actor, webhook_id, words)


@router.post("/deliveries/{delivery_id}/again", status_code=status.HTTP_202_ACCEPTED)
async def send_again(actor: Keeper, session: SessionDep, delivery_id: UUID) -> None:
    await service.send_again(session, actor, delivery_id)

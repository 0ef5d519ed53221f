"""The page behind "get no more mails of this kind": it asks, and whoever's mail program posts to it at once (RFC 8058) is obeyed."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.core import public_pages
from server.core.database import Database
from server.core.i18n import translator
from server.core.settings import Settings
from server.mail import stopping
from server.notifications import service as notifications
from server.users.models import User
from shared_models.text import Code

router = APIRouter(include_in_schema=False)


@router.get("/mail/stop/{token}")
async def ask(request: Request, token: Code) -> Response:
    """Opening it changes nothing: mail programs look at addresses by themselves."""
    return _page(request, token, "stop" if await _meant(request, token) else "stop_unknown", asks=True)


@router.post("/mail/stop/{token}")
async def stop(request: Request, token: Code) -> Response:
    meant = await _meant(request, token)
    if meant is None:
        return _page(request, token, "stop_unknown")
    user, kind = meant
    async with _database(request).session() as session:
        is_over = await notifications.stop_mail(session, user.id, user.role, kind)
    return _page(request, token, "stopped" if is_over else "stop_fixed")


async def _meant(request: Request, token: str) -> tuple[User, str] | None:
    """Whose mails of which kind, where this server said so and the person is still there."""
    settings: Settings = request.app.state.settings
    found = stopping.meant_by(settings, token)
    if found is None:
        return None
    async with _database(request).read_session() as session:
        user = await session.get(User, found[0])
        return (user, found[1]) if user else None


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _page(request: Request, token: str, key: str, *, asks: bool = False) -> Response:
    lang, is_unknown = public_pages.language_for(request), key == "stop_unknown"
    words = translator(lang)
    return public_pages.page(
        "mail/stop", lang, 404 if is_unknown else 200, path=f"/mail/stop/{token}", sign_in_url="/me", asks=asks and not is_unknown,
        heading=words.t(f"mail.{key}_title"), detail=words.t(f"mail.{key}_body"), symbol="tick" if key in {"stop", "stopped"} else "alert",
    )  # fmt: skip

"""The browser's two cookies: the refresh token, which no script reads, and a hint that somebody is signed in."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from server.core.errors import Forbidden
from server.core.settings import Settings

REFRESH_COOKIE = "etabli_refresh"
HINT_COOKIE = "etabli_signed_in"
_PATH = "/api/v1/auth"


class CrossSiteRequest(Forbidden):
    code = "cross_site_request"


def set_cookies(response: Response, settings: Settings, refresh_token: str) -> None:
    age, secure = int(settings.refresh_lifetime.total_seconds()), settings.is_cookie_secure
    response.set_cookie(REFRESH_COOKIE, refresh_token, max_age=age, path=_PATH, secure=secure, httponly=True, samesite="strict")
    response.set_cookie(HINT_COOKIE, "1", max_age=age, path="/", secure=secure, samesite="lax")


def clear_cookies(response: Response, settings: Settings) -> None:
    secure = settings.is_cookie_secure
    response.delete_cookie(REFRESH_COOKIE, path=_PATH, secure=secure, httponly=True, samesite="strict")
    response.delete_cookie(HINT_COOKIE, path="/", secure=secure, samesite="lax")


def refresh_cookie(request: Request, settings: Settings) -> str | None:
    """The cookie's token; refused unless the request says that it comes from our own pages."""
    token = request.cookies.get(REFRESH_COOKIE)
    if token is not None and not _is_same_origin(request, settings):
        raise CrossSiteRequest
    return token


def _is_same_origin(request: Request, settings: Settings) -> bool:
    """Every browser sends `Origin` with a POST; SameSite=Strict is the first line, this is the second."""
    asked_by = urlsplit(request.headers.get("origin", "")).netloc
    return bool(asked_by) and asked_by in {request.headers.get("host"), urlsplit(settings.public_url).netloc}

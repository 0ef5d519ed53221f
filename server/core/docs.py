"""The API's pages at `/docs`, made by the web build; everything they need is on this server."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from server.core.errors import NotFound
from server.core.frontend import file_response
from server.core.http import language_of
from server.core.i18n import translator
from shared_models.text import Key

_CSP = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
    "script-src": "'self'",
    "style-src": "'self'",
}
_HEADERS = {"Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _CSP.items()), "Cache-Control": "no-cache"}
FILES = ("index.html", "docs.css", "docs.js", "swagger-ui.css", "swagger-ui-bundle.js")
router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def read_docs(request: Request) -> Response:
    return _file(request, "index.html") or _not_built(request)


@router.get("/docs/{name}")
async def read_docs_file(request: Request, name: Key) -> Response:
    found = _file(request, name) if name in FILES else None
    if found is None:
        raise NotFound
    return found


def _file(request: Request, name: str) -> Response | None:
    root: Any = getattr(request.app.state, "web_root", None)
    if root is None or not (root / "docs" / name).is_file():
        return None
    answer = file_response(root, f"docs/{name}", request.headers)
    answer.headers.update(_HEADERS)
    return answer


def _not_built(request: Request) -> Response:
    """The description needs no build."""
    words = translator(language_of(request))
    link = '<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>'
    page = (
        f'<!doctype html><html lang="{words.lang}"><meta charset="utf-8"><title>Établi · API</title>'
        f"<h1>{words.t('docs.not_built')}</h1><p>{words.t('docs.build')}</p><p>{words.t('docs.description')} {link}</p></html>"
    )
    return HTMLResponse(page, headers=_HEADERS)

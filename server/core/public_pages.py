"""Light HTML pages for people without an account, or not signed in: they work without a script, and look like the app."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.core.i18n import translator
from shared_models.i18n import LANGUAGES, best_language

_TEMPLATES = Path(__file__).resolve().parents[2] / "assets" / "templates"
_LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


def language_for(request: Request) -> str:
    """What the address asks for, else the browser."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else best_language(request.headers.get("accept-language", ""))


def page(
    template: str, lang: str, status: int, *, path: str, sign_in_url: str, headers: dict[str, str] | None = None, **values: Any
) -> Response:  # fmt: skip
    """Of a template that looks like the operator's; `path` is where the page itself is found."""
    other = next(each for each in LANGUAGES if each != lang)
    html = _environment().get_template(f"{template}.html").render(
        t=translator(lang).t, lang=lang, other_lang=other, other_name=_LANGUAGE_NAMES[other], other_url=f"{path}?lang={other}",
        css=_css(), sign_in_url=sign_in_url, **values,
    )  # fmt: skip
    return HTMLResponse(html, status_code=status, headers={**_headers(), **(headers or {})})


@cache
def _environment() -> Environment:
    folder = FileSystemLoader(_TEMPLATES)
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _css() -> Markup:
    return Markup((_TEMPLATES / "operator" / "style.css").read_text())  # noqa: S704 - our own file


@cache
def _headers() -> dict[str, str]:
    style = base64.b64encode(hashlib.sha256(str(_css()).encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}

"""The page from which a phone gets this machine's authority, on plain http: what it takes to trust is not yet trusted.

It serves itself, the certificate and the profile, and nothing else. Whoever is careful compares the fingerprint with the
one in the terminal.
"""

from __future__ import annotations

import base64
import hashlib
import plistlib
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from server.core.connections import Connection
from server.core.i18n import translator
from server.tls.authority import fingerprint
from shared_models.i18n import LANGUAGES, best_language

if TYPE_CHECKING:
    from cryptography import x509
    from starlette.requests import Request

TEMPLATES = Path(__file__).resolve().parents[2] / "assets" / "templates"
PLATFORMS = ("ios", "android", "windows", "mac", "linux")
CERTIFICATE, PROFILE = "/etabli.crt", "/etabli.mobileconfig"
MOST_CONNECTIONS = 100
_NOT_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


def platform_of(agent: str) -> str:
    """What somebody holds, as far as their browser says: a recent iPad says that it is a Mac."""
    if "iPhone" in agent or "iPad" in agent or ("Macintosh" in agent and "Mobile/" in agent):
        return "ios"
    known = {"Android": "android", "Windows": "windows", "Macintosh": "mac", "Linux": "linux", "CrOS": "linux"}
    return next((platform for word, platform in known.items() if word in agent), "android")


def profile_of(certificate: x509.Certificate) -> bytes:
    """A configuration profile, as iPhones, iPads and Macs install it; the same bytes for the same authority."""
    name = str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    number = uuid5(NAMESPACE_URL, fingerprint(certificate))
    payload = {
        "PayloadType": "com.apple.security.root", "PayloadVersion": 1, "PayloadIdentifier": f"app.etabli.{number}.root",
        "PayloadUUID": str(uuid5(number, "root")).upper(), "PayloadDisplayName": name, "PayloadCertificateFileName": "etabli.cer",
        "PayloadContent": certificate.public_bytes(serialization.Encoding.DER),
    }  # fmt: skip
    profile = {
        "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": f"app.etabli.{number}",
        "PayloadUUID": str(number).upper(), "PayloadDisplayName": name, "PayloadOrganization": "Établi",
        "PayloadRemovalDisallowed": False, "PayloadContent": [payload],
    }  # fmt: skip
    return plistlib.dumps(profile)


def trust_app(certificate: x509.Certificate, app_url: str) -> Starlette:
    der, profile = certificate.public_bytes(serialization.Encoding.DER), profile_of(certificate)

    async def page(request: Request) -> Response:
        return _page(request, fingerprint(certificate), app_url)

    async def crt(_: Request) -> Response:
        return _file(der, "application/x-x509-ca-cert", CERTIFICATE)

    async def mobileconfig(_: Request) -> Response:
        return _file(profile, "application/x-apple-aspen-config", PROFILE)

    return Starlette(routes=[Route("/", page), Route(CERTIFICATE, crt), Route(PROFILE, mobileconfig)])


def _file(content: bytes, kind: str, path: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{path[1:]}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=kind, headers=headers)


def _page(request: Request, fingerprint: str, app_url: str) -> Response:
    asked = request.query_params.get("lang", "")
    lang = asked if asked in LANGUAGES else best_language(request.headers.get("accept-language", ""))
    platform = request.query_params.get("for", "")
    platform = platform if platform in PLATFORMS else platform_of(request.headers.get("user-agent", ""))
    other = next(known for known in LANGUAGES if known != lang)
    values: dict[str, Any] = {
        "t": translator(lang).t, "lang": lang, "other_lang": other, "other_name": _LANGUAGE_NAMES[other], "css": _css(),
        "platform": platform, "platforms": PLATFORMS, "fingerprint": fingerprint, "app_url": app_url, "certificate": CERTIFICATE,
        "profile": PROFILE,
    }  # fmt: skip
    return HTMLResponse(_environment().get_template("trust/page.html").render(**values), headers=_headers())


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _css() -> Markup:
    return Markup((TEMPLATES / "trust" / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


@cache
def _headers() -> dict[str, str]:
    style = base64.b64encode(hashlib.sha256(str(_css()).encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return {
        **_NOT_KEPT, "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
        "Vary": "Accept-Language, User-Agent",
    }  # fmt: skip


def serve_beside(app: Starlette, host: str, port: int) -> None:
    """From a thread of its own, for as long as this process lives."""
    config = uvicorn.Config(
        app, host=host, port=port, http=Connection, ws="none", lifespan="off", limit_concurrency=MOST_CONNECTIONS,
        log_config=None, access_log=False, server_header=False,
    )  # fmt: skip
    threading.Thread(target=uvicorn.Server(config).run, name="trust page", daemon=True).start()

"""Serves the built web root: the app's files under addresses that never change, and its page for every place in the app.

`mount_frontend(app, root)` after every router; `app_shell(root)` where a route of the server's may hand over to the app.
"""

import mimetypes
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from server.core.addresses import SHOWN_PATH
from server.core.etags import is_known

# Some systems' tables lack these, and browsers refuse a module or a library under another type.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".otf": "font/otf",
    ".so": "application/wasm",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
IMMUTABLE = re.compile(r"(flutter|python|app|shell)-[0-9a-f]{12}/")
# What Flutter asks for when no font here has a character. It asks for ever unless some font comes back.
MISSING_FONT = re.compile(r"(flutter-[0-9a-f]{12}/assets/fonts/)noto[a-z]*/")
# What every file of a build is called. Anything else would be put to the file system, which has its own ideas of a name.
PLAIN_FILE = re.compile(r"(?:[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]{0,199}/){0,20}[A-Za-z0-9_@+-][A-Za-z0-9_.@+-]{0,199}")
DEVICE = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|/|$)", re.IGNORECASE)  # files everywhere on Windows
UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\\\ufffd]")
LONGEST_FILE, LONGEST_PLACE = 800, 2000
SERVER_PATHS = re.compile(r"(api|docs|redoc|e|static)(/|$)|(openapi\.json|healthz|readyz|metrics)$")
CSP = {
    "default-src": "'self'",
    "base-uri": "'self'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' blob: data:",
    "manifest-src": "'self'",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    # Flutter builds its style sheets in the page, without a place for a nonce.
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self'",
}
SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in CSP.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def mount_frontend(app: FastAPI, root: Path) -> None:
    """Serve `root` for whatever no route takes, whatever its method: a mount would hide the routes' 405."""
    app.router.default = Frontend(root)


def app_shell(root: Path) -> Response:
    """The app's page, for a server route that leaves the place to the app."""
    return file_response(root, "index.html", Headers())


class Frontend:
    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        headers = Headers(scope=scope)
        path = scope["path"].lstrip("/")
        answer = self.answer(path, headers)
        if isinstance(answer, FileResponse):
            scope[SHOWN_PATH] = f"/{Path(answer.path).relative_to(self.root).as_posix()}"
        await answer(scope, receive, send)

    def answer(self, path: str, headers: Headers) -> Response:
        if not SERVER_PATHS.match(path):
            if missing := MISSING_FONT.match(path):
                path = missing[1] + "roboto.woff2"
            if self.is_file(path):
                return file_response(self.root, path, headers)
            if is_place(path):
                return file_response(self.root, "index.html", headers)
        raise HTTPException(404)

    def is_file(self, path: str) -> bool:
        if len(path) > LONGEST_FILE or not PLAIN_FILE.fullmatch(path) or path.endswith((".", ".br")) or DEVICE.search(path):
            return False
        file = (self.root / path).resolve()
        return file.is_relative_to(self.root) and file.is_file() and file.name != "build.json"


def is_place(path: str) -> bool:
    """A place in the app has no extension; a file that is not there must not look like one."""
    is_speakable = len(path) <= LONGEST_PLACE and not UNSPEAKABLE.search(path)
    return is_speakable and not IMMUTABLE.match(path) and "." not in path.rsplit("/", 1)[-1]


def file_response(root: Path, path: str, headers: Headers) -> Response:
    file = root / path
    answer = {**SECURITY_HEADERS, "Cache-Control": caching(path), "Vary": "Accept-Encoding"}
    if not IMMUTABLE.match(path):
        answer["ETag"] = etag(file, file.stat().st_mtime_ns)
        if is_known(headers, answer["ETag"]):
            return Response(status_code=304, headers=answer)
    compressed = file.with_name(file.name + ".br")
    if "br" in headers.get("accept-encoding", "") and compressed.exists():
        return FileResponse(compressed, headers={**answer, "Content-Encoding": "br"}, media_type=media_type(file))
    return FileResponse(file, headers=answer, media_type=media_type(file))


def caching(path: str) -> str:
    if IMMUTABLE.match(path):
        return "public, max-age=31536000, immutable"
    if path.startswith(("icons/", "screenshots/", "rive/")):
        return "public, max-age=86400"
    return "no-cache"


@lru_cache(maxsize=256)
def etag(file: Path, _changed: int) -> str:
    """The same on every node that serves this build."""
    return f'W/"{sha256(file.read_bytes()).hexdigest()[:20]}"'


def media_type(file: Path) -> str:
    return TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"

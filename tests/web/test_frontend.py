from contextlib import suppress
from pathlib import Path
from typing import Any

import brotli
import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from mobile_app.web.build import build_web
from mobile_app.web.page import boot_texts
from server.core import docs
from server.core.frontend import Frontend, mount_frontend

HASHED = "shell-0123456789ab/boot.js"


@pytest.fixture
def client(tmp_path: Path) -> httpx2.AsyncClient:
    (tmp_path / "shell-0123456789ab").mkdir()
    (tmp_path / HASHED).write_text("plain")
    (tmp_path / f"{HASHED}.br").write_bytes(brotli.compress(b"plain"))
    (tmp_path / "index.html").write_text("<!doctype html>app")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path.parent / "secret.txt").write_text("no")
    app = FastAPI(openapi_url=None)
    mount_frontend(app, tmp_path)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


class TestFrontend:
    async def test_hashed_file_is_kept_for_ever_and_sent_compressed(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get(f"/{HASHED}", headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        plain = await client.get(f"/{HASHED}", headers={"Accept-Encoding": "identity"})
        assert (plain.text, plain.headers.get("content-encoding")) == ("plain", None)

    async def test_place_in_the_app_gets_the_page_and_asks_each_time(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/equipment/42")
        assert answer.text.endswith("app")
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self' 'wasm-unsafe-eval';" in answer.headers["content-security-policy"]
        again = await client.get("/today", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/nothing",
            "/e/ABCD2345",
            "/healthz",
            "/docs",
            "/gone.js",
            "/shell-0123456789ab/gone",
            "/..%2fsecret.txt",
            f"/{HASHED}.br",
            "/index.html%00.js",
            "/index.html%00",
            "/today%00",
            "/today%0d%0aX-Evil:1",
            "/..%5csecret.txt",
            "/shell-0123456789ab%5cboot.js",
            "/index.html.",
            "/index.html::$DATA",
            "/C:/index.html",
            "/con.js",
            "/shell-0123456789ab/NUL",
            "/shell-0123456789ab/aux.js",
            "/%ff%fe",
            "/" + "x" * 300 + ".js",
            "/" + "x/" * 3000 + "y.js",
            "/" + "x" * 3000,
        ],
    )
    async def test_what_is_not_the_apps_is_not_found(self, client: httpx2.AsyncClient, path: str) -> None:
        assert (await client.get(path)).status_code == 404

    async def test_manifest_has_its_type(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/manifest.webmanifest")).headers["content-type"] == "application/manifest+json"

    @pytest.mark.parametrize("lang", ["fr", "en"])
    async def test_the_app_is_installed_in_its_reader_s_language(self, lang: str) -> None:
        app = FastAPI(openapi_url=None)
        mount_frontend(app, Path(build_web().root))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as browser:
            manifest = (await browser.get(f"/manifest.{lang}.webmanifest")).json()
            icon = await browser.get("/favicon.ico")
        assert (manifest["lang"], manifest["description"]) == (lang, boot_texts(lang)["boot.manifest"])
        assert icon.content[:4] == b"\0\0\1\0"

    def test_every_file_of_the_build_is_served(self) -> None:
        root = Path(build_web().root)
        for file in root.rglob("*"):
            path = file.relative_to(root).as_posix()
            if not file.is_file() or file.suffix == ".br" or path == "build.json":
                continue
            if path.startswith("docs/"):
                assert path.removeprefix("docs/") in docs.FILES
            else:
                assert isinstance(Frontend(root).answer(path, Headers()), FileResponse), path


ODD = st.sampled_from(
    ["\x00", "\n", "\\", "..", ".", "/", "//", ":", "%", "%2e", "~", "con", "NUL.js", "index.html", ".br", "\ufffd", "\u202e", "é"]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    (root / "index.html").write_text("page")
    (root / "shell.js").write_text("script")
    (root.parent / "secret.txt").write_text("no")
    return root


@given(st.lists(ODD | st.text(max_size=12) | st.just("x" * 250), max_size=30).map("".join))
def test_any_address_is_a_file_of_the_build_or_the_page_or_not_found(root: Path, path: str) -> None:
    found: list[Any] = []
    with suppress(HTTPException):
        found.append(Frontend(root).answer(path, Headers()))
    assert all(isinstance(answer, FileResponse) for answer in found)
    assert {Path(answer.path) for answer in found} <= {root / "index.html", root / "shell.js"}

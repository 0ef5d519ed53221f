"""Where the API's pages are, and what they may do."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from server.core.docs import FILES
from tests.server.support import problem_code


async def test_without_the_web_build_a_page_says_so_and_where_the_description_is(client, app):
    app.state.web_root = None
    page = await client.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "have not been built" in page.text
    assert (await client.get("/api/v1/openapi.json")).status_code == 200
    assert problem_code(await client.get("/docs/docs.js"), 404) == "not_found"


@pytest.fixture
def built(app: FastAPI, tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for name in (*FILES, "other.js"):
        (tmp_path / "docs" / name).write_text(name)
    app.state.web_root = tmp_path
    return tmp_path


async def test_runs_scripts_of_this_server_only(client, built):
    page = await client.get("/docs")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert {"script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "default-src": "'none'"}.items() <= policy.items()
    assert [(await client.get(f"/docs/{name}")).text for name in FILES] == list(FILES)
    assert problem_code(await client.get("/docs/other.js"), 404) == "not_found"
    again = await client.get("/docs/docs.js", headers={"if-none-match": (await client.get("/docs/docs.js")).headers["etag"]})
    assert again.status_code == 304

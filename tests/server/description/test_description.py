"""The API's description is true: Schemathesis calls every operation as described, and otherwise."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.auth import accounts
from server.core.database import Database
from server.core.settings import Settings
from server.main import create_app
from tests.browser import serving
from tests.conftest import SECRET
from tests.databases import PROJECT
from tests.refusals import error_classes
from tests.server.support import PASSWORD

HOOKS = Path(__file__).with_name("hooks.py")
CONFIG = Path(__file__).with_name("schemathesis.toml")
SEED = "20260"
NOT_CALLED = {
    "/api/v1/sync/stream": "it has no end",
    "/api/v1/auth/logout": "it ends the session of all other calls",
}
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,"
    "negative_data_rejection,unsupported_method,missing_required_header,ignored_auth,refusals_have_reasons"
)


@pytest.fixture
def site(fresh_database: str, tmp_path: Path) -> Iterator[str]:
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=fresh_database, secret_key=SECRET, jobs=False)
    app = create_app(settings)
    app.openapi()  # the first time takes seconds, and on a busy machine more than is waited for it
    with serving(app) as url:
        yield url


async def set_up_token(url: str) -> str:
    database = Database(url)
    async with database.session() as session:
        token = await accounts.create_setup_link(session)
    await database.stop()
    return token


def signed_in(site: str, token: str) -> httpx2.Client:
    client = httpx2.Client(base_url=f"{site}/api/v1", timeout=60)
    person = {"username": "ada", "email": "ada@example.org", "password": PASSWORD, "first_name": "Ada", "last_name": "Roy"}
    assert client.post("/auth/setup", json=person | {"token": token}).status_code == 201
    client.headers["authorization"] = f"Bearer {sign_in(client)}"
    return client


def sign_in(client: httpx2.Client) -> str:
    return str(client.post("/auth/login", data={"username": "ada", "password": PASSWORD}).json()["access_token"])


def rows(client: httpx2.Client) -> dict[str, str]:
    """One of most things, made as a client would that says no more than it must."""

    def made(path: str, **body: Any) -> str:
        answer = client.post(path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["id"])

    site = made("/sites", name="Lyon")
    machine = made("/equipment", name="Compresseur", site_id=site)
    part, supplier = made("/inventory/parts", part_number="R-1", name="Roulement"), made("/inventory/suppliers", name="Rolvex")
    place = made("/inventory/places", site_id=site, name="Magasin")
    made(f"/inventory/parts/{part}/receive", place_id=place, quantity=1000)
    lines = [{"part_id": part, "quantity": 1}]
    plan = {"title": "Vidange", "frequency_type": "monthly", "frequency_value": 1, "next_due_date": "2030-01-01T08:00:00"}
    return {
        "site_id": site,
        "line_id": made("/lines", name="Ligne 1", site_id=site),
        "equipment_id": machine,
        "intervention_id": made("/maintenance/interventions", equipment_id=machine, title="Fuite"),
        "meter_id": made("/meters", equipment_id=machine, name="Heures", unit="h"),
        "plan_id": made("/maintenance/scheduled", equipment_id=machine, **plan),
        "team_id": made("/teams", site_id=site, name="Jour"),
        "maintenance_type_id": made("/maintenance/types", name="Graissage"),
        "part_id": part,
        "supplier_id": supplier,
        "place_id": place,
        "category_id": made("/inventory/categories", name="Roulements"),
        "stocktake_id": made("/inventory/stocktakes", site_id=site, place_ids=[place]),
        "order_id": made("/inventory/orders", site_id=site, supplier_id=supplier, lines=lines),
    }


@pytest.mark.timeout(600)  # some ten thousand calls
def test_schemathesis_finds_nothing(site: str, fresh_database: str, tmp_path: Path) -> None:
    with closing(signed_in(site, asyncio.run(set_up_token(fresh_database)))) as client:
        told = {"ETABLI_ROWS": json.dumps(rows(client)), "ETABLI_REFUSALS": json.dumps([error.code for error in error_classes()])}
        environment = {"SCHEMATHESIS_HOOKS": str(HOOKS), "PYTHONPATH": str(PROJECT)} | told
    # One worker: two threads that parse at once end in CPython 3.11's "AST constructor recursion depth mismatch".
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{site}/api/v1/openapi.json", "--header",
        f"Authorization: {client.headers['authorization']}", "--phases", "examples,coverage",
        "--checks", CHECKS, "--seed", SEED, "--continue-on-failure", "--no-shrink", "--no-color", "--workers", "1", "--warnings", "off",
        "--request-timeout", "60", "--generation-database", "none", *(arg for path in NOT_CALLED for arg in ("--exclude-path", path)),
    ]  # fmt: skip
    done = subprocess.run(command, env=os.environ | environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

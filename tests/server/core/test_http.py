import json
from datetime import datetime
from itertools import product
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from starlette.responses import FileResponse

from server.core import logs
from server.core.addresses import Addresses
from server.core.errors import Refusal
from server.core.http import RequestMiddleware, answer_error
from server.core.i18n import translator
from server.core.metrics import HttpMetrics
from server.core.reads import Reads
from server.core.settings import Settings
from shared_models.i18n import LANGUAGES
from tests.refusals import error_classes
from tests.server.support import problem_code, wrong_fields

LOGIN = "/api/v1/auth/login"
JSON = {"content-type": "application/json"}


def quote_all(text: str) -> str:
    return "".join(f"%{ord(char):02X}" for char in text)


@pytest.fixture
def broken(app):
    """Routes that fail as only a fault of ours would."""
    router = APIRouter(prefix="/api/v1/broken")

    @router.get("/fault")
    async def fault():
        raise ZeroDivisionError("the secret is open sesame")

    @router.get("/fault/{secret}")
    async def fault_at(secret):
        raise ZeroDivisionError

    @router.get("/half")
    async def half():
        from starlette.responses import StreamingResponse

        async def chunks():
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(chunks())

    app.include_router(router)


class TestProblems:
    async def test_a_fault_says_nothing_of_its_cause(self, broken, client):
        answer = await client.get("/api/v1/broken/fault")
        assert problem_code(answer, 500) == "internal_error"
        assert "sesame" not in answer.text
        assert "ZeroDivision" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_a_fault_in_the_middle_of_an_answer_breaks_it_off(self, broken, client):
        with pytest.raises(ZeroDivisionError):
            await client.get("/api/v1/broken/half")

    async def test_a_fault_before_an_answer_begins_is_told_like_any_other(self, app):
        async def gone(_):
            return FileResponse("/nowhere")

        reads = Reads(app, lambda _: gone, answer_error)
        transport = httpx2.ASGITransport(app=RequestMiddleware(reads, HttpMetrics(CollectorRegistry()), Addresses([])))
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.get("/api/v1/file")
        assert problem_code(answer, 500) == "internal_error"
        assert "nowhere" not in answer.text

    async def test_unknown_addresses_and_methods(self, client):
        assert problem_code(await client.get("/api/v1/nowhere"), 404) == "not_found"
        answer = await client.put("/api/v1/auth/me", json={})
        assert problem_code(answer, 405) == "method_not_allowed"
        assert "GET" in answer.headers["allow"]

    @pytest.mark.parametrize(
        ("content", "headers", "status", "code"),
        [
            (b'{"username":', JSON, 422, "malformed_body"),
            (b"\xff\xfe", JSON, 422, "malformed_body"),
            (b"[" * 100_000, JSON, 422, "malformed_body"),
            (b'{"username": "a", "username": "b", "password": "x"}', JSON, 422, "malformed_body"),
            (b'{"username": {"a": 1, "a": 2}, "password": "x"}', JSON, 422, "malformed_body"),
            (b"[" * 41 + b"]" * 41, JSON, 422, "malformed_body"),
            (b'{"a": ' * 900 + b"1" + b"}" * 900, JSON, 422, "malformed_body"),
            (b"{" + b",".join(b'"%d":1' % n for n in range(200_002)) + b"}", JSON, 422, "malformed_body"),
            (b'{"username": ' + b"9" * 5_000 + b', "password": "x"}', JSON, 422, "malformed_body"),
            (b'"' + b'\\"' * 1_000_000, JSON, 422, "malformed_body"),
            (b'"' + b'\\\n"' * 1_000_000, JSON, 422, "malformed_body"),
            (b'{"username": NaN, "password": 1e400}', JSON, 422, "invalid"),
            (b"{}", {"content-type": "text/plain"}, 415, "unsupported_media_type"),
            (b"", JSON, 422, "invalid"),
            (b"[]", JSON, 422, "invalid"),
            (b"null", JSON, 422, "invalid"),
            (b'{"username": "a\\u0000b", "password": "x"}', JSON, 422, "invalid"),
            (b'{"username": "\\ud800", "password": "x"}', JSON, 422, "invalid"),
            (b'{"username": "a", "password": "' + b"x" * 5_000_000 + b'"}', JSON, 413, "body_too_large"),
        ],
    )
    async def test_a_body_that_cannot_be_read_is_refused_clearly(self, client, content, headers, status, code):
        assert problem_code(await client.post(LOGIN, content=content, headers=headers), status) == code

    async def test_a_body_of_unannounced_size_is_cut_off_too(self, client):
        async def endless():
            for _ in range(100):
                yield b"x" * 100_000

        answer = await client.post(LOGIN, content=endless(), headers=JSON)
        assert problem_code(answer, 413) == "body_too_large"

    async def test_nul_in_an_address_is_refused_clearly(self, client_as):
        admin = await client_as("admin")
        for address in ("/api/v1/users?search=%00", "/api/v1/sites/%00", "/api/v1/audit?search=a%00"):
            assert (await admin.get(address)).status_code == 422

    async def test_speaks_the_readers_language(self, client):
        for accepted, title in (("fr-CA,fr;q=0.9", "Saisie à corriger"), ("de, en;q=0.5", "Please correct"), ("", "Saisie à corriger")):
            answer = await client.post(LOGIN, json={}, headers={"accept-language": accepted})
            assert answer.json()["title"] == title
        assert wrong_fields(answer) == {"username": "missing", "password": "missing"}

    def test_every_refusal_has_its_wording(self):
        codes = {cls.code for cls in error_classes() if cls is not Refusal}
        missing = [(lang, code) for lang in LANGUAGES for code in codes if not translator(lang).has(f"problem.{code}.title")]
        assert not missing

    def test_no_two_refusals_share_a_code(self):
        codes = [cls.code for cls in error_classes() if "code" in vars(cls)]
        assert sorted(codes) == sorted(set(codes))


class TestHeaders:
    async def test_keeps_a_request_id_it_can_trust_and_makes_one_otherwise(self, client):
        kept = await client.get("/healthz", headers={"x-request-id": "trace-0123456789"})
        assert kept.headers["x-request-id"] == "trace-0123456789"
        for bad in ("a", "x" * 100, "bad id\twith blanks"):
            assert (await client.get("/healthz", headers={"x-request-id": bad})).headers["x-request-id"] != bad

    async def test_the_api_may_not_be_framed_sniffed_cached_or_run(self, client):
        headers = (await client.get("/api/v1/auth/me")).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"]

    async def test_an_authority_of_our_own_does_not_bind_browsers_to_https(self, app, client):
        """They would refuse the plain page from which they learn to trust it."""
        app.state.settings.tls = True
        assert "strict-transport-security" not in (await client.get("/api/v1/auth/me")).headers
        app.state.settings.tls_cert = app.state.settings.tls_key = app.state.settings.data_dir
        assert "strict-transport-security" in (await client.get("/api/v1/auth/me")).headers

    async def test_long_answers_are_compressed(self, client):
        for coding in ("gzip", "br", "zstd"):
            answer = await client.get("/api/v1/openapi.json", headers={"accept-encoding": coding})
            assert answer.headers["content-encoding"] == coding


class TestHealth:
    async def test_alive_and_ready(self, client):
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = (await client.get("/readyz")).json()
        assert ready["status"] == "ready"
        assert ready["database"]

    async def test_not_ready_on_another_schema(self, client, session):
        from sqlalchemy import text

        await session.execute(text("update alembic_version set version_num = 'older'"))
        await session.commit()
        assert problem_code(await client.get("/readyz"), 503) == "migrations_pending"

    async def test_metrics_are_for_this_machine(self, client):
        assert "http_requests_total" in (await client.get("http://localhost/metrics")).text
        assert "http_requests_total" in (await client.get("http://127.0.0.1:8000/metrics")).text

    @pytest.mark.parametrize("said", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "CF-Connecting-IP", "Via"])
    async def test_metrics_are_not_for_who_comes_through_a_proxy(self, client, said):
        assert problem_code(await client.get("http://localhost/metrics", headers={said: "x"}), 404) == "not_found"

    @pytest.mark.parametrize(
        "told", [{"base_url": "https://gmao.example.org"}, {"base_url": "http://gmao.lan"}, {"trusted_proxies": "127.0.0.1"}]
    )
    async def test_metrics_need_a_token_where_a_silent_proxy_may_stand(self, app, client, told):
        """Such a one passes the calls of all the world on as this machine's, and adds nothing."""
        app.state.settings = Settings(_env_file=None, secret_key="x" * 40, **told)
        assert (await client.get("http://127.0.0.1:8000/metrics")).status_code == 404
        app.state.settings.metrics_token = SecretStr("scrape me")
        assert (await client.get("/metrics", headers={"authorization": "Bearer scrape you"})).status_code == 404
        assert (await client.get("/metrics", headers={"authorization": "Bearer scrape me"})).status_code == 200

    async def test_metrics_of_another_name_for_this_machine_are_not_told(self, client):
        assert (await client.get("http://rebound.example/metrics")).status_code == 404


async def test_who_asks_for_no_compression_is_told_the_same(client_as):
    admin = await client_as("admin")
    unknown = "0197a0e0-0000-7000-8000-000000000001"
    for path in ("equipment?size=5", "equipment-classes", f"equipment/{unknown}", "equipment/x", "equipment?sort=x"):
        plain, identity = [await admin.get(f"/api/v1/{path}", headers={"accept-encoding": said}) for said in ("", "identity")]
        request = admin.build_request("GET", f"/api/v1/{path}")
        del request.headers["accept-encoding"]
        unsaid = await admin.send(request)
        for answer in (plain, identity, unsaid):
            del answer.headers["x-request-id"]
        assert plain.headers == identity.headers == unsaid.headers


class TestLogs:
    TOKEN = "qT5w-XcV8_mZp0LkRj3sHd7yBn2fGa9eUi6oWv1tYxE"
    NEAR = (
        "/api/v1/calendar/feeds/{}.ics", "/api/v1/calendar/feeds/{}", "/api/v1/calendar/feeds/{}.ICS", "/api/v1/calendar/feeds/{}.ics.txt",
        "/api/v1/calendar/feeds/{}.ics/", "/api/v1//calendar/feeds/{}.ics", "//api/v1/calendar/feeds/{}.ics",
        "/API/V1/CALENDAR/FEEDS/{}.ics",
        "/api/v1/calendar/feed/{}.ics", "/api/v1/calendar/feeds/%2e/{}%2eics", "/api/v1/calendar/feeds/.{}",
        "/api/v1/calendar/feeds%2F{}.ics",
        "/api/v1/calendar/feeds;{}.ics", "/calendar/feeds/{}.ics", "/{}", "/{}.ics", "/setup/{}", "/setup?token={}", "/e/{}", "/healthz/{}",
        "/api/v1/calendar/feeds/x.ics?token={}", "/api/v1/auth/setup/{}", "/api/v1/calendar/feeds/%252e{}", "/index.html/{}",
    )  # fmt: skip

    CHANGES = (str, str.upper, lambda token: token[:20], lambda token: f"{token[:20]}/{token[20:]}", quote_all)

    async def test_keep_no_part_of_an_address_that_may_be_a_secret(self, client, caplog, capsys):
        for near, change in product(self.NEAR, self.CHANGES):
            for method in ("GET", "BREW"):
                await client.request(method, near.format(change(self.TOKEN)))
        told = capsys.readouterr().out + caplog.text + (await client.get("http://localhost/metrics")).text
        assert told.count("status=") >= 2 * len(self.NEAR) * len(self.CHANGES)
        assert not [part for part in (self.TOKEN[:12], self.TOKEN[20:32]) if part.lower() in told.lower()]

    async def test_of_a_fault_neither(self, broken, client, capsys):
        await client.get(f"/api/v1/broken/fault/{self.TOKEN}")
        told = capsys.readouterr().out
        assert "request.failed" in told
        assert self.TOKEN not in told

    @pytest.mark.parametrize("path", ["/api/v1/equipment", "/…/x", 'a"b\\c\n'])
    def test_of_a_request_are_as_all_others(self, path):
        told = {"request_id": "0123456789", "method": "GET", "path": path, "status": 200, "ms": 0.3}
        line: Any = {**told, "event": "request"}
        for processor in [*logs.SHARED, *logs._last(json_lines=True)]:
            line = processor(SimpleNamespace(name=logs.REQUESTS), "info", line)
        made, written = json.loads(line), json.loads(logs._Request.line(**told))
        between = datetime.fromisoformat(written.pop("timestamp")) - datetime.fromisoformat(made.pop("timestamp"))
        assert abs(between.total_seconds()) < 60
        assert written == made

    async def test_say_which_row_it_was_about(self, client, capsys):
        await client.get("/api/v1/equipment/0197a0e0-0000-7000-8000-000000000001/status-log")
        assert "/api/v1/equipment/0197a0e0-0000-7000-8000-000000000001/status-log" in capsys.readouterr().out


def test_the_description_of_the_api_is_tidy(app):
    schema = app.openapi()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    for operation in operations:
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        assert "422" not in operation["responses"]

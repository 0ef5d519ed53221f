"""The plain page from which a phone gets the authority."""

import plistlib
import re
from datetime import UTC, datetime

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from server.core.i18n import translator
from server.tls.authority import new_authority
from server.tls.machine import names_here
from server.tls.trust import PLATFORMS, trust_app

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
APP = "https://192.168.1.20:8000"


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    return new_authority("atelier", names_here(), datetime.now(UTC)).certificate


@pytest.fixture
def client(certificate) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=trust_app(certificate, APP)), base_url="http://192.168.1.20:8001")


@pytest.mark.parametrize(
    ("agent", "file"), [(IPHONE, "/etabli.mobileconfig"), (PIXEL, "/etabli.crt"), (LAPTOP, "/etabli.crt"), ("", "/etabli.crt")]
)
@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_speaks_to_the_device_that_asks(client, certificate, agent, file, lang):
    answer = await client.get("/", headers={"user-agent": agent, "accept-language": f"{lang}-CH"})
    html = answer.text
    assert f'<html lang="{lang}">' in html
    assert translator(lang).t("trust.title") in html
    assert f'class="button" href="{file}"' in html
    assert f'href="{APP}"' in html
    assert certificate.fingerprint(hashes.SHA256()).hex(":").upper() in html
    assert len(answer.content) < 50_000
    assert "trust." not in html.replace("text-", "")


async def test_may_load_and_run_nothing(client):
    answer = await client.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r"<script|\son\w+=|style=|src=", answer.text)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_has_steps_for_every_device_in_both_languages(client, platform):
    for lang in ("fr", "en"):
        html = (await client.get("/", params={"for": platform, "lang": lang})).text
        assert html.count("<li>") == (4 if platform in {"ios", "android"} else 3)
        assert html.count("<svg") == (5 if platform in {"ios", "android"} else 1)


async def test_hands_out_the_certificate_as_android_takes_it(client, certificate):
    answer = await client.get("/etabli.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(answer.content) == certificate


async def test_hands_out_a_profile_as_ios_takes_it(client, certificate):
    answer = await client.get("/etabli.mobileconfig")
    assert answer.headers["content-type"] == "application/x-apple-aspen-config"
    profile = plistlib.loads(answer.content)
    [payload] = profile["PayloadContent"]
    assert (profile["PayloadType"], payload["PayloadType"]) == ("Configuration", "com.apple.security.root")
    assert x509.load_der_x509_certificate(payload["PayloadContent"]) == certificate
    assert (await client.get("/etabli.mobileconfig")).content == answer.content


async def test_serves_nothing_else(client):
    for path in ("/api/v1/auth/login", "/index.html", "/e/ABCD2345", "/healthz", "/etabli.key", "/../authority.pem", "/docs", "/%00"):
        assert (await client.get(path)).status_code == 404, path
    assert (await client.post("/")).status_code == 405

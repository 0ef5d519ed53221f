"""Settings: what they read, what they make, and what they refuse."""

import stat

import pytest

from server.core.settings import Settings, UnsafeSettingsError

MAIL = {"mail_server": "smtp.example.org", "mail_from": "etabli@example.org"}
SECRET = "kJ8vQ2mX7pL4wR9tY3bN6cZ1dF5gH0sA"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "ETABLI_DATA_DIR", "ETABLI_BASE_URL", "ETABLI_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def reasons(**options) -> str:
    with pytest.raises(UnsafeSettingsError) as refusal:
        Settings(**options).check_safe()
    return " | ".join(refusal.value.reasons)


class TestSources:
    def test_environment_and_env_file(self, monkeypatch, tmp_path):
        (tmp_path / ".env").write_text("ETABLI_PORT=9001\nETABLI_TRUSTED_PROXIES=10.0.0.0/8, 192.168.1.4\n")
        monkeypatch.setenv("DATABASE_URL", "postgresql://u:longer-one@db.example/e?sslmode=require")
        settings = Settings()
        assert settings.port == 9001
        assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "192.168.1.4/32"]
        assert settings.dsn.startswith("postgresql://u:")
        assert "longer-one" not in repr(settings)

    def test_mail_goes_by_the_names_that_others_use_too(self, monkeypatch):
        monkeypatch.setenv("MAIL_SERVER", "smtp.example.org")
        monkeypatch.setenv("ETABLI_MAIL_PORT", "465")
        monkeypatch.setenv("MAIL_FROM", "Maintenance Lyon <maintenance@usine.example>")
        settings = Settings()
        settings.check_safe()
        assert (settings.mail_server, settings.mail_security) == ("smtp.example.org", "tls")
        assert (settings.mail_sender.display_name, settings.mail_sender.addr_spec) == ("Maintenance Lyon", "maintenance@usine.example")
        assert Settings(mail_port=587).mail_security == "starttls"
        assert Settings(mail_username="gmao@usine.example", mail_from="").mail_sender.addr_spec == "gmao@usine.example"

    def test_the_secret_is_made_once_and_private(self, tmp_path):
        first, second = (Settings(data_dir=tmp_path / "data") for _ in range(2))
        assert first.secret == second.secret
        assert len(first.secret) >= 32
        assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600

    def test_cookies_are_secure_over_https(self):
        assert Settings(base_url="https://etabli.example").is_cookie_secure
        assert not Settings().is_cookie_secure


class TestHttps:
    def test_the_address_and_the_cookies_follow(self):
        settings = Settings(tls=True, host="192.168.1.20", port=8443)
        assert (settings.public_url, settings.trust_url) == ("https://192.168.1.20:8443", "http://192.168.1.20:8444")
        assert settings.is_cookie_secure
        assert Settings(tls=True, host="fd00::7").public_url == "https://[fd00::7]:8000"
        assert Settings(tls=True, base_url="https://gmao.lan", trust_port=80).trust_url == "http://gmao.lan:80"

    def test_may_be_open_to_the_network(self):
        Settings(tls=True, host="0.0.0.0", base_url="https://192.168.1.20:8000").check_safe()
        Settings(tls_cert="cert.pem", tls_key="key.pem", host="0.0.0.0", base_url="https://gmao.example.org").check_safe()

    def test_certificates_of_the_operator_need_no_authority(self):
        assert Settings(tls=True).has_own_authority
        assert not Settings(tls=True, tls_cert="cert.pem", tls_key="key.pem").has_own_authority


class TestSafety:
    def test_the_defaults_are_safe(self):
        Settings().check_safe()
        Settings(host="0.0.0.0", base_url="https://etabli.example", secret_key=SECRET).check_safe()

    @pytest.mark.parametrize(
        ("options", "named"),
        [
            ({"secret_key": "short"}, "ETABLI_SECRET_KEY"),
            ({"secret_key": "a" * 40}, "ETABLI_SECRET_KEY"),
            ({"database_url": "postgresql://etabli:postgres@db/etabli"}, "DATABASE_URL"),
            ({"database_url": "postgresql://cmms:cmms@db/etabli"}, "DATABASE_URL"),
            ({"base_url": "http://etabli.example"}, "not https"),
            ({"host": "0.0.0.0"}, "ETABLI_HOST"),
            ({"base_url": "https://etabli.example", "cookie_secure": False}, "ETABLI_COOKIE_SECURE"),
            ({**MAIL, "mail_username": "etabli", "mail_password": "x7!", "mail_tls": "none", "allow_http": True}, "password in plain text"),
            ({**MAIL, "mail_tls": "none"}, "mails in plain text"),
            ({**MAIL, "mail_password": "x7!"}, "ETABLI_MAIL_USERNAME"),
            ({**MAIL, "mail_from": "Établi"}, "ETABLI_MAIL_FROM"),
        ],
    )
    def test_refuses_what_is_not(self, options, named):
        assert named in reasons(**options)
        Settings(**options, demo=True).check_safe()

    def test_names_every_reason_at_once(self):
        assert len(reasons(secret_key="short", host="0.0.0.0").split(" | ")) == 2

    def test_a_closed_network_may_do_without_https(self):
        Settings(**MAIL, mail_tls="none", base_url="http://cmms.factory.lan", allow_http=True).check_safe()
        Settings(mail_server="localhost", mail_port=25, mail_tls="none").check_safe()
        Settings(base_url="http://cmms.factory.lan", allow_http=True).check_safe()

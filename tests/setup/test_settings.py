"""Settings: what they read, what they make, and what they refuse."""

import stat

import pytest

from server.core.settings import Settings, UnsafeSettingsError

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

    def test_the_secret_is_made_once_and_private(self, tmp_path):
        first, second = (Settings(data_dir=tmp_path / "data") for _ in range(2))
        assert first.secret == second.secret
        assert len(first.secret) >= 32
        assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600

    def test_cookies_are_secure_over_https(self):
        assert Settings(base_url="https://etabli.example").is_cookie_secure
        assert not Settings().is_cookie_secure


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
        ],
    )
    def test_refuses_what_is_not(self, options, named):
        assert named in reasons(**options)
        Settings(**options, demo=True).check_safe()

    def test_names_every_reason_at_once(self):
        assert len(reasons(secret_key="short", host="0.0.0.0").split(" | ")) == 2

    def test_a_closed_network_may_do_without_https(self):
        Settings(base_url="http://cmms.factory.lan", allow_http=True).check_safe()

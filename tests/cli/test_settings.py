"""Settings are understood whole or the start stops with one sentence that names the variable."""

import stat
from pathlib import Path

import pytest

import config
from helpdesk.domain.errors import Invalid

KEY = "k" * 32


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current directory without `.env` and a data folder of this test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path / "var"))


def test_everything_has_a_default() -> None:
    settings = config.load()
    assert settings.database_url is None
    assert settings.web_listen == ("127.0.0.1", 8025)
    assert settings.files.endswith("/var/files")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        config.load().log = "json"


def test_a_secret_key_is_made_once_and_kept_closed(tmp_path: Path) -> None:
    first, second = config.load(), config.load()
    assert first.secret_key == second.secret_key
    assert first.secret_key is not None
    assert len(first.secret_key) >= config.SHORTEST_KEY
    assert stat.S_IMODE((tmp_path / "var/secret-key").stat().st_mode) == 0o600


def test_a_configured_database_needs_the_common_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", "postgresql://desk@db/desk")
    with pytest.raises(Invalid, match="HELPDESK_SECRET_KEY is missing"):
        config.load()


def test_a_database_url_gets_our_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", "postgresql://desk:p%40ss@/desk?host=/run/postgresql")
    monkeypatch.setenv("HELPDESK_SECRET_KEY", KEY)
    url = config.load().database_url
    assert url is not None
    assert url.startswith("postgresql+psycopg://desk:p%40ss@/desk?host=")


def test_a_secret_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    monkeypatch.setenv("HELPDESK_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert config.load().secret_key == KEY


def test_the_value_itself_wins_over_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(KEY)
    monkeypatch.setenv("HELPDESK_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "v" * 32)
    assert config.load().secret_key == "v" * 32


def test_the_file_env_is_read_and_gives_way_to_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("HELPDESK_LOG=json\nHELPDESK_BORDER=mx.example.org\nOTHER=1\n")
    monkeypatch.setenv("HELPDESK_BORDER", "border.example.org")
    settings = config.load()
    assert (settings.log, settings.border) == ("json", "border.example.org")


def test_an_unknown_name_in_the_file_env_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HELPDESK_LOGG=json\n")
    with pytest.raises(Invalid, match="no setting HELPDESK_LOGG"):
        config.load()


@pytest.mark.parametrize("name", ["HELPDESK_SMTP", "HELPDESK_LOG_FILE"])
def test_an_unknown_name_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(Invalid, match=f"no setting {name}"):
        config.load()


def test_lmtp_can_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_LMTP_LISTEN", "")
    assert config.load().lmtp_listen is None


def test_an_address_of_version_6_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_WEB_LISTEN", "[::1]:8080")
    assert config.load().web_listen == ("::1", 8080)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("HELPDESK_WEB_LISTEN", "8025", "host:port"),
        ("HELPDESK_WEB_LISTEN", "", "Address"),
        ("HELPDESK_LMTP_LISTEN", "localhost:99999", "host:port"),
        ("HELPDESK_SMTP_URL", "mail.example.org", "smtp"),
        ("HELPDESK_FILES_URL", "/srv/files", "file:"),
        ("HELPDESK_PUBLIC_URL", "soporte.example.org", "http"),
        ("HELPDESK_DATABASE_URL", "mysql://db/desk", "PostgreSQL"),
        ("HELPDESK_DATABASE_URL", "nonsense", "database URL"),
        ("HELPDESK_SECRET_KEY", "short", "32 characters"),
        ("HELPDESK_EMBEDDED", "sqlite", "wheel"),
        ("HELPDESK_LOG", "xml", "json"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name_and_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Invalid) as raised:
        config.load()
    assert name in str(raised.value)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_SECRET_KEY_FILE", "/nowhere/key")
    with pytest.raises(Invalid, match="HELPDESK_SECRET_KEY_FILE names the file /nowhere/key"):
        config.load()


def test_a_dkim_key_without_its_selector_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DKIM_KEY_FILE", "/srv/dkim.pem")
    with pytest.raises(Invalid, match="belong together"):
        config.load()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_SECRET_KEY", KEY)
    monkeypatch.setenv("HELPDESK_SMTP_URL", "smtps://desk:secreto@mail.example.org")
    assert KEY not in repr(config.load())
    assert "secreto" not in repr(config.load())

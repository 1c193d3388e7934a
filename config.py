"""What the operator decides, read once by the starting points; everyone else is handed values.

Sources, first wins: the environment, `.env` in the current directory, `HELPDESK_…_FILE` for secrets. A name
we do not know stops the start: a misspelt setting that is silently ignored is found only in an incident.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from helpdesk.domain.errors import Invalid

PREFIX = "HELPDESK_"
SECRETS = frozenset({"database_url", "secret_key", "smtp_url"})
OF_THE_TESTS = "HELPDESK_TEST_"
SHORTEST_KEY = 32


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def address(value: object) -> object:
    """`host:port` as an `Address`; `[::1]:8025` for IPv6; the empty text as None (off)."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    host, _, port = value.strip().rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("must be host:port, for example 127.0.0.1:8025")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def database_address(value: str | None) -> str | None:
    """The URL with the driver we use named in it. Not pydantic's `PostgresDsn`: that refuses a socket's URL."""
    if not value:
        return None
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError("must be a database URL such as postgresql://user:password@host/name") from error
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise ValueError("must be a PostgreSQL URL: postgresql://user:password@host/name")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def with_scheme(*schemes: str) -> AfterValidator:
    """A validator that wants one of `schemes`; the empty text counts as absent."""

    def check(value: str | None) -> str | None:
        if not value:
            return None
        if urlsplit(value).scheme not in schemes:
            raise ValueError("must begin with " + " or ".join(f"{scheme}:" for scheme in schemes))
        return value

    return AfterValidator(check)


def long_enough(value: str | None) -> str | None:
    """A secret key that is worth the name: sessions and reply addresses are signed with it."""
    if value and len(value) < SHORTEST_KEY:
        raise ValueError(f"must have at least {SHORTEST_KEY} characters")
    return value or None


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `HELPDESK_<SECRET>_FILE`, the way containers hand over secrets."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file that the environment or `.env` names for this field, if any."""
        name = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(name) or dotenv_values(".env").get(name)
        if field_name not in SECRETS or not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise Invalid(f"{name} names the file {path}, which cannot be read: {error.strerror}.") from error

    def __call__(self) -> dict[str, Any]:
        """All secrets found in files."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """All settings; the environment's name is `HELPDESK_` and the field's name in capitals."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix=PREFIX, env_file=".env", extra="ignore", use_attribute_docstrings=True
    )

    embedded: Literal["auto", "system", "wheel"] = "auto"
    """Whose PostgreSQL binaries a new embedded cluster uses: the machine's, the wheel's, or the first found."""

    data_dir: Path = Path(__file__).parent / "var"
    """Folder for everything kept on this machine: embedded database, files, the made secret key; `var` beside us."""

    database_url: Annotated[str | None, AfterValidator(database_address)] = Field(default=None, repr=False)
    """PostgreSQL 15 or newer, `postgresql://user:password@host/name`; absent: the embedded database."""

    secret_key: Annotated[str | None, AfterValidator(long_enough)] = Field(default=None, repr=False)
    """Signs sessions and reply addresses, encrypts mailbox passwords; made by itself with the embedded database."""

    public_url: Annotated[str, with_scheme("http", "https")] = "http://127.0.0.1:8025"
    """The address users reach the web desk at; links in letters begin with it."""

    web_listen: Annotated[Address, NoDecode, BeforeValidator(address)] = Address("127.0.0.1", 8025)
    """Where the web process listens, host:port."""

    lmtp_listen: Annotated[Address | None, NoDecode, BeforeValidator(address)] = Address("127.0.0.1", 8024)
    """Where the bridge takes mail by LMTP, host:port; empty: off."""

    smtp_url: Annotated[str | None, with_scheme("smtp", "smtps")] = Field(default=None, repr=False)
    """Where letters are handed over, `smtp[s]://user:password@host:port`; absent: letters stay queued."""

    dkim_key_file: Path | None = None
    """File with the private key (PEM) that signs outgoing letters; absent: the outgoing server signs."""

    dkim_selector: str | None = None
    """The selector under which the DKIM key is published."""

    mail_domain: str = "helpdesk.localhost"
    """Domain of our Message-IDs and reply addresses."""

    border: str | None = None
    """The authserv-id (RFC 8601) of our own border server, whose Authentication-Results we trust; absent: none."""

    files_url: Annotated[str | None, with_scheme("file", "s3")] = None
    """Where attachments and raw mail are kept, file:/folder; absent: `files` in the data folder."""

    log: Literal["text", "json"] = "text"
    """How log lines are written."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment, then `.env`, then the files of secrets."""
        return init_settings, env_settings, dotenv_settings, SecretFiles(settings_cls)

    @property
    def files(self) -> str:
        """The file store's URL with its default filled in."""
        return self.files_url or f"file:{self.data_dir.absolute() / 'files'}"


def variable(field: str) -> str:
    """The environment's name of a field."""
    return PREFIX + field.upper()


def known() -> frozenset[str]:
    """Every HELPDESK_* name that may stand in the environment."""
    return frozenset(variable(field) for field in Settings.model_fields) | {variable(s) + "_FILE" for s in SECRETS}


def load() -> Settings:
    """The settings of this process.

    Raises `Invalid` with one sentence that names the variable. With the embedded database a missing secret
    key is made and kept in the data folder; with a configured database it is required.
    """
    refuse_unknown({*os.environ, *dotenv_values(".env")})
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise Invalid(f"The setting {variable(str(first['loc'][0]))} is wrong: {reason}.") from error
    if bool(settings.dkim_key_file) != bool(settings.dkim_selector):
        raise Invalid("HELPDESK_DKIM_KEY_FILE and HELPDESK_DKIM_SELECTOR belong together: set both or neither.")
    if settings.secret_key:
        return settings
    if settings.database_url:
        raise Invalid(
            "HELPDESK_SECRET_KEY is missing: with HELPDESK_DATABASE_URL set, every process needs the same secret key."
        )
    return settings.model_copy(update={"secret_key": made_key(settings.data_dir)})


def refuse_unknown(names: set[str]) -> None:
    """Raises `Invalid` for a HELPDESK_* name that is no setting (the test suite's own names aside)."""
    ours = {name for name in names if name.startswith(PREFIX) and not name.startswith(OF_THE_TESTS)}
    if unknown := sorted(ours - known()):
        raise Invalid(f"There is no setting {unknown[0]}: remove it or correct its name (see docs/operations.md).")


def made_key(data_dir: Path) -> str:
    """The secret key kept in the data folder, made on the first start."""
    path = data_dir / "secret-key"
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"secret-key.{os.getpid()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        try:
            # A link never overwrites: of two processes starting together, one key wins for both.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()

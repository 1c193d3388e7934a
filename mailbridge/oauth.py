"""Access tokens for mailboxes whose provider takes no password (Microsoft 365, Google).

A token lives for about an hour and is asked for anew at each log-in, so none is ever stored. What is stored, sealed,
is the credential: the application's own, and for a mailbox that was consented to by its user the refresh token.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from helpdesk.domain.errors import Invalid, Unavailable
from mailbridge.imap_client import LoginRefused

# No redirect is followed: it would carry the secret elsewhere.
REQUEST: dict[str, Any] = {"timeout": 30, "allow_redirects": False}
# What a provider says when trying again will not help (RFC 6749, 5.2).
FINAL = frozenset({"invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope", "unsupported_grant_type"})


@dataclass(frozen=True, slots=True)
class Provider:
    """Where tokens for mail are given out; `token_url` has the tenant's place, `scope` is what lets IMAP in."""

    token_url: str
    scope: str
    needs: tuple[str, ...]


PROVIDERS = {
    # Application permission IMAP.AccessAsApp, granted to the mailbox with Add-MailboxPermission.
    "microsoft": Provider(
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "https://outlook.office365.com/.default",
        ("tenant", "client_id", "client_secret"),
    ),
    # Google gives service accounts no IMAP without delegation: the mailbox's user consents once.
    "google": Provider(
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
        ("client_id", "client_secret", "refresh_token"),
    ),
    # Any other provider (RFC 6749); the file says where.
    "other": Provider("{token_url}", "{scope}", ("token_url", "scope", "client_id", "client_secret")),
}


@dataclass(frozen=True, slots=True)
class Credential:
    """How tokens are asked for: by the refresh token where there is one, else by the application for itself."""

    token_url: str
    scope: str
    client_id: str
    client_secret: str
    refresh_token: str | None = None


class TokenRefused(LoginRefused):
    """El proveedor de acceso no acepta las credenciales de la casilla: revíselas y vuelva a configurarla."""


def credential(provider: str, given: object) -> Credential:
    """The credential of a provider from what the operator's JSON file holds. Raises `Invalid` with what is wrong."""
    chosen = PROVIDERS.get(provider)
    if chosen is None:
        raise Invalid(f"{provider} is no provider of access tokens: use one of {', '.join(PROVIDERS)}.")
    if not isinstance(given, Mapping) or not all(isinstance(value, str) for value in given.values()):
        raise Invalid("The credentials file must hold one JSON object whose values are texts.")
    missing = [key for key in chosen.needs if not given.get(key)]
    if missing:
        raise Invalid(f"The credentials file lacks {', '.join(missing)} (for {provider}: {', '.join(chosen.needs)}).")
    unknown = sorted(set(given) - set(chosen.needs) - {"refresh_token"})
    if unknown:
        raise Invalid(f"The credentials file has {', '.join(unknown)}, which {provider} does not use: remove it.")
    url = chosen.token_url.format_map(dict(given))
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise Invalid(f"{url} is no https address: secrets are sent encrypted only.")
    return Credential(
        url,
        chosen.scope.format_map(dict(given)),
        given["client_id"],
        given["client_secret"],
        given.get("refresh_token") or None,
    )


def written(given: Credential) -> str:
    """A credential as it is sealed."""
    return json.dumps(asdict(given))


def read(text: str) -> Credential:
    """A credential as it was unsealed."""
    stored = json.loads(text)
    return Credential(**{each.name: stored.get(each.name) for each in fields(Credential)})


def access_token(using: Credential) -> tuple[str, Credential]:
    """A fresh access token, and the credential with the refresh token that is valid from now on (RFC 6749, 6).

    Raises `TokenRefused` when the provider says no for good, `Unavailable` when it does not answer.
    """
    session = OAuth2Session(
        using.client_id,
        using.client_secret,
        scope=using.scope,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106  # the name of a method (RFC 6749, 2.3.1)
    )
    try:
        with session:
            if using.refresh_token:
                token = session.refresh_token(using.token_url, refresh_token=using.refresh_token, **REQUEST)
            else:
                token = session.fetch_token(using.token_url, grant_type="client_credentials", **REQUEST)
    except OAuthError as error:
        if error.error in FINAL:
            raise TokenRefused(f"{TokenRefused.__doc__} Respuesta: {_one_line(error)}.") from error
        raise Unavailable(f"El proveedor de acceso no da una clave ahora: {_one_line(error)}.") from error
    except (RequestException, ValueError) as error:
        host = urlsplit(using.token_url).hostname
        raise Unavailable(f"El proveedor de acceso {host} no responde: {type(error).__name__}.") from error
    value = token.get("access_token")
    if not isinstance(value, str) or not value:
        raise Unavailable("El proveedor de acceso respondió sin clave: vuelva a intentarlo más tarde.")
    return value, replace(using, refresh_token=token.get("refresh_token") or using.refresh_token)


def _one_line(error: OAuthError) -> str:
    return " ".join(f"{error.error} {error.description or ''}".split())[:200].rstrip(".")

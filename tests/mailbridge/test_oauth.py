"""Access tokens from a provider that gives them, refuses them, or is away."""

from collections.abc import Iterator

import pytest

from helpdesk.domain.errors import Invalid, Unavailable
from mailbridge import oauth
from mailbridge.oauth import Credential, TokenRefused
from tests.mailbridge.tokenserver import TokenServer

MICROSOFT = {"tenant": "t1", "client_id": "c", "client_secret": "s"}
GOOGLE = {"client_id": "c", "client_secret": "s", "refresh_token": "r"}
OTHER = {"token_url": "https://id.example/token", "scope": "imap", "client_id": "c", "client_secret": "s"}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """A provider on this machine, spoken to without encryption."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "true")
    with TokenServer() as running:
        yield running


def test_an_application_asks_for_itself(provider: TokenServer) -> None:
    provider.answers = [(200, {"access_token": "a1", "token_type": "Bearer"})]
    assert oauth.access_token(provider.credential()) == ("a1", provider.credential())
    assert provider.asked == [
        {"grant_type": "client_credentials", "scope": "imap", "client_id": "the-desk", "client_secret": "its secret"}
    ]


def test_a_refresh_token_is_used_and_the_new_one_takes_its_place(provider: TokenServer) -> None:
    provider.answers = [(200, {"access_token": "a1", "token_type": "Bearer", "refresh_token": "r2"})]
    assert oauth.access_token(provider.credential("r1")) == ("a1", provider.credential("r2"))
    assert provider.asked[0]["grant_type"] == "refresh_token"
    assert provider.asked[0]["refresh_token"] == "r1"


def test_a_refresh_token_that_is_not_replaced_stays(provider: TokenServer) -> None:
    provider.answers = [(200, {"access_token": "a1", "token_type": "Bearer"})]
    assert oauth.access_token(provider.credential("r1"))[1].refresh_token == "r1"


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "unauthorized_client"])
def test_a_refusal_for_good_says_so(provider: TokenServer, error: str) -> None:
    provider.answers = [(400, {"error": error, "error_description": "revoked\nby its owner"})]
    with pytest.raises(TokenRefused, match=f"no acepta.* {error} revoked by its owner"):
        oauth.access_token(provider.credential("r1"))


@pytest.mark.parametrize(
    "answer",
    [
        (503, {}),
        (200, {}),
        (400, {"error": "temporarily_unavailable"}),
        (307, {"location": "http://127.0.0.1:1/elsewhere"}),
    ],
)
def test_a_provider_that_cannot_now_is_tried_again(provider: TokenServer, answer: tuple[int, dict[str, str]]) -> None:
    provider.answers = [answer]
    with pytest.raises(Unavailable) as failure:
        oauth.access_token(provider.credential())
    assert not isinstance(failure.value, TokenRefused)
    assert len(provider.asked) == 1


def test_a_provider_that_is_away_is_named_and_the_secret_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "true")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 no responde") as failure:
        oauth.access_token(Credential("http://127.0.0.1:1/token", "imap", "c", "hush"))
    assert "hush" not in str(failure.value)


def test_each_provider_has_its_place_and_scope() -> None:
    microsoft = oauth.credential("microsoft", MICROSOFT)
    assert microsoft.token_url == "https://login.microsoftonline.com/t1/oauth2/v2.0/token"
    assert microsoft.scope == "https://outlook.office365.com/.default"
    assert oauth.credential("google", GOOGLE).refresh_token == "r"
    assert oauth.credential("other", OTHER).token_url == "https://id.example/token"


def test_a_credential_outlives_being_written() -> None:
    given = oauth.credential("google", GOOGLE)
    assert oauth.read(oauth.written(given)) == given


@pytest.mark.parametrize(
    ("provider", "given", "sentence"),
    [
        ("yahoo", GOOGLE, "no provider"),
        ("google", MICROSOFT | {"tenant": ""}, "lacks refresh_token"),
        ("google", GOOGLE | {"tenant": "t"}, "tenant"),
        ("microsoft", [], "one JSON object"),
        ("microsoft", MICROSOFT | {"client_id": 7}, "one JSON object"),
        ("other", OTHER | {"token_url": "http://id.example/token"}, "no https address"),
    ],
)
def test_a_credentials_file_that_will_not_do_is_refused(provider: str, given: object, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        oauth.credential(provider, given)

"""From the connection of a mailbox to an account that can log in: the password unsealed, or a fresh access token."""

from helpdesk import vault
from helpdesk.db import transaction
from helpdesk.services import mailboxes
from helpdesk.services.mailboxes import Connection
from mailbridge import failpoints, oauth
from mailbridge.imap_client import Account


def account(connection: Connection, secret_key: bytes) -> Account:
    """The account of a connection. A provider that replaces its refresh token has the new one kept before it is used.

    Raises `Invalid` when the secret was sealed with another key, `TokenRefused` or `Unavailable` from the provider.
    """
    failpoints.reach("imap.before_login")
    plain = vault.unseal(connection.secret, secret_key)
    if not connection.oauth2:
        return Account(connection.url, connection.user, plain)
    credential = oauth.read(plain)
    token, renewed = oauth.access_token(credential)
    if renewed != credential:
        with transaction() as session:
            mailboxes.replace_secret(session, connection, vault.seal(oauth.written(renewed), secret_key))
    return Account(connection.url, connection.user, token, token=True)

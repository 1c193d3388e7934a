"""The mail servers and the installation of the wire tests."""

from tests.wire.conftest import (
    citizen,
    dovecot,
    helpdesk_lmtp,
    installation,
    mail_folder,
    nursery,
    postfix,
)

__all__ = ["citizen", "dovecot", "helpdesk_lmtp", "installation", "mail_folder", "nursery", "postfix"]

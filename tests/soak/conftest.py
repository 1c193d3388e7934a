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
from tests.wire.test_random_kills import alone

__all__ = ["alone", "citizen", "dovecot", "helpdesk_lmtp", "installation", "mail_folder", "nursery", "postfix"]

"""Values of this installation that the services need to write letters and tokens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`secret` keys all MACs, `public_url` (no trailing slash) begins every link, `mail_domain` ends our Message-IDs
    (None: the domain of the mailbox that writes)."""

    secret: bytes
    public_url: str
    mail_domain: str | None

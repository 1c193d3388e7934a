"""Whether two programs may read different authors in one header (CERT/CC VU#517845): such a message is nobody's.

The border judges the author that it reads, the desk believes the one that we read. So the header is read once more as
bytes, by the plainest rule there is: all that looks like an address outside names, quotes and comments is one address.
"""

import re

from mailbridge.values import Mailbox

AMBIGUOUS = "ambiguous-from"
PARTLY_SIGNED = "partial-signature"

# A blank before the colon is obsolete (RFC 5322 §4.5) and read by some.
_FIELD = re.compile(rb"^from[ \t]*:((?:[^\n]|\n[ \t])*)", re.I | re.M)
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
_COMMENT = re.compile(rb"\([^()]*\)")
_ENCODED = re.compile(rb"=\?[^?\s]{1,60}\?[bq]\?[^?]*\?=", re.I)
_FOLD = re.compile(rb"\r?\n[ \t]+|\s+")
_ADDRESS = re.compile(rb"[^\s<>,]*@[^\s<>,]*")
_GROUP_MARKS = re.compile(rb"[:;\0]")
_MOST_COMMENTS = 5
_LONGEST_FIELD = 2_000
_LENGTH_TAG = re.compile(r"(?:^|;)\s*l\s*=")


def ambiguous(block: bytes, senders: tuple[Mailbox, ...]) -> bool:
    """Whether the header `block` leaves open who its author is; `senders` are the authors that we read in it.

    A group, a NUL, several addresses, or one that only a lenient reader finds: all leave it open.
    """
    addresses = set()
    for value in _FIELD.findall(block):
        bare = _bare(value[:_LONGEST_FIELD])
        if len(value) > _LONGEST_FIELD or _GROUP_MARKS.search(bare):
            return True
        addresses |= {found.lower() for found in _ADDRESS.findall(bare)}
    if any(found.count(b"@") > 1 for found in addresses):
        return True
    return len(addresses) != 1 if senders else False


def _bare(value: bytes) -> bytes:
    """The field without quoted strings, encoded words and comments: what is left is read alike by everybody."""
    bare = _ENCODED.sub(b"", _QUOTED.sub(b"", value))
    for _ in range(_MOST_COMMENTS):
        bare = _COMMENT.sub(b"", bare)
    return _FOLD.sub(b" ", bare).strip()


def signed_in_part(signatures: tuple[str, ...]) -> bool:
    """Whether a DKIM-Signature has a length: what follows the signed beginning may be anybody's (RFC 6376 §8.2)."""
    return any(_LENGTH_TAG.search(value) for value in signatures)

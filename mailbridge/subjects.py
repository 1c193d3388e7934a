"""The prefixes before a subject: whether a message answers another one or passes it on."""

import re

from mailbridge import dialects

_SUBJECT_COUNT = re.compile(r"[\[(]\d{1,3}[\])]\Z|\^\d{1,3}\Z")
_LIST_TAG = re.compile(r"\[[^\]]{0,60}\]\s*")


def subject_prefixes(subject: str | None) -> tuple[str, ...]:
    """The prefixes before a subject («Re», «RV» …) in casefold, outermost first; list tags are passed over."""
    rest = (subject or "").strip()[:300]
    found: list[str] = []
    while True:
        tag = _LIST_TAG.match(rest)
        if tag and not found and ":" in rest[tag.end() : tag.end() + 8]:
            rest = rest[tag.end() :]
        word, colon, after = rest.partition(":")
        key = _SUBJECT_COUNT.sub("", word.strip()).strip().casefold()
        if not colon or key not in dialects.REPLY_PREFIXES | dialects.FORWARD_PREFIXES:
            return tuple(found)
        found.append(key)
        rest = after.strip()


def is_reply_subject(subject: str | None) -> bool:
    """Whether the outermost prefix says that the message answers another."""
    return bool(prefixes := subject_prefixes(subject)) and prefixes[0] in dialects.REPLY_PREFIXES


def is_forward_subject(subject: str | None) -> bool:
    """Whether the outermost prefix says that the message passes another one on."""
    return bool(prefixes := subject_prefixes(subject)) and prefixes[0] in dialects.FORWARD_PREFIXES

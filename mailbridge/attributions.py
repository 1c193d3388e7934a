"""The line over a quote: «El lun, 2 mar 2026 a las 10:15, Ana <ana@example.org> escribió:» and its like.

A sentence that merely ends with «escribió:» is not one. What decides is evidence: an address, or a day with an hour;
a day alone, or a name alone, needs a quoted line below it.
"""

import re

from mailbridge import blocks, dialects

_LINES = 4
_LENGTH = 400
_NAME_LENGTH = 90
_LOOK_AHEAD = 3
_COLONS = (":", "：")
_STARTS_WITH_DATE = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2} ?[ap]\. ?m\b|\b\d{1,2} ?[ap]m\b", re.I)
_STARTS = tuple(start for starts, _ in dialects.ATTRIBUTIONS for start in starts)
# The sender's own sentence stands before the attribution on its line: nothing of it may be lost.
_SENTENCE_BEFORE = re.compile(
    rf"[.!?] (?:{'|'.join(re.escape(start) for start in _STARTS)})(?:lun|mar|mié|mie|jue|vie|sáb|sab|dom|\d)"
)


def end_of(lines: list[str], at: int) -> int | None:
    """Index after the attribution that begins at this line, None when none begins there."""
    joined = _core(lines[at])
    if not joined or len(joined) > _LENGTH:
        return None
    if is_attribution(joined, _quote_follows(lines, at + 1)):
        return at + 1
    if not joined.startswith(_STARTS) and not blocks.ADDRESS.search(joined) and not _STARTS_WITH_DATE.match(joined):
        return None
    for end in range(at + 1, min(at + _LINES, len(lines))):
        piece = _core(lines[end])
        if not piece or is_quoted(lines[end]):
            return None
        joined = f"{joined} {piece}"
        if len(joined) > _LENGTH:
            return None
        if is_attribution(joined, _quote_follows(lines, end + 1)):
            return end + 1
    return None


def runs_into_quote(line: str) -> bool:
    """Whether a line is an attribution with what it attributes behind it (Yahoo Mail for Android)."""
    folded = blocks.folded(line[: _LENGTH * 2])
    if not folded.startswith(_STARTS):
        return False
    for verb in dialects.ATTRIBUTION_VERBS:
        head, found, rest = folded.partition(f" {verb}:")
        if found and rest and len(head) <= _LENGTH and blocks.ADDRESS.search(head) and blocks.DATE.search(head):
            return True
    return False


def is_quoted(line: str) -> bool:
    """Whether a line bears the mark of a quote (`>`; `|>` of some web mail, `&gt;` of broken converters)."""
    return line.lstrip().startswith((">", "|>", "&gt;"))


def is_attribution(line: str, over_a_quote: bool) -> bool:
    """Whether a line (folded or not, its wrapped parts joined) attributes what stands below it to somebody.

    `over_a_quote` tells that marked lines, or an element that holds a quote, follow.
    """
    folded = blocks.folded(line.strip("* "))
    if not folded.endswith(_COLONS) and not _is_dashed(folded):
        # Gmail of some years: «2013/11/8 Ana <ana@example.org>», no verb and no colon.
        named = folded.endswith(">") and len(folded) < _NAME_LENGTH and blocks.ADDRESS.search(folded)
        return bool(over_a_quote and named and _STARTS_WITH_DATE.match(folded))
    core = folded.strip("-* ").rstrip(" :：-")
    if len(folded) > _LENGTH or not core or _SENTENCE_BEFORE.search(core):
        return False
    dated, addressed = bool(blocks.DATE.search(core)), bool(blocks.ADDRESS.search(core))
    evident = _is_dashed(folded) or addressed or (dated and bool(_CLOCK.search(core))) or over_a_quote
    if dated and addressed and (_STARTS_WITH_DATE.match(core) or (over_a_quote and core.endswith(">"))):
        return True  # no verb: «2026-03-03 10:00 GMT-05:00 Ana <ana@example.org>:» (older Gmail, Gmail in Russian)
    if core.startswith(dialects.QUOTING_LEADS) and len(core) < _NAME_LENGTH and (addressed or over_a_quote):
        return True
    return evident and _has_verb(core, known=dated or addressed, over_a_quote=over_a_quote or _is_dashed(folded))


def _has_verb(core: str, *, known: bool, over_a_quote: bool) -> bool:
    """Whether the verb stands where an attribution has it: at the end, or before the writer's name or the moment."""
    if core.endswith(dialects.BARE_VERBS):
        return known
    for starts, verbs in dialects.ATTRIBUTIONS:
        begins = known and core.startswith(starts)
        for verb in verbs:
            if core.endswith(verb) and (known or (over_a_quote and len(core) < _NAME_LENGTH)):
                return True
            _, inside, rest = core.partition(f" {verb} ")
            if inside and (blocks.ADDRESS.search(rest) or blocks.DATE.search(rest)):
                return len(rest) < _LENGTH // 2
            if inside and begins and verb in dialects.INVERTED_VERBS:
                return len(rest) < _NAME_LENGTH
    return False


def _core(line: str) -> str:
    return blocks.folded(line.strip().strip("*"))


def _is_dashed(folded: str) -> bool:
    """«---- On Mon, 02 Mar 2026 10:15:00 -0500 Ana <ana@example.org> wrote ----» (Zoho)."""
    return folded.startswith("--") and folded.endswith("--")


def _quote_follows(lines: list[str], start: int) -> bool:
    following = (line for line in lines[start : start + _LOOK_AHEAD] if line.strip())
    return is_quoted(next(following, ""))

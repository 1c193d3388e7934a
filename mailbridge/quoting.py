"""The sender's new words told from quotes, passed-on messages, signatures and device footers.

Line based and linear in the text: each line is compared with tables (`dialects`), never searched with a pattern that
may run over the whole body. A line that merely looks like the head of a quote is cut only with a date or an address in
it. Cutting only hides: the full text stays beside it.
"""

import re

from mailbridge import blocks, dialects, headers, subjects
from mailbridge.values import Forwarded, Mailbox

# Nobody writes more by hand; what follows is shown, not searched for quotes.
MAX_WRITTEN = 100_000

_ATTRIBUTION_LINES = 4
_ATTRIBUTION_LENGTH = 400
_SEPARATOR = re.compile(r"[\s>*]*[-_=*\u2500]{5,}\s*\Z")
_STARTS_WITH_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_BRACKETED = re.compile(r"\[(?:mailto:)?([^\]\s]+@[^\]\s]+)\]")
_LIST_FOOTER_WIDTH = 30
_LIST_FOOTER_LINES = 8
_SENTENCE_THEN_ATTRIBUTION = tuple(
    f"{stop} {start}{number}"
    for starts, _ in dialects.ATTRIBUTIONS
    for start in starts
    for stop in ".!?"
    for number in ("lun", "mar", "mié", "jue", "vie", "sáb", "dom", *"0123456789")
)


def new_text(text: str, answers: bool = False) -> str:
    """What the sender newly wrote (contract key `reply`).

    `answers` tells that the message names another one it answers or passes on (In-Reply-To, «Re:», «RV:»), so that
    a header block or a single `>` line at its very top is a quote too and not a memorandum's own head.
    """
    if len(text) > MAX_WRITTEN:
        opening = text[:MAX_WRITTEN]
        own = new_text(opening, answers)
        return text.strip() if own == _trimmed(_lines(opening)) else own
    lines = _lines(text)
    kept, quoted = _without_quotes(lines, answers)
    if not quoted and not answers:
        kept = lines if not any(line.strip() for line in kept) else kept
    return _trimmed(_without_footers(_without_signature(kept)))


def _lines(text: str) -> list[str]:
    flat = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return [line.rstrip() for line in flat.split("\n")]


def _without_quotes(lines: list[str], answers: bool) -> tuple[list[str], bool]:
    kept: list[str] = []
    at = 0
    seen = False
    marks = [_is_quoted(line) for line in lines]
    later_mark = _later(marks)
    while at < len(lines):
        if marks[at]:
            run = _run_end(marks, at)
            if seen or answers or run - at > 1:
                at, seen = run, True
                continue
        elif _is_divider(lines[at]):
            return _without_rule(kept), True
        else:
            head = _attribution_end(lines, at)
            if head is not None:
                if not later_mark[head - 1]:
                    return kept, True
                at, seen = head, True
                continue
            top = not any(line.strip() for line in kept)
            block = blocks.read_block(lines, at)
            if block is not None and blocks.is_foreign(block) and (answers or (not top and blocks.is_dated(block))):
                return _without_rule(kept), True
        kept.append(lines[at])
        at += 1
    return kept, seen


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|>", "&gt;"))


def _run_end(marks: list[bool], at: int) -> int:
    while at < len(marks) and marks[at]:
        at += 1
    return at


def _later(marks: list[bool]) -> list[bool]:
    """For each line whether a quoted one comes after it."""
    found = [False] * len(marks)
    seen = False
    for at in range(len(marks) - 1, -1, -1):
        found[at] = seen
        seen = seen or marks[at]
    return found


def _is_divider(line: str) -> bool:
    return _dashed(line, dialects.ORIGINAL_MESSAGE) or is_forward_marker(line)


def is_forward_marker(line: str) -> bool:
    """Whether the line announces a forwarded message («---------- Forwarded message ---------», Apple's sentence)."""
    if _dashed(line, dialects.FORWARD_MARKERS):
        return True
    core = blocks.folded(line.strip("> *"))
    return core.endswith(":") and core.rstrip(" :") in dialects.FORWARD_MARKERS


def _dashed(line: str, table: frozenset[str]) -> bool:
    if len(line) > 120 or "--" not in line.replace("\u2013", "--").replace("\u2014", "--").replace("__", "--"):
        return False
    return blocks.folded(line.strip(" \t-_*>\u2013\u2014:")) in table


def _attribution_end(lines: list[str], at: int) -> int | None:
    """Index after the attribution that begins at this line, None when none begins there."""
    first = blocks.folded(lines[at])
    if not first or len(first) > _ATTRIBUTION_LENGTH:
        return None
    if is_attribution(first):
        return at + 1
    begins = any(first.startswith(starts) for starts, _ in dialects.ATTRIBUTIONS)
    if not begins and not blocks.ADDRESS.search(first):
        return None
    joined = first
    for end in range(at + 1, min(at + _ATTRIBUTION_LINES, len(lines))):
        piece = blocks.folded(lines[end])
        if not piece or _is_quoted(piece):
            return None
        joined = f"{joined} {piece}"
        if len(joined) > _ATTRIBUTION_LENGTH:
            return None
        if is_attribution(joined):
            return end + 1
    return None


def is_attribution(line: str) -> bool:
    """Whether a line is «El …, X escribió:» or its like: a verb of the tables, a colon, and a date or an address."""
    folded = blocks.folded(line.strip("* "))
    if len(folded) > _ATTRIBUTION_LENGTH or not folded.endswith((":", "：")):
        return False
    dated, addressed = bool(blocks.DATE.search(folded)), bool(blocks.ADDRESS.search(folded))
    if dated and addressed and _STARTS_WITH_DATE.match(folded):
        return True  # older Gmail: «2026-03-03 10:00 GMT-05:00 Ana <ana@example.org>:»
    if not dated and not addressed:
        return False
    core = folded.rstrip(" :：")
    if any(sentence in core for sentence in _SENTENCE_THEN_ATTRIBUTION):
        return False  # the sender's own words stand before it on the line
    for starts, verbs in dialects.ATTRIBUTIONS:
        for verb in verbs:
            begins = core.startswith(starts)
            if core.endswith(verb) and (begins or addressed):
                return True
            if f" {verb} " in core and (begins or dated):
                return len(core) < _ATTRIBUTION_LENGTH // 2
    return False


def _without_rule(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _SEPARATOR.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if line.strip() in ("--", "—") and any(one.strip() for one in lines[:at]):
            return lines[:at]
        if line.strip() == "--" and at + 1 < len(lines):
            return lines[:at]
        long_rule = len(line) >= _LIST_FOOTER_WIDTH and not line.strip("_")
        if long_rule and 0 < len(lines) - at <= _LIST_FOOTER_LINES + 1 and any(one.strip() for one in lines[:at]):
            return lines[:at]
    return lines


def _without_footers(lines: list[str]) -> list[str]:
    kept = list(lines)
    while kept:
        last = blocks.folded(kept[-1].strip("*_<> "))
        if not last or _is_device_footer(last) or _SEPARATOR.match(kept[-1]):
            kept.pop()
        else:
            break
    return kept


def _is_device_footer(folded: str) -> bool:
    words = folded.split("<")[0].split("(http")[0].split()
    return folded.startswith(dialects.DEVICE_FOOTERS) and len(words) <= dialects.DEVICE_FOOTER_WORDS


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").strip()


def forwarded(text: str, subject: str | None) -> Forwarded | None:
    """The message passed on inside a text, the innermost when the passed-on one passes on another (R-164).

    A marker line announces one by itself; a bare header block counts only under a subject that says «RV:», «Fwd:» …
    None when the block names no address: without one nobody can be told to be the original sender.
    """
    lines = _lines(text[:MAX_WRITTEN])
    at, announced = 0, subjects.is_forward_subject(subject)
    best: Forwarded | None = None
    while True:
        block = _next_block(lines, at, announced)
        if block is None:
            return best
        sender = _block_sender(block)
        if sender is None:
            return best
        body_end = len(lines)
        inner_subject = block.fields.get("subject") or None
        best = Forwarded(sender, inner_subject, _unquoted(lines[block.end : body_end]), None)
        at, announced = block.end, subjects.is_forward_subject(inner_subject)


def _next_block(lines: list[str], start: int, announced: bool) -> blocks.Block | None:
    """The first header block from a line on that stands for a forward: after a marker, or anywhere if announced."""
    marked = False
    for at in range(start, len(lines)):
        if is_forward_marker(lines[at]):
            marked = True
            continue
        block = blocks.read_block(lines, at) if ":" in lines[at] else None
        if block is not None and (marked or (announced and blocks.is_foreign(block))):
            return block
        if block is not None or (not announced and not marked and _attribution_end(lines, at) is not None):
            return None
    return None


def _block_sender(block: blocks.Block) -> Mailbox | None:
    value = _BRACKETED.sub(r"<\1>", block.fields["from"])
    found = headers.mailboxes(value.replace("<mailto:", "<"))
    return found[0] if found else None


def _unquoted(lines: list[str]) -> str:
    filled = [line for line in lines if line.strip()]
    if filled and all(line.startswith(">") for line in filled):
        lines = [line[1:].removeprefix(" ") for line in lines]
    return _trimmed(lines)

"""The sender's new words told from quotes, passed-on messages, signatures and device footers.

Line based and linear in the text: each line is compared with tables (`dialects`), never searched with a pattern that
may run over the whole body. A line that merely looks like the head of a quote is cut only with a date or an address in
it, or with quoted lines below it. Cutting only hides: the full text stays beside it.
"""

import re

from mailbridge import attributions, blocks, closings, dialects, headers, subjects
from mailbridge.values import Forwarded, Mailbox

# Nobody writes more by hand; what follows is shown, not searched for quotes.
MAX_WRITTEN = 100_000

_MARKER_LENGTH = 160
_DASHES = " \t-_*>\u2013\u2014\u2500:="
# «>>> Ana Ruiz 02/03/2026 10:15 >>>» (GroupWise): what follows bears no mark of its own.
_GROUPWISE = re.compile(r">>> [^>].{2,200} >>>\s*\Z")
_BRACKETED = re.compile(r"\[(?:mailto:)?([^\]\s]+@[^\]\s]+)\]")
_LOOK_AHEAD = 3
_ATTRIBUTED_WITHIN = 4
_BEHIND_DASHES = re.compile(r"[ \t]*[-_\u2013\u2014\u2500=]{2}.*")


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
    return _trimmed(closings.without_closing(kept))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")


def _without_quotes(lines: list[str], answers: bool) -> tuple[list[str], bool]:
    """The lines that are no quote, and whether any quote was seen."""
    kept: list[str] = []
    at = 0
    seen = written = False  # a quote; a line of the sender's own
    marks = [attributions.is_quoted(line) for line in lines]
    while at < len(lines):
        if marks[at]:
            run = _run_end(marks, at)
            if _is_groupwise_head(lines, at, run):
                return kept, True
            if seen or answers or _is_quote(lines, at, run):
                seen = True
            else:
                kept += lines[at:run]
            at = run
            continue
        if _begins_rest(lines, at, answers, written):
            return kept, True
        head = at + 1 if _is_divider(lines, at) else attributions.end_of(lines, at)
        if head is not None:
            if not _mark_follows(lines, marks, head):
                return kept, True
            at, seen = head, True
            continue
        kept.append(lines[at])
        written = written or bool(lines[at].strip())
        at += 1
    return kept, seen


def _run_end(marks: list[bool], at: int) -> int:
    while at < len(marks) and marks[at]:
        at += 1
    return at


def _is_quote(lines: list[str], at: int, run: int) -> bool:
    """Whether marked lines in a message that names no other are a quote, and no list that somebody marks by hand:
    the mark of an attribution is among them (Apple Mail), or they begin or end the message."""
    bare = [line.lstrip("> \t") for line in lines[at : at + _ATTRIBUTED_WITHIN]]
    if any(attributions.end_of(bare, inside) for inside in range(len(bare))):
        return True
    outside = [*lines[:at], *lines[run:]]
    alone = not any(line.strip() for line in lines[:at]) or not any(line.strip() for line in lines[run:])
    return run - at > 1 and alone and any(line.strip() for line in outside)


def _mark_follows(lines: list[str], marks: list[bool], start: int) -> bool:
    """Whether the next written line, a few blank ones passed over, is a quoted one."""
    for at in range(start, min(start + _LOOK_AHEAD, len(lines))):
        if lines[at].strip():
            return marks[at]
    return False


def _is_groupwise_head(lines: list[str], at: int, run: int) -> bool:
    return run - at == 1 and bool(_GROUPWISE.match(lines[at]) and blocks.DATE.search(lines[at]))


def _begins_rest(lines: list[str], at: int, answers: bool, written: bool) -> bool:
    """Whether everything from this line on is an earlier message."""
    line = lines[at]
    return (
        (written and _asks_to_answer_above(line))
        or attributions.runs_into_quote(line)
        or _begins_foreign_block(lines, at, answers, written)
    )


def _begins_foreign_block(lines: list[str], at: int, answers: bool, written: bool) -> bool:
    """Whether another message's header block begins at this line.

    At the top of a message that answers nothing it would be a memorandum's own head.
    """
    if (answers or written) and blocks.is_run_together(lines[at]):
        return True
    block = blocks.read_block(lines, at)
    if block is None or not blocks.is_foreign(block):
        return False
    return answers or (written and blocks.is_dated(block))


def _asks_to_answer_above(line: str) -> bool:
    folded = blocks.folded(line)
    return len(folded) < _MARKER_LENGTH and any(words in folded for words in dialects.ANSWER_ABOVE)


def _is_divider(lines: list[str], at: int) -> bool:
    line = lines[at]
    if _dashed(line, dialects.ORIGINAL_MESSAGE) or is_forward_marker(line):
        return True
    # BlackBerry 10 writes the words alone; a header block must follow.
    alone = blocks.folded(line.strip("> *")) in dialects.ORIGINAL_MESSAGE
    return alone and any(blocks.read_block(lines, below) for below in range(at + 1, min(at + 3, len(lines))))


def is_forward_marker(line: str) -> bool:
    """Whether the line announces a forwarded message («---------- Forwarded message ---------», Apple's sentence)."""
    if _dashed(line, dialects.FORWARD_MARKERS) or _names_sender(line):
        return True
    core = blocks.folded(line.strip("> *"))
    return core.endswith(":") and core.rstrip(" :") in dialects.FORWARD_MARKERS


def _dashed(line: str, table: frozenset[str]) -> bool:
    """Whether words of the table stand between dashes; what follows them on the line (Samsung) is the quote already."""
    bare = line[:_MARKER_LENGTH].strip("> *\t")
    if not bare.translate(_AS_DASH).startswith("--"):
        return False
    return blocks.folded(_BEHIND_DASHES.sub("", bare.lstrip(_DASHES))).strip(_DASHES) in table


def _names_sender(line: str) -> bool:
    """«----- Mensaje de ana@example.org ---------» (Horde), «----- Forwarded by Ana Ruiz/ORG on 02/03/2026 -----»."""
    core = blocks.folded(line.strip(_DASHES))
    evident = blocks.ADDRESS.search(core) or blocks.DATE.search(core)
    return _has_dashes(line) and core.startswith(dialects.NAMED_MARKERS) and bool(evident)


def _has_dashes(line: str) -> bool:
    bare = line.strip("> *\t").translate(_AS_DASH)
    return len(line) <= _MARKER_LENGTH and bare.startswith("--")


_AS_DASH = str.maketrans({"\u2013": "--", "\u2014": "--", "\u2500": "-", "_": "-", "=": "-"})


def _trimmed(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n").strip()


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
        inner_subject = block.fields.get("subject") or None
        best = Forwarded(sender, inner_subject, _unquoted(lines[block.end :]), None)
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
        if block is not None or (not announced and not marked and attributions.end_of(lines, at) is not None):
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

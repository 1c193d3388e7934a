"""What stands below the sender's words and is no word of theirs: signatures after a delimiter, footers of devices,
of mailing lists and of virus scanners."""

import re

from mailbridge import blocks, dialects

# RFC 3676 §4.3: the delimiter is two dashes and a space; many programs lose the space.
_DELIMITER = "-- "
_BARE_DELIMITERS = frozenset(("--", "—", "––"))
_LONGEST_AFTER_BARE = 20
# Mailman's and Outlook's rule of underscores over a footer or a typed signature.
_RULE_WIDTH = 30
_LONGEST_AFTER_RULE = 9
_SEPARATOR = re.compile(r"[\s>*]*[-_=*\u2500]{3,}\s*\Z")
_PROGRAM_FOOTER_LINES = 6
_URL_LINE = re.compile(r"\s*<?https?://\S{1,300}\s*\Z")
_WITHOUT_BRACKETS = str.maketrans("", "", "[]")


def without_closing(lines: list[str]) -> list[str]:
    """The lines above the signature, without the footers that programs add at the end."""
    return _without_footers(_above_signature(lines))


def without_rule(lines: list[str]) -> list[str]:
    """The lines without blank ones and separators at their end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _SEPARATOR.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _above_signature(lines: list[str]) -> list[str]:
    left = sum(1 for line in lines if line.strip())
    begun = False
    for at, line in enumerate(lines):
        left -= bool(line.strip())
        if line == _DELIMITER:
            return lines[:at]
        if begun and line.strip() in _BARE_DELIMITERS and left <= _LONGEST_AFTER_BARE:
            return lines[:at]
        if begun and _is_rule(line) and 0 < left <= _LONGEST_AFTER_RULE:
            return lines[:at]
        begun = begun or bool(line.strip())
    return lines


def _is_rule(line: str) -> bool:
    bare = line.strip()
    return len(bare) >= _RULE_WIDTH and not bare.strip("_")


def _without_footers(lines: list[str]) -> list[str]:
    kept = without_rule(_above_program_footer(lines))
    while kept:
        # The program's address may stand on a line of its own below its name.
        named = kept[:-1] if _URL_LINE.match(kept[-1]) else kept
        if not named or not is_device_footer(named[-1]):
            break
        kept = without_rule(named[:-1])
    return kept


def _above_program_footer(lines: list[str]) -> list[str]:
    for at in range(max(0, len(lines) - _PROGRAM_FOOTER_LINES), len(lines)):
        if blocks.folded(lines[at].strip("*_<>[]() \t")).startswith(dialects.PROGRAM_FOOTERS):
            return lines[:at]
    return lines


def is_device_footer(line: str) -> bool:
    """Whether a line is what a telephone or a web mail writes below the text: short, or excusing itself."""
    folded = blocks.folded(line.translate(_WITHOUT_BRACKETS).strip("*_<>() \t"))
    if not folded.startswith(dialects.DEVICE_FOOTERS):
        return False
    words = folded.split("<")[0].split("http")[0].split()
    excused = any(word in folded for word in dialects.EXCUSES)
    return len(words) <= (dialects.DEVICE_FOOTER_LONGEST if excused else dialects.DEVICE_FOOTER_WORDS)

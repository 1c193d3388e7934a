"""What an approver's new text decides (R-173, R-174).

A wrong decision is far worse than a question back, so a text decides only when every clause of it is understood: a
plain statement, an object, courtesy, or (after a rejection) its reason. Whatever else stands there makes it ambiguous.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Literal

from helpdesk.domain import answerwords as words
from helpdesk.domain.wording import READ_LIMIT, Clause, clauses, cleaned, folded, signature_starts, without_notice

Decision = Literal["approve", "reject", "ambiguous", "none"]
OBJECT_WORDS = 25
NAME_WORDS = 6
MISSPELT_WORDS = 40
LIKE = 0.85
QUOTED = re.compile(r"[\"«“][^\"»”]{0,200}[\"»”]")
WHOLLY_QUOTED = re.compile(r"[\"'«“‘]([^\"«»“”]{1,60})[\"'»”’]")
AFFIRMED = re.compile(r"(?:^|(?<=[\n.!]))[ ]*si(?=[ ]*[,.!])")


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision and the words that go with it: the reason of a rejection, or the condition of an ambiguous answer."""

    decision: Decision
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause that decides plainly; `tail` is what follows the deciding words, starting at `tail_at` of the text.

    `negated`: a rejection by «no». `strict`: the deciding words have other senses too.
    """

    clause: Clause
    rejects: bool
    negated: bool
    strict: bool
    tail: str
    tail_at: int


def read_answer(new_text: str) -> Answer:
    """What `new_text`, the sender's own words, decides; `none` when nothing in it speaks of a decision."""
    text = _reworded(_without_signature(_without_small_print(_respelt(cleaned(new_text)))))
    if (wrapped := WHOLLY_QUOTED.fullmatch(text)) is not None:
        text = wrapped[1]
    low = folded(text)
    parts = clauses(text, words.OPENS_STATEMENT)
    stated = _statements(text)
    if not stated:
        return _undecided(text, low, parts)
    rejecting = {statement.rejects for statement in stated}
    whole = len(new_text) <= READ_LIMIT and not words.UNFIT.search(text) and not _passes_a_message_on(low)
    if whole and len(rejecting) == 1 and not _quotes_a_decision(low):
        if rejecting == {True} and _rejects_plainly(low, text, parts, stated):
            return Answer("reject", _reason(text, parts, stated))
        if rejecting == {False} and _approves_plainly(low, text, parts, stated):
            return Answer("approve")
    return Answer("ambiguous", _condition(text, low))


def _respelt(text: str) -> str:
    for wrong, right in words.SPELT_AS_SPOKEN:
        text = wrong.sub(right, text)
    return text


def _without_small_print(text: str) -> str:
    """The text up to a notice, unless what follows decides too."""
    kept = without_notice(text)
    return kept if len(_statements(kept)) == len(_statements(text)) else text


def _statements(text: str) -> tuple[Statement, ...]:
    parts = clauses(text, words.OPENS_STATEMENT)
    return tuple(found for part in parts if (found := _statement(part, text)) is not None)


def _reworded(text: str) -> str:
    """The text with what is said in several ways said in one."""
    text = words.GO_ON_THEN.sub(r"\1 nomas", words.HOLDS_THE_PLACE.sub("", text))
    text = words.YES_ALONE.sub(r"\1", words.YES_AND.sub(r"\1", text), count=1)
    return words.TO_DISAPPROVE.sub(r"\1 la desaprobación de", text)


def _passes_a_message_on(low: str) -> bool:
    return len(words.HEAD_OF_A_MESSAGE.findall(low)) > 1


def _without_signature(text: str) -> str:
    """The text up to the first closing formula after which nothing more is said.

    What is said after a place is said after every earlier one, so the place is found by halving.
    """
    starts = sorted(signature_starts(text))
    first = bisect_left(starts, True, key=lambda start: not _says_more(text[start:]))
    return text[: starts[first]].rstrip() if first < len(starts) else text


def _says_more(closing: str) -> bool:
    """Whether a closing holds more than courtesy and a name."""
    rest = folded(closing)
    return bool(words.PROBLEM.search(rest.replace("...", "")) or any(each.search(rest) for each in words.SAYS_MORE))


def _statement(clause: Clause, text: str) -> Statement | None:
    lead = words.LEADS_IN.match(clause.folded)
    at = lead.end() if lead is not None else 0
    for position in dict.fromkeys((at, 0)):
        rejects = words.REJECTS.match(clause.folded, position)
        approves = words.APPROVES.match(clause.folded, position)
        found = rejects or approves
        if found is not None:
            tail = clause.folded[found.end() :].strip()
            kind = found.lastgroup
            tail_at = _end_in_text(clause, text, found.group())
            return Statement(
                clause, rejects is not None, kind == "negated", kind in ("bare", "blessing"), tail, tail_at
            )
    return None


def _end_in_text(clause: Clause, text: str, form: str) -> int:
    """Where the deciding words end in the text itself, whose spaces and marks the folded clause has lost."""
    pattern = r"[\W_]+".join(re.escape(word) for word in form.split())
    found = re.compile(pattern).search(folded(text[clause.start : clause.end]))
    return clause.start + found.end() if found is not None else clause.end


def _undecided(text: str, low: str, parts: tuple[Clause, ...]) -> Answer:
    speaks = (
        words.APPROVE_FAMILY.search(low)
        or words.REJECT_FAMILY.search(low)
        or words.GO_AHEAD.search(low)
        or words.MOOD_SIGN.search(text)
        or any(part.folded in words.BARE_YES_OR_NO for part in parts)
        or _misspells_a_decision(low)
    )
    doubts = words.DOUBT.search(words.NO_OBJECTION.sub(" ", low))
    if speaks and _conditional(low, text) is not None:
        return Answer("ambiguous", _condition(text, low))
    return Answer("ambiguous") if speaks or doubts else Answer("none")


def _misspells_a_decision(low: str) -> bool:
    """Whether one of the first words is nearly one that decides: «aporbado»."""
    said = dict.fromkeys(found.group() for found in islice(re.finditer(r"\w{5,12}", low), MISSPELT_WORDS))
    return any(get_close_matches(word, words.DECIDING_WORDS, 1, LIKE) for word in said)


def _quotes_a_decision(low: str) -> bool:
    return any(
        words.APPROVE_FAMILY.search(quote.group()) or words.REJECT_FAMILY.search(quote.group())
        for quote in QUOTED.finditer(low)
    )


def _conditional(low: str, text: str) -> re.Match[str] | None:
    """The first condition; «sí» with its accent, or alone before a comma, affirms."""
    for found in words.CONDITION.finditer(AFFIRMED.sub("  ", low)):
        if found.group().strip() != "si" or text[found.start() : found.start() + 2].lower() != "sí":
            return found
    return None


def _approves_plainly(low: str, text: str, parts: tuple[Clause, ...], stated: tuple[Statement, ...]) -> bool:
    deciding = {statement.clause for statement in stated}
    others = [part for part in parts if part not in deciding]
    plain = words.NO_OBJECTION.sub(" ", low)
    for part in others:
        if (sight := words.ROLE_OR_SIGHT.match(part.folded)) is not None:
            plain = plain.replace(sight.group(), " ", 1)
    plain = re.sub(r"\b(?:les? )?confirmo (?=que)", " ", plain)
    return (
        _conditional(low, text) is None
        and not words.CONDITION_OF_APPROVAL.search(plain)
        and not words.DOUBT.search(plain)
        and not words.PROBLEM.search(plain)
        and not words.PARTIAL.search(plain)
        and not words.REJECT_FAMILY.search(plain)
        and not words.MOOD_SIGN.search(words.WELCOME_SIGN.sub("", text))
        and not words.ASKS.search(text)
        and all(_plain_object(statement) for statement in stated)
        and all(_harmless(part, stated[0].clause) for part in others)
    )


def _plain_object(statement: Statement) -> bool:
    tail = words.NO_OBJECTION.sub("", statement.tail).strip()
    if adverbs := words.ADVERBS.match(tail):
        tail = tail[adverbs.end() :]
    if words.DANGLING.search(tail):
        return False
    if _all_harmless(tail):
        return not (statement.strict and "recibid" in tail)
    if statement.strict:
        return words.OF_THIS_OFFICE.fullmatch(tail) is not None or (
            words.BLESSED.match(tail) is not None
            and len(tail.split()) <= OBJECT_WORDS
            and not words.SECOND_SENTENCE.search(words.BLESSED.sub("", tail, count=1))
        )
    joined = [each.strip() for each in re.split(r"\b[ye]\b", tail)[1:]]
    return (
        words.OBJECT_START.match(tail) is not None
        and len(tail.split()) <= OBJECT_WORDS
        and not words.SECOND_SENTENCE.search(tail)
        and not words.APPROVE_FAMILY.search(tail)
        and all(words.JOINED.match(each) or _all_harmless(each) for each in joined)
    )


def _all_harmless(said: str) -> bool:
    return all(word in words.HARMLESS for word in said.split()) or words.LEADS_IN.fullmatch(said + " ") is not None


def _harmless(part: Clause, first: Clause) -> bool:
    found = words.NO_OBJECTION.sub("", part.folded).split()
    if _all_harmless(" ".join(found)) or words.GO_ON_WITH_IT.fullmatch(" ".join(found)):
        return True
    if part.start > first.start or words.APPROVE_FAMILY.search(part.folded):
        return False
    greets = words.GREETING.match(part.folded) is not None and len(found) <= NAME_WORDS
    return greets or words.ROLE_OR_SIGHT.match(part.folded) is not None


def _rejects_plainly(low: str, text: str, parts: tuple[Clause, ...], stated: tuple[Statement, ...]) -> bool:
    deciding = {statement.clause for statement in stated}
    others = [part for part in parts if part not in deciding]
    said = [part.folded for part in others] + [statement.tail for statement in stated]
    plain = words.NO_OBJECTION.sub(" ", low)
    return (
        _conditional(low, text) is None
        and not words.DOUBT.search(plain)
        and not words.RETRACTION.search(plain)
        and not words.LONE_WORD.search(low, stated[0].tail_at)
        and not words.ASKS_FIRST.search(text)
        and not any(words.OF_ONESELF.search(each) for each in said)
        and not words.MOOD_SIGN.search(words.REFUSING_SIGN.sub("", text))
        and not any(_speaks_for_it(words.MENTIONED.sub(" ", words.NEGATED_MENTION.sub(" ", each))) for each in said)
        and not any(words.TURNS.match(each) for each in said)
        and all(_plain_refusal(statement, text) for statement in stated)
        and all(_may_precede(part, stated[0].clause) for part in others if part.start < stated[0].clause.start)
        and not any(_bare_yes_or_no(part, stated[0].clause) for part in others)
    )


def _bare_yes_or_no(part: Clause, first: Clause) -> bool:
    """«No» before the rejection belongs to it."""
    said = set(part.folded.split())
    if said <= {"no", "nao"}:
        return part.start > first.start
    return said <= words.BARE_YES_OR_NO or part.folded in words.BARE_YES_OR_NO


def _speaks_for_it(said: str) -> bool:
    return bool(words.APPROVE_FAMILY.search(said) or words.WELL.search(said))


def _plain_refusal(statement: Statement, text: str) -> bool:
    follows = text[statement.tail_at : statement.tail_at + 4].lstrip()
    object_ = re.sub(r"^(?:\w+mente )+", "", statement.tail)
    return not (
        follows.startswith(("...", "…"))
        or words.PARTIAL.search(words.BECAUSE.split(statement.tail, maxsplit=1)[0])
        or statement.tail in ("no", "nao")
        or re.match(r"(?:que|de|del|a)\b", object_)
        or words.REJECT_FAMILY.search(statement.tail)
        or words.THING.match(object_)
        or words.OTHER_THING.match(object_)
        or words.BY.match(statement.tail)
        or (statement.negated and words.NOT_WHOLLY.match(statement.tail))
        or not (_all_harmless(object_) or words.REFUSED.match(object_))
    )


def _may_precede(part: Clause, first: Clause) -> bool:
    """A cause may stand before the rejection; what somebody else said may not."""
    if words.REPORTED.search(part.folded) or words.REJECT_FAMILY.search(part.folded):
        return False
    if _all_harmless(part.folded) or (part.sentence < first.sentence and words.DEFECT.search(part.folded)):
        return True
    concludes = re.match(
        r"(?:por (?:lo )?tanto|por ende|en consecuencia|por lo que|asi que|por ello|por eso)\b", first.folded
    )
    known = (words.GREETING, words.ROLE_OR_SIGHT, words.CAUSE_FIRST)
    return bool(concludes) or part.folded == "no" or any(pattern.match(part.folded) for pattern in known)


def _reason(text: str, parts: tuple[Clause, ...], stated: tuple[Statement, ...]) -> str | None:
    """The sender's words after the rejection (without the object refused), else those before it."""
    first = stated[0]
    rest = text[first.tail_at :]
    low = folded(rest)
    thing = re.match(
        rf"\s*(?:{words.THE}\s+)?{words.REQUEST}\b[^,.:;\n(]*?(?=[,.:;\n(]|$|\s{words.CAUSE.pattern})", low
    )
    if thing is not None:
        rest, low = rest[thing.end() :], low[thing.end() :]
    skipped = re.match(r"[\s,.:;()!–—-]*", low)
    start = skipped.end() if skipped is not None else 0
    if (adverbs := words.ADVERBS.match(low, start)) is not None:
        start = adverbs.end()
    if (cause := words.CAUSE.match(low, start)) is not None:
        start = cause.end()
    reason = _tidy(rest[start:])
    if reason and not all(word in words.HARMLESS for word in re.findall(r"\w+", folded(reason))):
        return reason
    before = [
        part
        for part in parts
        if part.start < first.clause.start
        and part.folded != "no"
        and not words.GREETING.match(part.folded)
        and not words.ROLE_OR_SIGHT.match(part.folded)
        and not _all_harmless(part.folded)
    ]
    return _tidy(text[before[0].start : before[-1].end]) if before else None


def _condition(text: str, low: str) -> str | None:
    """The words of a condition put to an approval; None when the answer only delays, asks or contradicts itself."""
    if words.DOUBT.search(low):
        return None
    found = _conditional(low, text) or words.CONDITION_OF_APPROVAL.search(low)
    if found is None:
        return None
    rest = text[found.end() :]
    end = re.search(r"[.;!](?!\d)|\n\s*\n", rest)
    return _tidy(rest[: end.start()] if end is not None else rest)


def _tidy(text: str) -> str | None:
    return re.sub(r"\s+", " ", text).strip(" \n,.:;-–—()!") or None

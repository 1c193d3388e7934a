"""What an approver's new text decides (R-173, R-174).

A wrong decision is far worse than a question back, so a text decides only when every clause of it is understood: a
plain statement about the thing asked for, courtesy, leave to go on, or (after a rejection) its reason. Whatever else
stands there makes it ambiguous.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Literal

from helpdesk.domain import answerdoubts as doubts
from helpdesk.domain import answerwords as words
from helpdesk.domain.answerobjects import UNDOES, Asked, with_objects
from helpdesk.domain.answersignatures import says_more, with_names
from helpdesk.domain.phrases import MOST_WORDS, end_of, ends_of
from helpdesk.domain.wording import READ_LIMIT, Clause, clauses, cleaned, folded, signature_starts, without_notice

Decision = Literal["approve", "reject", "ambiguous", "none"]
MISSPELT_WORDS = 40
LIKE = 0.85
QUOTED = re.compile(r"[\"«“][^\"»”]{0,200}[\"»”]")
WHOLLY_QUOTED = re.compile(r"[\"'«“‘]([^\"«»“”]{1,60})[\"'»”’]")
AFFIRMED = re.compile(r"(?:^|(?<=[\n.!]))[ ]*si(?=[ ]*[,.!])")
WORD = re.compile(r"[\w%$°]+(?:-\w+)*|[^\w\s.,;:!¡()\[\]\-–—\"'«»“”‘’•_]")
COURTEOUS = (*words.GREETING, *words.POLITE)
# No name or office without a comma: «Juan autorizo» has lost its accent.
BEFORE_STATEMENT = (*words.LEAD, *COURTEOUS, *words.SIGHT)
BEFORE_REFUSAL = (*BEFORE_STATEMENT, *words.LEAD_OF_REFUSAL)
WELCOME = (*COURTEOUS, *words.WELL_SEEN, *words.GOES_ON)
BESIDE_APPROVAL = (*WELCOME, *words.AGREED, *words.SIGHT, *words.LEAD, *words.ADVERB)
# «Conforme a lo revisado» is no agreement; these words agree only where nothing of the message itself is meant.
STRICT = ("agreeing", "with", "order")
AGREEING = ("agreeing", "with")
NOBODY_KNOWS = Asked()


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision and the words that go with it: the reason of a rejection, or the condition of an ambiguous answer."""

    decision: Decision
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A clause and its words, each followed by one space, names and things marked; `ends`: where each ends in the text.

    `apart`: it stands after a colon or in brackets; `announces`: a colon follows.
    """

    clause: Clause
    words: str
    ends: tuple[int, ...]
    apart: bool
    announces: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A part that decides plainly: what kind of words do so, and what follows them from `tail_at` of the text on.

    `iffy`: an «si» without its accent goes before.
    """

    part: Part
    rejects: bool
    kind: str
    tail: str
    tail_at: int
    iffy: bool


def read_answer(new_text: str, asked: Asked = NOBODY_KNOWS) -> Answer:
    """What `new_text`, the sender's own words, decides; `none` when nothing in it speaks of a decision."""
    text = _unbracketed(_reworded(_without_signature(_without_small_print(_respelt(cleaned(new_text))))), asked)
    if (wrapped := WHOLLY_QUOTED.fullmatch(text)) is not None:
        text = wrapped[1]
    low = folded(text)
    parts = _parts(text, asked)
    stated = _statements(parts, text)
    whole = len(new_text) <= READ_LIMIT and not doubts.UNFIT.search(text) and not _passes_a_message_on(low)
    if not stated:
        consents = whole and not _doubtful(text) and _consents(parts)
        return Answer("approve") if consents else _undecided(text, low, parts)
    rejecting = {statement.rejects for statement in stated}
    if whole and len(rejecting) == 1 and not _quotes_a_decision(low):
        if rejecting == {True} and _rejects_plainly(low, text, parts, stated, asked):
            return Answer("reject", _reason(text, parts, stated))
        if rejecting == {False} and _approves_plainly(text, parts, stated):
            return Answer("approve")
    return Answer("ambiguous", _condition(text, low))


def _respelt(text: str) -> str:
    for wrong, right in doubts.SPELT_AS_SPOKEN:
        text = wrong.sub(right, text)
    return text


def _reworded(text: str) -> str:
    """The text with what is said in several ways said in one."""
    text = doubts.GO_ON_THEN.sub(r"\1 nomas", doubts.HOLDS_THE_PLACE.sub("", doubts.HOW_ARE_YOU.sub("", text)))
    return doubts.TO_DISAPPROVE.sub(r"\1 la desaprobación de", text)


def _unbracketed(text: str, asked: Asked) -> str:
    """The text with the number of the request out of its brackets, which would part it from what it belongs to."""
    return text.replace(f"[{asked.number}]", f" {asked.number} ") if asked.number else text


def _without_small_print(text: str) -> str:
    """The text up to a notice, unless what follows decides too."""
    kept = without_notice(text)
    if kept == text:
        return text
    counts = [len(_statements(_parts(each, NOBODY_KNOWS), each)) for each in (kept, text)]
    return kept if counts[0] == counts[1] else text


def _statements(parts: tuple[Part, ...], text: str) -> tuple[Statement, ...]:
    """The parts that decide. Mere agreement is none beside a statement: «de acuerdo, autorizo»."""
    found = [statement for part in parts if (statement := _statement(part, text)) is not None]
    agreeing = (*words.AGREED, *words.SIGHT)
    return tuple(each for each in found if each.kind not in AGREEING or not _made_of(agreeing, each.part))


def _passes_a_message_on(low: str) -> bool:
    return len(doubts.HEAD_OF_A_MESSAGE.findall(low)) > 1


def _without_signature(text: str) -> str:
    """The text up to the first closing formula after which nothing more is said.

    What is said after a place is said after every earlier one, so the place is found by halving.
    """
    starts = sorted(signature_starts(text))
    first = bisect_left(starts, True, key=lambda start: not says_more(text, start))
    return text[: starts[first]].rstrip() if first < len(starts) else text


def _parts(text: str, asked: Asked) -> tuple[Part, ...]:
    plain = doubts.MOOD_SIGN.sub(lambda found: " " * len(found.group()), text)
    return tuple(_part(clause, plain, asked) for clause in clauses(plain, words.OPENS_STATEMENT))


def _part(clause: Clause, text: str, asked: Asked) -> Part:
    found = list(islice(WORD.finditer(text, clause.start, clause.end), MOST_WORDS + 1))
    ends = [each.end() for each in found]
    apart = text[: clause.start].rstrip()[-1:] in (":", "(", "[")
    announces = text[clause.end :].lstrip()[:1] == ":"
    if len(found) > MOST_WORDS:
        return Part(clause, f"{clause.folded} ", (), apart, announces)
    marked, widths = with_objects(with_names([each.group() for each in found]), asked)
    last = 0
    places: list[int] = []
    for width in widths:
        last += width
        places.append(ends[last - 1])
    return Part(clause, marked, tuple(places), apart, announces)


def _statement(part: Part, text: str) -> Statement | None:
    if not part.ends:
        return None
    for before, kinds in ((BEFORE_REFUSAL, words.REJECTS), (BEFORE_STATEMENT, words.APPROVES)):
        for start in ends_of(before, part.words):
            end, kind = _longest(kinds, part.words, start)
            if part.words[:start].endswith("O ") and words.DESCRIBES.match(part.words, start):
                continue
            if end > start and (kind != "whole" or part.words[end:] in ("", "O ")):
                return _stated(part, text, start, end, kind, kinds is words.REJECTS)
    return None


def _longest(kinds: dict[str, tuple[re.Pattern[str], ...]], said: str, start: int) -> tuple[int, str]:
    """Where the longest deciding phrase that begins at a place ends, and its kind."""
    return max((end_of(patterns, said, start), kind) for kind, patterns in kinds.items())


def _stated(part: Part, text: str, start: int, end: int, kind: str, rejects: bool) -> Statement | None:
    """The statement between two places of a part; None when it tells what another did: «autorizó»."""
    before, through = part.words.count(" ", 0, start), part.words.count(" ", 0, end)
    begins = part.ends[before - 1] if before else part.clause.start
    if re.search(r"ó\b", text[begins : part.ends[through - 1]].lower()):
        return None
    iffy = re.search(r"\bsi\s*$", text[part.clause.start : begins].lower()) is not None
    return Statement(part, rejects, kind, part.words[end:], part.ends[through - 1], iffy)


def _undecided(text: str, low: str, parts: tuple[Part, ...]) -> Answer:
    speaks = (
        doubts.APPROVE_FAMILY.search(low)
        or doubts.REJECT_FAMILY.search(low)
        or doubts.GO_AHEAD.search(low)
        or doubts.MOOD_SIGN.search(text)
        or any(part.clause.folded in doubts.BARE_YES_OR_NO for part in parts)
        or _misspells_a_decision(low)
    )
    unsure = doubts.DOUBT.search(doubts.NO_OBJECTION.sub(" ", low))
    if speaks and _conditional(low, text) is not None:
        return Answer("ambiguous", _condition(text, low))
    return Answer("ambiguous") if speaks or unsure else Answer("none")


def _misspells_a_decision(low: str) -> bool:
    """Whether one of the first words is nearly one that decides: «aporbado»."""
    said = dict.fromkeys(found.group() for found in islice(re.finditer(r"\w{5,12}", low), MISSPELT_WORDS))
    return any(get_close_matches(word, doubts.DECIDING_WORDS, 1, LIKE) for word in said)


def _quotes_a_decision(low: str) -> bool:
    return any(
        doubts.APPROVE_FAMILY.search(quote.group()) or doubts.REJECT_FAMILY.search(quote.group())
        for quote in QUOTED.finditer(low)
    )


def _conditional(low: str, text: str) -> re.Match[str] | None:
    """The first condition; «sí» with its accent, or alone before a comma, affirms."""
    for found in doubts.CONDITION.finditer(AFFIRMED.sub("  ", low)):
        if found.group().strip() != "si" or text[found.start() : found.start() + 2].lower() != "sí":
            return found
    return None


def _doubtful(text: str) -> bool:
    """Whether the text asks, trails off, or wears another face than agreement."""
    return (
        re.search(r"[?¿…]|\.\.\.", text) is not None
        or doubts.MOOD_SIGN.search(doubts.WELCOME_SIGN.sub("", text)) is not None
    )


def _approves_plainly(text: str, parts: tuple[Part, ...], stated: tuple[Statement, ...]) -> bool:
    deciding = {statement.part for statement in stated}
    others = [part for part in parts if part not in deciding]
    if any(statement.iffy for statement in stated) and not all(_courteous(part) for part in others):
        return False
    if all(statement.kind in STRICT for statement in stated) and words.RECEIVED.search(folded(text)):
        return False
    return not _doubtful(text) and all(_plain_object(statement) for statement in stated) and all(map(_harmless, others))


def _plain_object(statement: Statement) -> bool:
    """Whether the rest of an approving clause is its object, said without any limit, and courtesy."""
    text = statement.tail
    at = ends_of(words.ADVERB, text)[-1]
    object_ = words.COMPLEMENT[statement.kind].match(text, at)
    if object_ is None and statement.kind in ("about", "with"):
        return False
    at = object_.end() if object_ is not None else at
    following = COURTEOUS if statement.iffy else (*words.ADVERB, *WELCOME)
    return ends_of(following, text, at)[-1] == len(text)


def _courteous(part: Part) -> bool:
    return ends_of((*COURTEOUS, *words.CALL), part.words)[-1] == len(part.words)


def _harmless(part: Part) -> bool:
    """Whether a clause beside an approval leaves it as it is. A name after a colon says whom it is about, and one
    before a colon who said what follows."""
    if _made_of(BESIDE_APPROVAL, part):
        return True
    return not part.apart and not part.announces and (_signs(part) or _made_of((*BESIDE_APPROVAL, *words.CALL), part))


def _made_of(patterns: tuple[re.Pattern[str], ...], part: Part) -> bool:
    return bool(part.ends) and ends_of(patterns, part.words)[-1] == len(part.words)


def _signs(part: Part) -> bool:
    return bool(words.PERSON_SIGNS.fullmatch(part.words) or words.OFFICE_SIGNS.fullmatch(part.words))


def _consents(parts: tuple[Part, ...]) -> bool:
    """Whether the whole answer is agreement, leave to go on with the request, and courtesy: «de acuerdo, procedan»."""
    agrees = any(len(ends_of(words.CONSENTS, part.words)) > 1 for part in parts)
    goes_on = any(words.ORDERS_TO_GO_ON.search(part.words) for part in parts)
    return agrees and goes_on and all(_made_of((*WELCOME, *words.CONSENTS), part) for part in parts)


def _rejects_plainly(low: str, text: str, parts: tuple[Part, ...], stated: tuple[Statement, ...], asked: Asked) -> bool:
    deciding = {statement.part for statement in stated}
    others = [part for part in parts if part not in deciding]
    beside = [(said, part) for said, part in zip((None, *parts), parts, strict=False) if part not in deciding]
    first = stated[0]
    plain = doubts.NO_OBJECTION.sub(" ", low)
    return (
        _conditional(low, text) is None
        and not doubts.DOUBT.search(plain)
        and not doubts.RETRACTION.search(plain)
        and not doubts.LONE_WORD.search(low, first.tail_at)
        and not doubts.ASKS_FIRST.search(text)
        and not re.search(r"…|\.\.\.", text[first.tail_at :])
        and not doubts.MOOD_SIGN.search(doubts.REFUSING_SIGN.sub("", text))
        and not any(statement.iffy for statement in stated)
        and all(
            _plain_refusal(statement, others, text) and not _has_two_senses(statement, text, asked)
            for statement in stated
        )
        and all(_goes_with_refusal(part, first.part, said) for said, part in beside)
    )


def _plain_refusal(statement: Statement, others: list[Part], text: str) -> bool:
    """Whether the rest of a refusing clause is its object, courtesy, or a reason."""
    at = _after_object(statement)
    courteous = ends_of(COURTEOUS, statement.tail, at)[-1]
    if courteous < len(statement.tail):
        rest = _plain_words(text[_place_in_text(statement, courteous) : statement.part.clause.end])
        return doubts.OPENS_REASON.match(rest) is not None and _is_reason(rest)
    return statement.kind != "about" or at > 0 or any(map(_gives_reason, others))


def _plain_words(text: str) -> str:
    return "".join(f"{found.group()} " for found in WORD.finditer(folded(text)))


def _after_object(statement: Statement) -> int:
    """Where the object of a rejection ends in its tail, after adverbs."""
    at = ends_of(words.ADVERB_OF_REFUSAL, statement.tail)[-1]
    found = words.COMPLEMENT[statement.kind].match(statement.tail, at)
    return found.end() if found is not None else at


def _place_in_text(statement: Statement, at: int) -> int:
    """The place of the text that a place of the tail stands for."""
    ends = statement.part.ends[-statement.tail.count(" ") :] if statement.tail else ()
    count = statement.tail.count(" ", 0, at)
    return ends[count - 1] if count else statement.tail_at


def _has_two_senses(statement: Statement, text: str, asked: Asked) -> bool:
    """Whether what is refused may be what those who read it do («no acepto el servicio»), or a bare «desapruebo» grants
    the disapproval that was asked for."""
    at = _after_object(statement)
    if statement.kind == "disapproving" and at == 0 and UNDOES.search(folded(asked.name)):
        return True
    object_ = folded(text[statement.tail_at : _place_in_text(statement, at)])
    return any(found not in folded(asked.name) for found in doubts.COMPLAINED_OF.findall(object_))


def _goes_with_refusal(part: Part, first: Part, said: Part | None) -> bool:
    """Whether a clause beside a rejection is courtesy or a reason; `said` is the clause before it."""
    if _made_of(COURTEOUS, part):
        return True
    if part.announces and _made_of(words.CALL, part):
        return False
    if part.clause.start < first.clause.start:
        leads_on = (
            part.clause.sentence < first.clause.sentence
            or doubts.CAUSE_FIRST.match(part.clause.folded)
            or doubts.CONCLUDES.match(first.clause.folded)
        )
        opens = part.words == "no " or _made_of((*BEFORE_REFUSAL, *words.CALL), part)
        return opens or (bool(leads_on) and _gives_reason(part))
    if doubts.PAPER_LIST.fullmatch(f"{part.clause.folded} "):
        return said is not None and said.clause.sentence == part.clause.sentence and _gives_reason(said)
    return (not part.apart and (_signs(part) or _courteous(part))) or _gives_reason(part)


def _gives_reason(part: Part) -> bool:
    return bool(part.ends) and _is_reason(f"{part.clause.folded} ")


def _is_reason(said: str) -> bool:
    """Whether words say what is wrong with the request or how to mend it, and not who else decides or what goes on."""
    plain = doubts.MENTIONED.sub(" ", doubts.NEGATED_MENTION.sub(" ", said))
    return (
        (doubts.REASON_OF_DEFECT.search(said) is not None or doubts.REASON_TO_MEND.match(said) is not None)
        and not doubts.NOT_A_REASON.search(said.replace("visto bueno ", ""))
        and not doubts.ENCLITIC_ORDER.search(said)
        and not doubts.OF_ONESELF.search(said)
        and not doubts.OF_MINE.search(said)
        and not doubts.TURNS.match(said)
        and not doubts.WELL.search(plain)
        and not doubts.APPROVE_FAMILY.search(plain)
        and not doubts.REJECT_FAMILY.search(plain)
    )


def _reason(text: str, parts: tuple[Part, ...], stated: tuple[Statement, ...]) -> str | None:
    """The sender's words after the rejection (without the object refused), else those before it."""
    first = stated[0]
    at = _after_object(first)
    goes_on = ends_of(COURTEOUS, first.tail, at)[-1] < len(first.tail)
    after = [part for part in parts if part.clause.start > first.part.clause.start]
    if goes_on or not all(_courteous(part) or _signs(part) for part in after):
        return _tidy(_without_cause(text, _place_in_text(first, at)))
    before = [part for part in parts if part.clause.start < first.part.clause.start]
    said = [part for part in before if part.words != "no " and not _made_of((*BEFORE_REFUSAL, *words.CALL), part)]
    return _tidy(text[said[0].clause.start : said[-1].clause.end]) if said else None


def _without_cause(text: str, start: int) -> str:
    low = folded(text)
    if (skipped := re.compile(r"[\s,.:;()!–—-]*").match(low, start)) is not None:
        start = skipped.end()
    if (cause := doubts.CAUSE.match(low, start)) is not None:
        start = cause.end()
    return text[start:]


def _condition(text: str, low: str) -> str | None:
    """The words of a condition put to an approval; None when the answer only delays, asks or contradicts itself."""
    if doubts.DOUBT.search(low):
        return None
    found = _conditional(low, text) or doubts.CONDITION_OF_APPROVAL.search(low)
    if found is None:
        return None
    rest = text[found.end() :]
    end = re.search(r"[.;!](?!\d)|\n\s*\n", rest)
    return _tidy(rest[: end.start()] if end is not None else rest)


def _tidy(text: str) -> str | None:
    return re.sub(r"\s+", " ", text).strip(" \n,.:;-–—()!") or None

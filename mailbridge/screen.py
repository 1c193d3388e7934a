"""What is to be done with a message: an ordered list of tiny named rules, the first that applies decides.

Nothing is dropped here. `own` and `bulk` are ignored by name, `automatic` is noted with its ticket, `quarantine`
waits for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.domain.addresses import base_address
from mailbridge import limits, trust
from mailbridge.authors import AMBIGUOUS
from mailbridge.values import ParsedMail, Verdict, VerdictKind

TRUSTED_MACHINE = "trusted-machine"
PARSE_ERROR = "parse_error"
UNMATCHED = "automatic_unmatched"


@dataclass(frozen=True, slots=True)
class ScreenFacts:
    """What the installation knows of itself; addresses in lower case.

    `own_addresses` are our mailboxes, `trusted_machines` the senders whose machine mail opens tickets (R-167),
    `border` is the authserv-id of our own mail border, `loop_marks` the values our automatic letters carry in X-Loop.
    """

    own_addresses: frozenset[str]
    trusted_machines: frozenset[str]
    border: str | None
    loop_marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Case:
    mail: ParsedMail
    facts: ScreenFacts
    judgement: trust.Judgement
    settled: frozenset[str]

    @property
    def from_us(self) -> bool:
        """Whether any From names one of our own mailboxes, plus-parts aside."""
        return any(base_address(box.address) in self.facts.own_addresses for box in self.mail.senders)


Outcome = tuple[VerdictKind, str] | None


def _limit_passed(case: _Case) -> Outcome:
    words = (*limits.LIMIT_DEFECTS, PARSE_ERROR)
    found = next((word for word in words if word in case.mail.defects), None)
    return ("quarantine", found) if found else None


def _too_many_hops(case: _Case) -> Outcome:
    """RFC 5321 §6.3: over 100 Received fields it runs in a circle."""
    return ("quarantine", "hop_limit") if case.mail.hops > limits.MAX_HOPS else None


def _our_loop_mark(case: _Case) -> Outcome:
    """Our letter came back. In a person's mail from elsewhere the mark is only an imitation or a quote."""
    marks = {*case.mail.loop_marks, case.mail.loop_mark} & case.facts.loop_marks
    return ("own", "loop-mark") if marks and (case.mail.auto.is_auto or case.from_us) else None


def _forged_as_us(case: _Case) -> Outcome:
    return ("quarantine", "spoof_suspect_agent") if case.from_us and case.judgement.failed else None


def _our_machine(case: _Case) -> Outcome:
    """A mailbox of ours wrote by machine. By hand it may: a regional officer's address can be a mailbox too."""
    answered = case.mail.auto.kind in ("auto-reply", "auto-generated")
    return ("own", "own-address") if case.from_us and answered and not _is_trusted_machine(case) else None


def _bounce(case: _Case) -> Outcome:
    return ("bounce", case.mail.auto.reason) if case.mail.auto.kind == "bounce" else None


def _no_sender(case: _Case) -> Outcome:
    """Identity is From alone: a border that finds no author there finds no policy that could refuse the message."""
    return ("quarantine", "no_sender") if not case.mail.senders else None


def _several_authors(case: _Case) -> Outcome:
    """Which of several authors is meant decides who may read and decide, so a person looks (RFC 7489 §6.6.1)."""
    addresses = {box.address.lower() for box in case.mail.senders}
    doubtful = len(addresses) > 1 or AMBIGUOUS in case.mail.defects
    return ("quarantine", "ambiguous_sender") if doubtful else None


def _too_many_recipients(case: _Case) -> Outcome:
    """Everybody in To and Cc may join the conversation: a mail to a crowd is for a person to look at."""
    people = len(case.mail.to) + len(case.mail.cc)
    return ("quarantine", "too_many_recipients") if people > limits.MAX_RECIPIENTS else None


def _trusted_machine(case: _Case) -> Outcome:
    return ("letter", TRUSTED_MACHINE) if _is_trusted_machine(case) else None


def _bulk(case: _Case) -> Outcome:
    """RFC 2919 and RFC 2369: a mailing list writes to many, never to us alone."""
    return ("bulk", f"list: {case.mail.auto.reason}") if case.mail.auto.kind == "list" else None


def _automatic(case: _Case) -> Outcome:
    """Unless a person looked and says that a person wrote it."""
    auto = case.mail.auto
    found = auto.is_auto and UNMATCHED not in case.settled
    return ("automatic", f"{auto.kind}: {auto.reason}") if found else None


def _marked_by_another(case: _Case) -> Outcome:
    """An X-Loop that is not ours: some other program sent or passed this on, and would answer our answer."""
    if UNMATCHED in case.settled:
        return None
    foreign = [mark for mark in case.mail.looped if mark not in case.facts.loop_marks]
    return ("automatic", "auto-generated: loop mark") if foreign else None


def _letter(case: _Case) -> Outcome:
    return ("letter", "")


_RULES: tuple[Callable[[_Case], Outcome], ...] = (
    _limit_passed,
    _too_many_hops,
    _our_loop_mark,
    _forged_as_us,
    _our_machine,
    _bounce,
    _no_sender,
    _several_authors,
    _trusted_machine,
    _bulk,
    _automatic,
    _marked_by_another,
    _too_many_recipients,
    _letter,
)


def screen(mail: ParsedMail, facts: ScreenFacts, settled: frozenset[str] = frozenset()) -> Verdict:
    """The verdict on one message. T2 (a reply token) is not judged here: it needs the tokens we issued.

    `settled` are the reasons for quarantine that somebody looked at and settled: they put nothing aside any more.
    """
    judgement = trust.judge(mail, facts.border)
    case = _Case(mail, facts, judgement, settled)
    outcomes = (outcome for rule in _RULES if (outcome := rule(case)) is not None)
    kind, reason = next(each for each in outcomes if not (each[0] == "quarantine" and each[1] in settled))
    return Verdict(kind, reason, judgement.trust)


def _is_trusted_machine(case: _Case) -> bool:
    listed = any(base_address(box.address) in case.facts.trusted_machines for box in case.mail.senders)
    return listed and case.mail.auto.kind == "auto-generated" and not case.judgement.failed

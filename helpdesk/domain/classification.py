"""What kind of request a message is (R-159, R-160): a proposal, or none with the candidates when it is not clear.

What is asked weighs most (fragments of the catalogue in the subject, then in the body), what came attached, where it
was sent and who sent it only lean. Two requests in one message are no type at all: a person splits them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from helpdesk.domain.catalogue import Catalogue, MailboxSpec, RequestType
from helpdesk.domain.documentmatching import mentions, mentions_code
from helpdesk.domain.folding import contains, fold, stems
from helpdesk.domain.kept import kept
from helpdesk.domain.matchwords import Message, asked, form_names, message_of, opposing, without
from helpdesk.domain.severalrequests import EVIDENCE, is_announced, requests_in

SUBJECT, BODY = 3.0, 1.0
AGAINST_SUBJECT, AGAINST_BODY = 5.0, 2.0
FORM_CODE, DOCUMENT = 2.5, 1.0
NAME_SUBJECT, NAME_BODY = 2.0, 1.0
NAMED_SUBJECT, NAMED_BODY = 2.0, 1.0
INSTITUTION_FIELD = re.compile(r"institucion|tipo de entidad")
ACCEPTED_HERE, ONLY_ONE_HERE, FORMER_ROLE, NOT_THEIRS = 1.0, 2.5, 1.0, 0.5
BODY_LIMIT = 4.0
ENOUGH = 1.5
RIVAL_SHARE, RIVAL_SHARE_WHEN_SEVERAL = 0.6, 0.25
CLEAR_LEAD = 0.75
# Every letter asks; the word tells no type apart although some names have it.
ASKING = frozenset(stems("solicitud"))
# A subject that is «consulta» of something else asks for that.
GENERAL = frozenset({"consulta", "duda"})
HALF_SAID = 0.75
HINT = 0.7


@dataclass(frozen=True, slots=True)
class Classification:
    """The proposed type, or None with those that it may be, in the catalogue's order; `reason` is Spanish, shown."""

    request_type: str | None
    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Score:
    request_type: RequestType
    content: float
    leaning: float
    asked_in_subject: bool
    against: frozenset[str]
    only_one_here: bool
    accepted_here: bool

    @property
    def opposed(self) -> bool:
        return bool(self.against)

    @property
    def total(self) -> float:
        return self.content + self.leaning


def classify(
    catalogue: Catalogue,
    mailbox: MailboxSpec,
    subject: str,
    text: str,
    attachment_names: tuple[str, ...],
    sender_roles: frozenset[str],
) -> Classification:
    """The type of a request by its words, files, mailbox and sender; never a silent guess (R-159).

    `text` is what the sender wrote and forwarded, without quotations of ours; `sender_roles` are the roles that the
    sender holds with us.
    """
    catalogue = _offered_in(catalogue, mailbox.centre)
    message = message_of(subject, text, attachment_names)
    scores = [_score(catalogue, each, mailbox, message, sender_roles) for each in catalogue.request_types]
    several = _several_requests(catalogue, message, scores)
    if len(several) > 1:
        return Classification(None, _in_order(catalogue, several), "varias solicitudes en un mensaje")
    return _decided(catalogue, mailbox, scores)


@kept
def _offered_in(catalogue: Catalogue, centre: str | None) -> Catalogue:
    """The catalogue as one centre has it (R-106)."""
    types = catalogue.offered_in(centre)
    return catalogue if types == catalogue.request_types else replace(catalogue, request_types=types)


def _decided(catalogue: Catalogue, mailbox: MailboxSpec, scores: list[_Score]) -> Classification:
    ranked = sorted(scores, key=lambda score: -score.total)
    speaking = [score for score in ranked if score.content >= EVIDENCE and score.total > 0]
    if not speaking:
        only = _only_type_of(mailbox)
        if only:
            return Classification(only, (), "es el único tipo del buzón")
        lone = [score for score in scores if score.content >= HINT]
        if len(lone) == 1 and not lone[0].opposed and lone[0].accepted_here:
            return Classification(lone[0].request_type.key, (), "es lo único del buzón de lo que habla el mensaje")
        hinted = {score.request_type.key for score in ranked[:3] if score.content > 0}
        return Classification(None, _in_order(catalogue, hinted), "nada en el mensaje dice qué se pide")
    best = _preferred(speaking, ranked)
    rivals = [
        score
        for score in (*speaking, *(score for score in ranked if score.only_one_here and score not in speaking))
        if score is not best
        and best.total - score.total < CLEAR_LEAD
        and (score.content >= RIVAL_SHARE * best.content or score.only_one_here)
        and score.opposed <= best.opposed
    ]
    if rivals or best.total < ENOUGH:
        unsure = {score.request_type.key for score in (best, *rivals)}
        return Classification(None, _in_order(catalogue, unsure), "no queda claro qué se pide")
    return Classification(best.request_type.key, (), "por las palabras del asunto, del texto y de los adjuntos")


def _preferred(speaking: list[_Score], ranked: list[_Score]) -> _Score:
    """The strongest, unless the catalogue speaks against it and for another that is half as strong."""
    best = speaking[0]
    if not best.opposed:
        return best
    meant = [
        score
        for score in ranked
        if not score.opposed and score.content >= HALF_SAID and _is_meant_instead(score.request_type, best.against)
    ]
    if meant:
        return meant[0]
    others = [score for score in speaking if not score.opposed and score.content >= best.content / 2]
    return others[0] if others else best


def _is_meant_instead(request_type: RequestType, against: frozenset[str]) -> bool:
    """Whether what speaks against the strongest type speaks for this one («municipalidad», «convenio nacional»)."""
    return bool(against & set(request_type.match.any))


def _score(
    catalogue: Catalogue,
    request_type: RequestType,
    mailbox: MailboxSpec,
    message: Message,
    sender_roles: frozenset[str],
) -> _Score:
    asking = without(message, _foreign_forms(catalogue, request_type))
    opposed = without(message, form_names(request_type))
    in_subject = asked(request_type, asking.subject, asking.subject_stems)
    in_body = asked(request_type, asking.body, asking.body_stems)
    against_subject = opposing(request_type, opposed.subject)
    against_body = opposing(request_type, opposed.body)
    content = SUBJECT * in_subject + BODY * min(in_body, BODY_LIMIT)
    content += NAME_SUBJECT * _name_share(catalogue, request_type, message.subject_stems)
    content += NAME_BODY * _name_share(catalogue, request_type, message.body_stems)
    content += _institution_named(request_type, message)
    content += _attached(catalogue, request_type, message.attachments)
    if against_subject or against_body:
        content -= AGAINST_SUBJECT if against_subject else AGAINST_BODY
    only_one = _only_type_of(mailbox) == request_type.key
    leaning = _leaning(request_type, mailbox, sender_roles) if content > 0 or only_one else 0.0
    return _Score(
        request_type,
        max(content, 0.0) if only_one else content,
        leaning,
        in_subject >= 1.0,
        against_subject | against_body,
        only_one,
        mailbox.accepts != "*" and request_type.key in mailbox.accepts,
    )


@kept
def _foreign_forms(catalogue: Catalogue, request_type: RequestType) -> frozenset[str]:
    """What the forms of other types are called, unless a form of this type is called nearly so."""
    own_forms = form_names(request_type)
    others = {name for each in catalogue.request_types for name in form_names(each)} - set(own_forms)
    return frozenset(name for name in others if not any(own in name or name in own for own in own_forms))


def _institution_named(request_type: RequestType, message: Message) -> float:
    """Whether the text names a body that only this type lists («Institución del usuario: FOSIS, Gobernación …»)."""
    listed = _listed_institutions(request_type)
    if any(contains(message.subject, name) for name in listed):
        return NAMED_SUBJECT
    return NAMED_BODY if any(contains(message.body, name) for name in listed) else 0.0


@kept
def _listed_institutions(request_type: RequestType) -> tuple[str, ...]:
    return tuple(
        fold(choice.label)
        for field in request_type.intake_fields
        if field.type == "choice" and INSTITUTION_FIELD.match(fold(field.label))
        for choice in field.choices
    )


def _name_share(catalogue: Catalogue, request_type: RequestType, text_stems: tuple[str, ...]) -> float:
    """Which part of the type's name a text says, each word counted by how few types have it."""
    weights = _name_weights(catalogue, request_type)
    total = sum(weights.values())
    said = sum(weight for word, weight in weights.items() if word in text_stems and word not in ASKING)
    return said / total if total else 0.0


@kept
def _name_weights(catalogue: Catalogue, request_type: RequestType) -> Mapping[str, float]:
    names = [set(stems(each.name)) for each in catalogue.request_types]
    return {word: 1.0 / sum(word in name for name in names) for word in stems(request_type.name)}


def _attached(catalogue: Catalogue, request_type: RequestType, names: tuple[str, ...]) -> float:
    """What the files' names say: a form code, or fragments of documents that few types ask for."""
    total = 0.0
    for document in request_type.required_documents:
        code = document.form_code
        if code and any(mentions_code(name, code) and not _longer_code(catalogue, name, code) for name in names):
            total += FORM_CODE / _types_with_code(catalogue, code)
        shares = [
            1.0 / _types_with_fragment(catalogue, fragment)
            for fragment in document.match
            if any(mentions(name, fragment) for name in names)
        ]
        total += DOCUMENT * max(shares, default=0.0)
    return total


@kept
def _types_with_code(catalogue: Catalogue, code: str) -> int:
    return sum(
        any(document.form_code == code for document in each.required_documents) for each in catalogue.request_types
    )


def _longer_code(catalogue: Catalogue, name: str, code: str) -> bool:
    return any(mentions_code(name, other) for other in _codes_beginning(catalogue, code))


@kept
def _codes_beginning(catalogue: Catalogue, code: str) -> frozenset[str]:
    """Longer form codes that begin with this one."""
    codes = {document.form_code for each in catalogue.request_types for document in each.required_documents}
    return frozenset(other for other in codes if other and other.startswith(code) and other != code)


@kept
def _types_with_fragment(catalogue: Catalogue, fragment: str) -> int:
    return sum(
        any(fragment in document.match for document in each.required_documents) for each in catalogue.request_types
    )


def _leaning(request_type: RequestType, mailbox: MailboxSpec, sender_roles: frozenset[str]) -> float:
    total = 0.0
    if mailbox.accepts != "*" and request_type.key in mailbox.accepts:
        total += ONLY_ONE_HERE if _only_type_of(mailbox) else ACCEPTED_HERE
    if sender_roles & set(request_type.who_may_request):
        total += FORMER_ROLE
    elif sender_roles:
        total -= NOT_THEIRS
    return total


def _only_type_of(mailbox: MailboxSpec) -> str | None:
    return mailbox.accepts[0] if mailbox.accepts != "*" and len(mailbox.accepts) == 1 else None


def _several_requests(catalogue: Catalogue, message: Message, scores: list[_Score]) -> set[str]:
    named = [score for score in scores if score.asked_in_subject and not score.opposed and score.content > 0]
    named = [score for score in named if not GENERAL & set(score.request_type.match.any)] or named
    best = max((score.content for score in scores), default=0.0)
    share = RIVAL_SHARE_WHEN_SEVERAL if is_announced(message) else RIVAL_SHARE
    rivals = frozenset(score.request_type.key for score in named if score.content >= share * best)
    return requests_in(catalogue, message, tuple(score.request_type for score in named), rivals)


def _in_order(catalogue: Catalogue, keys: set[str]) -> tuple[str, ...]:
    return tuple(each.key for each in catalogue.request_types if each.key in keys)

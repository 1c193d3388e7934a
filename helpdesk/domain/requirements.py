"""What a request of a type must bring, what came with it, and what is missing (R-019, R-067, R-163)."""

from collections.abc import Mapping

from helpdesk.domain.catalogue import Condition, IntakeField, RequestType, RequiredDocument
from helpdesk.domain.documentmatching import CandidateFile as CandidateFile
from helpdesk.domain.documentmatching import Proposal as Proposal
from helpdesk.domain.documentmatching import assign

NEVER_STATED = frozenset({"captcha"})


def applies(condition: Condition | None, facts: Mapping[str, object]) -> bool:
    """Whether a condition of the catalogue holds; an unknown fact is in no list. No condition always holds."""
    if condition is None:
        return True
    value = facts.get(condition.field)
    if condition.any_of is not None:
        return value in condition.any_of
    return condition.none_of is None or value not in condition.none_of


def is_needed(required: str, when: Condition | None, facts: Mapping[str, object]) -> bool:
    """Whether a document or a datum is mandatory under the facts (`always`, or `conditional` whose `when` holds)."""
    return required == "always" or (required == "conditional" and applies(when, facts))


def needed_documents(
    request_type: RequestType, fields: Mapping[str, object], context: Mapping[str, object]
) -> tuple[RequiredDocument, ...]:
    """The mandatory documents under the facts; `context` holds channel, mailbox, requester_role, step, escala."""
    facts = {**fields, **context}
    return tuple(each for each in request_type.required_documents if is_needed(each.mandatory, each.when, facts))


def missing_documents(
    request_type: RequestType,
    fields: Mapping[str, object],
    context: Mapping[str, object],
    provided: frozenset[str],
) -> tuple[str, ...]:
    """Keys of the mandatory documents that nobody provided, in the catalogue's order."""
    return tuple(each.key for each in needed_documents(request_type, fields, context) if each.key not in provided)


def missing_fields(
    request_type: RequestType, fields: Mapping[str, object], context: Mapping[str, object]
) -> tuple[str, ...]:
    """Keys of the data for which a mailed request is returned (catalogue README, «Missing data in a mailed request»).

    Only `always` fields that the seed itself asks for, and only where no required document is a form that carries
    them. What the desk itself classifies is not asked of the requester.
    """
    if any(each.template for each in request_type.required_documents):
        return ()
    classified = {each.key for each in classified_fields(request_type)}
    return tuple(
        each.key
        for each in fields_to_complete(request_type, fields, context)
        if each.required == "always" and each.source == "seed" and each.key not in classified
    )


def classified_fields(request_type: RequestType) -> tuple[IntakeField, ...]:
    """The data that the desk decides in a step of classification: the kinds among which the type chooses (R-044)."""
    if not any(step.kind == "classify" and step.enabled for step in request_type.route):
        return ()
    return tuple(each for each in request_type.intake_fields if each.type == "choice" and each.required == "always")


def fields_to_complete(
    request_type: RequestType, fields: Mapping[str, object], context: Mapping[str, object]
) -> tuple[IntakeField, ...]:
    """Every mandatory datum still unknown («datos por completar»), in the catalogue's order."""
    facts = {**fields, **context}
    return tuple(
        each
        for each in request_type.intake_fields
        if each.type not in NEVER_STATED
        and is_needed(each.required, each.when, facts)
        and fields.get(each.key) in (None, "", [])
    )


def propose_documents(
    request_type: RequestType,
    fields: Mapping[str, object],
    context: Mapping[str, object],
    files: tuple[CandidateFile, ...],
    provided: frozenset[str] = frozenset(),
) -> tuple[Proposal, ...]:
    """Which file seems to be which required document, in the order of the files (R-162, R-163).

    Documents that are mandatory under the facts and not yet `provided` come before the others; pictures inside the
    text and logos are none.
    """
    needed = {each.key for each in needed_documents(request_type, fields, context)} - provided
    return assign(request_type.required_documents, frozenset(needed), files)

"""Opens a ticket for somebody who came, called or handed in a paper (R-016 to R-018, R-065).

It goes the way of a mailed request from there on. A type that is not taken by the channel is refused before anything
is written (R-012, R-014).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import additions, channels
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.choices import choices_of
from helpdesk.domain.errors import Invalid, NotFound
from helpdesk.domain.incoming import IncomingFile
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.requesters import Requester, identify
from helpdesk.domain.validation import EMAIL
from helpdesk.models.documents import Original
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import viewers
from helpdesk.queries.people import holdings_of, today
from helpdesk.services import calendarlock, history, messages, opening, reading, tickets
from helpdesk.services.people import meet, meet_without_address

# The datum of support that is the hour at which the attention began.
BEGINNING = "inicio_atencion"
UNTOLD = "Anónimo"
UNCLASSIFIED = "Se registró sin tipo de solicitud."
NO_ADDRESS = "No dejó correo: se le informa donde hizo la solicitud."


@dataclass(frozen=True, slots=True)
class ByHand:
    """A request as somebody of the staff writes it down.

    `request_type` None leaves it unclassified. `address` may be empty where the desk answers in person. `originals`
    are the required documents seen on paper, each with whether the paper stays. `received_at` None is now. `place` is
    the region or centre where it is opened, for types whose data do not say it.
    """

    channel: str
    request_type: str | None
    name: str
    subject: str
    text: str
    address: str = ""
    national_id: str = ""
    entity: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[IncomingFile, ...] = ()
    originals: Mapping[str, bool] = field(default_factory=dict)
    received_at: datetime | None = None
    place: str | None = None


def open_by_hand(session: Session, actor: Actor, asked: ByHand) -> Ticket:
    """The new ticket, its route begun. The requester is written to where there is an address.

    Raises NotFound for an unknown type, Invalid with the fields that are wrong or for a channel by which the type is
    not taken.
    """
    assert actor.institution_id is not None
    calendarlock.counted_in(session, actor.institution_id)
    catalogue = catalogues.current(session, actor.institution_id)
    request_type = admitted(catalogue, asked.request_type, asked.channel)
    received_at = _check(catalogue, request_type, asked)
    person = _requester(session, actor.institution_id, asked)
    who = _identify(session, catalogue, request_type, person)
    request = opening.Request(
        request_type=request_type,
        candidates=(),
        reason="" if request_type else UNCLASSIFIED,
        channel=asked.channel,
        mailbox_id=None,
        requester=who,
        person=person,
        subject=asked.subject.strip(),
        received_at=received_at,
    )
    ticket = opening.create(session, actor.institution_id, catalogue, request)
    tickets.put_fields(ticket, {**_beginning(catalogue, request_type, received_at), **asked.fields})
    ticket.entity = asked.entity.strip()
    message = _message(session, ticket, person, asked)
    reading.read(ticket, catalogue, reading.mailbox_spec(catalogue, None), _words(person, message, asked), who)
    if request_type is not None and request_type.centre is not None:
        said = asked.fields.get("centro") or asked.place or request_type.centre
        additions.check_offered(catalogue, request_type, str(said))
        ticket.centre = request_type.centre
    _settle_own_place(session, actor, catalogue, ticket, asked.place)
    opening.settle_place(session, ticket)
    history.record(
        session,
        actor,
        ticket,
        "opened_by_hand",
        {
            "request_type": ticket.request_type,
            "channel": ticket.channel,
            "requester": person.name,
            **history.of_message(session, message, asked.files),
        },
    )
    _hand_over(session, actor, ticket, asked.originals)
    if person.undeliverable_since is not None:
        history.record(session, actor, ticket, "kept_silent", {"sentence": NO_ADDRESS})
    opening.start(session, actor, ticket, "silent" if person.undeliverable_since is not None else "full")
    return ticket


def admitted(catalogue: Catalogue, key: str | None, channel: str) -> RequestType | None:
    """The type, if it may be opened by hand through that channel; None for one still to be classified.

    Raises NotFound for an unknown type, Invalid for a channel that is not one of those, or not of the type.
    """
    if channel not in channels.by_hand(catalogue):
        raise Invalid("Elija por qué canal llegó la solicitud.", {"channel": "Elija un canal de la lista."})
    if key is None:
        return None
    request_type = next((each for each in catalogue.request_types if each.key == key), None)
    if request_type is None:
        raise NotFound(f"El catálogo no tiene el tipo «{key}».")
    if not channels.admits(request_type, channel):
        sentence = channels.refusal(request_type, channel)
        raise Invalid(sentence, {"channel": sentence})
    return request_type


def own_places(session: Session, actor: Actor, catalogue: Catalogue) -> tuple[str, ...]:
    """The regions or centres to which the person's work is bound, in the catalogue's order; empty for the whole."""
    who = viewers.acting(session, actor)
    if who is None or who.sees_all:
        return ()
    places = [place.key for place in catalogue.regions] + [place.key for place in catalogue.centres]
    return tuple(key for key in places if key in who.scopes)


def _check(catalogue: Catalogue, request_type: RequestType | None, asked: ByHand) -> datetime:
    """When the request was received. Raises Invalid with everything that is wrong at once."""
    wrong = dict(_wrong(catalogue, asked))
    now = clock.now()
    received_at = asked.received_at or now
    zone = ZoneInfo(catalogue.institution.timezone)
    if received_at > now or received_at.astimezone(zone).date() != now.astimezone(zone).date():
        wrong["received_at"] = "La atención empezó hoy y no después de ahora: corrija la hora."
    documents = {each.key for each in request_type.required_documents} if request_type else set()
    if not asked.originals.keys() <= documents:
        wrong["originals"] = "Hay un documento que este tipo de solicitud no pide."
    if wrong:
        raise Invalid("Revise los datos marcados: nada se guardó todavía.", wrong)
    tickets.check_fields(catalogue, request_type, asked.fields)
    return received_at


def _beginning(catalogue: Catalogue, request_type: RequestType | None, received_at: datetime) -> dict[str, Any]:
    if request_type is None or BEGINNING not in {each.key for each in request_type.intake_fields}:
        return {}
    return {BEGINNING: received_at.astimezone(ZoneInfo(catalogue.institution.timezone)).isoformat()}


def _wrong(catalogue: Catalogue, asked: ByHand) -> Iterable[tuple[str, str]]:
    if not asked.name.strip() and asked.channel not in channels.WITHOUT_NAME:
        yield "name", "Escriba el nombre de quien solicita."
    if not asked.subject.strip():
        yield "subject", "Escriba el asunto."
    if not asked.text.strip():
        yield "text", "Escriba qué se solicita."
    address = asked.address.strip().lower()
    if address and not asked.name.strip() and not choices_of(catalogue.institution).answer_anonymous:
        yield "address", "Una sugerencia anónima no se responde: escriba el nombre, o deje vacío el correo."
    if not address and asked.channel not in channels.WITHOUT_ADDRESS:
        yield "address", "Escriba el correo: por este canal la respuesta sale por correo."
    if address and EMAIL.match(address) is None:
        yield "address", "No es una dirección de correo electrónico válida."
    if address in {mailbox.address.lower() for mailbox in catalogue.mailboxes}:
        yield "address", "Es un buzón de la institución: escriba el correo de quien solicita."


def _requester(session: Session, institution_id: int, asked: ByHand) -> Person:
    address, name = asked.address.strip(), asked.name.strip() or UNTOLD
    return (
        meet(session, institution_id, name, address) if address else meet_without_address(session, institution_id, name)
    )


def _identify(session: Session, catalogue: Catalogue, request_type: RequestType | None, person: Person) -> Requester:
    held = holdings_of(session, person.institution_id, person.address, today(session, person.institution_id))
    named = Named(person.name, person.address)
    return identify(catalogue, named, None, lambda _: held, frozenset(), request_type)


def _message(session: Session, ticket: Ticket, person: Person, asked: ByHand) -> Message:
    """What was asked, as the first message of the conversation: files and search find it where mails are."""
    head = [f"Documento de identidad: {asked.national_id.strip()}"] if asked.national_id.strip() else []
    text = "\n\n".join((*head, asked.text.strip()))
    message = Message(
        ticket_id=ticket.id,
        direction="inbound",
        kind="letter",
        author_id=person.id,
        from_name=asked.name.strip() or UNTOLD,
        from_address=person.address,
        subject=ticket.subject,
        text=text,
        new_text=text,
        trust="T3",
        at=ticket.received_at,
    )
    session.add(message)
    session.flush()
    session.add_all(messages.attached(message, file) for file in asked.files)
    session.flush()
    return message


def _words(person: Person, message: Message, asked: ByHand) -> reading.Words:
    return reading.Words(
        Named(message.from_name, person.address),
        message.subject,
        message.text,
        tuple(file.filename for file in asked.files),
        message.at,
    )


def _settle_own_place(session: Session, actor: Actor, catalogue: Catalogue, ticket: Ticket, place: str | None) -> None:
    """Where the ticket belongs, when its data do not say; staff of a region or centre open for their own alone.

    Raises Invalid for another's place, or when they work for several and none is chosen.
    """
    own = own_places(session, actor, catalogue)
    for column, places, key in (("region", catalogue.regions, "region"), ("centre", catalogue.centres, "centro")):
        known = {each.key for each in places}
        bound = known & set(own)
        if getattr(ticket, column) is None and place in known:
            setattr(ticket, column, place)
        if getattr(ticket, column) is None and len(bound) == 1:
            setattr(ticket, column, next(iter(bound)))
        if bound and getattr(ticket, column) not in bound:
            sentence = "Elija el lugar en que usted trabaja: solo abre tickets de allí."
            raise Invalid(sentence, {"place": sentence, key: sentence})


def _hand_over(session: Session, actor: Actor, ticket: Ticket, originals: Mapping[str, bool]) -> None:
    """The papers of the request that were seen, and which of them stay in the office (R-016, R-036)."""
    for key, kept in originals.items():
        row = Original(ticket_id=ticket.id, key=key, kept=kept, seen_by_id=actor.person_id, seen_at=clock.now())
        session.add(row)
    session.flush()
    if originals:
        history.record(session, actor, ticket, "papers_handed_over", {"documents": list(originals)})

"""A desk full of tickets in every state, written straight into the tables: for pages, not for rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Sequence, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.files import Files
from helpdesk.models.documents import Document
from helpdesk.models.institutions import Institution, Mailbox, number_sequence
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import ENDED, Suspension, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import accounts, history
from helpdesk.services import catalogue as publishing
from helpdesk.services.people import meet
from tests.domain.shipped import shipped

PASSWORD = "una-clave-larga-de-prueba"
STATES = (
    "new", "open", "open", "waiting_requester", "waiting_approval", "open", "new", "resolved", "closed", "open",
    "rejected", "waiting_approval", "not_filed", "waiting_requester", "open",
)  # fmt: skip
PEOPLE = (
    ("Rosa Fuentes Aravena", "rosa.fuentes@municipio-lota.example", "Municipalidad de Lota"),
    ("Marco Andrade Solís", "marco.andrade@gad-loja.example", "GAD Municipal de Loja"),
    ("Elena Quispe Mamani", "elena.quispe@muni-piura.example", "Municipalidad Provincial de Piura"),
    ("Jorge Salinas Vera", "jorge.salinas@coop-andina.example", "Cooperativa Andina de Ahorro"),
    ("María José Larraín", "mj.larrain@fundacion-hogar.example", "Fundación Hogar Abierto"),
    ("Luis Tapia Contreras", "luis.tapia@seremi-bio.example", "SEREMI de Desarrollo Social, Biobío"),
)
ASKS = (
    "Buenos días:\n\nAdjunto el formulario firmado para lo que se indica en el asunto. Quedo atento a cualquier "
    "observación.\n\nMuchas gracias por su ayuda.",
    "Estimados:\n\nNecesitamos resolver esto antes del cierre de mes. El memorándum va adjunto; si falta algo, por "
    "favor avísenme por este mismo medio.",
    "Estimada mesa de ayuda:\n\nEl sistema no permite continuar porque la fecha quedó mal registrada. Solicito "
    "corregirla según el respaldo.",
)
HTML = "<p>Buenos días:</p><p>Adjunto el <b>formulario firmado</b>.</p><script>window.__pwn=1</script>"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may sign in at an institution."""

    institution: Institution
    catalogue: Catalogue
    admin: Person
    agent: Person
    regional: Person
    approver: Person


def address(role: str, key: str) -> str:
    """Where a person of the cast signs in."""
    return f"{role}@{key}.example"


def institution(session: Session, key: str) -> Cast:
    """An institution with its catalogue, an administrator, a front-office agent, a regional agent and an approver."""
    by = operator()
    publishing.load(session, by, shipped(key))
    catalogue = shipped(key)
    front = next(team for team in catalogue.teams if not team.per_region and not team.per_centre)
    local = next((team for team in catalogue.teams if team.per_region or team.per_centre), front)
    place = (catalogue.centres or catalogue.regions)[0].key if local.per_centre else region_of(catalogue)
    deciding = [role for role in catalogue.roles if role.side != "requester"]
    functions = tuple((role.key, region_of(catalogue)) for role in deciding if role.scope == "region")
    national = next(role for role in deciding if role.scope == "institution")
    admin = add(session, key, "admin", "Ana Administradora", is_admin=True)
    agent = add(session, key, "agente", "Carla Muñoz Paredes", teams=((front.key, None),))
    regional = add(session, key, "regional", "Diego Rivas Toro", teams=((local.key, place),))
    approver = add(session, key, "jefa", "Beatriz Soto Leal", roles=functions or ((national.key, None),))
    return Cast(catalogues.institution_by_key(session, key), catalogue, admin, agent, regional, approver)


def region_of(catalogue: Catalogue) -> str:
    """The region the cast works in: the Biobío where there is one."""
    keys = [region.key for region in catalogue.regions]
    return "CL-BI" if "CL-BI" in keys else keys[0]


def add(session: Session, key: str, role: str, name: str, **rights: Any) -> Person:
    """A person who may sign in."""
    return accounts.add_user(session, operator(), key, address(role, key), name, PASSWORD, **rights)


def populate(session: Session, cast: Cast, count: int, files: Files | None = None) -> list[Ticket]:
    """`count` tickets in all states, spread over types, people and due dates around now."""
    return [ticket(session, cast, number, files) for number in range(1, count + 1)]


def next_number(session: Session, institution: Institution) -> int:
    """A number that no other ticket of the institution gets, for one ticket more among those of a desk at work."""
    return session.scalars(select(Sequence(number_sequence(institution.id)).next_value())).one()


def ticket(session: Session, cast: Cast, number: int, files: Files | None = None) -> Ticket:
    """One ticket; its state follows from its number."""
    now = clock.now()
    status = STATES[number % len(STATES)]
    spec = cast.catalogue.request_types[number % len(cast.catalogue.request_types)]
    unsorted = number % 11 == 0
    name, who, entity = PEOPLE[number % len(PEOPLE)]
    requester = meet(session, cast.institution.id, name, who)
    received = now - timedelta(hours=5 * number % 190 + 1, minutes=number * 7 % 60)
    team = next(team for team in cast.catalogue.teams if team.key == spec.responsible_team)
    region = region_of(cast.catalogue) if number % 3 else None
    place = region if team.per_region else (cast.catalogue.centres[0].key if team.per_centre else None)
    mailbox = session.query(Mailbox).filter_by(institution_id=cast.institution.id).order_by(Mailbox.id).first()
    made = Ticket(
        institution_id=cast.institution.id,
        number=number,
        catalogue_version_id=cast.institution.catalogue_version_id or 0,
        request_type=None if unsorted else spec.key,
        status=status,
        channel="email",
        subject=f"{spec.name}: {entity}" if number % 4 else "Consulta sobre el estado de mi solicitud",
        mailbox_id=mailbox.id if mailbox else None,
        requester_id=requester.id,
        entity=entity,
        region=region,
        team=spec.responsible_team,
        team_scope=place,
        assignee_id=cast.agent.id if number % 3 == 1 and status != "new" else None,
        fields=fields_of(spec, number),
        received_at=received,
        filed_at=received,
        started_at=None if status == "waiting_requester" else received,
        due_at=received + timedelta(hours=number * 13 % 240 + 20) if number % 7 else None,
        closed_at=now - timedelta(hours=number) if status in ENDED else None,
        updated_at=received,
        reopened=number % 13 == 5,
    )
    if status == "waiting_requester" and spec.required_documents:
        made.missing_documents = [spec.required_documents[-1].key]
    session.add(made)
    session.flush()
    session.execute(select(func.setval(number_sequence(cast.institution.id), number)))
    converse(session, cast, made, requester, spec, files)
    walk(session, cast, made, spec)
    return made


def fields_of(spec: RequestType, number: int) -> dict[str, Any]:
    """Some data of the request, a RUT among them where the type asks for one."""
    samples = {"rut": "12.345.678-5", "cedula": "1710034065", "email": "nueva.usuaria@entidad.example", "bool": True}
    return {
        field.key: samples.get(field.type, "Programa Familias" if field.type == "text" else f"{number}")
        for field in spec.intake_fields[:5]
        if field.type in ("rut", "cedula", "email", "bool", "text")
    }


def converse(
    session: Session, cast: Cast, made: Ticket, requester: Person, spec: RequestType, files: Files | None
) -> None:
    """The first mail with its files, our acknowledgement, sometimes a note, an answer and a mail to confirm."""
    at, asked = made.received_at, ASKS[made.number % len(ASKS)]
    first = message(session, made, "inbound", "letter", requester, asked, at, html=HTML, trust="T2")
    history.record(session, operator(), made, "opened", {"request_type": made.request_type})
    for index, document in enumerate(spec.required_documents[: made.number % 3 + 1]):
        content = f"{document.name} {made.number}".encode()
        file = Attachment(
            message_id=first.id,
            filename=f"{document.key}.pdf",
            content_type="application/pdf",
            size=len(content) if files else 184_320 + 1000 * index,
            sha256=files.put(content) if files else "0" * 64,
            inline=False,
        )
        session.add(file)
        session.flush()
        state = "confirmed" if index == 0 else "proposed"
        session.add(Document(ticket_id=made.id, key=document.key, attachment_id=file.id, state=state))
    ours = message(
        session, made, "outbound", "acuse", None, "Recibimos su solicitud y ya tiene número.", at + timedelta(minutes=1)
    )
    session.add(letter(cast, made, ours, requester))
    if made.number % 4 == 1:
        message(
            session, made, "internal_note", "note", cast.agent, "Llamé para confirmar el código de la entidad.",
            at + timedelta(minutes=40),
        )  # fmt: skip
    if made.number % 6 == 2:
        quoted = f"Gracias, adjunto lo que faltaba.\n\nEl lunes, Mesa de Ayuda escribió:\n> {ours.text}"
        answer = message(session, made, "inbound", "letter", requester, quoted, at + timedelta(minutes=55))
        answer.new_text = "Gracias, adjunto lo que faltaba."
    if made.number % 9 == 3:
        strange = message(
            session, made, "inbound", "letter", None, "Reenvío el documento pendiente.", at + timedelta(minutes=58)
        )
        strange.standing, strange.standing_reason = "to_confirm", "Cita el número, pero llega de otra dirección."
        strange.from_name, strange.from_address = "R. Fuentes", "rosa.fuentes.personal@correo.example"


def message(
    session: Session, made: Ticket, direction: str, kind: str, author: Person | None, text: str, at: datetime,
    html: str | None = None, trust: str | None = "T1",
) -> Message:  # fmt: skip
    """A message of the ticket."""
    row = Message(
        ticket_id=made.id,
        direction=direction,
        kind=kind,
        author_id=author.id if author else None,
        from_name=author.name if author else "Mesa de Ayuda",
        from_address=author.address if author else "mesa@ayuda.example",
        to=[] if direction != "outbound" else ["solicitante@example.org"],
        subject=made.subject,
        text=text,
        new_text=text,
        html=html,
        trust=trust if direction == "inbound" else "T3",
        at=at,
    )
    session.add(row)
    session.flush()
    return row


def letter(cast: Cast, made: Ticket, ours: Message, requester: Person, state: str = "kept") -> Letter:
    """The letter that carried a message of ours."""
    return Letter(
        institution_id=cast.institution.id,
        ticket_id=made.id,
        message_id=ours.id,
        letter="acuse",
        rfc_message_id=f"<{made.id}.{ours.id}@ayuda.example>",
        recipient_name=requester.name,
        recipient=requester.address,
        sender_name="Mesa de Ayuda",
        sender="mesa@ayuda.example",
        envelope_from="mesa@ayuda.example",
        automatic=True,
        loop_mark="x",
        subject=f"[{cast.institution.ticket_prefix} {made.number}] {made.subject}",
        text=f"Estimado/a {requester.name}:\n\n{ours.text}\n\nNúmero: {cast.institution.ticket_prefix}-{made.number}",
        state=state,
        created_at=ours.at,
    )


def walk(session: Session, cast: Cast, made: Ticket, spec: RequestType) -> None:
    """The route as far as the state says."""
    if made.request_type is None:
        return
    kinds = [step.kind for step in spec.route]
    turn = {"new": 1, "resolved": len(kinds) - 1}.get(made.status, min(2, len(kinds) - 1))
    if made.status == "waiting_approval":
        turn = kinds.index("approve") if "approve" in kinds else turn
    for position, step in enumerate(spec.route):
        state = "done" if position < turn or made.status == "closed" else "to_come"
        if position == turn and made.status not in ENDED:
            state = "returned" if made.status == "waiting_requester" else "active"
        if position == turn and made.status == "rejected":
            state = "rejected"
        decided = state in ("done", "rejected")
        approves = step.kind == "approve"
        session.add(
            Step(
                ticket_id=made.id,
                position=position,
                key=step.key,
                kind=step.kind,
                name=step.name,
                state=state,
                team=step.actor.team,
                role=step.actor.role,
                scope=made.region if approves else None,
                approver_id=cast.approver.id if approves else None,
                asked_at=made.received_at + timedelta(hours=1) if approves and state != "to_come" else None,
                decided_at=made.received_at + timedelta(minutes=position + 2) if decided else None,
                decided_by_id=cast.approver.id if decided and approves else cast.agent.id if decided else None,
                via="mail" if decided and approves else "web" if decided else None,
                reason="El monto no coincide con la rendición." if state == "rejected" else None,
            )
        )
    if made.status == "waiting_requester":
        session.add(Suspension(ticket_id=made.id, since=made.received_at + timedelta(hours=2), reason="incompleto"))
    session.flush()


def arrivals(session: Session, cast: Cast) -> None:
    """A ledger with an entry in every state; the quarantined one has bytes that must never be rendered."""
    states = (
        ("processed", None, None),
        ("duplicate", None, None),
        ("ignored", "own_letter", "Es una carta nuestra que volvió."),
        ("quarantined", "parse_error", "El mensaje no se pudo leer: faltan las cabeceras."),
        ("pending", None, None),
    )
    for index, (state, reason, sentence) in enumerate(states):
        arrival(session, cast.institution.id, f"{cast.institution.key}-{index}", state, reason, sentence)


def arrival(
    session: Session, institution_id: int, key: str, state: str, reason: str | None = None, sentence: str | None = None
) -> Arrival:
    """An entry of the ledger with subject and bytes that must never be rendered."""
    now = clock.now()
    row = Arrival(
        institution_id=institution_id,
        source="lmtp",
        arrival_key=key,
        envelope_from="alguien@example.org",
        envelope_to="mesa@ayuda.example",
        fingerprint=key,
        size=4321,
        sha256="0" * 64,
        accepted_at=now,
        received_at=now,
        state=state,
        reason=reason,
        sentence=sentence,
        settled_at=None if state == "pending" else now,
        from_address="alguien@example.org",
        subject="Oferta <script>window.__pwn=1</script>",
    )
    session.add(row)
    session.flush()
    session.add(RawMessage(ledger_id=row.id, content=b"Subject: <script>window.__pwn=1</script>\r\n\r\nhola"))
    session.flush()
    return row

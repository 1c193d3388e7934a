"""Publishes directives and notices, takes them back, and records who read them (R-127)."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed
from helpdesk.domain.incoming import IncomingFile
from helpdesk.models.notices import NOTICE_KINDS, Notice, NoticeReading
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import notices as queries
from helpdesk.queries.viewers import Viewer, acting
from helpdesk.services import history

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice to be published; `audience` are keys of roles."""

    kind: str
    organ: str
    title: str
    text: str
    audience: tuple[str, ...]
    file: IncomingFile | None = None


def publish(session: Session, actor: Actor, draft: Draft) -> Notice:
    """Publish a notice of an organ. Raises NotAllowed for an organ for which the actor holds no function, Invalid with
    the fields that are wrong."""
    who = _who(session, actor)
    catalogue = catalogues.current(session, who.institution_id)
    if draft.organ not in {organ.key for organ in queries.organs_of(catalogue, who)}:
        raise NotAllowed("Publica por un órgano quien ejerce una función en él.")
    wrong = _wrong(draft, {role.key for role in queries.audiences(catalogue)})
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
    file = draft.file
    notice = Notice(
        institution_id=who.institution_id,
        kind=draft.kind,
        organ=draft.organ,
        title=draft.title.strip(),
        text=draft.text.strip(),
        filename=file.filename if file else None,
        content_type=file.content_type if file else None,
        size=file.size if file else None,
        sha256=file.sha256 if file else None,
        audience=sorted(set(draft.audience)),
        published_by_id=actor.person_id,
        published_at=clock.now(),
    )
    session.add(notice)
    session.flush()
    # What was acknowledged is this very text and file.
    text = sha256(notice.text.encode()).hexdigest()
    told = {"notice": notice.id, "kind": notice.kind, "organ": notice.organ, "title": notice.title, "text": text}
    history.record(
        session,
        actor,
        None,
        "notice_published",
        {**told, "file": notice.sha256, "audience": notice.audience},
        who.institution_id,
    )
    return notice


def acknowledge(session: Session, actor: Actor, notice_id: int) -> bool:
    """The actor has read a notice; gives whether that is new. Raises NotFound for one that is not for the actor."""
    who = _who(session, actor)
    notice = queries.of_reader(session, who, notice_id)
    reading = {"notice_id": notice.id, "person_id": who.person_id, "acknowledged_at": clock.now()}
    new = session.scalar(insert(NoticeReading).values(reading).on_conflict_do_nothing().returning(NoticeReading.id))
    if new is not None:
        told = {"notice": notice.id, "title": notice.title}
        history.record(session, actor, None, "notice_acknowledged", told, who.institution_id)
    return new is not None


def withdraw(session: Session, actor: Actor, notice_id: int) -> Notice:
    """Take a notice back: nobody is shown it any more, its readings stay. Raises NotFound for one of another organ,
    IllegalMove for one that was withdrawn."""
    notice = queries.of_publisher(session, _who(session, actor), notice_id)
    session.refresh(notice, with_for_update=True)
    if notice.withdrawn_at is not None:
        raise IllegalMove("El aviso ya se había retirado.")
    notice.withdrawn_at, notice.withdrawn_by_id = clock.now(), actor.person_id
    session.flush()
    told = {"notice": notice.id, "title": notice.title}
    history.record(session, actor, None, "notice_withdrawn", told, notice.institution_id)
    return notice


def _wrong(draft: Draft, audiences: set[str]) -> dict[str, str]:
    wrong = {}
    if draft.kind not in NOTICE_KINDS:
        wrong["kind"] = "Elija si es una directiva o un aviso."
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        wrong["title"] = f"Escriba un título de hasta {LONGEST_TITLE} letras."
    if not draft.text.strip() and draft.file is None:
        wrong["text"] = "Escriba el texto o adjunte un archivo."
    if not draft.audience or not set(draft.audience) <= audiences:
        wrong["audience"] = "Elija para qué funciones es."
    return wrong


def _who(session: Session, actor: Actor) -> Viewer:
    """The actor with the functions held today. Raises NotAllowed for anybody who may not sign in."""
    who = acting(session, actor)
    if who is None:
        raise NotAllowed("Solo una persona con cuenta publica y lee avisos.")
    return who

"""Answers to people from outside carry authorised material alone where the institution chose so (R-126)."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.incoming import IncomingFile
from helpdesk.domain.material import bound
from helpdesk.models.materials import Material
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.services import accounts, materials, writing
from tests.cast import TUESDAY, file
from tests.domain.shipped import shipped
from tests.services.test_blocked_answers import Case, case

PERU = shipped("conectamef-pe")
LEAFLET = file("Folleto.pdf", content=b"folleto")
UPLOAD = ("Mi archivo.pdf", "application/pdf", "f" * 64)


@dataclass
class Desk:
    """A user's consultation that an agent answers, and the office that authorises material."""

    found: Case
    office: Actor

    @property
    def session(self) -> Session:
        """The database."""
        return self.found.session

    def authorise(self, leaflet: IncomingFile = LEAFLET) -> Material:
        """The office adds a leaflet."""
        with clock.fixed(TUESDAY):
            return materials.authorise(self.session, self.office, "Folleto", "leaflet", leaflet)

    def retire(self, material: Material) -> None:
        """The office takes it back."""
        with clock.fixed(TUESDAY):
            materials.retire(self.session, self.office, material.id)

    def answer(self, *chosen: int, files: tuple[tuple[str, str, str], ...] = ()) -> Letter:
        """The agent answers with it."""
        with clock.fixed(TUESDAY):
            message = writing.reply(
                self.session, self.found.agent, self.found.ticket.id, None, "Aquí tiene.", files, chosen=chosen
            )
        return self.session.query(Letter).filter_by(message_id=message.id).one()


def desk(session: Session, request_type: str | None = "consulta", key: str = "conectamef-pe") -> Desk:
    """A ticket of a type."""
    found = case(session, key, request_type)
    if key != "conectamef-pe":
        return Desk(found, found.agent)
    with clock.fixed(TUESDAY):
        person = accounts.add_user(
            session, found.agent, key, "olga@mef.example", "Olga", "una-clave-larga-de-prueba",
            roles=(("oficina_comunicaciones", None),),
        )  # fmt: skip
    return Desk(found, Actor("person", person.id, found.ticket.institution_id, "Olga"))


def test_authorised_material_goes_with_the_answer(session: Session) -> None:
    at = desk(session)
    letter = at.answer(at.authorise().id)
    assert [(each["filename"], each["sha256"]) for each in letter.files] == [("Folleto.pdf", LEAFLET.sha256)]


def test_a_material_ticked_twice_goes_once(session: Session) -> None:
    at = desk(session)
    material = at.authorise()
    assert len(at.answer(material.id, material.id).files) == 1


def test_an_uploaded_file_is_refused_with_a_sentence(session: Session) -> None:
    at = desk(session)
    with pytest.raises(Invalid, match="material autorizado"):
        at.answer(at.authorise().id, files=(UPLOAD,))
    assert session.query(Letter).filter_by(ticket_id=at.found.ticket.id).count() == 0


def test_retired_material_goes_no_more_and_what_was_sent_stays(session: Session) -> None:
    at = desk(session)
    material = at.authorise()
    letter = at.answer(material.id)
    at.retire(material)
    with pytest.raises(Invalid, match="ya no está autorizado"):
        at.answer(material.id)
    assert letter.files[0]["sha256"] == LEAFLET.sha256
    with pytest.raises(IllegalMove):
        at.retire(material)


@pytest.mark.parametrize("chosen", [0, 999_999_999])
def test_what_is_not_in_the_library_is_refused(session: Session, chosen: int) -> None:
    with pytest.raises(Invalid):
        desk(session).answer(chosen)


def test_material_of_another_institution_is_not_in_the_library(session: Session) -> None:
    at = desk(session)
    foreign = Material(
        institution_id=case(session, "sigec-cl", None).ticket.institution_id,
        title="Ajeno", kind="poster", filename="x.pdf", content_type="application/pdf", size=1, sha256="a" * 64,
        authorised_at=TUESDAY,
    )  # fmt: skip
    session.add(foreign)
    session.flush()
    with pytest.raises(Invalid):
        at.answer(foreign.id)
    with pytest.raises(NotFound):
        at.retire(foreign)


def test_only_the_office_that_keeps_it_authorises_and_retires(session: Session) -> None:
    at = desk(session)
    material = at.authorise()
    session.get_one(Person, at.found.agent.person_id).is_staff = True
    session.flush()
    stranger = replace(at, office=at.found.agent)
    with pytest.raises(NotAllowed):
        stranger.authorise()
    with pytest.raises(NotAllowed):
        stranger.retire(material)


def test_colleagues_are_answered_with_any_file(session: Session) -> None:
    letter = desk(session, "requerimiento_logistico").answer(files=(UPLOAD,))
    assert [each["filename"] for each in letter.files] == ["Mi archivo.pdf"]


def test_where_nothing_was_chosen_any_file_goes(session: Session) -> None:
    found = case(session, "sigec-cl", "desaprobacion_rendicion_estandar")
    letter = Desk(found, found.agent).answer(files=(UPLOAD,))
    assert [each["filename"] for each in letter.files] == ["Mi archivo.pdf"]


@pytest.mark.parametrize(
    ("request_type", "held"),
    [("consulta", True), ("pedido_medios", True), ("insumo_boletin", False), (None, True)],
)
def test_the_choice_holds_for_people_from_outside(request_type: str | None, held: bool) -> None:
    spec = PERU.request_type(request_type) if request_type else None
    assert bound(PERU, spec) is held
    free = replace(PERU, institution=replace(PERU.institution, settings={}))
    assert bound(free, spec) is False

from collections.abc import Callable

from helpdesk.domain.incoming import PassedOn, Person
from helpdesk.domain.requesters import Requester, identify
from tests.domain.shipped import shipped

OWN = frozenset({"sigec-cl.example.org", "mef-ec.example.org", "conectamef-pe.example.org"})
CLERK = Person("Recepción", "recepcion@mef-ec.example.org")
DIRECTOR = Person("Dirección Financiera", "finanzas@hospital.example.net")
SUPERVISOR = Person("Supervisora", "supervisora@sigec-cl.example.org")
EXECUTOR = Person("Fundación", "proyectos@fundacion.example.net")


def roles(**held: str) -> Callable[[str], frozenset[tuple[str, str | None]]]:
    """Who holds which role: `name=role:scope`, the name being what stands before the @."""

    def of(address: str) -> frozenset[tuple[str, str | None]]:
        said = held.get(address.partition("@")[0])
        if said is None:
            return frozenset()
        role, _, scope = said.partition(":")
        return frozenset({(role, scope or None)})

    return of


def asked(
    institution: str,
    request_type: str | None,
    sender: Person,
    passed_on: Person | None = None,
    **held: str,
) -> Requester:
    catalogue = shipped(institution)
    forwarded = PassedOn(passed_on, "Solicitud", "Texto") if passed_on else None
    wanted = catalogue.request_type(request_type) if request_type else None
    return identify(catalogue, sender, forwarded, roles(**held), OWN, wanted)


def test_an_outsider_who_writes_is_the_requester_in_the_first_role_open_to_them() -> None:
    found = asked("mef-ec", "crear_usuario_consulta", DIRECTOR)
    assert (found.person, found.role, found.entitled) == (DIRECTOR, "solicitante", True)


def test_own_staff_who_may_not_ask_only_hand_a_request_on() -> None:
    found = asked("mef-ec", "crear_usuario_consulta", CLERK, DIRECTOR)
    assert (found.person, found.forwarded_by, found.originator) == (DIRECTOR, CLERK, None)


def test_staff_entitled_to_ask_are_the_requester_of_what_they_forward() -> None:
    found = asked(
        "sigec-cl", "desaprobacion_informe_tecnico", SUPERVISOR, EXECUTOR, supervisora="supervisor_regional:CL-BI"
    )
    assert (found.person, found.role, found.originator, found.forwarded_by) == (
        SUPERVISOR,
        "supervisor_regional",
        EXECUTOR,
        None,
    )
    assert found.holdings == (("supervisor_regional", "CL-BI"),)


def test_an_outside_client_is_the_requester_of_what_they_forward() -> None:
    found = asked("seps-ec", "desactivacion_usuario", DIRECTOR, EXECUTOR)
    assert (found.person, found.originator) == (DIRECTOR, EXECUTOR)


def test_a_message_forwarded_to_oneself_has_no_other_author() -> None:
    assert asked("seps-ec", "desactivacion_usuario", DIRECTOR, DIRECTOR).originator is None


def test_only_the_officer_may_ask_to_change_an_allocation() -> None:
    assert not asked("sigec-cl", "cambio_fecha_asignacion", EXECUTOR).entitled
    assert asked("sigec-cl", "cambio_fecha_asignacion", SUPERVISOR, supervisora="encargado_financiero_ugi").entitled


def test_where_the_issuer_confirms_anyone_may_send() -> None:
    found = asked("sigec-cl", "cambio_fecha_modificacion", EXECUTOR)
    assert (found.role, found.entitled) == (None, True)


def test_an_organisation_may_ask_for_itself_and_its_supervisor_endorses() -> None:
    found = asked("sigec-cl", "crear_organizacion", EXECUTOR)
    assert (found.role, found.entitled) == ("organizacion", True)


def test_a_review_by_one_of_several_who_may_ask_does_not_open_a_type_to_strangers() -> None:
    assert not asked("conectamef-pe", "requerimiento_logistico", EXECUTOR).entitled


def test_users_of_other_public_bodies_ask_without_being_in_our_directory() -> None:
    found = asked("sigec-cl", "crear_usuario_institucional", EXECUTOR)
    assert (found.role, found.entitled) == ("usuario_institucional", True)


def test_the_holder_of_a_role_holds_its_alias() -> None:
    found = asked(
        "sigec-cl", "crear_convocatoria_estandar", SUPERVISOR, supervisora="encargado_nacional:programa-familias"
    )
    assert (found.role, found.entitled) == ("encargado_programa", True)


def test_who_asks_for_something_unclassified_is_still_known() -> None:
    found = asked("mef-ec", None, CLERK, DIRECTOR)
    assert (found.person, found.forwarded_by, found.role, found.entitled) == (DIRECTOR, CLERK, None, True)

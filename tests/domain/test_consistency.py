"""The parts of a catalogue fit together: every key that is named exists (R-193)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.domain.catalogue import Catalogue, Condition, HolderSpec, MonthlySpec, RequestType, StepActor, StepOutcome
from helpdesk.domain.consistency import inconsistencies
from tests.domain.shipped import shipped

CHILE, PERU, ECUADOR = shipped("sigec-cl"), shipped("conectamef-pe"), shipped("mef-ec")
REPORT = 4
Change = Callable[[Catalogue], Catalogue]


def said(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Path and reason of all that does not fit."""
    return [(".".join(map(str, each.place)), each.reason) for each in inconsistencies(catalogue)]


def typed(**changes: Any) -> Catalogue:
    """The catalogue with its fifth request type changed."""
    return of_type(replace(CHILE.request_types[REPORT], **changes))


def of_type(request_type: RequestType) -> Catalogue:
    """The catalogue with another fifth request type."""
    types = (*CHILE.request_types[:REPORT], request_type, *CHILE.request_types[REPORT + 1 :])
    return replace(CHILE, request_types=types)


def stepped(**changes: Any) -> Catalogue:
    """The catalogue with the third step (an approval) of its fifth request type changed."""
    route = CHILE.request_types[REPORT].route
    return typed(route=(*route[:2], replace(route[2], **changes), *route[3:]))


def institution(**changes: Any) -> Catalogue:
    """The catalogue with its institution changed."""
    return replace(CHILE, institution=replace(CHILE.institution, **changes))


def calendar(**changes: Any) -> Catalogue:
    """The catalogue with its calendar changed."""
    return replace(CHILE, calendars=(replace(CHILE.calendars[0], **changes), *CHILE.calendars[1:]))


def monthly(**changes: Any) -> Catalogue:
    """The Peruvian catalogue with its bulletin changed."""
    bulletin, *rest = PERU.periodic_tasks
    return replace(PERU, periodic_tasks=(replace(bulletin, **changes), *rest))


def answering(**changes: Any) -> Catalogue:
    """The Peruvian catalogue with the request changed that answers the bulletin."""
    answer = PERU.request_type("insumo_boletin")
    rest = tuple(each for each in PERU.request_types if each is not answer)
    return replace(PERU, request_types=(replace(answer, **changes), *rest))


@pytest.mark.parametrize("key", ["mef-ec", "seps-ec", "sigec-cl", "conectamef-pe"])
def test_the_shipped_catalogues_fit(key: str) -> None:
    assert said(shipped(key)) == []


@pytest.mark.parametrize(
    ("catalogue", "place", "reason"),
    [
        (institution(fallback_team="nadie"), "institution.fallback_team", "no hay equipo «nadie»"),
        (monthly(owner_role="nadie"), "periodic_tasks.0.owner_role", "no hay rol «nadie»"),
        (monthly(inputs_from=("nadie",)), "periodic_tasks.0.inputs_from", "no hay rol «nadie»"),
        (monthly(answered_by="nada"), "periodic_tasks.0.answered_by", "no hay tipo de solicitud «nada»"),
        (monthly(answered_by="consulta", purpose=None), "periodic_tasks.0.answered_by", "no dice en «monthly»"),
        (monthly(answered_by=None, output="request:nada", purpose=None), "periodic_tasks.0.output", "«nada»"),
        (monthly(purpose="radio"), "periodic_tasks.0.purpose", "no hay destino «radio»"),
        (monthly(due_day=0), "periodic_tasks.0.due_day", "de 1 a 31"),
        (monthly(due_day=32), "periodic_tasks.0.due_day", "de 1 a 31"),
        (answering(monthly=MonthlySpec("mes")), "request_types.0.monthly.month", "no hay dato «mes»"),
        (replace(PERU, periodic_tasks=PERU.periodic_tasks * 2), "periodic_tasks", "está 2 veces"),
        (institution(timezone="America/Nowhere"), "institution.timezone", "no hay zona horaria"),
        (institution(ticket_prefix="ab c"), "institution.ticket_prefix", "letras mayúsculas"),
        (
            institution(settings={"approvals_by_mail": "always"}),
            "institution.settings.approvals_by_mail",
            "se permite verified, confirm, off",
        ),
        (
            institution(settings={"reopen_within_days": "mucho"}),
            "institution.settings.reopen_within_days",
            "número entero",
        ),
        (replace(CHILE, mailboxes=()), "mailboxes", "al menos un buzón"),
        (calendar(hours={"mon": (("17:00", "08:00"),)}), "calendars.0.hours.mon", "no es un horario"),
        (calendar(hours={"mon": (("8h", "17:00"),)}), "calendars.0.hours.mon", "no es un horario"),
        (calendar(hours={"mon": ()}), "calendars.0.hours", "ningún día"),
        (typed(responsible_team="nadie"), "request_types.4.responsible_team", "no hay equipo «nadie»"),
        (typed(who_may_request=("nadie",)), "request_types.4.who_may_request", "no hay rol «nadie»"),
        (typed(route=()), "request_types.4.route", "al menos un paso"),
        (stepped(actor=StepActor(role="nadie")), "request_types.4.route.2.actor.role", "no hay rol «nadie»"),
        (stepped(actor=StepActor()), "request_types.4.route.2.actor", "uno de los dos"),
        (stepped(actor=StepActor(team="ti_ses")), "request_types.4.route.2.actor", "necesita un rol"),
        (
            stepped(on_reject=StepOutcome("back_to", step="no_existe")),
            "request_types.4.route.2.on_reject.step",
            "no hay paso «no_existe»",
        ),
        (stepped(on_reject=StepOutcome("back_to")), "request_types.4.route.2.on_reject.step", "a qué paso"),
        (
            stepped(when=Condition("color", any_of=("azul",))),
            "request_types.4.route.2.when.field",
            "no hay dato «color»",
        ),
        (stepped(when=Condition("channel")), "request_types.4.route.2.when", "una lista"),
        (
            replace(CHILE, directory=(HolderSpec("jefe_administrativo_regional", "XX", "a@x.example"),)),
            "directory.0.scope",
            "no hay ámbito «XX»",
        ),
        (replace(CHILE, directory=(HolderSpec("nadie", None, "a@x.example"),)), "directory.0.role", "no hay rol"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(catalogue: Catalogue, place: str, reason: str) -> None:
    found = said(catalogue)
    assert any(where == place and reason in why for where, why in found), found


@pytest.mark.parametrize("name", ["teams", "roles", "mailboxes", "regions", "request_types", "calendars"])
def test_a_key_that_stands_twice_is_named(name: str) -> None:
    items = getattr(CHILE, name)
    changes: dict[str, Any] = {name: (*items, items[0])}
    found = said(replace(CHILE, **changes))
    assert any(where == name and f"la clave «{items[0].key}» está 2 veces" in why for where, why in found)


def test_a_holiday_that_is_no_date_is_named() -> None:
    holidays = replace(CHILE.calendars[0].holidays, add=("31-12-2026",))
    assert ("calendars.0.holidays.add", "«31-12-2026» no es una fecha como 2026-12-31") in said(
        calendar(holidays=holidays)
    )


def test_two_mailboxes_with_one_address_are_named() -> None:
    first, second, *others = CHILE.mailboxes
    boxes = (first, replace(second, address=first.address.upper()), *others)
    assert any("está 2 veces" in why for where, why in said(replace(CHILE, mailboxes=boxes)) if where == "mailboxes")


def test_a_mailbox_names_its_team_and_place() -> None:
    box = replace(CHILE.mailboxes[0], team="nadie", region="XX", address="sin arroba")
    found = dict(said(replace(CHILE, mailboxes=(box, *CHILE.mailboxes[1:]))))
    assert {"mailboxes.0.team", "mailboxes.0.region", "mailboxes.0.address"} <= found.keys()


def test_a_conditional_document_needs_its_condition() -> None:
    request_type = CHILE.request_types[REPORT]
    documents = (replace(request_type.required_documents[0], mandatory="conditional", when=None),)
    found = dict(said(typed(required_documents=documents)))
    assert "condición" in found["request_types.4.required_documents.0.when"]


def test_only_an_approval_keeps_everybody_from_answering() -> None:
    found = said(stepped(kind="execute", before_any_answer=True))
    assert (
        "request_types.4.route.2.before_any_answer",
        "solo una aprobación (approve) puede impedir responder",
    ) in found
    assert said(stepped(before_any_answer=True)) == []


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("name", " ", "la denominación"),
        ("description", "", "la descripción"),
        ("access", (), "cómo acceder"),
        ("internal_procedure", (), "el procedimiento interno"),
        ("cost", None, "el costo"),
        ("deadline", None, "el tiempo de respuesta"),
        ("beneficiaries", (), "el tipo de beneficiarios"),
        ("offices", (), "las oficinas"),
        ("channels", (), "los canales de atención"),
    ],
)
def test_a_service_of_the_published_table_states_every_column(column: str, value: Any, told: str) -> None:
    first, *rest = ECUADOR.request_types
    found = inconsistencies(replace(ECUADOR, request_types=(replace(first, **{column: value}), *rest)))
    assert [(each.place, each.reason) for each in found] == [
        (("request_types", 0, column), f"falta {told}: sin eso el servicio no se publica")
    ]


def test_a_service_that_no_table_publishes_may_leave_columns_out() -> None:
    first, *rest = CHILE.request_types
    assert inconsistencies(replace(CHILE, request_types=(replace(first, offices=(), cost=None), *rest))) == ()

"""Every line of a ticket's history reads in Spanish."""

import ast
from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.models.audit import Event
from helpdesk.web.happenings import PLAIN, SENTENCES, told
from helpdesk.web.names import Names
from tests.architecture.source import PROJECT, tree
from tests.domain.shipped import shipped


def recorded() -> set[str]:
    """The kinds of events that services record for a ticket, as far as they are spelt in the call."""
    found = set()
    for path in sorted((PROJECT / "helpdesk" / "services").rglob("*.py")):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "record" or len(node.args) < 4:
                continue
            ticket, kind = node.args[2], node.args[3]
            if isinstance(kind, ast.Constant) and not (isinstance(ticket, ast.Constant) and ticket.value is None):
                found.add(str(kind.value))
    return found


def tell(kind: str, **data: Any) -> str:
    """The sentence of an event of the Chilean catalogue."""
    event = Event(kind=kind, data=data, at=datetime(2026, 4, 7, tzinfo=UTC), actor="Ana")
    return told(Names(shipped("sigec-cl")), "desaprobacion_rendicion_estandar")(event)


def test_every_recorded_kind_has_its_words() -> None:
    kinds = recorded()
    assert len(kinds) > 15
    assert kinds - PLAIN.keys() - SENTENCES.keys() == set()


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("status", {"from": "new", "to": "waiting_approval"}, "Pasó de «Nuevo» a «En aprobación»"),
        ("ended", {"status": "rejected"}, "Terminó: Rechazado"),
        ("assigned", {"from": 1, "to": None, "address": None}, "Quedó sin responsable"),
        ("derived", {"to": ["equipo_regional", "CL-BI"], "reason": "Es de la región."},
         "Se derivó a Equipo Regional (Encargados Regionales), Biobío: Es de la región."),
        ("returned", {"documents": ["memorandum"]}, "Se devolvió por incompleto: Memorándum"),
        ("opened_by_hand", {"channel": "in_person", "requester": "Rosa"},
         "Se abrió el ticket a nombre de Rosa, por el canal Presencial"),
        ("delivered", {"way": "paper", "note": "Informe.", "collected_by": "Rosa", "collected_on": "2026-04-09"},
         "Se respondió en papel, lo retiró Rosa el 09/04/2026: Informe."),
        ("delivered", {"way": "phone", "note": "Listo.", "collected_on": None, "reason": "Urgía."},
         "Se respondió por teléfono: Listo.; por otro canal porque: Urgía."),
        ("event_planned", {"event_kind": "training", "subject": "SIAF", "starts_at": "2026-04-14T15:00:00+00:00"},
         "Se programó la capacitación «SIAF» para el martes 14 de abril de 2026, 11:00"),
        ("event_changed", {"event_kind": "training", "subject": "SIAF", "agree_again": True},
         "Cambió la capacitación «SIAF»: el órgano debe acordarla de nuevo"),
        ("event_agreed", {"event_kind": "technical_assistance", "subject": "SIAF", "organ": "tesoro", "by": "Rosa",
                          "on": "2026-04-06"},
         "tesoro acordó la asistencia técnica «SIAF»: Rosa, el 06/04/2026"),
        ("event_held", {"event_kind": "training", "subject": "SIAF", "listed": 3, "came": 2},
         "Se realizó la capacitación «SIAF»; 3 en la lista, 2 asistieron"),
        ("event_cancelled", {"event_kind": "training", "subject": "SIAF", "reason": "Sin sala."},
         "Se canceló la capacitación «SIAF»: Sin sala."),
        ("attendance_noted", {"event_kind": "training", "subject": "SIAF", "listed": 3, "came": 2},
         "Cambió la lista de la capacitación «SIAF»: 3 en la lista, 2 asistieron"),
        ("plan_goal_set", {"goal": 1, "code": "C-1", "name": "Capacitar", "year": 2026},
         "Meta del plan operativo: C-1, Capacitar (2026)"),
        ("plan_goal_set", {"goal": None, "event": 1, "event_kind": "training", "subject": "SIAF"},
         "Se quitó la meta del plan operativo para la capacitación «SIAF»"),
        ("something_new", {}, "Something new"),
    ],
)  # fmt: skip
def test_an_event_reads_with_the_names_of_its_institution(kind: str, data: dict[str, Any], sentence: str) -> None:
    assert tell(kind, **data).startswith(sentence)


def test_a_decision_says_who_how_and_why() -> None:
    told_ = tell("decided", step="validar_jar", decision="reject", via="mail", reason="Falta respaldo.")
    assert told_ == "Rechazó «Validación del Jefe Administrativo Regional», respondiendo el correo: Falta respaldo."

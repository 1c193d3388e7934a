"""Facts for every letter: the least a service may give, and everything at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from helpdesk.domain.heldfiles import HeldFile
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.letters.render import LetterText

MINISTRY = f.Institution("Ministerio de Economía y Finanzas", "America/Guayaquil", "DD/MM/YYYY", "hora de Ecuador")
BARE = f.TicketFacts("[MEF 123]", "MEF-123", "", None)
PAGE = "https://mesa.example.org/aprobaciones/abc?x=1&y=2"
DESK = "https://mesa.example.org/tickets/MEF-123"
MORNING = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)
EVENING = datetime(2026, 3, 13, 22, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """One letter with facts for it."""

    write: Callable[[Any], LetterText]
    facts: Any

    def letter(self) -> LetterText:
        return self.write(self.facts)


def bare_facts() -> dict[str, Any]:
    """The least facts of each letter by its name."""
    return {
        "acuse": f.Acknowledgement(MINISTRY, BARE, MORNING),
        "incompleto": f.ReturnedIncomplete(MINISTRY, BARE),
        "aprobacion": f.ApprovalRequest(MINISTRY, BARE, "Autorizar", "Ana", PAGE),
        "aclarar": f.AskedAgain(MINISTRY, BARE, "Autorizar", PAGE, "unclear"),
        "aclaracion": f.Clarification(MINISTRY, BARE, "Autorizar", "Eva", "¿Para qué es?"),
        "decision": f.DecisionNotice(
            MINISTRY, BARE, f.DecisionFacts("reject", "Autorizar", "Eva", MORNING), "requester"
        ),
        "derivado": f.HandedOver(MINISTRY, BARE, "Biometría", "Ana", DESK),
        "unido": f.Merged(MINISTRY, BARE, "MEF-124", "requester"),
        "consulta": f.Consultation(MINISTRY, BARE, "MEF-122", "¿Procede?", "Luis", DESK),
        "respuesta": f.Answer(MINISTRY, BARE, "Hecho.", "Luis"),
        "cierre": f.ClosingAnswer(MINISTRY, BARE, "Hecho.", "Luis"),
        "aviso_autoservicio": f.SelfService(MINISTRY, BARE, ("Ingresar.",)),
        "no_presentado": f.NotFiled(MINISTRY, BARE, EVENING),
        "canal": f.OtherChannel(MINISTRY, BARE, "Portal documental", "https://tramites.example.org"),
        "recordatorio": f.ApprovalReminder(MINISTRY, BARE, "Autorizar", "Ana", PAGE, MORNING),
        "aviso_interno": f.DeskNotice(MINISTRY, BARE, "approver_missing", DESK),
        "prorroga": f.Extended(MINISTRY, BARE, MORNING, EVENING),
        "prorroga_sin_efecto": f.ExtensionDropped(MINISTRY, BARE, MORNING),
        "evento": f.EventNotice(MINISTRY, BARE, "planned", "capacitación", "Conciliación", MORNING, EVENING),
        "tarea": f.TaskFacts(MINISTRY, "[MEF]", "asked", "Boletín", date(2026, 3, 31), DESK, "marzo de 2026"),
        "derivacion": f.PassedOn(MINISTRY, BARE, "Tesorería", MORNING),
    }


def full_facts(word: str) -> dict[str, Any]:
    """Every fact of each letter; `word` stands in all texts that people outside or inside write."""
    ticket = f.TicketFacts("[MEF 123]", "MEF-123", word, f"Tipo {word}", "https://mesa.example.org/seguimiento?n=1&c=2")
    files = (f.FileFacts(word, word, 1_234_567), f.FileFacts(word))
    decided = f.DecisionFacts("approve", word, word, MORNING, word, word, word)
    fields = tuple(f.FieldValue(word, x) for x in (word, True, 2026, Decimal("1454.5"), date(2026, 3, 1), EVENING))
    document = f.MissingDocument(
        word, word, (word, "Máxima autoridad"), True, True, True, True, objection=word, form_name=word, form_page=DESK
    )
    form = f.MissingDocument(word, form_url=DESK)
    invalid = f.InvalidValue(word, "El dígito verificador no corresponde.", word)
    reject = f.DecisionFacts("reject", word, word, MORNING, word, word, word)
    return {
        "acuse": f.Acknowledgement(
            MINISTRY, ticket, MORNING, word, word, EVENING, EVENING, word, files, passed_to=word, completed_at=EVENING,
            only_channel=word,
            held=(HeldFile(word, "program"), HeldFile(word, "macros")),
        ),
        "incompleto": f.ReturnedIncomplete(
            MINISTRY, ticket, word, (document, form), (word,), (invalid,), (word,), word, "paused", EVENING, 2, word,
            only_channel=word,
            held=(HeldFile(word, "program"), HeldFile(word, "macros")),
        ),
        "aprobacion": f.ApprovalRequest(
            MINISTRY, ticket, word, word, PAGE, word, word, word, word, (*fields, f.FieldValue(word, (word, "b"))),
            files, (decided, reject), EVENING, word, word, True, False, True, (decided,), word, word,
            (word, word), word, (word,), True,
        ),
        "aclarar": f.AskedAgain(MINISTRY, ticket, word, PAGE, "conditional", word, word, EVENING, True),
        "aclaracion": f.Clarification(MINISTRY, ticket, word, word, word, word, True),
        "decision": f.DecisionNotice(MINISTRY, ticket, decided, "approver", word, word),
        "derivado": f.HandedOver(MINISTRY, ticket, word, word, DESK, word, word, word, word, word, EVENING),
        "unido": f.Merged(MINISTRY, ticket, "MEF-124", "approver", word),
        "consulta": f.Consultation(MINISTRY, ticket, "MEF-122", word, word, DESK, word, word, word, word, files),
        "respuesta": f.Answer(MINISTRY, ticket, word, word, word, word, files),
        "cierre": f.ClosingAnswer(MINISTRY, ticket, word, word, word, word, files, EVENING, DESK, word, word, word),
        "aviso_autoservicio": f.SelfService(MINISTRY, ticket, (word, "Ingresar."), word, DESK, 72),
        "no_presentado": f.NotFiled(MINISTRY, ticket, EVENING, word, (word,), False),
        "canal": f.OtherChannel(MINISTRY, ticket, word, word, word, word, True, word),
        "recordatorio": f.ApprovalReminder(
            MINISTRY, ticket, word, word, PAGE, MORNING, word, EVENING, word, False, True, True
        ),
        "aviso_interno": f.DeskNotice(MINISTRY, ticket, "undelivered", DESK, word, word, word, word, EVENING),
        "prorroga": f.Extended(MINISTRY, ticket, MORNING, EVENING, word, word, word, word),
        "prorroga_sin_efecto": f.ExtensionDropped(MINISTRY, ticket, MORNING, EVENING, True, word, word),
        "evento": f.EventNotice(
            MINISTRY, ticket, "cancelled", word, word, MORNING, EVENING, word, word, word, word, word, word
        ),
        "tarea": f.TaskFacts(
            MINISTRY, "[MEF]", "reminded", word, date(2026, 3, 31), DESK, "marzo de 2026", word, word, word, word,
            ((word, word), ("Mes", "marzo de 2026")),
        ),
        "derivacion": f.PassedOn(MINISTRY, ticket, word, MORNING, word, word),
    }  # fmt: skip


def samples(facts: dict[str, Any]) -> list[Any]:
    """The letters of those facts, named for pytest."""
    return [Sample(getattr(write, name), given) for name, given in facts.items()]

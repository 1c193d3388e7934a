"""The outgoing letters: one function each, named like its folder below `templates/letters/`."""

from helpdesk.letters import facts as f
from helpdesk.letters.render import LetterText, render


def acuse(facts: f.Acknowledgement) -> LetterText:
    """We have received it: number, type, term, what happens next and how to answer."""
    return render("acuse", facts)


def incompleto(facts: f.ReturnedIncomplete) -> LetterText:
    """Returned as incomplete: everything that is missing, at once (R-032, R-067, R-171)."""
    return render("incompleto", facts)


def aprobacion(facts: f.ApprovalRequest) -> LetterText:
    """Asks an approver to decide, by reply or on the page (R-173)."""
    return render("aprobacion", facts)


def aclarar(facts: f.AskedAgain) -> LetterText:
    """Asks the approver back when the answer decided nothing (R-174)."""
    return render("aclarar", facts)


def aclaracion(facts: f.Clarification) -> LetterText:
    """Asks the requester what the approver wants to know before deciding."""
    return render("aclaracion", facts)


def decision(facts: f.DecisionNotice) -> LetterText:
    """Tells what was decided, a rejection with its reason (R-073)."""
    return render("decision", facts)


def derivado(facts: f.HandedOver) -> LetterText:
    """Tells the holder or team that the ticket is now theirs."""
    return render("derivado", facts)


def derivacion(facts: f.PassedOn) -> LetterText:
    """Tells the requester to which organ the request passed (R-117)."""
    return render("derivacion", facts)


def unido(facts: f.Merged) -> LetterText:
    """Tells that the request goes on in another ticket on the same matter (R-187)."""
    return render("unido", facts)


def consulta(facts: f.Consultation) -> LetterText:
    """Asks an organ; its reply is the answer (R-109)."""
    return render("consulta", facts)


def respuesta(facts: f.Answer) -> LetterText:
    """An agent's answer."""
    return render("respuesta", facts)


def cierre(facts: f.ClosingAnswer) -> LetterText:
    """An agent's closing answer, with how to reopen (R-042, R-179, R-180)."""
    return render("cierre", facts)


def aviso_autoservicio(facts: f.SelfService) -> LetterText:
    """The steps to help oneself; any link goes to the registered address only."""
    return render("aviso_autoservicio", facts)


def no_presentado(facts: f.NotFiled) -> LetterText:
    """The time for completing ran out: the request counts as not filed (R-172)."""
    return render("no_presentado", facts)


def prorroga(facts: f.Extended) -> LetterText:
    """The term was prolonged: the earlier date, the new one and the reason (R-051)."""
    return render("prorroga", facts)


def prorroga_sin_efecto(facts: f.ExtensionDropped) -> LetterText:
    """An extension that was announced counts no more, and until when the answer is due instead (R-051)."""
    return render("prorroga_sin_efecto", facts)


def evento(facts: f.EventNotice) -> LetterText:
    """A training or assistance is planned, has another date or place, or will not take place (R-111)."""
    return render("evento", facts)


def canal(facts: f.OtherChannel) -> LetterText:
    """Names the channel that this request belongs to (R-160)."""
    return render("canal", facts)


def recordatorio(facts: f.ApprovalReminder) -> LetterText:
    """Reminds an approver before the ticket is due (R-178)."""
    return render("recordatorio", facts)


def aviso_interno(facts: f.DeskNotice) -> LetterText:
    """Tells the team of the desk what needs a person."""
    return render("aviso_interno", facts)


def tarea(facts: f.TaskFacts) -> LetterText:
    """Asks for something that belongs to no ticket, or calls it to mind (R-130, R-131)."""
    return render("tarea", facts)

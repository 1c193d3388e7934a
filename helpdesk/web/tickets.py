"""A ticket's page, its files, and the verbs that move it."""

from collections.abc import Callable, Mapping

import nh3
from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.db import transaction
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.domain.objections import OBJECTIONS
from helpdesk.domain.references import masked
from helpdesk.queries import tickets as queue
from helpdesk.queries import timeline
from helpdesk.services import conversation, documents, outbox, tickets
from helpdesk.web import forms, headers, ticketpage
from helpdesk.web.downloads import download, stored
from helpdesk.web.identity import viewer
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import see_other, ticket_url

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets/<number>")
Answer = AnyResponse | tuple[str, int]
OBJECTION = "objection-"
Verb = Callable[[Session, Actor, int], object]


@blueprint.get("")
@policy(Policy.SIGNED_IN)
def show(number: str) -> Answer:
    """The ticket."""
    return ticketpage.render(viewer(), number)


@blueprint.get("/imprimir")
@policy(Policy.SIGNED_IN)
def printed(number: str) -> Answer:
    """The ticket on paper: the conversation with the requester, without internal notes (A035)."""
    return ticketpage.render(viewer(), number, template="tickets/print.html")


@blueprint.get("/archivos/<int:attachment_id>")
@policy(Policy.SIGNED_IN)
def file(number: str, attachment_id: int) -> Response:
    """A file, to be saved: nothing that came by mail is ever shown as a page of ours (A007)."""
    who = viewer()
    with transaction() as session:
        queue.find_id(session, who, ticketpage.number_of(who, number))
        found = timeline.attachment(session, who, attachment_id)
    return download(found.sha256, found.filename)


@blueprint.get("/cartas/<int:letter_id>/<int:index>")
@policy(Policy.SIGNED_IN)
def sent_file(number: str, letter_id: int, index: int) -> Response:
    """A file that we sent with an answer."""
    who = viewer()
    with transaction() as session:
        queue.find_id(session, who, ticketpage.number_of(who, number))
        sent = timeline.sent_file(session, who, letter_id, index)
    return download(sent.sha256, sent.filename)


@blueprint.get("/mensajes/<int:message_id>/original")
@policy(Policy.SIGNED_IN)
def original(number: str, message_id: int) -> Response:
    """A mail's own HTML for the sandboxed frame; remote pictures only when asked for."""
    who = viewer()
    with transaction() as session:
        queue.find_id(session, who, ticketpage.number_of(who, number))
        message = timeline.message(session, who, message_id)
    body = nh3.clean(message.html or "", attributes=MAIL_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"})
    page = make_response(render_template("tickets/original.html", body=masked(body)))
    return headers.frame_mail(page, remote_images="imagenes" in request.args)


MAIL_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"align", "dir", "lang", "title", "width", "height", "bgcolor", "color"},
    "img": {"src", "alt", "width", "height"},
}


@blueprint.post("/tomar")
@policy(Policy.AGENT)
def take(number: str) -> Answer:
    """Makes the signed-in agent responsible."""
    form = forms.TicketForm()
    return change(number, lambda s, actor, t: tickets.take(s, actor, t, form.seen), "Ahora está a su cargo.")


@blueprint.post("/asignar")
@policy(Policy.AGENT)
def assign(number: str) -> Answer:
    """Gives the ticket to a colleague, or back to the team."""
    form = forms.AssignForm()
    person = forms.whole(form.person.data)
    done = "El ticket tiene nuevo responsable." if person else "El ticket volvió a la bandeja del equipo."
    return change(number, lambda s, actor, t: tickets.assign(s, actor, t, form.seen, person), done, assign=form)


@blueprint.post("/responder")
@policy(Policy.AGENT)
def reply(number: str) -> Answer:
    """Answers the requester; with the second button the ticket closes too (R-042)."""
    form = forms.ReplyForm()
    close = "cerrar" in request.form
    done = "Respuesta enviada y ticket cerrado." if close else "Respuesta enviada."
    return change(
        number,
        lambda s, actor, t: conversation.reply(
            s, actor, t, form.seen, form.text.data, stored(form), close, form.why_mail.data or "", form.chosen
        ),
        done,
        reply=form,
    )


@blueprint.post("/nota")
@policy(Policy.AGENT)
def note(number: str) -> Answer:
    """Adds a note that only colleagues see."""
    form = forms.NoteForm()
    return change(
        number, lambda s, actor, t: conversation.note(s, actor, t, form.text.data), "Nota guardada.", note=form
    )


@blueprint.post("/devolver")
@policy(Policy.AGENT)
def return_incomplete(number: str) -> Answer:
    """Returns the request with the list of what is missing; the term stops (R-019)."""
    form = forms.ReturnForm()
    return change(
        number,
        lambda s, actor, t: documents.return_incomplete(
            s, actor, t, form.seen, tuple(form.documents.data or ()), form.text.data, objections_in(request.form)
        ),
        "Devuelto por incompleto: el solicitante recibe la lista y el plazo queda suspendido.",
        **{"return": form},
    )


@blueprint.post("/derivar")
@policy(Policy.AGENT)
def derive(number: str) -> Answer:
    """Hands the ticket to another team or centre (R-186)."""
    form = forms.DeriveForm()
    team, _, scope = (form.team.data or "").partition("/")
    return change(
        number,
        lambda s, actor, t: tickets.derive(s, actor, t, form.seen, team, scope or None, form.reason.data),
        "Ticket derivado: el equipo que lo recibe ya fue avisado.",
        derive=form,
    )


@blueprint.post("/paso")
@policy(Policy.AGENT)
def complete_step(number: str) -> Answer:
    """Marks the active step as done."""
    form = forms.StepForm()
    return change(
        number,
        lambda s, actor, t: tickets.complete_step(s, actor, t, form.seen, note=form.note.data),
        "Paso marcado como hecho.",
        step=form,
    )


@blueprint.post("/cerrar")
@policy(Policy.AGENT)
def close(number: str) -> Answer:
    """Ends a ticket that was answered otherwise than by mail; the form says how it left (R-015, R-046)."""
    form = forms.CloseForm()
    return change(
        number,
        lambda s, actor, t: tickets.close(s, actor, t, form.seen, form.note.data, form.delivery),
        "Ticket cerrado.",
        close=form,
    )


@blueprint.post("/clasificar")
@policy(Policy.AGENT)
def classify(number: str) -> Answer:
    """Decides the request type; the route and the term follow from it."""
    form = forms.ClassifyForm()
    return change(
        number,
        lambda s, actor, t: tickets.classify(s, actor, t, form.seen, form.request_type.data),
        "Solicitud clasificada.",
        classify=form,
    )


@blueprint.post("/cartas/<int:letter_id>/reenviar")
@policy(Policy.AGENT)
def resend(number: str, letter_id: int) -> Answer:
    """Sends a letter again that did not leave, or that nobody knows whether it did."""

    def again(session: Session, actor: Actor, ticket_id: int) -> object:
        timeline.check_letter(session, ticket_id, letter_id)
        return outbox.retry(session, actor, letter_id)

    return change(number, again, "El correo vuelve a salir.")


@blueprint.post("/mensajes/<int:message_id>/confirmar")
@policy(Policy.AGENT)
def confirm_message(number: str, message_id: int) -> Answer:
    """The message belongs to the ticket (R-166)."""
    return change(
        number, own_message(message_id, conversation.confirm_message), "El mensaje se unió a la conversación."
    )


@blueprint.post("/mensajes/<int:message_id>/apartar")
@policy(Policy.AGENT)
def set_aside_message(number: str, message_id: int) -> Answer:
    """The message does not belong to the ticket, and why."""
    form = forms.ReasonForm()

    def set_aside(session: Session, actor: Actor, wanted: int) -> object:
        return conversation.set_aside_message(session, actor, wanted, form.reason.data)

    return change(number, own_message(message_id, set_aside), "El mensaje quedó apartado.", reason=form)


def objections_in(form: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each document that is returned, by key, as far as it was chosen."""
    found = {name.removeprefix(OBJECTION): forms.clean(form[name]) for name in form if name.startswith(OBJECTION)}
    return {key: objection for key, objection in found.items() if objection in OBJECTIONS}


def change(number: str, verb: Verb, done: str, **filled: forms.DeskForm) -> Answer:
    """Calls one verb in one transaction, then shows the ticket; refused, shows it with the reason and what was typed.

    `filled` holds the submitted form under its name on the page.
    """
    who = viewer()
    wanted = ticketpage.number_of(who, number)
    try:
        for form in filled.values():
            if not form.validate_on_submit():
                raise Invalid(form.first_error())
        with transaction() as session:
            verb(session, who.actor, queue.find_id(session, who, wanted))
    except (Conflict, Invalid, NotAllowed, NotFound) as problem:
        return ticketpage.render(who, number, problem=problem, filled=filled)
    return see_other(ticket_url(who, wanted), done)


def own_message(message_id: int, verb: Callable[[Session, Actor, int], object]) -> Verb:
    """The verb on a message, once it is known to be of the ticket in the address."""

    def checked(session: Session, actor: Actor, ticket_id: int) -> object:
        timeline.check_message(session, ticket_id, message_id)
        return verb(session, actor, message_id)

    return checked

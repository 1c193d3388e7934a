"""The verbs around a ticket: links, merges, splits, consultations, following and scheduled tasks."""

from collections.abc import Callable

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Invalid
from helpdesk.queries import links as linked
from helpdesk.queries import search
from helpdesk.queries.viewers import Viewer
from helpdesk.services import consultations, following, links, merging, scheduling, splitting
from helpdesk.web import aroundpage, forms
from helpdesk.web.downloads import received
from helpdesk.web.identity import viewer
from helpdesk.web.policy import Policy, policy
from helpdesk.web.tickets import Verb, change

blueprint = Blueprint("ticketlinks", __name__, url_prefix="/tickets/<number>")
Answer = Response | tuple[str, int]


@blueprint.post("/enlaces")
@policy(Policy.AGENT)
def link(number: str) -> Answer:
    """Links the ticket with another one."""
    form, who = forms.LinkForm(), viewer()
    return change(
        number,
        lambda s, actor, t: links.link(s, actor, t, form.seen, other_number(who, form.other.data)),
        "Los tickets quedaron enlazados.",
        link=form,
    )


@blueprint.post("/enlaces/<int:link_id>/quitar")
@policy(Policy.AGENT)
def unlink(number: str, link_id: int) -> Answer:
    """Takes a link back."""
    return change(number, own_link(link_id, links.unlink), "El enlace se quitó.")


@blueprint.post("/unir")
@policy(Policy.AGENT)
def merge(number: str) -> Answer:
    """Lets the matter of the ticket go on in another one (R-187)."""
    form, who = forms.MergeForm(), viewer()
    return change(
        number,
        lambda s, actor, t: merging.merge(s, actor, t, form.seen, other_number(who, form.other.data)),
        "El ticket se unió al otro y el solicitante ya fue avisado.",
        merge=form,
    )


@blueprint.post("/uniones/<int:link_id>/deshacer")
@policy(Policy.AGENT)
def undo_merge(number: str, link_id: int) -> Answer:
    """Tells two merged tickets apart again."""
    return change(number, own_link(link_id, merging.undo), "La unión se deshizo: cada ticket sigue por su cuenta.")


@blueprint.post("/dividir")
@policy(Policy.AGENT)
def split(number: str) -> Answer:
    """Opens a second ticket from a message of this one (R-159)."""
    form = forms.SplitForm()

    def verb(session: Session, actor: Actor, ticket_id: int) -> object:
        message, files = forms.whole(form.message.data), whole_numbers(form.files.data)
        return splitting.split(session, actor, ticket_id, form.seen, message or 0, files, form.request_type.data)

    return change(number, verb, "Se abrió otro ticket con su propio número: está entre los relacionados.", split=form)


@blueprint.post("/consultar")
@policy(Policy.AGENT)
def consult(number: str) -> Answer:
    """Asks an organ (R-109)."""
    form = forms.ConsultForm()

    def verb(session: Session, actor: Actor, ticket_id: int) -> object:
        to, files = aroundpage.addressee(form.to.data), whole_numbers(form.files.data)
        return consultations.ask(session, actor, ticket_id, form.seen, to, form.text.data, files)

    return change(number, verb, "La consulta salió; la respuesta llegará aquí como nota interna.", consult=form)


@blueprint.post("/absolver")
@policy(Policy.SIGNED_IN)
def answer(number: str) -> Answer:
    """Answers a consultation, which ends it. Whoever was asked may, agent or not; the service checks it."""
    form = forms.ReplyForm()
    return change(
        number,
        lambda s, actor, t: consultations.answer(
            s, actor, t, form.seen, form.text.data, received(form.files.data or ())
        ),
        "Respuesta enviada a quien preguntó: la consulta terminó.",
        absolve=form,
    )


@blueprint.post("/retirar")
@policy(Policy.AGENT)
def withdraw(number: str) -> Answer:
    """Takes a question back, with the reason."""
    form = forms.ReasonForm()
    return change(
        number,
        lambda s, actor, t: consultations.withdraw(s, actor, t, form.seen, form.reason.data),
        "La consulta se retiró.",
        withdraw=form,
    )


@blueprint.post("/seguir")
@policy(Policy.AGENT)
def follow(number: str) -> Answer:
    """The signed-in agent is told what happens to the ticket."""
    return change(number, following.follow, "Ahora sigue este ticket: le avisaremos por correo.")


@blueprint.post("/dejar-de-seguir")
@policy(Policy.AGENT)
def unfollow(number: str) -> Answer:
    """The signed-in agent is told no more."""
    return change(number, following.unfollow, "Ya no sigue este ticket.")


@blueprint.post("/tareas/<int:step_id>/hecha")
@policy(Policy.AGENT)
def task_done(number: str, step_id: int) -> Answer:
    """A scheduled task was done (R-040)."""
    form = forms.StepForm()
    return change(
        number,
        lambda s, actor, t: scheduling.done(s, actor, t, form.seen, step_id, form.note.data),
        "Tarea marcada como hecha.",
        task=form,
    )


@blueprint.post("/tareas/<int:step_id>/cancelar")
@policy(Policy.AGENT)
def task_cancelled(number: str, step_id: int) -> Answer:
    """A scheduled task is not to be done, and why."""
    form = forms.ReasonForm()
    return change(
        number,
        lambda s, actor, t: scheduling.cancel(s, actor, t, form.seen, step_id, form.reason.data),
        "Tarea cancelada.",
        task=form,
    )


@blueprint.post("/tareas/<int:step_id>/fecha")
@policy(Policy.AGENT)
def task_moved(number: str, step_id: int) -> Answer:
    """A scheduled task has another day."""
    form = forms.DayForm()
    return change(
        number,
        lambda s, actor, t: scheduling.move(s, actor, t, form.seen, step_id, form.day.data),
        "La tarea tiene nueva fecha.",
        move=form,
    )


def other_number(who: Viewer, written: str) -> int:
    """The number of a ticket of the own institution. Raises Invalid for anything else."""
    number = search.ticket_number(written, who.ticket_prefix)
    if number is None:
        raise Invalid(f"Escriba el número de un ticket de su institución, como {who.ticket_prefix}-12.")
    return number


def whole_numbers(values: list[str] | None) -> tuple[int, ...]:
    """The numbers among the ticked values."""
    return tuple(number for value in values or () if (number := forms.whole(value)) is not None)


def own_link(link_id: int, verb: Callable[[Session, Actor, int], object]) -> Verb:
    """The verb on a link, once it is known to be of the ticket in the address."""

    def checked(session: Session, actor: Actor, ticket_id: int) -> object:
        linked.check(session, ticket_id, link_id)
        return verb(session, actor, link_id)

    return checked

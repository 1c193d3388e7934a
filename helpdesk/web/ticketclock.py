"""What an agent does with the term of a ticket."""

from flask import Blueprint

from helpdesk.services import deadlines
from helpdesk.web import forms
from helpdesk.web.policy import Policy, policy
from helpdesk.web.tickets import Answer, change

blueprint = Blueprint("ticketclock", __name__, url_prefix="/tickets/<number>")


@blueprint.post("/prorroga")
@policy(Policy.AGENT)
def extend(number: str) -> Answer:
    """Prolongs the term; the requester is told both dates and the reason (R-051)."""
    form = forms.ExtendForm()
    amount = forms.whole(form.amount.data)
    return change(
        number,
        lambda s, actor, t: deadlines.extend(s, actor, t, form.seen, amount, form.reason.data),
        "Plazo prorrogado: las dos fechas quedan a la vista.",
        extend=form,
    )

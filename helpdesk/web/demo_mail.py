"""The mail of a demo: letters that were kept instead of sent, a way to answer them as their reader, and to write one.

Registered only when the installation is a demo; it shows every institution's letters to anybody.
"""

from collections.abc import Callable

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import HelpdeskError, Invalid, Unavailable
from helpdesk.queries import published
from helpdesk.web import errors
from helpdesk.web.forms import AnswerForm, NewMailForm
from helpdesk.web.identity import viewer_or_none
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import page, see_other

blueprint = Blueprint("demo_mail", __name__, url_prefix="/demo/correo")
DEMO_ANSWER = "DEMO_ANSWER"
DEMO_WRITE = "DEMO_WRITE"
Answer = Callable[[str, int, str], None]
Enclosure = tuple[str, bytes]
Write = Callable[[str, str, str, str, tuple[Enclosure, ...]], None]


@blueprint.get("")
@policy(Policy.PUBLIC)
def index() -> str:
    """All kept letters; the first one open."""
    with transaction() as session:
        letters = published.kept_letters(session)
    return page(
        "demo_mail/page.html",
        letters=letters,
        letter=letters[0].letter if letters else None,
        form=AnswerForm(formdata=None),
        viewer=viewer_or_none(),
        can_answer=DEMO_ANSWER in current_app.config,
        problem=None,
    )


@blueprint.route("/<int:letter_id>", methods=["GET", "POST"])
@policy(Policy.PUBLIC)
def show(letter_id: int) -> Response | tuple[str, int]:
    """One letter, and answering it as the person it was written to."""
    form = AnswerForm()
    problem: HelpdeskError | None = None
    with transaction() as session:
        letter = published.kept_letter(session, letter_id)
        letters = published.kept_letters(session)
    if request.method == "POST":
        try:
            if not form.validate():
                raise Invalid(form.first_error())
            answer_hook()(letter.recipient, letter.id, form.text.data)
        except HelpdeskError as refusal:
            problem = refusal
        else:
            done = "Respuesta enviada: llega al buzón como cualquier correo y se procesa en segundos."
            return see_other(url_for("demo_mail.show", letter_id=letter_id), done)
    html = page(
        "demo_mail/page.html",
        letters=letters,
        letter=letter,
        form=form,
        viewer=viewer_or_none(),
        can_answer=DEMO_ANSWER in current_app.config,
        problem=str(problem) if problem else None,
    )
    return html, errors.status_of(problem) if problem else 200


@blueprint.route("/nuevo", methods=["GET", "POST"])
@policy(Policy.PUBLIC)
def write() -> Response | tuple[str, int]:
    """A new mail to a shared mailbox, as its sender's program would hand it over."""
    form = NewMailForm()
    problem: HelpdeskError | None = None
    with transaction() as session:
        mailboxes = published.mailboxes(session)
    if request.method == "POST" and form.validate():
        try:
            if form.mailbox.data not in {each.address for each in mailboxes}:
                raise Invalid("Ese buzón no es de la demostración: elija uno de la lista.")
            files = tuple((each.filename, each.read()) for each in form.files.data or () if each and each.filename)
            write_hook()(form.address.data, form.mailbox.data, form.subject.data, form.text.data, files)
        except HelpdeskError as refusal:
            problem = refusal
        else:
            done = "Correo enviado: en segundos es un ticket, y aquí llega el acuse de recibo."
            return see_other(url_for("demo_mail.index"), done)
    refused = 422 if form.errors else 200
    html = page(
        "demo_mail/new.html",
        form=form,
        mailboxes=mailboxes,
        viewer=viewer_or_none(),
        problem=str(problem) if problem else None,
    )
    return html, errors.status_of(problem) if problem else refused


def answer_hook() -> Answer:
    """What the demo's starting point set to deliver an answer. Raises Unavailable without one."""
    hook: Answer | None = current_app.config.get(DEMO_ANSWER)
    if hook is None:
        raise Unavailable("Esta instalación no recibe respuestas de demostración.")
    return hook


def write_hook() -> Write:
    """What the demo's starting point set to deliver a mail. Raises Unavailable without one."""
    hook: Write | None = current_app.config.get(DEMO_WRITE)
    if hook is None:
        raise Unavailable("Esta instalación no recibe correos de demostración.")
    return hook

"""What an agent says about the files of a ticket: which document each is, whether it serves, and the originals seen."""

from datetime import date

from flask import Blueprint, request
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Invalid
from helpdesk.queries import timeline
from helpdesk.services import documents, heldfiles, originals
from helpdesk.web import forms
from helpdesk.web.policy import Policy, policy
from helpdesk.web.tickets import Answer, Verb, change

blueprint = Blueprint("documents", __name__, url_prefix="/tickets/<number>")


@blueprint.post("/documentos/<int:document_id>/confirmar")
@policy(Policy.AGENT)
def confirm(number: str, document_id: int) -> Answer:
    """The file is the document (R-163)."""
    return change(number, own(document_id, documents.confirm), "Documento confirmado.")


@blueprint.post("/documentos/<int:document_id>/rechazar")
@policy(Policy.AGENT)
def reject(number: str, document_id: int) -> Answer:
    """The file does not serve, and why (R-029)."""
    form = forms.ObjectionForm()
    form.document_id = document_id

    def verb(session: Session, actor: Actor, wanted: int) -> object:
        return documents.reject(session, actor, wanted, form.objection.data or "", form.reason.data or "")

    return change(number, own(document_id, verb), "Documento rechazado.", objection=form)


@blueprint.post("/documentos/<int:document_id>/mover")
@policy(Policy.AGENT)
def move(number: str, document_id: int) -> Answer:
    """The file is another document."""
    key = forms.clean(request.form.get("document"))

    def verb(session: Session, actor: Actor, wanted: int) -> object:
        return documents.move(session, actor, wanted, key)

    return change(number, own(document_id, verb), "El archivo pasó al otro documento.")


@blueprint.post("/documentos/<int:document_id>/deshacer")
@policy(Policy.AGENT)
def take_back(number: str, document_id: int) -> Answer:
    """The mark was an error."""
    return change(number, own(document_id, documents.take_back), "La marca se deshizo.")


@blueprint.post("/documentos/<int:document_id>/certificar")
@policy(Policy.AGENT)
def certify(number: str, document_id: int) -> Answer:
    """Who certified the copy as true to the original, and when (R-120)."""
    role, written = forms.clean(request.form.get("role")), forms.clean(request.form.get("on"))

    def verb(session: Session, actor: Actor, wanted: int) -> object:
        return documents.certify(session, actor, wanted, role, day_of(written))

    return change(number, own(document_id, verb), "Certificación anotada.")


@blueprint.post("/archivos/<int:attachment_id>/liberar")
@policy(Policy.ADMIN)
def release(number: str, attachment_id: int) -> Answer:
    """A file that was set apart may be opened, and why (R-170)."""
    form = forms.ReleaseForm()
    form.file_id = attachment_id

    def verb(session: Session, actor: Actor, ticket_id: int) -> object:
        return heldfiles.release(session, actor, ticket_id, form.seen, attachment_id, form.reason.data or "")

    return change(number, verb, "El archivo se liberó: ya se puede descargar.", release=form)


@blueprint.post("/archivos/<int:attachment_id>/requisito")
@policy(Policy.AGENT)
def assign_file(number: str, attachment_id: int) -> Answer:
    """Says by hand which document a file is, besides any that it is already."""
    key = forms.clean(request.form.get("document"))
    return change(
        number,
        lambda s, actor, t: documents.assign_file(s, actor, t, attachment_id, key),
        "Archivo anotado como documento de la solicitud.",
    )


@blueprint.post("/originales/<key>/visto")
@policy(Policy.AGENT)
def see_original(number: str, key: str) -> Answer:
    """The original of the document was seen (R-016, R-036)."""
    form = forms.OriginalForm()
    return change(
        number,
        lambda s, actor, t: originals.see(
            s, actor, t, form.seen, key, form.kind.data or "paper", bool(form.kept.data), form.note.data or ""
        ),
        "Original anotado como visto.",
        original=form,
    )


@blueprint.post("/originales/<key>/quitar")
@policy(Policy.AGENT)
def unmark_original(number: str, key: str) -> Answer:
    """The original was marked as seen by error."""
    form = forms.TicketForm()
    return change(number, lambda s, actor, t: originals.take_back(s, actor, t, form.seen, key), "La marca se quitó.")


def own(document_id: int, verb: Verb) -> Verb:
    """The verb on a document, once it is known to be of the ticket in the address."""

    def checked(session: Session, actor: Actor, ticket_id: int) -> object:
        timeline.check_document(session, ticket_id, document_id)
        return verb(session, actor, document_id)

    return checked


def day_of(written: str) -> date | None:
    """The day of a date field; None when it is empty. Raises Invalid for what is no date."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise Invalid("Escriba la fecha como año, mes y día: 2026-04-30.") from error

"""The forms of the desk. Every message an agent can meet is Spanish, from WTForms or from here."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

LONGEST_TEXT = 100_000
LONGEST_LINE = 500


def written(what: str) -> DataRequired:
    """The value must be given, and not as mere space; `what` says so in a sentence."""
    return DataRequired(message=what)


def clean(value: str | None) -> str:
    """Text as the database takes it: without NUL, ends of line as \\n, no space around."""
    return (value or "").replace("\x00", "").replace("\r\n", "\n").strip()


def whole(value: str | None) -> int | None:
    """The number a hidden field carries; None when it carries none."""
    return int(value) if value and value.isdecimal() and len(value) < 16 else None


class DeskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form with Spanish messages."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        locales = ("es",)

    def first_error(self) -> str:
        """The first thing wrong, in a sentence."""
        for messages in self.errors.values():
            for message in messages:
                return str(message)
        return "Revise los datos del formulario."


class TicketForm(DeskForm):
    """A change of a ticket; `touched` tells whether it changed since the page was read."""

    touched = HiddenField()

    @property
    def seen(self) -> int | None:
        """The ticket's number of changes when the page was read."""
        return whole(self.touched.data)


class EntryForm(DeskForm):
    """Signing in."""

    address = StringField(
        "Correo electrónico", filters=[clean], validators=[written("Escriba su correo."), Length(max=LONGEST_LINE)]
    )
    password = PasswordField("Contraseña", validators=[written("Escriba su contraseña."), Length(max=1000)])


class ReplyForm(TicketForm):
    """An answer to the requester."""

    text = TextAreaField(
        "Respuesta",
        filters=[clean],
        validators=[written("Escriba la respuesta antes de enviarla."), Length(max=LONGEST_TEXT)],
    )
    files = MultipleFileField("Adjuntar archivos", validators=[Optional()])


class NoteForm(TicketForm):
    """A note for colleagues; the requester never sees it (R-187)."""

    text = TextAreaField(
        "Nota interna",
        filters=[clean],
        validators=[written("Escriba la nota antes de guardarla."), Length(max=LONGEST_TEXT)],
    )


class ReturnForm(TicketForm):
    """Returning a request with the list of what is missing."""

    documents = SelectMultipleField(
        "Qué falta", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False
    )
    text = TextAreaField("Mensaje para el solicitante", filters=[clean], validators=[Length(max=LONGEST_TEXT)])


class DeriveForm(TicketForm):
    """Handing a ticket to another team; `team` is `key` or `key/scope`."""

    team = SelectField("Equipo", validate_choice=False, validators=[written("Elija el equipo que la recibirá.")])
    reason = TextAreaField(
        "Motivo", filters=[clean], validators=[written("Escriba por qué la deriva."), Length(max=LONGEST_TEXT)]
    )


class AssignForm(TicketForm):
    """Giving a ticket to a colleague; empty gives it back to the team."""

    person = SelectField("Responsable", validate_choice=False, validators=[Optional()])


class StepForm(TicketForm):
    """Marking the active step as done."""

    note = TextAreaField("Qué se hizo (opcional)", filters=[clean], validators=[Length(max=LONGEST_TEXT)])


class CloseForm(TicketForm):
    """Ending a ticket that was answered otherwise than by mail."""

    note = TextAreaField(
        "Cómo se respondió",
        filters=[clean],
        validators=[written("Escriba cómo se respondió."), Length(max=LONGEST_TEXT)],
    )


class ClassifyForm(TicketForm):
    """Deciding the request type."""

    request_type = SelectField(
        "Tipo de solicitud", validate_choice=False, validators=[written("Elija el tipo de solicitud.")]
    )


class ReasonForm(TicketForm):
    """A refusal with its reason."""

    reason = StringField(
        "Motivo", filters=[clean], validators=[written("Escriba el motivo."), Length(max=LONGEST_TEXT)]
    )


class LinkForm(TicketForm):
    """Naming another ticket by its number."""

    other = StringField(
        "Número del otro ticket",
        filters=[clean],
        validators=[written("Escriba el número del otro ticket."), Length(max=LONGEST_LINE)],
    )


class MergeForm(LinkForm):
    """Joining the ticket to another one on the same matter."""


class SplitForm(TicketForm):
    """Opening a second ticket from a message, with some of its files."""

    message = SelectField("Mensaje", validate_choice=False, validators=[written("Elija el mensaje.")])
    files = SelectMultipleField("Archivos", validate_choice=False)
    request_type = SelectField(
        "Tipo del otro ticket",
        validate_choice=False,
        validators=[written("Elija el tipo del otro ticket.")],
    )


class ConsultForm(TicketForm):
    """Asking an organ; `to` is `role:key`, `team:key`, each with `/scope` where it has one."""

    to = SelectField("A quién", validate_choice=False, validators=[written("Elija a quién consulta.")])
    text = TextAreaField(
        "Consulta", filters=[clean], validators=[written("Escriba la consulta."), Length(max=LONGEST_TEXT)]
    )
    files = SelectMultipleField("Archivos", validate_choice=False)


class DayForm(TicketForm):
    """Another day for a scheduled task."""

    day = DateField("Nueva fecha", validators=[written("Escriba la nueva fecha.")])


class DecisionForm(DeskForm):
    """An approver's answer. Approving needs nothing but the button; rejecting needs a reason (R-175).

    `seen` is the request that the page showed.
    """

    decision = HiddenField()
    seen = HiddenField()
    reason = TextAreaField("Motivo del rechazo", filters=[clean], validators=[Length(max=LONGEST_TEXT)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the answer is whole."""
        whole_form = bool(super().validate(extra_validators))
        if self.decision.data not in ("approve", "reject"):
            self.decision.errors = ["Elija Aprobar o Rechazar."]
            return False
        if self.decision.data == "reject" and not self.reason.data:
            self.reason.errors = ["Para rechazar, escriba el motivo: se lo comunicaremos al solicitante."]
            return False
        return whole_form


class AnswerForm(DeskForm):
    """Answering a kept letter of the demo as the person it was written to."""

    text = TextAreaField(
        "Su respuesta", filters=[clean], validators=[written("Escriba la respuesta."), Length(max=LONGEST_TEXT)]
    )

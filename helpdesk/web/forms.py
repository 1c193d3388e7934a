"""The forms of the desk. Every message an agent can meet is Spanish, from WTForms or from here."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import AnyOf, DataRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from helpdesk.domain.closing import WAY_LABELS, Delivery
from helpdesk.domain.papers import Review

LONGEST_TEXT = 100_000
LONGEST_LINE = 500
LONGEST_NAME, LONGEST_NUMBER = 200, 40
LONGEST_ADDRESS = 254
HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]\Z"
WRITE_AN_HOUR = "Escriba la hora como 08:30."


def written(what: str) -> DataRequired:
    """The value must be given, and not as mere space; `what` says so in a sentence."""
    return DataRequired(message=what)


def clean(value: str | None) -> str:
    """Text as the database takes it: without NUL, ends of line as \\n, no space around."""
    return (value or "").replace("\x00", "").replace("\r\n", "\n").strip()


def whole(value: str | None) -> int | None:
    """The number a hidden field carries; None when it carries none."""
    return int(value) if value and value.isdecimal() and len(value) < 16 else None


def day_of(written: str) -> date | None:
    """A day written as 2026-03-02; None for anything else."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def chosen(value: str | None) -> int | None:
    """The row that an entry of a select stands for; None for the empty entry, and 0, which is no row, for nonsense."""
    return (whole(value) or 0) if value else None


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


class ReviewedForm(TicketForm):
    """A change that may need the documents of the request to have been looked at (R-066, R-067)."""

    reviewed = BooleanField("Revisé los documentos")
    without = StringField(
        "Motivo para seguir sin documentos confirmados", filters=[clean], validators=[Length(max=LONGEST_LINE)]
    )

    @property
    def review(self) -> Review:
        """What was said of the documents, as the desk takes it."""
        return Review(bool(self.reviewed.data), self.without.data or "")


class ReplyForm(ReviewedForm):
    """An answer to the requester."""

    text = TextAreaField(
        "Respuesta",
        filters=[clean],
        validators=[written("Escriba la respuesta antes de enviarla."), Length(max=LONGEST_TEXT)],
    )
    files = MultipleFileField("Adjuntar archivos", validators=[Optional()])
    materials = SelectMultipleField("Material autorizado", validate_choice=False)
    why_mail = StringField("Motivo para cerrar por correo", filters=[clean], validators=[Length(max=LONGEST_LINE)])

    @property
    def chosen(self) -> tuple[int, ...]:
        """The material of the library that was ticked; what is no number of it names none."""
        return tuple(whole(value) or 0 for value in self.materials.data or ())


class CounterForm(DeskForm):
    """A request that somebody of the staff writes down for another person; its data and papers are the type's."""

    tipo = HiddenField(filters=[clean])
    canal = HiddenField(filters=[clean])
    name = StringField("Nombre de quien solicita", filters=[clean], validators=[Length(max=LONGEST_NAME)])
    address = StringField("Correo electrónico", filters=[clean], validators=[Length(max=LONGEST_ADDRESS)])
    national_id = StringField("Documento de identidad", filters=[clean], validators=[Length(max=LONGEST_NUMBER)])
    entity = StringField("Entidad a la que representa", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    subject = StringField("Asunto", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    text = TextAreaField("Qué se solicita", filters=[clean], validators=[Length(max=LONGEST_TEXT)])
    started = StringField("Hora de inicio de la atención", filters=[clean], validators=[Length(max=LONGEST_NUMBER)])
    place = StringField("Región o centro", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    files = MultipleFileField("Documentos escaneados", validators=[Optional()])

    def first_errors(self) -> dict[str, str]:
        """The first thing wrong with each field, in a sentence."""
        return {name: str(messages[0]) for name, messages in self.errors.items() if name and messages}


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


class StepForm(ReviewedForm):
    """Marking the active step as done."""

    note = TextAreaField("Qué se hizo (opcional)", filters=[clean], validators=[Length(max=LONGEST_TEXT)])


class CloseForm(ReviewedForm):
    """Ending a ticket that was answered otherwise than by mail; a paper is collected by somebody on a day (R-046)."""

    ways = WAY_LABELS
    way = SelectField(
        "Cómo salió la respuesta",
        validate_choice=False,
        default="in_person",
        validators=[AnyOf(WAY_LABELS, message="Elija cómo salió la respuesta.")],
    )
    note = TextAreaField(
        "Qué se respondió",
        filters=[clean],
        validators=[written("Escriba cómo se respondió."), Length(max=LONGEST_TEXT)],
    )
    collected_by = StringField("Quién retiró el papel", filters=[clean], validators=[Length(max=LONGEST_NAME)])
    collected_on = DateField("Qué día lo retiró", validators=[Optional()])
    reason = StringField(
        "Motivo, si sale por otro canal que la solicitud", filters=[clean], validators=[Length(max=LONGEST_LINE)]
    )

    @property
    def delivery(self) -> Delivery:
        """How the answer left, as the desk takes it."""
        return Delivery(self.way.data, self.reason.data or "", self.collected_by.data or "", self.collected_on.data)


class ClassifyForm(TicketForm):
    """Deciding the request type."""

    request_type = SelectField(
        "Tipo de solicitud", validate_choice=False, validators=[written("Elija el tipo de solicitud.")]
    )


class ExtendForm(TicketForm):
    """A prolongation of the term (R-051)."""

    amount = StringField("Cuánto", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    reason = TextAreaField("Motivo de la prórroga", filters=[clean], validators=[Length(max=LONGEST_TEXT)])


class CalendarDayForm(DeskForm):
    """A day of a calendar that is closed or opened by hand (R-182)."""

    calendar = StringField(
        "Calendario", filters=[clean], validators=[written("Elija el calendario."), Length(max=LONGEST_LINE)]
    )
    region = StringField("Región", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    day = DateField("Día", validators=[written("Escriba el día como una fecha.")])
    kind = StringField(
        "Ese día", filters=[clean], validators=[AnyOf(("closed", "open"), message="Diga si ese día se atiende.")]
    )
    opens = StringField("Abre a las", filters=[clean], validators=[Optional(), Regexp(HOUR, message=WRITE_AN_HOUR)])
    closes = StringField("Cierra a las", filters=[clean], validators=[Optional(), Regexp(HOUR, message=WRITE_AN_HOUR)])
    name = StringField(
        "Nombre", filters=[clean], validators=[written("Escriba el nombre del día."), Length(max=LONGEST_LINE)]
    )
    source = StringField(
        "De dónde sale",
        filters=[clean],
        validators=[written("Escriba de dónde sale: la ley, el decreto o la resolución."), Length(max=LONGEST_LINE)],
    )


class ReasonForm(TicketForm):
    """A refusal with its reason."""

    reason = StringField(
        "Motivo", filters=[clean], validators=[written("Escriba el motivo."), Length(max=LONGEST_TEXT)]
    )


class ObjectionForm(TicketForm):
    """Why a file does not serve as the document; `document_id` is the mark that the form is about."""

    objection = SelectField("Qué tiene", validate_choice=False, validators=[written("Elija qué tiene el documento.")])
    reason = StringField("Detalle", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    document_id: int | None = None


class ReleaseForm(TicketForm):
    """Why a file that was set apart may be opened; `file_id` is the file that the form is about (R-170)."""

    reason = StringField(
        "Motivo", filters=[clean], validators=[written("Escriba el motivo."), Length(max=LONGEST_LINE)]
    )
    file_id: int | None = None


class OriginalForm(TicketForm):
    """An original that was seen."""

    kind = SelectField("Qué se vio", validate_choice=False, validators=[written("Elija qué original vio.")])
    kept = BooleanField("Queda en la oficina")
    note = StringField("Nota", filters=[clean], validators=[Length(max=LONGEST_LINE)])


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


class EventForm(TicketForm):
    """What is planned: a training or an assistance, on one day (R-111). The service checks what it names."""

    ticket = HiddenField(filters=[clean])
    kind = SelectField("Qué se programa", validate_choice=False, validators=[Optional()])
    subject = StringField("Tema", filters=[clean])
    system = SelectField("Sistema administrativo", validate_choice=False, validators=[Optional()])
    organ = SelectField("Órgano con el que se coordina", validate_choice=False, validators=[Optional()])
    centre = SelectField("Centro", validate_choice=False, validators=[Optional()])
    specialist = SelectField("Quién la da", validate_choice=False, validators=[Optional()])
    place = StringField("Lugar o enlace", filters=[clean])
    day = DateField("Día", validators=[written("Escriba el día como una fecha.")])
    begins = TimeField("Desde las", validators=[written("Escriba la hora de inicio, como 10:00.")])
    until = TimeField("Hasta las", validators=[written("Escriba la hora de término, como 12:00.")])


class AgreementForm(TicketForm):
    """Who of the organ agreed to an event, and on which day."""

    by = StringField("Quién del órgano la acordó", filters=[clean], validators=[Length(max=LONGEST_NAME)])
    on = DateField("Qué día", validators=[Optional()])


class PeopleForm(DeskForm):
    """People for the list of an event, one on each line, or members of the staff."""

    people = TextAreaField("Personas", filters=[clean], validators=[Length(max=LONGEST_TEXT)])
    persons = SelectMultipleField("Especialistas", validate_choice=False)
    came = BooleanField("Ya están aquí: anotar que asistieron")


class GoalForm(DeskForm):
    """A goal of an organ's operative plan (R-105)."""

    organ = SelectField("Órgano", validate_choice=False, validators=[Optional()])
    year = StringField("Año", filters=[clean])
    code = StringField("Código", filters=[clean])
    name = StringField("Meta", filters=[clean])


class GoalTagForm(TicketForm):
    """The goal that a ticket or an event is reported by; empty for none."""

    goal = SelectField("Meta del plan operativo", validate_choice=False, validators=[Optional()])


class DecisionForm(DeskForm):
    """An approver's answer. Approving needs nothing but the button; rejecting needs a reason (R-175), asking back its
    question.

    `seen` is the request that the page showed.
    """

    decision = HiddenField()
    seen = HiddenField()
    reason = TextAreaField("Motivo del rechazo", filters=[clean], validators=[Length(max=LONGEST_TEXT)])
    question = TextAreaField("Qué necesita saber", filters=[clean], validators=[Length(max=LONGEST_TEXT)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the answer is whole."""
        whole_form = bool(super().validate(extra_validators))
        if self.decision.data not in ("approve", "reject", "clarify"):
            self.decision.errors = ["Elija Aprobar, Rechazar o Pedir aclaración."]
            return False
        if self.decision.data == "clarify" and not self.question.data:
            self.question.errors = ["Escriba la pregunta: se la enviaremos al solicitante."]
            return False
        if self.decision.data == "reject" and not self.reason.data:
            self.reason.errors = ["Para rechazar, escriba el motivo: se lo comunicaremos al solicitante."]
            return False
        return whole_form


def day_field(label: str, needed: str | None = None) -> DateField:
    """A day; `needed` is the sentence for a form that cannot do without it."""
    return DateField(label, validators=[written(needed) if needed else Optional()])


class FunctionForm(DeskForm):
    """Something about a function: `function` is `role` or `role/scope`."""

    function = SelectField("Función", validate_choice=False, validators=[written("Elija la función.")])
    address = StringField(
        "Correo electrónico", filters=[clean], validators=[written("Escriba el correo."), Length(max=LONGEST_LINE)]
    )

    @property
    def pair(self) -> tuple[str, str | None]:
        """The function's role and scope."""
        role, _, scope = str(self.function.data).partition("/")
        return role, scope or None


class AmendForm(DeskForm):
    """The matters that a holder attends (none: any) and the organ that the holder belongs to."""

    subjects = SelectMultipleField("Sistemas que atiende", validate_choice=False)
    organ = SelectField("Órgano", validate_choice=False, filters=[clean])


class HolderForm(FunctionForm, AmendForm):
    """Naming the holder of a function, from today on when no day is given."""

    since = day_field("Desde")


class ActingForm(FunctionForm):
    """Somebody acts for a function between two dates, both included."""

    since = day_field("Desde", "Elija el primer día.")
    until = day_field("Hasta", "Elija el último día.")


class SubstituteForm(ActingForm):
    """Naming who acts, and for which of several holders."""

    in_place_of = StringField("Quién es subrogado", filters=[clean], validators=[Length(max=LONGEST_LINE)])


class DelegateForm(ActingForm):
    """A holder names who decides meanwhile."""

    reason = StringField("Motivo", filters=[clean], validators=[Length(max=LONGEST_LINE)])


class AbsenceForm(DeskForm):
    """Somebody is away: until a day, until further notice, or for good."""

    address = StringField(
        "Quién se ausenta", filters=[clean], validators=[written("Escriba el correo."), Length(max=LONGEST_LINE)]
    )
    since = day_field("Desde", "Elija el primer día.")
    until = day_field("Hasta")
    for_good = BooleanField("Es definitiva: terminan todas sus funciones")
    substitute = StringField("Subrogante", filters=[clean], validators=[Length(max=LONGEST_LINE)])
    reason = StringField("Motivo", filters=[clean], validators=[Length(max=LONGEST_LINE)])


class TaskNoteForm(DeskForm):
    """How a task was done, or why it is cancelled."""

    note = StringField("Cómo se hizo o dónde está", filters=[clean], validators=[Length(max=LONGEST_LINE)])


class ContentForm(DeskForm):
    """A content to be made (R-131); without a responsible those who keep contents make it."""

    title = StringField("Título", filters=[clean], validators=[written("Escriba el título."), Length(max=LONGEST_NAME)])
    channel = SelectField("Medio", validate_choice=False, validators=[written("Elija el medio.")])
    responsible = SelectField("Responsable", validate_choice=False, validators=[Optional()])
    due_on = day_field("Para el día", "Elija el día para el que debe estar.")


class NoticeForm(DeskForm):
    """A directive or notice of an organ (R-127)."""

    kind = SelectField("Clase", validate_choice=False, default="directive")
    organ = SelectField("Órgano", validate_choice=False, validators=[written("Elija el órgano.")])
    title = StringField("Título", filters=[clean], validators=[written("Escriba el título."), Length(max=LONGEST_NAME)])
    text = TextAreaField("Texto", filters=[clean], validators=[Length(max=LONGEST_TEXT)])
    audience = SelectMultipleField("Para quiénes", validate_choice=False)
    file = FileField("Archivo", validators=[Optional()])


class MaterialForm(DeskForm):
    """A file for the library of authorised material (R-126)."""

    title = StringField("Título", filters=[clean], validators=[written("Escriba el título."), Length(max=LONGEST_NAME)])
    kind = SelectField("Clase", validate_choice=False, default="leaflet")
    file = FileField("Archivo", validators=[Optional()])


class AnswerForm(DeskForm):
    """Answering a kept letter of the demo as the person it was written to."""

    text = TextAreaField(
        "Su respuesta", filters=[clean], validators=[written("Escriba la respuesta."), Length(max=LONGEST_TEXT)]
    )


class NewMailForm(AnswerForm):
    """A mail to one of the demo's mailboxes, from whoever one likes to be."""

    mailbox = SelectField("Para", validate_choice=False, validators=[written("Elija el buzón.")])
    address = StringField(
        "De",
        filters=[clean],
        validators=[
            written("Escriba el correo de quien envía."),
            Length(max=LONGEST_ADDRESS),
            Regexp(
                r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+$", message="Escriba una dirección de correo, como ana@example.org."
            ),
        ],
    )
    subject = StringField(
        "Asunto", filters=[clean], validators=[written("Escriba el asunto."), Length(max=LONGEST_LINE)]
    )
    files = MultipleFileField("Adjuntar archivos", validators=[Optional()])

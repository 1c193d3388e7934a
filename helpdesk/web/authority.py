"""The functions of an institution: who holds them, who substitutes, who is away (administrators); and delegation by the
holder."""

from collections.abc import Callable

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.catalogue import Choice as Subject
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid, NotAllowed, NotFound
from helpdesk.queries import authority as functions
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import authority
from helpdesk.services.authority import Particulars
from helpdesk.web import approvals, errors
from helpdesk.web.forms import AbsenceForm, AmendForm, DelegateForm, DeskForm, HolderForm, SubstituteForm, day_of
from helpdesk.web.identity import viewer
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other

blueprint = Blueprint("authority", __name__)
Answer = Response | tuple[str, int]
Forms = dict[str, DeskForm]
ANNULLED = "La ausencia se anuló: no había empezado."


@blueprint.get("/admin/funciones")
@policy(Policy.ADMIN)
def show() -> Answer:
    """The functions place by place, on the day asked for."""
    return page({})


@blueprint.post("/admin/funciones/titular")
@policy(Policy.ADMIN)
def name_holder() -> Answer:
    """Names the holder of a function."""
    form = HolderForm()

    def change(session: Session, who: Viewer) -> str:
        role, scope = form.pair
        more = Particulars(tuple(form.subjects.data or ()), form.organ.data or None)
        authority.grant(session, who.actor, who.institution_key, form.address.data, role, scope, form.since.data, more)
        return f"{form.address.data} ejerce la función."

    return done("holder", form, change)


@blueprint.post("/admin/funciones/nombramientos/<int:holding_id>/sistemas")
@policy(Policy.ADMIN)
def amend(holding_id: int) -> Answer:
    """Says anew which systems a holder attends and which organ the holder belongs to (R-101, R-108)."""
    form = AmendForm()

    def change(session: Session, who: Viewer) -> str:
        subjects, organ = tuple(form.subjects.data or ()), form.organ.data or None
        authority.amend(session, who.actor, who.institution_key, holding_id, subjects, organ)
        return "Sistemas y órgano guardados; lo que esperaba a quien atiende uno de ellos ya le llegó."

    return done("amend", form, change)


@blueprint.post("/admin/funciones/subrogante")
@policy(Policy.ADMIN)
def name_substitute() -> Answer:
    """Names who acts for a function between two dates."""
    form = SubstituteForm()

    def change(session: Session, who: Viewer) -> str:
        key, (role, scope) = who.institution_key, form.pair
        since, until = form.since.data, form.until.data
        instead = form.in_place_of.data or None
        authority.substitute(session, who.actor, key, form.address.data, role, scope, since, until, instead)
        return f"{form.address.data} subroga la función."

    return done("substitute", form, change)


@blueprint.post("/admin/funciones/ausencia")
@policy(Policy.ADMIN)
def note_absence() -> Answer:
    """Notes that somebody is away, for some days or for good."""
    form = AbsenceForm()

    def change(session: Session, who: Viewer) -> str:
        key, address, reason = who.institution_key, form.address.data, form.reason.data
        if form.for_good.data:
            authority.depart(session, who.actor, key, address, form.since.data, reason)
            return f"{address} deja sus funciones."
        by = form.substitute.data or None
        authority.absent(session, who.actor, key, address, form.since.data, form.until.data, reason, by)
        return f"La ausencia de {address} quedó anotada."

    return done("absence", form, change)


@blueprint.post("/admin/funciones/nombramientos/<int:holding_id>/terminar")
@policy(Policy.ADMIN)
def end_holding(holding_id: int) -> Answer:
    """Ends a holding or a substitution today."""

    def change(session: Session, who: Viewer) -> str:
        authority.end_holding(session, who.actor, who.institution_key, holding_id)
        return "El nombramiento terminó: las aprobaciones que esperaban pasaron a quien decide ahora."

    return done("", DeskForm(), change)


@blueprint.post("/admin/funciones/ausencias/<int:absence_id>/terminar")
@policy(Policy.ADMIN)
def end_absence(absence_id: int) -> Answer:
    """Somebody is there again, or will not be away."""

    def change(session: Session, who: Viewer) -> str:
        absence = authority.back(session, who.actor, who.institution_key, absence_id)
        return ANNULLED if absence.since > today(session, who.institution_id) else "La ausencia terminó."

    return done("", DeskForm(), change)


@blueprint.post("/aprobaciones/delegar")
@policy(Policy.SIGNED_IN)
def delegate() -> Answer:
    """The holder lets somebody act for a function while away."""
    who, form = viewer(), DelegateForm()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        with transaction() as session:
            since, until = form.since.data, form.until.data
            authority.delegate(session, who.actor, form.pair, form.address.data, since, until, form.reason.data)
    except (Conflict, Invalid, NotAllowed) as problem:
        return approvals.listed(who, form, problem)
    return see_other(url_for("approvals.index"), f"{form.address.data} decide por usted en esos días.")


@blueprint.post("/aprobaciones/delegaciones/<int:holding_id>/terminar")
@policy(Policy.SIGNED_IN)
def end_delegation(holding_id: int) -> Response:
    """The holder decides again."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        authority.end_delegation(session, who.actor, holding_id)
    return see_other(url_for("approvals.index"), "La delegación terminó: usted vuelve a decidir.")


def done(which: str, form: DeskForm, change: Callable[[Session, Viewer], str]) -> Answer:
    """Makes a change and goes back to the functions; refused, shows them with the reason and what was typed."""
    who = viewer()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        with transaction() as session:
            told = change(session, who)
    except (Conflict, Invalid, NotFound) as problem:
        if not which:
            raise
        return page({which: form}, problem)
    return see_other(url_for("authority.show"), told)


def page(forms: Forms, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The functions with their forms; one of them may be filled."""
    who = viewer()
    with transaction() as session:
        now = today(session, who.institution_id)
        day = day_of(request.args.get("dia", "")) or now
        places = functions.places(session, who.institution_id, day)
        catalogue = catalogues.current(session, who.institution_id)
        html = desk_page(
            session,
            who,
            "authority/page.html",
            places=places,
            choices=[(place, line) for place in places for line in place.functions],
            subjects=told_apart(places),
            organs=catalogue.organs if any(line.asks_organ for place in places for line in place.functions) else (),
            belonging=tuple(
                dict.fromkeys(line.name for place in places for line in place.functions if line.asks_organ)
            ),
            absences=functions.absences(session, who.institution_id, day),
            day=day,
            today=now,
            holder=forms.get("holder") or HolderForm(formdata=None),
            substitute=forms.get("substitute") or SubstituteForm(formdata=None),
            absence=forms.get("absence") or AbsenceForm(formdata=None),
            filled=next(iter(forms), ""),
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200


def told_apart(places: tuple[functions.Place, ...]) -> tuple[tuple[str, tuple[Subject, ...]], ...]:
    """The functions whose holders attend some matters each, with those matters."""
    found = {line.name: line.subjects for place in places for line in place.functions if line.subjects}
    return tuple(found.items())

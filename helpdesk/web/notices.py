"""Directives and notices of the organs: what the signed-in person is to read, what the own organs published, who
acknowledged it (R-127)."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import HelpdeskError, Invalid, NotAllowed, NotFound
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import notices as queries
from helpdesk.services import notices
from helpdesk.services.notices import Draft
from helpdesk.web import errors
from helpdesk.web.downloads import download, received
from helpdesk.web.forms import DeskForm, NoticeForm
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other

blueprint = Blueprint("notices", __name__, url_prefix="/directivas")
Answer = Response | tuple[str, int]
KINDS = {"directive": "Directiva", "notice": "Aviso"}


@blueprint.get("")
@policy(Policy.SIGNED_IN)
def index() -> Answer:
    """What is to be read, unread first, and what the own organs published."""
    return page(NoticeForm(formdata=None))


@blueprint.post("")
@policy(Policy.SIGNED_IN)
def publish() -> Answer:
    """Publishes; the service checks for which organ."""
    who, form = viewer(), NoticeForm()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        files = received([form.file.data] if form.file.data else ())
        with transaction() as session:
            draft = Draft(
                kind=form.kind.data,
                organ=form.organ.data,
                title=form.title.data,
                text=form.text.data,
                audience=tuple(form.audience.data or ()),
                file=files[0] if files else None,
            )
            notices.publish(session, who.actor, draft)
    except Invalid as problem:
        return page(form, problem)
    return see_other(url_for("notices.index"), "Publicado: lo ven quienes ejercen esas funciones.")


@blueprint.post("/<int:notice_id>/lectura")
@policy(Policy.SIGNED_IN)
def acknowledge(notice_id: int) -> Answer:
    """The signed-in person has read it; the service checks that it is for them."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        new = notices.acknowledge(session, who.actor, notice_id)
    return see_other(url_for("notices.index"), "Quedó registrada su lectura." if new else None)


@blueprint.get("/<int:notice_id>")
@policy(Policy.SIGNED_IN)
def show(notice_id: int) -> Answer:
    """Who has acknowledged it and who has not, for its publishers."""
    who = viewer()
    with transaction() as session:
        notice = queries.of_publisher(session, who, notice_id)
        lines = queries.readers(session, notice)
        html = desk_page(
            session,
            who,
            "notices/readers.html",
            notice=notice,
            lines=lines,
            waiting=sum(line.acknowledged_at is None for line in lines),
            kinds=KINDS,
            names=Names(catalogues.current(session, who.institution_id)),
        )
    return html, 200


@blueprint.post("/<int:notice_id>/retirar")
@policy(Policy.SIGNED_IN)
def withdraw(notice_id: int) -> Answer:
    """Takes a notice back; the service checks whose it is."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        notices.withdraw(session, who.actor, notice_id)
    return see_other(url_for("notices.index"), "Quedó retirado: ya nadie lo ve entre lo que debe leer.")


@blueprint.get("/<int:notice_id>/archivo")
@policy(Policy.SIGNED_IN)
def file(notice_id: int) -> Answer:
    """The file of a notice, for its readers and publishers."""
    with transaction() as session:
        notice = queries.of_either(session, viewer(), notice_id)
    if notice.sha256 is None or notice.filename is None:
        raise NotFound("Ese aviso no tiene archivo.")
    return download(notice.sha256, notice.filename)


def page(form: NoticeForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The page, and its status. Raises NotAllowed for whoever holds no function."""
    who = viewer()
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        if not catalogue.organs or not (who.roles or who.is_admin):
            raise NotAllowed("Las directivas son para quien ejerce una función en la institución.")
        organs = queries.organs_of(catalogue, who)
        html = desk_page(
            session,
            who,
            "notices/page.html",
            lines=queries.to_read(session, who),
            published=queries.published(session, who) if organs else (),
            organs=organs,
            audiences=queries.audiences(catalogue),
            ticked=form.audience.data if form.audience.data is not None else queries.usual(catalogue),
            kinds=KINDS,
            names=Names(catalogue),
            form=form,
            wrong=problem.fields if isinstance(problem, Invalid) else {},
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200

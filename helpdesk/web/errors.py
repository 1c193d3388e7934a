"""How the errors of the domain answer in a browser (docs/architecture.md, «Where each error is decided»)."""

import logging
import secrets

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid, NotAllowed, NotFound, TooManyAttempts, Unavailable

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[HelpdeskError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Invalid, 422),
    (Conflict, 409),
    (TooManyAttempts, 429),
    (Unavailable, 503),
)
TITLES = {
    400: "No pudimos leer lo enviado",
    403: "No tiene permiso para esto",
    404: "No encontramos esa página",
    405: "Esta dirección no se abre así",
    409: "Cambió mientras tanto",
    413: "El envío es demasiado grande",
    422: "Revise los datos",
    429: "Demasiados intentos seguidos",
    500: "Algo falló de nuestro lado",
    503: "El servicio no responde en este momento",
}
SENTENCES = {
    400: "Vuelva a la página anterior, recárguela e inténtelo otra vez.",
    404: "La dirección no existe, o lo que muestra no está a su alcance. Revise el número o búsquelo en la bandeja.",
    405: "Vuelva a la página anterior y use el botón que corresponde.",
    413: "Adjunte archivos más pequeños, o envíelos en varios mensajes.",
    503: "Nada se perdió. Espere un minuto y vuelva a intentarlo.",
}


def init_app(app: Flask) -> None:
    """Registers the answers."""
    app.register_error_handler(HelpdeskError, ours)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(InterfaceError, database_away)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, unexpected)


def status_of(error: HelpdeskError) -> int:
    """The HTTP status of one of our errors."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def ours(error: HelpdeskError) -> tuple[str, int]:
    """One of our own errors: its sentence is meant for people."""
    status = status_of(error)
    return page(status, str(error)), status


def stale_form(error: CSRFError) -> tuple[str, int]:
    """A form without a valid token: open too long, or not ours."""
    return page(400, "El formulario estuvo abierto demasiado tiempo. Vuelva atrás, recargue la página y envíelo."), 400


def database_away(error: Exception) -> tuple[str, int]:
    """The database does not answer; nothing was written."""
    log.error("The database does not answer: %s", type(error).__name__)
    return page(503, SENTENCES[503]), 503


def http(error: HTTPException) -> tuple[str, int]:
    """What Flask itself refuses."""
    status = error.code or 500
    return page(status, SENTENCES.get(status, "Vuelva a la página anterior e inténtelo otra vez.")), status


def unexpected(error: Exception) -> tuple[str, int]:
    """A defect of ours: the visitor gets an id to quote, the log the rest."""
    quote = secrets.token_hex(4)
    log.exception("Error %s at %s", quote, request.path)
    return page(500, f"El error quedó registrado con el código {quote}. Cítelo a quien administra el sistema."), 500


def page(status: int, sentence: str) -> str:
    """The error page; it asks nothing of the database."""
    title = TITLES.get(status, "No se pudo completar")
    return render_template("errors/page.html", status=status, title=title, sentence=sentence)

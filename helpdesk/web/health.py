"""What machines ask: is the process alive, can it work, what are its numbers."""

import logging

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.queries import health
from helpdesk.web.metrics import of_mailboxes
from helpdesk.web.policy import Policy, policy

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@policy(Policy.PUBLIC)
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@policy(Policy.PUBLIC)
def ready() -> Response:
    """The database answers too; 503 otherwise."""
    try:
        with transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("database: no answer\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/metrics")
@policy(Policy.PUBLIC)
def metrics() -> Response:
    """The numbers of this process and, while the database answers, of the mail path, in Prometheus's text format."""
    numbers = generate_latest()
    try:
        with transaction() as session:
            numbers += of_mailboxes(health.mailboxes(session), clock.now())
    except SQLAlchemyError:
        log.warning("the numbers of the mail path are left out: the database does not answer")
    return Response(numbers, content_type=CONTENT_TYPE_LATEST)

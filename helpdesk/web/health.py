"""What machines ask: is the process alive, can it work, what are its numbers."""

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.db import transaction
from helpdesk.web.policy import Policy, policy

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
    """The numbers of this process in Prometheus's text format."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

"""Builds the Flask application: one set of values in, every edge registered, nothing read from the environment."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from helpdesk.db import db
from helpdesk.domain.desk import DeskSettings
from helpdesk.files import Files
from helpdesk.web import (
    approvals,
    assets,
    attentions,
    authority,
    calendars,
    catalogue,
    counter,
    demo_mail,
    documents,
    errors,
    events,
    headers,
    health,
    identity,
    ledger,
    materials,
    notices,
    plans,
    queue,
    render,
    sessions,
    tasks,
    ticketclock,
    ticketdata,
    ticketlinks,
    tickets,
    yearly,
)
from helpdesk.web.policy import Policy, enforce, policy

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
BLUEPRINTS = (
    catalogue, sessions, queue, attentions, yearly, counter, tickets, documents, ticketclock, ticketdata, ticketlinks,
    approvals, authority, calendars, events, plans, tasks, notices, materials, ledger, health,
)  # fmt: skip
LARGEST_UPLOAD = 26 * 1024 * 1024
LARGEST_ID = 2**63 - 1


class RowId(IntegerConverter):
    """A number in an address that the database can hold; a larger one is no address of ours."""

    def __init__(self, addresses: Map) -> None:
        super().__init__(addresses, max=LARGEST_ID)


@dataclass(frozen=True, slots=True)
class AppSettings:
    """What the application needs of the configuration.

    `demo` keeps letters readable at /demo/correo for everybody. `pool_size` is the number of connections a process
    keeps, one for each thread that works at the same time.
    """

    database_url: str
    secret_key: str
    public_url: str
    mail_domain: str | None
    files: Files
    demo: bool = False
    pool_size: int = 10

    @property
    def desk(self) -> DeskSettings:
        """The part that the services see."""
        return DeskSettings(self.secret_key.encode(), self.public_url.rstrip("/"), self.mail_domain)


def create_app(settings: AppSettings) -> Flask:
    """The application with every page of the desk."""
    app = Flask("helpdesk", static_folder=str(assets.STATIC), static_url_path="/static", template_folder=str(TEMPLATES))
    secure = settings.public_url.startswith("https:")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=secure,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.url_map.converters["int"] = RowId
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["files"] = settings.files
    app.extensions["desk"] = settings.desk
    db.init_app(app)
    CSRFProtect(app)
    for part in (identity, render, assets, headers, errors):
        part.init_app(app)
    policy(Policy.PUBLIC)(app.view_functions["static"])
    app.before_request(enforce)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    if settings.demo:
        app.register_blueprint(demo_mail.blueprint)
    return app


def engine_options(settings: AppSettings) -> dict[str, Any]:
    """How the process holds its connections: few, checked before use, and none that waits for ever."""
    return {
        "pool_size": settings.pool_size,
        "max_overflow": 5,
        "pool_pre_ping": True,
        "pool_timeout": 10,
        # Errors are logged: what people wrote stays out of them.
        "hide_parameters": True,
        "connect_args": {"connect_timeout": 5, "application_name": "helpdesk"},
    }

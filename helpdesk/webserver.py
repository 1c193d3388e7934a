"""Serves the desk: gunicorn with threads, each worker process building the application after it was forked."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

import config
from helpdesk import files
from helpdesk.app import AppSettings, create_app

WORKERS = 2
THREADS = 8
Finish = Callable[[Flask], None]


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn configured by us alone: neither its command line nor its files are read."""

    def __init__(self, build: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._build, self._options = build, options
        super().__init__()

    def load_config(self) -> None:
        """Our options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, built in the worker process."""
        return self._build()


def run(settings: config.Settings, url: str, *, demo: bool = False, finish: Finish | None = None) -> None:
    """Serve until SIGTERM or SIGINT. `finish` completes the application of each worker (the demo's mail)."""

    def build() -> Flask:
        app = application(settings, url, demo=demo)
        if finish is not None:
            finish(app)
        return app

    host, port = settings.web_listen
    shown = f"[{host}]" if ":" in host else host
    Server(
        build,
        {
            "bind": f"{shown}:{port}",
            "workers": WORKERS,
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": 20,
            "timeout": 60,
            "proc_name": "helpdesk-web",
            "loglevel": "warning",
            "control_socket_disable": True,
        },
    ).run()


def application(settings: config.Settings, url: str, *, demo: bool = False) -> Flask:
    """The web application with this installation's values."""
    assert settings.secret_key is not None
    return create_app(
        AppSettings(
            database_url=url,
            secret_key=settings.secret_key,
            public_url=settings.public_url,
            mail_domain=settings.mail_domain,
            files=files.at(settings.files),
            demo=demo,
            pool_size=THREADS,
        )
    )

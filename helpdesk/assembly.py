"""Puts the application of a process together: database, values of this installation, the mail bridge's needs."""

from flask import Flask

import config
from helpdesk import files
from helpdesk.app import AppSettings, create_app
from mailbridge import runtime, signing
from mailbridge.runtime import Runtime
from mailbridge.sandbox import Sandbox

# Jobs that a worker runs at a time, and processes that read mail for it.
CONCURRENCY = 4
READERS = 2


def application(settings: config.Settings, url: str, *, demo: bool = False) -> Flask:
    """The application of a process that serves no pages: worker, bridge, or a command."""
    assert settings.secret_key is not None
    store = files.at(settings.files)
    app_settings = AppSettings(
        database_url=url,
        secret_key=settings.secret_key,
        public_url=settings.public_url,
        mail_domain=settings.mail_domain,
        files=store,
        demo=demo,
        pool_size=3 * CONCURRENCY,
    )
    app = create_app(app_settings)
    keep = demo and settings.smtp_url is None
    fence = Sandbox(READERS)
    signer = signing.signer(settings.dkim_key_file, settings.dkim_selector)
    runtime.install(app, Runtime(app_settings.desk, store, fence, settings.border, settings.smtp_url, keep, signer))
    return app

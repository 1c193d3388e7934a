"""`helpdesk demo`: everything on one machine with sample mail; Ctrl-C stops it, the next start goes on."""

import argparse
import logging
import sys
from contextlib import ExitStack

import config
from helpdesk import demo, embedded, logs, schema
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.errors import Invalid
from helpdesk.processes import Household, end_as_interrupted, require_free
from helpdesk.queries import mailboxes

log = logging.getLogger(__name__)

TRY = """
El escritorio:       {url}/entrar
El correo enviado:   {url}/demo/correo   (léalo y responda como solicitante o aprobador)
El catálogo:         {url}/

Pueden entrar, todos con la contraseña «{password}»:
{people}

Para probar:
  1. Entre como agente y abra la bandeja: cada correo de muestra ya es un ticket con su tipo, su ruta y su plazo.
  2. En /demo/correo abra una carta «Aprobación solicitada», responda «Apruebo» y vea avanzar el ticket.
  3. Abra un ticket devuelto por incompleto, responda su carta en /demo/correo y siga la conversación.
  4. En un ticket listo use «Responder y cerrar»: la respuesta sale en el hilo del solicitante.
  5. En /demo/correo/nuevo escriba usted a un buzón, con los archivos que quiera: en segundos es un ticket.

Ctrl-C detiene todo; la próxima vez continúa donde quedó.
"""


def main(argv: list[str]) -> int:
    """Runs until Ctrl-C. Raises Invalid when the LMTP door is switched off, Unavailable when a port is taken."""
    argparse.ArgumentParser(prog="helpdesk demo").parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "demo")
    if settings.lmtp_listen is None:
        raise Invalid("HELPDESK_LMTP_LISTEN is empty: the demo delivers its mail there, set host:port.")
    assert settings.secret_key is not None
    require_free(*settings.web_listen, "HELPDESK_WEB_LISTEN")
    require_free(*settings.lmtp_listen, "HELPDESK_LMTP_LISTEN")
    end_as_interrupted()
    shown_at = address(settings)
    with ExitStack() as stack:
        url = stack.enter_context(embedded.database(settings.database_url, settings.data_dir, settings.embedded))
        schema.upgrade(url)
        with desk(), transaction() as session:
            demo.set_up(session)
            already = demo.delivered(session)
            ours = mailboxes.addresses(session)
        environment = {
            "HELPDESK_DATABASE_URL": url,
            "HELPDESK_SECRET_KEY": settings.secret_key,
            "HELPDESK_BORDER": settings.border or demo.BORDER,
            "HELPDESK_PUBLIC_URL": shown_at,
        }
        household = Household(environment, ("--demo",))
        stack.callback(household.stop)
        household.start()
        sent = demo.deliver_samples(*settings.lmtp_listen, ours, already)
        log.info("%s sample mails went in at the LMTP door", sent)
        people = "\n".join(f"  {account.address:<52} {account.what}" for account in demo.ACCOUNTS)
        sys.stdout.write(TRY.format(url=shown_at, password=demo.PASSWORD, people=people))
        sys.stdout.flush()
        household.watch()
    return 0


def address(settings: config.Settings) -> str:
    """Where a browser finds the demo: the public address when one was chosen, else where the web process listens."""
    if "public_url" in settings.model_fields_set:
        return settings.public_url
    host, port = settings.web_listen
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

"""`helpdesk web`: the web desk, until SIGTERM or SIGINT."""

import argparse

import config
from helpdesk import demo, embedded, logs, webserver
from helpdesk.processes import require_free


def main(argv: list[str]) -> int:
    """Exit status 0 when told to stop. `--demo` is what `helpdesk demo` starts it with.

    Raises Unavailable when the port is taken.
    """
    parser = argparse.ArgumentParser(prog="helpdesk web")
    parser.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "web")
    require_free(*settings.web_listen, "HELPDESK_WEB_LISTEN")
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        finish = demo.answering(*settings.lmtp_listen) if chosen.demo and settings.lmtp_listen else None
        webserver.run(settings, url, demo=chosen.demo, finish=finish)
    return 0

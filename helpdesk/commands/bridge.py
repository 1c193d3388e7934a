"""`helpdesk bridge`: takes mail by IMAP and LMTP, until SIGTERM or SIGINT."""

import argparse

import config
from helpdesk import bridge, embedded, logs
from helpdesk.processes import require_free


def main(argv: list[str]) -> int:
    """Exit status 0 when told to stop. `--demo` is what `helpdesk demo` starts it with.

    Raises Unavailable when the port is taken.
    """
    parser = argparse.ArgumentParser(prog="helpdesk bridge")
    parser.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)
    parser.parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "bridge")
    if settings.lmtp_listen is not None:
        require_free(*settings.lmtp_listen, "HELPDESK_LMTP_LISTEN")
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        bridge.run(settings, url)
    return 0

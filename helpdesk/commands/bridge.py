"""`helpdesk bridge`: takes mail by IMAP and LMTP, until SIGTERM or SIGINT."""

import argparse

import config
from helpdesk import bridge, embedded, logs


def main(argv: list[str]) -> int:
    """Exit status 0 when told to stop. `--demo` is what `helpdesk demo` starts it with."""
    parser = argparse.ArgumentParser(prog="helpdesk bridge")
    parser.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)
    parser.parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "bridge")
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        bridge.run(settings, url)
    return 0

"""`helpdesk worker`: runs jobs, until SIGTERM or SIGINT."""

import argparse

import config
from helpdesk import embedded, logs, worker


def main(argv: list[str]) -> int:
    """Exit status 0 when told to stop. `--demo` is what `helpdesk demo` starts it with."""
    parser = argparse.ArgumentParser(prog="helpdesk worker")
    parser.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(argv)
    settings = config.load()
    logs.set_up(settings.log, "worker")
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        worker.run(settings, url, demo=chosen.demo)
    return 0

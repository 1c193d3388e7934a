"""`helpdesk doctor`: one line for each thing looked at."""

import argparse
import sys

import config
from helpdesk import doctor, embedded, files


def main(argv: list[str]) -> int:
    """Exit status 1 when something is broken; warnings alone give 0."""
    argparse.ArgumentParser(prog="helpdesk doctor", description="checks what the program stands on").parse_args(argv)
    settings = config.load()
    broken = False
    sys.stdout.write("ok       settings: all are understood.\n")
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        store = files.at(settings.files)
        for finding in doctor.examine(url, store, settings.data_dir, sends=settings.smtp_url is not None):
            sys.stdout.write(f"{finding.grade:<8} {finding.what}: {finding.sentence}\n")
            broken = broken or finding.grade == "error"
    return 1 if broken else 0

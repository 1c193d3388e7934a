"""`helpdesk bench intake | opening | parse | replies`: figures, each printed with what was measured."""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import config
from helpdesk import embedded, schema
from helpdesk.bench import intake, opening, reading

SAMPLES = Path(__file__).parents[1] / "samples"


def main(argv: list[str]) -> int:
    """Prints the measures and leaves nothing behind."""
    parser = argparse.ArgumentParser(prog="helpdesk bench")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser("intake", help="how fast mail is taken in")
    taking.add_argument("--messages", type=int, default=1000, metavar="N")
    taking.add_argument("--folder", type=Path, help="where the database of the measurement lies meanwhile")
    beginning = actions.add_parser("opening", help="what opening a ticket costs: statements and time of the processor")
    beginning.add_argument("letters", type=Path, nargs="?", default=SAMPLES, help="a folder of .eml files")
    beginning.add_argument("--rounds", type=int, default=5, metavar="N")
    parsing = actions.add_parser("parse", help="how fast the messages of a folder are read")
    parsing.add_argument("folder", type=Path)
    replies = actions.add_parser("replies", help="how exactly the new text of replies is found, beside other libraries")
    replies.add_argument("folder", type=Path, help="NAME.eml with NAME.txt, a folder for each language")
    replies.add_argument("--rivals", type=Path, metavar="PYTHON", help="an interpreter that has the other libraries")
    chosen = parser.parse_args(argv)
    if chosen.action == "parse":
        sys.stdout.write(parse_table(chosen.folder))
    elif chosen.action == "replies":
        sys.stdout.write(replies_table(chosen.folder, chosen.rivals))
    elif chosen.action == "opening":
        sys.stdout.write(opening_table(chosen.letters, chosen.rounds))
    else:
        sys.stdout.write(intake_table(chosen.messages, chosen.folder))
    return 0


def intake_table(messages: int, place: Path | None) -> str:
    """Measures the intake; the database is a temporary one, below `place` where given."""
    with empty_database(place) as (settings, url):
        found = intake.measure(settings, url, messages)
    return (
        f"{found.messages} messages\n"
        f"accepted   {found.accepted:7.1f} a second, {found.accept_cpu_ms:6.2f} ms of CPU each\n"
        f"processed  {found.processed:7.1f} a second, {found.process_cpu_ms:6.2f} ms of CPU each (one worker process)\n"
        f"memory     {found.peak_mb:7.1f} MB at most in one process\n"
    )


def opening_table(folder: Path, rounds: int) -> str:
    """Measures the opening of tickets by every .eml of a folder that opens one."""
    with empty_database(None) as (settings, url):
        found = opening.measure(settings, url, sorted(folder.glob("*.eml")), rounds)
    return (
        f"{found.tickets} tickets, of each the transaction in which the message has its effect\n"
        f"statements {found.statements:7.1f}, at most {found.most_statements}\n"
        f"CPU        {found.cpu_ms:7.2f} ms\n"
    )


@contextmanager
def empty_database(place: Path | None) -> Iterator[tuple[config.Settings, str]]:
    """Settings and URL of a temporary, migrated database below `place`, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-", dir=place) as name:
        folder = Path(name)
        # Open for passing through, so that root's server finds its cluster here and not in /var/lib.
        folder.chmod(0o755)
        settings = config.load().model_copy(
            update={"data_dir": folder, "smtp_url": None, "files_url": None, "secret_key": "b" * 40}
        )
        with embedded.start(folder, settings.embedded) as cluster:
            schema.upgrade(cluster.url)
            yield settings, cluster.url


def parse_table(folder: Path) -> str:
    """Measures the reading of every .eml below a folder."""
    files = sorted(folder.rglob("*.eml"))
    if not files:
        return f"no .eml file below {folder}\n"
    found = reading.speed(files)
    return f"{found.messages} messages, {found.a_second:.0f} a second of one core, the slowest {found.slowest:.0f} ms\n"


def replies_table(folder: Path, python: Path | None) -> str:
    """A row for each library, a column for each language, in per cent of its pairs."""
    found = reading.pairs(folder)
    total = Counter(pair.group for pair in found)
    groups = sorted(total)
    head = f"{'exact, %':20}{'all':>7}" + "".join(f"{group:>7}" for group in groups) + "\n"
    lines = [head]
    for library, counts in reading.exact(found, python).items():
        share = [100 * counts.get(group, 0) / total[group] for group in groups]
        everything = 100 * sum(counts.values()) / len(found)
        lines.append(f"{library:20}{everything:7.1f}" + "".join(f"{each:7.1f}" for each in share) + "\n")
    return "".join(lines) + f"{'pairs':20}{len(found):7}" + "".join(f"{total[group]:7}" for group in groups) + "\n"

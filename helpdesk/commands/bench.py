"""`helpdesk bench intake --messages N`."""

import argparse
import sys
import tempfile
from pathlib import Path

import config
from helpdesk import embedded, schema
from helpdesk.bench import intake


def main(argv: list[str]) -> int:
    """Prints the measures; the database is a temporary one (below --folder where given) and leaves nothing."""
    parser = argparse.ArgumentParser(prog="helpdesk bench")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser("intake", help="how fast mail is taken in")
    taking.add_argument("--messages", type=int, default=1000, metavar="N")
    taking.add_argument("--folder", type=Path, help="where the database of the measurement lies meanwhile")
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-", dir=chosen.folder) as name:
        folder = Path(name)
        # Open for passing through, so that root's server finds its cluster here and not in /var/lib.
        folder.chmod(0o755)
        settings = config.load().model_copy(
            update={"data_dir": folder, "smtp_url": None, "files_url": None, "secret_key": "b" * 40}
        )
        with embedded.start(folder, settings.embedded) as cluster:
            schema.upgrade(cluster.url)
            found = intake.measure(settings, cluster.url, chosen.messages)
    sys.stdout.write(
        f"{found.messages} messages\n"
        f"accepted   {found.accepted:7.1f} a second, {found.accept_cpu_ms:6.2f} ms of CPU each\n"
        f"processed  {found.processed:7.1f} a second, {found.process_cpu_ms:6.2f} ms of CPU each (one worker process)\n"
        f"memory     {found.peak_mb:7.1f} MB at most in one process\n"
    )
    return 0

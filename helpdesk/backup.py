"""One file that holds everything: a dump of the database and the stored files.

The dump is taken first: files are never deleted, so every file that it names is still there afterwards. The
secret key is not inside, for a backup travels; without it stored mailbox passwords cannot be read.
"""

import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import URL, make_url

from helpdesk import schema
from helpdesk.binaries import client
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid
from helpdesk.files import Files

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files/"


def stored(store: Files) -> list[Path]:
    """Every file of the store, by path."""
    return sorted(path for path in store.root.glob("??/??/*") if len(path.name) == 64)


def backup(url: str, store: Files, target: Path) -> Iterator[int]:
    """Writes `target` step by step, yielding how many files are left; `target` appears only when it is whole.

    Raises `Conflict` when it exists already.
    """
    if target.exists():
        raise Conflict(f"{target} exists already: choose another name.")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory() as folder, tarfile.open(unfinished, "w:gz", compresslevel=1) as archive:
            dump = Path(folder) / DUMP
            tool("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
            manifest = json.dumps({"format": FORMAT, "schema": schema.present(url)}).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(manifest)
            archive.addfile(entry, io.BytesIO(manifest))
            archive.add(dump, DUMP)
            paths = stored(store)
            for left in range(len(paths), 0, -1):
                yield left
                path = paths[len(paths) - left]
                archive.add(path, FILES + path.name)
        unfinished.chmod(0o600)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(url: str, store: Files, source: Path) -> Iterator[int]:
    """Fills an empty database and the store from `source`, yielding the number of each file put back.

    Raises `Conflict` when the database is not empty, `Invalid` when `source` is no backup or damaged.
    """
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if connection.scalar(text("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1")):
            raise Conflict("The database is not empty: a backup is restored into an empty one only.")
    try:
        with tarfile.open(source, "r:gz") as archive, tempfile.TemporaryDirectory() as folder:
            members = iter(archive)
            check_manifest(source, members, archive)
            dump = Path(folder) / DUMP
            dump.write_bytes(content(archive, next(members)))
            tool(
                "pg_restore", url, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump)
            )
            yield from put_back(store, archive, members)
    except (tarfile.TarError, EOFError, StopIteration, OSError) as error:
        raise Invalid(f"{source} is not a whole backup: {error}.") from error
    schema.upgrade(url)


def check_manifest(source: Path, members: Iterator[tarfile.TarInfo], archive: tarfile.TarFile) -> None:
    """Raises `Invalid` unless the archive begins with a manifest that we can read."""
    first = next(members)
    if first.name != MANIFEST or json.loads(content(archive, first)).get("format") != FORMAT:
        raise Invalid(f"{source} is not a backup that this version of helpdesk can read.")


def put_back(store: Files, archive: tarfile.TarFile, members: Iterable[tarfile.TarInfo]) -> Iterator[int]:
    """Stores the files of the archive; a file whose content does not hash to its name stops it."""
    for number, member in enumerate(members, 1):
        if store.put(content(archive, member)) != member.name.removeprefix(FILES):
            raise Invalid(f"The file {member.name} in the backup is damaged: its content does not match its name.")
        yield number


def content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a member."""
    file = archive.extractfile(member)
    return file.read() if file else b""


def tool(program: str, url: str, *arguments: str) -> None:
    """Runs a PostgreSQL client program on our database; the password goes by the environment, unseen in `ps`."""
    parts = make_url(url)
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
    bare = URL.create("postgresql", parts.username, None, parts.host, parts.port, parts.database, parts.query)
    target = bare.render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(parts.password)} if parts.password else {})
    command = [str(client(program, version)), f"--dbname={target}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HelpdeskError(f"{program} failed: {' '.join(done.stderr.split())[:500]}")

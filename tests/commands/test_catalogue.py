"""Catalogues are checked before they are published, and what is wrong is said with its place."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine, text

from helpdesk.cataloguefile import read
from tests.commands.operating import Operator, shipped


def broken(folder: Path, found: str, wrong: str, key: str = "mef-ec") -> tuple[Path, int]:
    """A shipped catalogue with one place of it changed, and the line of that place (from 1)."""
    content = shipped(key).read_text(encoding="utf-8")
    assert found in content
    path = folder / "broken.yaml"
    path.write_text(content.replace(found, wrong, 1), encoding="utf-8")
    return path, content[: content.index(found)].count("\n") + 1


def versions(database: Engine) -> int:
    """How many catalogue versions are published."""
    with database.connect() as connection:
        return int(str(connection.scalar(text("SELECT count(*) FROM catalogue_versions"))))


def test_the_shipped_catalogues_are_correct(operator: Operator) -> None:
    said = operator.does("catalogue", "check")
    assert [line.rpartition("/")[2].partition(":")[0] for line in said.splitlines()] == [
        "conectamef-pe.yaml",
        "mef-ec.yaml",
        "seps-ec.yaml",
        "sigec-cl.yaml",
    ]


def test_checking_needs_no_database(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    assert "correcto" in operator.does("catalogue", "check", shipped("mef-ec"))


def test_an_unknown_value_is_told_with_file_line_path_and_what_is_allowed(operator: Operator) -> None:
    path, line = broken(operator.folder, "level: core", "level: important")
    said = operator.is_refused("catalogue", "check", path)
    assert f"{path}:{line}: request_types.0.level: se permite " in said
    assert "'core'" in said
    assert "no 'important'" in said


def test_an_unknown_key_is_told_with_its_line(operator: Operator) -> None:
    path, line = broken(operator.folder, "  ticket_prefix: MEF\n", "  ticket_prefix: MEF\n  colour: blue\n")
    said = operator.is_refused("catalogue", "check", path)
    assert f"{path}:{line + 1}: institution.colour: no se conoce esta clave." in said


def test_a_missing_key_is_told_with_the_line_of_what_lacks_it(operator: Operator) -> None:
    path, _ = broken(operator.folder, "  ticket_prefix: MEF\n", "")
    said = operator.is_refused("catalogue", "check", path)
    assert f"{path}:5: institution.ticket_prefix: falta este dato, es obligatorio." in said


def test_a_reference_to_nothing_is_told_with_its_line(operator: Operator) -> None:
    path, line = broken(operator.folder, "fallback_team: centro_servicios", "fallback_team: nobody")
    said = operator.is_refused("catalogue", "check", path)
    assert f"{path}:{line}: institution.fallback_team: " in said
    assert "nobody" in said


def test_everything_that_is_wrong_is_told_at_once(operator: Operator) -> None:
    first, _ = broken(operator.folder, "level: core", "level: important")
    second = operator.folder / "nothing.yaml"
    said = operator.is_refused("catalogue", "check", first, second)
    assert f"{first}:" in said
    assert f"{second}: no se puede leer" in said


@pytest.mark.parametrize("content", ["", "just words", "[1, 2]", "institution: [", "a: b: c", "\x00"])
def test_what_is_no_catalogue_at_all_is_refused(operator: Operator, content: str) -> None:
    path = operator.folder / "notes.yaml"
    path.write_text(content, encoding="utf-8")
    assert str(path) in operator.is_refused("catalogue", "check", path)


def test_nothing_is_loaded_when_one_of_the_files_is_broken(operator: Operator, database: Engine) -> None:
    path, _ = broken(operator.folder, "level: core", "level: important", key="seps-ec")
    operator.is_refused("catalogue", "load", shipped("mef-ec"), path)
    assert versions(database) == 0


def test_loading_the_same_again_changes_nothing(operator: Operator, database: Engine) -> None:
    assert operator.does("catalogue", "load", shipped("mef-ec")).endswith("mef-ec: versión 1 publicada\n")
    assert operator.does("catalogue", "load", shipped("mef-ec")).endswith("mef-ec: versión 1 publicada\n")
    assert versions(database) == 1


def test_a_changed_catalogue_is_a_new_version(operator: Operator, database: Engine) -> None:
    operator.loads()
    path, _ = broken(operator.folder, "short_name: MEF Ecuador", "short_name: MEF")
    assert "mef-ec: versión 2 publicada" in operator.does("catalogue", "load", path)
    assert versions(database) == 2


@pytest.mark.parametrize("key", ["conectamef-pe", "mef-ec", "seps-ec", "sigec-cl"])
def test_what_is_exported_loads_as_the_same_catalogue(operator: Operator, key: str) -> None:
    operator.loads(key)
    exported = operator.folder / "exported.yaml"
    exported.write_text(operator.does("catalogue", "export", key), encoding="utf-8")
    assert read(exported) == read(shipped(key))
    assert f"{key}: versión 1 publicada" in operator.does("catalogue", "load", exported)


def test_an_export_is_spelled_as_the_files_are(operator: Operator) -> None:
    operator.loads("sigec-cl")
    said = operator.does("catalogue", "export", "sigec-cl")
    assert " in:\n" in said
    assert "any_of" not in said


def test_an_institution_that_there_is_not_cannot_be_exported(operator: Operator) -> None:
    assert operator.is_refused("catalogue", "export", "marte") == (
        "helpdesk: No hay institución «marte»: cárguela con «helpdesk catalogue load».\n"
    )


def test_a_dry_run_tells_which_terms_would_move_and_loads_nothing(operator: Operator, database: Engine) -> None:
    operator.loads()
    path, _ = broken(operator.folder, "short_name: MEF Ecuador", "short_name: MEF")
    assert "mef-ec: ningún plazo cambia" in operator.does("catalogue", "load", "--dry-run", path)
    assert versions(database) == 1


def centre_file(folder: Path, **changes: object) -> Path:
    """A file with one request type for a centre: the consultation under another key."""
    content = yaml.safe_load(shipped("conectamef-pe").read_text(encoding="utf-8"))
    own = {**content["request_types"][0], "key": "pasantia", "name": "Pasantía", "order": 40, **changes}
    path = folder / "piura.yaml"
    path.write_text(yaml.safe_dump({"request_types": [own]}, allow_unicode=True), encoding="utf-8")
    return path


def test_a_centre_adds_its_types_and_the_national_file_keeps_them(operator: Operator) -> None:
    operator.does("catalogue", "load", shipped("conectamef-pe"))
    said = operator.does("catalogue", "load", centre_file(operator.folder), "--centre", "piura")
    assert "conectamef-pe, piura: versión 2 publicada, con Pasantía" in said
    operator.does("catalogue", "load", shipped("conectamef-pe"))
    exported = operator.does("catalogue", "export", "conectamef-pe")
    assert "- key: pasantia" in exported
    again = operator.folder / "exported.yaml"
    again.write_text(exported, encoding="utf-8")
    assert "versión 2 publicada" in operator.does("catalogue", "load", again)


def test_a_national_key_in_a_centres_file_is_told_with_its_line(operator: Operator) -> None:
    operator.does("catalogue", "load", shipped("conectamef-pe"))
    path = centre_file(operator.folder, key="consulta")
    said = operator.is_refused("catalogue", "load", path, "--centre", "piura")
    assert "request_types.0.key: «consulta» es un tipo nacional" in said
    assert f"{path}:" in said


def test_a_centres_file_holds_request_types_and_nothing_else(operator: Operator) -> None:
    operator.does("catalogue", "load", shipped("conectamef-pe"))
    said = operator.is_refused("catalogue", "load", shipped("conectamef-pe"), "--centre", "piura")
    assert "institution: no se conoce esta clave" in said


def test_a_centre_that_nobody_has_is_refused(operator: Operator) -> None:
    operator.does("catalogue", "load", shipped("conectamef-pe"))
    path = centre_file(operator.folder)
    assert "Ninguna institución tiene el centro «lima»" in operator.is_refused(
        "catalogue", "load", path, "--centre", "lima"
    )
    assert "con --centre indique los archivos" in operator.is_refused("catalogue", "load", "--centre", "piura").lower()


def test_a_centre_drops_only_what_it_added(operator: Operator) -> None:
    operator.does("catalogue", "load", shipped("conectamef-pe"))
    operator.does("catalogue", "load", centre_file(operator.folder), "--centre", "piura")
    assert "sin «pasantia»" in operator.does("catalogue", "drop", "conectamef-pe", "pasantia")
    assert "es un tipo nacional" in operator.is_refused("catalogue", "drop", "conectamef-pe", "consulta")

"""Catalogue files: read, written, and refused with the file, the line, the path and what is allowed."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from helpdesk.cataloguefile import SHIPPED, from_json, read, to_json, write
from helpdesk.domain.errors import Invalid

KEYS = ("mef-ec", "seps-ec", "sigec-cl", "conectamef-pe")
SOURCE = (SHIPPED / "seps-ec.yaml").read_text(encoding="utf-8")


def refusal(folder: Path, text: str) -> list[str]:
    """What is said of a file, line by line, without the file's name."""
    path = folder / "catalogo.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def changed(old: str, new: str) -> str:
    """The shipped file with one thing wrong."""
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


def line_of(text: str, fragment: str) -> int:
    """The line (from 1) on which a fragment first stands."""
    return text[: text.index(fragment)].count("\n") + 1


@pytest.mark.parametrize("key", KEYS)
def test_the_shipped_catalogues_are_valid(key: str) -> None:
    assert read(SHIPPED / f"{key}.yaml").institution.key == key


@pytest.mark.parametrize("key", KEYS)
def test_what_is_written_reads_back_the_same(key: str, tmp_path: Path) -> None:
    catalogue = read(SHIPPED / f"{key}.yaml")
    path = tmp_path / "copy.yaml"
    path.write_text(write(catalogue), encoding="utf-8")
    assert asdict(read(path)) == asdict(catalogue)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_stored_is_the_same(key: str) -> None:
    catalogue = read(SHIPPED / f"{key}.yaml")
    assert asdict(from_json(to_json(catalogue))) == asdict(catalogue)


def test_a_missing_key_is_named_at_the_line_of_its_section(tmp_path: Path) -> None:
    (said,) = refusal(tmp_path, changed("  short_name: SEPS Ecuador\n", ""))
    assert said == "5: institution.short_name: falta este dato, es obligatorio."


def test_an_unknown_key_is_named_with_its_line(tmp_path: Path) -> None:
    text = changed("  short_name: SEPS Ecuador\n", "  short_name: SEPS Ecuador\n  colour: blue\n")
    assert refusal(tmp_path, text) == ["8: institution.colour: no se conoce esta clave."]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = changed("  short_name: SEPS Ecuador\n", "  colour: blue\n")
    assert len(refusal(tmp_path, text)) == 2


def test_a_word_outside_a_list_names_what_is_allowed(tmp_path: Path) -> None:
    text = changed("kind: receive", "kind: recibe")
    (said,) = refusal(tmp_path, text)
    assert said.startswith(f"{line_of(text, 'kind: recibe')}: request_types.0.route.0.kind: se permite 'receive', ")
    assert said.endswith("no 'recibe'.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ticket_prefix: SEPS", "ticket_prefix: 12", "debe ser un texto, no 12."),
        ("schema_version: 1", "schema_version: 2", "se permite 1, no 2."),
        ("sealed: false", "sealed: quizas", "debe ser true o false, no 'quizas'."),
        ("timezone: America/Guayaquil", "timezone: America/Nowhere", "no hay zona horaria «America/Nowhere»"),
        ("fallback_team: claves", "fallback_team: nadie", "no hay equipo «nadie»; hay: "),
    ],
)
def test_a_wrong_value_is_told_in_spanish_at_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = changed(old, new)
    (line,) = refusal(tmp_path, text)
    assert line.startswith(f"{line_of(text, new)}: ")
    assert said in line


def test_a_repeated_key_is_told(tmp_path: Path) -> None:
    text = changed("  country: EC\n", "  country: EC\n  country: PE\n")
    assert refusal(tmp_path, text) == ["8: institution.country: esta clave está repetida."]


def test_a_long_value_is_shortened(tmp_path: Path) -> None:
    (said,) = refusal(tmp_path, changed("ticket_prefix: SEPS", f"ticket_prefix: [{'1, ' * 500}]"))
    assert len(said) < 200


def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    (said,) = refusal(tmp_path, "institution: [\nteams: 1\n")
    assert "no es YAML válido" in said
    assert said[0].isdigit()


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path, "") == ["1: (raíz): debe ser una sección con claves, no None."]


def test_an_alias_of_itself_is_told(tmp_path: Path) -> None:
    assert "alias" in refusal(tmp_path, "institution: &a [*a]\n")[0]


def test_the_yaml_words_of_a_condition_are_shown_as_written(tmp_path: Path) -> None:
    source = (SHIPPED / "sigec-cl.yaml").read_text(encoding="utf-8")
    text = source.replace("in: [mesa_ayuda]", "in: 7", 1)
    assert text != source
    assert any(".when.in" in line for line in refusal(tmp_path, text))


def unreadable(folder: Path) -> Path:
    """A file that is no text."""
    path = folder / "latin.yaml"
    path.write_bytes("institución".encode("latin-1"))
    return path


@pytest.mark.parametrize("make", [unreadable, lambda folder: folder / "none.yaml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    with pytest.raises(Invalid, match="no se puede leer") as caught:
        read(path)
    assert str(path) in str(caught.value)

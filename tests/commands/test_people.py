"""Who may sign in and who holds which function, as an operator decides it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.commands.operating import Operator

ADDRESS = "ana@mef-ec.example.org"
PASSWORD = "una contraseña larga"
SUPERVISOR = ("sigec-cl", "eva@sigec-cl.example.org", "supervisor_regional")


@pytest.fixture
def secret(operator: Operator) -> Path:
    """A file with a password."""
    path = operator.folder / "password"
    path.write_text(f"{PASSWORD}\nwhatever follows\n", encoding="utf-8")
    return path


def holdings(database: Engine) -> list[tuple[object, ...]]:
    """Every function held by the people these tests name."""
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT role, scope, role_holdings.kind, since::text, until::text FROM role_holdings"
                " JOIN people ON people.id = person_id WHERE address = 'eva@sigec-cl.example.org'"
            )
        )
        return [tuple(row) for row in rows]


def test_a_person_is_added_with_teams_and_listed(operator: Operator, secret: Path) -> None:
    operator.loads()
    said = operator.does(
        *("user", "add", "mef-ec", ADDRESS, "--name", "Ana", "--team", "biometria"),
        *("--admin", "--password-file", secret),
    )
    assert said == f"{ADDRESS} ya puede entrar en «mef-ec».\n"
    (line,) = operator.does("user", "list").splitlines()
    assert line.split() == ["mef-ec", ADDRESS, "Ana", "biometria", "admin"]


def test_the_password_is_stored_as_a_hash_of_the_first_line(operator: Operator, secret: Path, database: Engine) -> None:
    operator.loads()
    operator.does("user", "add", "mef-ec", ADDRESS, "--password-file", secret)
    with database.connect() as connection:
        stored = str(connection.scalar(text("SELECT password_hash FROM people WHERE is_staff")))
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_a_password_is_no_argument(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    operator.loads()
    with pytest.raises(SystemExit) as end:
        operator.orders("user", "add", "mef-ec", ADDRESS, "--password", PASSWORD)
    assert end.value.code == 2
    assert "unrecognized arguments: --password" in capsys.readouterr().err


def test_without_a_file_and_a_terminal_no_password_is_guessed(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/null").open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert "--password-file" in operator.is_refused("user", "add", "mef-ec", ADDRESS)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00"])
def test_a_file_without_a_password_is_refused(operator: Operator, content: bytes) -> None:
    path = operator.folder / "password"
    path.write_bytes(content)
    said = operator.is_refused("user", "add", "mef-ec", ADDRESS, "--password-file", path)
    assert said.startswith(f"helpdesk: {path}: no se puede leer una contraseña")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("marte", ADDRESS), "No hay institución «marte»"),
        (("mef-ec", "ana"), "«ana» no es una dirección de correo."),
        (("mef-ec", ADDRESS, "--team", "cocina"), "no tiene el equipo «cocina»"),
        (("mef-ec", ADDRESS, "--role", "rey"), "El catálogo no tiene la función «rey»; tiene: "),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_whole(
    operator: Operator, secret: Path, words: tuple[str, ...], sentence: str
) -> None:
    operator.loads()
    assert sentence in operator.is_refused("user", "add", *words, "--password-file", secret)
    assert operator.does("user", "list") == ""


def test_a_short_password_is_refused(operator: Operator) -> None:
    operator.loads()
    short = operator.folder / "short"
    short.write_text("corta", encoding="utf-8")
    said = operator.is_refused("user", "add", "mef-ec", ADDRESS, "--password-file", short)
    assert said == "helpdesk: La contraseña necesita 12 caracteres o más.\n"


def test_a_person_is_added_once(operator: Operator, secret: Path) -> None:
    operator.loads()
    operator.does("user", "add", "mef-ec", ADDRESS, "--password-file", secret)
    said = operator.is_refused("user", "add", "mef-ec", ADDRESS, "--password-file", secret)
    assert "ya puede entrar" in said


def test_a_disabled_person_is_shown_as_such(operator: Operator, secret: Path) -> None:
    operator.loads()
    operator.does("user", "add", "mef-ec", ADDRESS, "--password-file", secret)
    assert operator.does("user", "disable", "mef-ec", ADDRESS) == f"{ADDRESS} ya no puede entrar.\n"
    assert operator.does("user", "list").rstrip().endswith("deshabilitado")


def test_somebody_unknown_cannot_be_disabled(operator: Operator) -> None:
    operator.loads()
    assert operator.is_refused("user", "disable", "mef-ec", "nadie@example.org") == (
        "helpdesk: No hay nadie con el correo nadie@example.org en «mef-ec».\n"
    )


def test_a_function_is_granted_within_its_scope_and_revoked(operator: Operator, database: Engine) -> None:
    operator.loads("sigec-cl")
    operator.does("role", "grant", *SUPERVISOR, "CL-BI")
    ((*granted, since, until),) = holdings(database)
    assert (granted, until) == (["supervisor_regional", "CL-BI", "holder"], None)
    assert since is not None
    assert "1 nombramiento" in operator.does("role", "revoke", *SUPERVISOR, "CL-BI")
    ((_, _, _, _, until),) = holdings(database)
    assert until is not None


def test_a_substitute_acts_between_two_dates(operator: Operator, database: Engine) -> None:
    operator.loads("sigec-cl")
    operator.does("role", "substitute", *SUPERVISOR, "CL-BI", "--from", "2026-03-02", "--until", "2026-03-13")
    assert holdings(database) == [("supervisor_regional", "CL-BI", "substitute", "2026-03-02", "2026-03-13")]


def test_an_absence_is_noted_with_its_substitute_and_the_holders_of_a_day_are_told(operator: Operator) -> None:
    operator.loads("sigec-cl")
    holder = "supervisor.biobio@sigec-cl.example.org"
    days = ("--from", "2030-03-04", "--until", "2030-03-15")
    said = operator.does("role", "absent", "sigec-cl", holder, *days, "--substitute", "eva@sigec-cl.example.org")
    assert "ausente desde el 2030-03-04, hasta el 2030-03-15; subroga eva@" in said
    asked = ("role", "holders", "sigec-cl", "supervisor_regional", "CL-BI", "--on")
    assert operator.does(*asked, "2030-03-03") == f"{holder}\n"
    assert operator.does(*asked, "2030-03-04") == (
        f"eva@sigec-cl.example.org en lugar de {holder}\n{holder} ausente hasta 2030-03-15\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("holders", "sigec-cl", "rey"), "El catálogo no tiene la función «rey»; tiene: "),
        (("grant", *SUPERVISOR), "«supervisor_regional» necesita un ámbito; son posibles: "),
        (("grant", *SUPERVISOR, "EC-P"), "«supervisor_regional» necesita un ámbito; son posibles: "),
        (("grant", *SUPERVISOR[:2], "jefe_daf", "CL-BI"), "quite el ámbito «CL-BI»"),
        (("grant", *SUPERVISOR[:2], "rey"), "El catálogo no tiene la función «rey»; tiene: "),
        (("grant", "marte", *SUPERVISOR[1:], "CL-BI"), "No hay institución «marte»"),
        (("revoke", *SUPERVISOR, "CL-BI"), "No hay nadie con el correo eva@sigec-cl.example.org en «sigec-cl»."),
        (
            ("revoke", "sigec-cl", "daf@sigec-cl.example.org", "jefe_ugpip"),
            "daf@sigec-cl.example.org no ejerce «jefe_ugpip» con ese ámbito.",
        ),
        (
            ("substitute", *SUPERVISOR, "CL-BI", "--from", "2026-03-13", "--until", "2026-03-02"),
            "La subrogancia termina antes de empezar: revise las fechas.",
        ),
    ],
)
def test_an_appointment_that_cannot_be_is_refused(
    operator: Operator, database: Engine, words: tuple[str, ...], sentence: str
) -> None:
    operator.loads("sigec-cl")
    said = operator.is_refused("role", *words)
    assert sentence in said
    assert said.count("\n") == 1
    assert holdings(database) == []


def test_a_function_is_granted_once(operator: Operator) -> None:
    operator.loads("sigec-cl")
    operator.does("role", "grant", *SUPERVISOR, "CL-BI")
    assert "ya ejerce «supervisor_regional»" in operator.is_refused("role", "grant", *SUPERVISOR, "CL-BI")


def test_a_specialist_is_granted_the_systems_attended_and_the_own_organ(operator: Operator, database: Engine) -> None:
    operator.loads("conectamef-pe")
    who = ("conectamef-pe", "eva@sigec-cl.example.org", "especialista", "cusco")
    assert "no se distingue por «quipus»" in operator.is_refused("role", "grant", *who, "--subject", "quipus")
    operator.does("role", "grant", *who, "--subject", "siaf", "--subject", "tesoreria", "--organ", "tesoro")
    with database.connect() as connection:
        found = connection.execute(text("SELECT subjects, organ FROM role_holdings WHERE scope = 'cusco'")).all()
    assert (["siaf", "tesoreria"], "tesoro") in [tuple(row) for row in found]

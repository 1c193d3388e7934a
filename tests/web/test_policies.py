"""Every route says who may call it, and is held to it."""

import pytest
from flask import Flask

from helpdesk.web.policy import Policy, policy_of
from tests.web.conftest import SignIn

PUBLIC = {
    "static", "catalogue.home", "catalogue.services", "catalogue.show", "catalogue.service", "sessions.entry",
    "sessions.leave", "health.alive", "health.ready", "health.metrics", "demo_mail.index", "demo_mail.show",
}  # fmt: skip
BEHIND_A_TOKEN = {"approvals.by_link", "approvals.file_by_link"}
PAGES = (
    "/bandeja", "/bandeja/vistas", "/atenciones", "/tickets/SIGEC-1", "/tickets/SIGEC-1/imprimir", "/tickets/nuevo",
    "/aprobaciones", "/admin/cuarentena", "/admin/libro", "/admin/libro/1/original", "/admin/buzones",
    "/admin/calendario", "/eventos", "/eventos/nuevo", "/eventos/1", "/eventos/1/cambiar",
    "/eventos/1/asistencia.csv", "/metas", "/metas.csv", "/admin/metas",
    "/tareas", "/tareas/contenidos", "/tareas/informacion", "/tareas/compilado/x",
    "/directivas", "/directivas/1", "/materiales",
)  # fmt: skip


def test_every_route_declares_its_policy(app: Flask) -> None:
    silent = [
        rule.endpoint for rule in app.url_map.iter_rules() if policy_of(app.view_functions[rule.endpoint]) is None
    ]
    assert silent == []


def test_only_these_routes_are_open_to_everybody(app: Flask) -> None:
    declared = {rule.endpoint: policy_of(app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()}
    assert {endpoint for endpoint, needed in declared.items() if needed is Policy.PUBLIC} == PUBLIC
    assert {endpoint for endpoint, needed in declared.items() if needed is Policy.TOKEN} == BEHIND_A_TOKEN


def test_every_route_that_changes_something_asks_for_an_agent_or_more(app: Flask) -> None:
    free = {
        "sessions.entry", "sessions.leave", "demo_mail.show", "approvals.by_link", "approvals.decide",
        "authority.delegate", "authority.end_delegation",
        # Whoever an organ is asked through need not work tickets; the service checks who it is.
        "ticketlinks.answer",
        # Whoever speaks for an organ agrees to its events and keeps the trainings that it gives; the services check it.
        "events.create", "events.change", "events.agree", "events.hold", "events.cancel", "events.enlist",
        "events.mark", "events.strike", "events.tag",
        # Whoever a task, or a content, was given to need not work tickets either.
        "tasks.finish", "tasks.cancel", "tasks.reopen", "tasks.set_content",
        # Readers and publishers are told apart by the functions they hold; the service checks them.
        "notices.publish", "notices.acknowledge", "notices.withdraw",
        # The library is kept by the holders of a function; the service checks it.
        "materials.authorise", "materials.retire",
    }  # fmt: skip
    weak = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and policy_of(app.view_functions[rule.endpoint]) not in (Policy.AGENT, Policy.ADMIN)
    }
    assert weak == free


def test_a_view_without_a_policy_is_answered_to_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.view_functions, "catalogue.home", lambda: "secret")
    answer = app.test_client().get("/")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_sign_in_page(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/entrar?volver=")


@pytest.mark.parametrize("path", ["/admin/cuarentena", "/admin/libro", "/admin/libro/1/original", "/admin/buzones"])
def test_an_agent_does_not_see_the_ledger(sign_in: SignIn, path: str) -> None:
    assert sign_in("agente").get(path).status_code == 403


def test_an_approver_without_a_team_cannot_work_a_ticket(sign_in: SignIn, forms_without_token: None) -> None:
    assert sign_in("jefa").post("/tickets/SIGEC-1/tomar").status_code == 403


def test_a_session_ends_when_the_account_is_signed_out_everywhere(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("agente")
    with client.session_transaction() as cookie:
        person, _, epoch = cookie["_user_id"].partition(".")
        cookie["_user_id"] = f"{person}.{int(epoch) + 1}"
    assert client.get("/bandeja").status_code == 303

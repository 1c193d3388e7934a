"""`helpdesk role grant | revoke | substitute | absent | holders`: who holds a function of the catalogue, and where."""

import argparse
import sys
from datetime import date

from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import standing, today
from helpdesk.services import authority


def main(argv: list[str]) -> int:
    """SCOPE is a region, programme, centre or organ of the catalogue; left out for the whole institution."""
    parser = argparse.ArgumentParser(prog="helpdesk role")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, does in (
        ("grant", "make a person the holder"),
        ("revoke", "end it today"),
        ("substitute", "let a person act between two dates"),
    ):
        action = actions.add_parser(name, help=does)
        action.add_argument("institution")
        action.add_argument("address")
        action.add_argument("role")
        action.add_argument("scope", nargs="?")
        if name == "grant":
            action.add_argument("--subject", action="append", default=[], metavar="KEY", help="a system attended")
            action.add_argument("--organ", metavar="KEY", help="the organ to which the person belongs")
        if name == "substitute":
            action.add_argument("--in-place-of", metavar="ADDRESS", help="for which of several holders")
            action.add_argument("--from", dest="since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
            action.add_argument("--until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    away = actions.add_parser("absent", help="note that a person is away")
    away.add_argument("institution")
    away.add_argument("address")
    away.add_argument("--from", dest="since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    away.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="left out: no end is known")
    away.add_argument("--substitute", metavar="ADDRESS", help="who acts for all the person's functions meanwhile")
    away.add_argument("--reason", default="")
    shown = actions.add_parser("holders", help="who acts for a function on a date")
    shown.add_argument("institution")
    shown.add_argument("role")
    shown.add_argument("scope", nargs="?")
    shown.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="left out: today")
    chosen = parser.parse_args(argv)
    if chosen.action == "absent":
        return absent(chosen)
    if chosen.action == "holders":
        return tell_holders(chosen)
    who = (chosen.institution, chosen.address, chosen.role, chosen.scope)
    with desk(), transaction() as session:
        match chosen.action:
            case "grant":
                more = authority.Particulars(tuple(chosen.subject), chosen.organ)
                authority.grant(session, operator(), *who, more=more)
                sys.stdout.write(f"{chosen.address} ejerce «{chosen.role}».\n")
            case "revoke":
                ended = authority.revoke(session, operator(), *who)
                sys.stdout.write(f"{chosen.address} deja de ejercer «{chosen.role}» ({ended} nombramiento/s).\n")
            case "substitute":
                dates = (chosen.since, chosen.until)
                authority.substitute(session, operator(), *who, *dates, chosen.in_place_of)
                sys.stdout.write(f"{chosen.address} subroga «{chosen.role}» del {chosen.since} al {chosen.until}.\n")
    return 0


def absent(chosen: argparse.Namespace) -> int:
    """Notes an absence, with its substitute."""
    with desk(), transaction() as session:
        authority.absent(
            session,
            operator(),
            chosen.institution,
            chosen.address,
            chosen.since,
            chosen.until,
            chosen.reason,
            chosen.substitute,
        )
        end = f"hasta el {chosen.until}" if chosen.until else "sin fecha de regreso"
        by = f"; subroga {chosen.substitute}" if chosen.substitute else ""
        sys.stdout.write(f"{chosen.address} está ausente desde el {chosen.since}, {end}{by}.\n")
    return 0


def tell_holders(chosen: argparse.Namespace) -> int:
    """Writes who acts for a function on a date, the first to be asked first, and who is away."""
    with desk(), transaction() as session:
        institution = catalogues.institution_by_key(session, chosen.institution)
        authority.fitting(catalogues.current(session, institution.id), chosen.role, chosen.scope)
        day = chosen.on or today(session, institution.id)
        found = standing(session, institution.id, chosen.role, chosen.scope, day)
        for holder in found.acting:
            instead = f" en lugar de {holder.on_behalf_of.address}" if holder.on_behalf_of else ""
            sys.stdout.write(f"{holder.person.address}{instead}\n")
        for each in found.absent:
            sys.stdout.write(f"{each.person.address} ausente hasta {each.until or 'nuevo aviso'}\n")
        if not found.acting:
            sys.stdout.write(f"Nadie actúa por «{chosen.role}» el {day}.\n")
    return 0

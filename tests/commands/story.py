"""A finished ticket in a database of its own: decisions by a substitute's link and by mail, an answer with a file."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, pool
from sqlalchemy.orm import Session

from helpdesk.domain.actors import operator
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.incoming import Person as Named
from helpdesk.files import Files
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, authority, conversation
from tests.cast import ATTACHED_MEMO, NATIONAL_OFFICER, REPORT, REQUESTER, Cast, assemble, file

NUMBER = "SIGEC-1"
ANSWER_FILE = "Resolución 7.pdf"
HOSTILE_SUBJECT = f"{REPORT} <script>alert(1)</script>"
HOSTILE_NAME = 'Ana "><img src="http://tracker.test/a.png"> Pérez'
SUBSTITUTE = Named("Subrogante Biobío", "subrogante@sigec-cl.example.org")
PERSONAL = "+abcdefghijklmnop234567@"
DECIDING_WORDS = f"Apruebo.\n\n-- \nEncargado Nacional\nmesa.ayuda{PERSONAL}sigec-cl.example.org"


class Keeping(Cast):
    """A cast whose mails are kept as they came, like those of a real door."""

    def incoming(self, *arguments: Any, **named: Any) -> Incoming:
        """A letter that arrives now, with its ledger row and its bytes."""
        letter = super().incoming(*arguments, **named)
        row = self.session.get_one(Arrival, letter.ledger_id)
        raw = f"From: {letter.sender.address}\r\nSubject: {letter.subject}\r\n\r\n{letter.text}\r\n".encode()
        row.sha256, row.state, row.settled_at = sha256(raw).hexdigest(), "processed", self.now
        self.session.add(RawMessage(ledger_id=row.id, content=raw))
        return letter


def tell(url: str, folder: Path, more: Callable[[Cast, Ticket], object] | None = None) -> None:
    """Writes the story into a migrated, empty database and its files into the data folder of an installation; `more` is
    what happens after it."""
    store = Files(folder / "var" / "files")
    memo, answer = store.put(ATTACHED_MEMO.encode()), store.put(b"resolution")
    engine = create_engine(url, poolclass=pool.NullPool)
    with Session(engine, expire_on_commit=False) as session:
        cast = Keeping(**vars(assemble(session)))
        cast.person(SUBSTITUTE)
        cast.do(
            *(
                authority.substitute,
                operator(),
                "sigec-cl",
                SUBSTITUTE.address,
                "jefe_administrativo_regional",
                "CL-BI",
            ),
            *(date(2026, 4, 1), date(2026, 4, 30)),
        )
        assert memo == file().sha256
        ticket = cast.open(subject=HOSTILE_SUBJECT, sender=Named(HOSTILE_NAME, REQUESTER.address))
        letter = cast.letter(ticket, "aprobacion", SUBSTITUTE)
        token = letter.text.partition("http://desk.test/aprobar/")[2].split()[0]
        cast.do(approvals.decide_by_token, token, "approve", "Corresponde.")
        assert cast.answers(ticket, NATIONAL_OFFICER, DECIDING_WORDS).action == "approve"
        cast.execute(ticket)
        cast.do(conversation.note, cast.agent, ticket.id, "Revisado con la región.")
        files = ((ANSWER_FILE, "application/pdf", answer),)
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Rendición desaprobada.", files, close=True)
        if more is not None:
            more(cast, ticket)
        session.commit()
    engine.dispose()

"""How often signing in may be tried (attempts are counted in the database: web processes share them)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk.domain.errors import TooManyAttempts
from helpdesk.models.attempts import LONGEST_ADDRESS, SignInAttempt

WINDOW = timedelta(minutes=15)
MOST_OF_ADDRESS = 10
MOST_OF_PEER = 60
KEPT = timedelta(days=1)
SWEPT_AT_ONCE = 1000
# The first of the two numbers of an advisory lock, one for each kind of thing counted.
ADDRESSES, PEERS = 7414, 7415


def begin(session: Session, address: str, peer: str | None, now: datetime) -> None:
    """Counts an attempt as failed until `succeeded` takes it back; to be committed before the password is verified.

    `peer` None: where it came from is not known, only the address is limited. Raises TooManyAttempts when the address
    has `MOST_OF_ADDRESS` failures within `WINDOW`, or the peer `MOST_OF_PEER`; what is refused is not counted, so that
    a refusal ends by itself.
    """
    address = _key(address)
    # Counting and noting are one act: guesses sent at the same time would otherwise all be counted before any is noted.
    # Whoever takes both locks takes the address's first.
    _lock(session, ADDRESSES, address)
    _refuse_from(session, SignInAttempt.address, address, MOST_OF_ADDRESS, now)
    if peer is not None:
        _lock(session, PEERS, peer)
        _refuse_from(session, SignInAttempt.peer, peer, MOST_OF_PEER, now)
    session.add(SignInAttempt(address=address, peer=peer, at=now))
    session.flush()
    _sweep(session, now)


def succeeded(session: Session, address: str) -> None:
    """The address's failures are forgotten, wherever they came from; those of its peers for other addresses stay."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.address == _key(address)))


def _key(address: str) -> str:
    return address.strip().lower()[:LONGEST_ADDRESS]


def _lock(session: Session, kind: int, key: str) -> None:
    session.execute(select(func.pg_advisory_xact_lock(kind, func.hashtext(key))))


def _refuse_from(
    session: Session,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    key: str,
    most: int,
    now: datetime,
) -> None:
    """Refuses while the last `most` failures lie within the window: until the first of them has left it."""
    first = session.scalar(
        select(SignInAttempt.at)
        .where(column == key, SignInAttempt.at > now - WINDOW)
        .order_by(SignInAttempt.at.desc())
        .offset(most - 1)
        .limit(1)
    )
    if first is not None:
        raise TooManyAttempts("Demasiados intentos: espere unos minutos y vuelva a probar.", wait=first + WINDOW - now)


def _sweep(session: Session, now: datetime) -> None:
    old = (
        select(SignInAttempt.id)
        .where(SignInAttempt.at < now - KEPT)
        .order_by(SignInAttempt.at)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.id.in_(old)), execution_options={"synchronize_session": False}
    )

"""The log of postings: what was posted when and by whom, what stands, and how it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.orm import aliased

from cleanclaim.errors import InputError
from cleanclaim.store.remittance_tables import PaymentRow
from cleanclaim.store.tables import PostingRow

_LONGEST = 200


@dataclass(frozen=True)
class Posting:
    """A posting of the log; ``cents`` is what its claims charge, or its payments come to."""

    number: int
    kind: str
    posted_at: datetime
    actor: str
    file: str | None
    undoes: int | None
    stands: bool
    rows: int
    claims: int
    cents: int


def begin(
    connection: Connection,
    kind: str,
    actor: str,
    *,
    file: str | None = None,
    content: str | None = None,
    body: str | None = None,
    undoes: int | None = None,
) -> int:
    """Return the number of a new posting that stands."""
    row = {
        "kind": kind,
        "posted_at": datetime.now(UTC),
        "actor": actor[:_LONGEST],
        "file_name": None if file is None else file[:_LONGEST],
        "content_hash": content,
        "body_hash": body,
        "undoes": undoes,
        "stands": True,
        "rows": 0,
        "claims": 0,
        "cents": 0,
    }
    made = connection.execute(insert(PostingRow).values(row).returning(PostingRow.id))
    return int(made.scalar_one())


def close(connection: Connection, number: int, *, rows: int, claims: int, cents: int) -> None:
    """Say what a new posting came to."""
    connection.execute(update(PostingRow).where(PostingRow.id == number).values(rows=rows, claims=claims, cents=cents))


def log(connection: Connection, *, last: int | None = None) -> tuple[Posting, ...]:
    """Return the postings (the ``last`` so many), oldest first."""
    statement = select(*_COLUMNS).order_by(PostingRow.id.desc())
    rows = connection.execute(statement if last is None else statement.limit(last)).all()
    return tuple(map(_posting, reversed(rows)))


def posting(connection: Connection, number: int) -> Posting:
    """Return a posting by its number. Raises InputError where there is none."""
    row = connection.execute(select(*_COLUMNS).where(PostingRow.id == number)).first()
    if row is None:
        most = connection.execute(select(func.max(PostingRow.id))).scalar()
        range_ = f"postings go from 1 to {most}" if most else "nothing was posted yet"
        raise InputError(f"there is no posting {number}; {range_}", field="POSTING")
    return _posting(row)


def standing_with(connection: Connection, *, content: str | None = None, body: str | None = None) -> int | None:
    """Return the number of the posting that stands and has this content, or says the same; None where there is none."""
    column, value = (PostingRow.content_hash, content) if content is not None else (PostingRow.body_hash, body)
    found = connection.execute(
        select(PostingRow.id).where(column == value, PostingRow.stands).order_by(PostingRow.id).limit(1)
    ).scalar()
    return None if found is None else int(found)


def turn(connection: Connection, number: int, actor: str) -> tuple[int, tuple[int, ...]]:
    """Undo a posting, as a posting of its own; return its number, and the postings whose rows count otherwise now.

    Undoing an undo makes what it undid stand again. Raises InputError where the posting does not stand, or where what
    it undid was posted again meanwhile.
    """
    one = posting(connection, number)
    if not one.stands:
        raise InputError(f"posting {number} does not stand: it was undone before", field="POSTING")
    touched = _turned(connection, one, stands=False)
    made = begin(connection, "undo", actor, undoes=number)
    close(connection, made, rows=0, claims=one.claims, cents=one.cents)
    return made, touched


def _turned(connection: Connection, one: Posting, *, stands: bool) -> tuple[int, ...]:
    """Let a posting stand or not; an undo turns what it undid the other way."""
    if stands:
        _refuse_twice(connection, one.number)
    connection.execute(update(PostingRow).where(PostingRow.id == one.number).values(stands=stands))
    if one.undoes is None:
        return (one.number,)
    return _turned(connection, posting(connection, one.undoes), stands=not stands)


def _refuse_twice(connection: Connection, number: int) -> None:
    hashes = connection.execute(
        select(PostingRow.content_hash, PostingRow.body_hash).where(PostingRow.id == number)
    ).one()
    for name, value in zip(("content", "body"), hashes, strict=True):
        again = standing_with(connection, **{name: value}) if value is not None else None
        if again is not None and again != number:
            raise InputError(f"posting {number} was posted again as {again}; undo that one first", field="POSTING")
    payment, other = PaymentRow.table(), aliased(PaymentRow)
    again = connection.execute(
        select(other.posting_id)
        .join_from(payment, other, other.identity == payment.c.identity)
        .join(PostingRow, PostingRow.id == other.posting_id)
        .where(payment.c.posting_id == number, other.posting_id != number, PostingRow.stands)
        .limit(1)
    ).scalar()
    if again is not None:
        raise InputError(f"posting {again} holds a payment of posting {number}; undo that one first", field="POSTING")


def _posting(row: Row[tuple[object, ...]] | Sequence[object]) -> Posting:
    values = list(row)
    when = values[2]
    if isinstance(when, datetime) and when.tzinfo is None:
        values[2] = when.replace(tzinfo=UTC)
    return Posting(*values)  # type: ignore[arg-type]


_COLUMNS = (
    PostingRow.id,
    PostingRow.kind,
    PostingRow.posted_at,
    PostingRow.actor,
    PostingRow.file_name,
    PostingRow.undoes,
    PostingRow.stands,
    PostingRow.rows,
    PostingRow.claims,
    PostingRow.cents,
)

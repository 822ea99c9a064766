"""Posts files to the ledger, each as one transaction, undoes postings, and keeps the work done on claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, func, select

from cleanclaim.config import Config
from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile
from cleanclaim.posting.acknowledgments import acknowledgment_rows
from cleanclaim.posting.claims import claim_rows
from cleanclaim.posting.files import PostedFile, read_file
from cleanclaim.posting.remittances import outcomes, remittance_rows, without
from cleanclaim.remit.reading import read_remittances
from cleanclaim.store import outcomes as kept
from cleanclaim.store import postings
from cleanclaim.store.bulk import ask, read, written
from cleanclaim.store.opened import Ledger
from cleanclaim.store.postings import Posting
from cleanclaim.store.remittance_tables import REMITTANCES, PaidClaimRow, PaymentRow
from cleanclaim.store.standing_facts import facts
from cleanclaim.store.tables import PER_POSTING, AcknowledgmentRow, ClaimRow, PostingRow, WorkRow
from cleanclaim.store.touched import portions, touched

_SHOWN = 20


@dataclass(frozen=True)
class Posted:
    """What became of a file: ``number`` of its posting, or why there is none.

    ``already``: the posting that says the same. ``refused``: places for which nothing of the file was posted.
    """

    file: str
    number: int | None = None
    kind: str | None = None
    claims: int = 0
    cents: int = 0
    already: int | None = None
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def post(
    ledger: Ledger,
    paths: Sequence[str | PathLike[str]],
    *,
    actor: str,
    config: Config | None = None,
    again: bool = False,
) -> tuple[Posted, ...]:
    """Post X12 files (837, 835, 999, TA1, 277CA) to a ledger, each whole or not at all; return what became of each.

    What they hold tells what they are. A file or payment that was posted before changes nothing. With ``again`` claims
    that say the same as an earlier file are posted as sent once more. A file that cannot be posted does not keep the
    others from it. Raises LedgerBusy where another process writes for too long.
    """
    settings = config or Config.load(None)
    return tuple(_posted(ledger, Path(path), actor, settings, again) for path in paths)


def _posted(ledger: Ledger, path: Path, actor: str, config: Config, again: bool) -> Posted:
    shown = str(path)
    try:
        file = read_file(path)
        notes, refused = _judged(file)
        if refused:
            return Posted(shown, refused=refused, notes=notes)
        with ledger.writing() as connection:
            return _Writing(connection, file, actor, config, again, list(notes)).run()
    except UnreadableFile as error:
        return Posted(shown, refused=(error.message.removeprefix(f"{shown}: "),))
    except _Refused as refusal:
        return Posted(shown, refused=(refusal.message,))
    except _PostedBefore as before:
        return Posted(shown, kind="remittance", already=before.number, notes=("another file, with the same payments",))


class _Refused(CleanclaimError):  # noqa: N818
    """A file is not posted, and what was written of it is taken back."""


class _PostedBefore(CleanclaimError):  # noqa: N818
    """Every payment of a file stands already."""

    def __init__(self, number: int) -> None:
        super().__init__("")
        self.number = number


def _judged(file: PostedFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes on places that could not be read, and the places for which a remittance is refused."""
    if "remittance" not in file.kinds:
        return _told(file.problems, file.problems.height), ()
    judged = read_remittances([(file.path.name, file.path)])
    return _told(judged.unreadable, judged.unreadable.height), _told(judged.refused, judged.refused.height)


def _told(places: pl.DataFrame, count: int) -> tuple[str, ...]:
    shown = [f"segment {at}: {message}" for at, message in places.head(_SHOWN).select("segment", "message").iter_rows()]
    return (*shown, *([f"... and {count - _SHOWN:,} more places"] if count > _SHOWN else []))


@dataclass
class _Writing:
    """The posting of one file, within a transaction."""

    connection: Connection
    file: PostedFile
    actor: str
    config: Config
    again: bool
    notes: list[str]

    def run(self) -> Posted:
        shown, kind = str(self.file.path), " and ".join(self.file.kinds)
        before = self._before()
        if before is not None:
            return Posted(shown, kind=kind, already=before, notes=tuple(self.notes))
        number = postings.begin(
            self.connection,
            kind,
            self.actor,
            file=self.file.path.name,
            content=self.file.content,
            body=self.file.body,
        )
        rows = claims = cents = 0
        for written_kind in self.file.kinds:
            more = getattr(self, f"_{written_kind}")(number)
            rows, claims, cents = rows + more[0], claims + more[1], cents + more[2]
        # of a large file nothing more is needed, and the memory is
        self.file.tables.clear()
        derive(self.connection, touched(self.connection, [number]), self.config)
        postings.close(self.connection, number, rows=rows, claims=claims, cents=cents)
        return Posted(shown, number, kind, claims, cents, notes=tuple(self.notes))

    def _before(self) -> int | None:
        same = postings.standing_with(self.connection, content=self.file.content)
        if same is not None or self.again:
            return same
        same = postings.standing_with(self.connection, body=self.file.body)
        if same is not None:
            self.notes.append(f"another envelope, and in it what posting {same} says already")
        return same

    def _claims(self, number: int) -> tuple[int, int, int]:
        tables = claim_rows(self.file, number)
        sent = tables[ClaimRow]
        self._note_sent_before(sent)
        rows = sum(written(self.connection, model.table(), frame) for model, frame in tables.items())
        return rows, sent.height, int(sent["charge_cents"].sum())

    def _note_sent_before(self, sent: pl.DataFrame) -> None:
        asked = ask(self.connection, sent["claim_key"])
        known = read(
            self.connection,
            select(ClaimRow.claim_key, ClaimRow.level, ClaimRow.frequency)
            .join_from(asked, ClaimRow.table(), asked.c.word == ClaimRow.claim_key)
            .join(PostingRow, PostingRow.id == ClaimRow.posting_id)
            .where(PostingRow.stands),
        ).unique()
        count = sent.join(known, on=["claim_key", "level", "frequency"], how="semi", nulls_equal=True).height
        if count:
            self.notes.append(f"sent before under the same number: {count:,} of {sent.height:,} claims")

    def _acknowledgment(self, number: int) -> tuple[int, int, int]:
        frame = acknowledgment_rows(self.file, number)
        named = frame.filter(pl.col("claim_key").is_not_null())
        return written(self.connection, AcknowledgmentRow.table(), frame), named["claim_key"].n_unique(), 0

    def _remittance(self, number: int) -> tuple[int, int, int]:
        rows = remittance_rows(self.file, number)
        again, before = self._payments_again(rows["payments"])
        if len(again):
            if len(again) == rows["payments"].height and self.file.kinds == ("remittance",):
                raise _PostedBefore(before)
            self.notes.append(f"posted before, and not again: {len(again):,} of {rows['payments'].height:,} payments")
            rows = without(rows, again)
        self._refuse_same_trace(rows["payments"])
        count = sum(written(self.connection, model.table(), rows[name]) for name, model in REMITTANCES.items())
        kept.check_payments(self.connection, number)
        return count, rows["paid_claims"].height, int(rows["payments"]["amount_cents"].sum())

    def _payments_again(self, payments: pl.DataFrame) -> tuple[pl.Series, int]:
        """Return the payments that a standing posting holds or this file holds twice, and the first such posting."""
        asked = ask(self.connection, payments["identity"])
        known = read(
            self.connection,
            select(PaymentRow.identity, PaymentRow.posting_id)
            .join_from(asked, PaymentRow.table(), asked.c.word == PaymentRow.identity)
            .join(PostingRow, PostingRow.id == PaymentRow.posting_id)
            .where(PostingRow.stands),
        )
        again = pl.col("identity").is_in(known["identity"].implode()) | ~pl.col("identity").is_first_distinct()
        first = known["posting_id"].sort()[0] if known.height else 0
        return payments.filter(again)["payment"], int(first)

    def _refuse_same_trace(self, payments: pl.DataFrame) -> None:
        """One trace number, day and amount with other claims is no second payment, and which is right nobody knows."""
        asked = ask(self.connection, payments.filter(pl.col("amount_cents") != 0)["trace"])
        known = read(
            self.connection,
            select(
                PaymentRow.trace, PaymentRow.trace_origin, PaymentRow.amount_cents, PaymentRow.paid_on,
                PaymentRow.posting_id,
            )
            .join_from(asked, PaymentRow.table(), asked.c.word == PaymentRow.trace)
            .join(PostingRow, PostingRow.id == PaymentRow.posting_id)
            .where(PostingRow.stands),
        )  # fmt: skip
        same = payments.join(known, on=["trace", "trace_origin", "amount_cents", "paid_on"], nulls_equal=True)
        if same.height:
            segment, before = same.select("segment", "posting_id_right").row(0)
            raise _Refused(
                f"segment {segment}: posting {before} holds a payment of this trace number, day and amount with other "
                "claims in it; undo that one if this is right"
            )


def derive(connection: Connection, keys: pl.Series, config: Config) -> None:
    """Work out the outcomes of the claims of these keys from all standing postings, and put them into the ledger."""
    for part in portions(connection, keys):
        if len(part):
            kept.replace(connection, part, outcomes(facts(connection, part), config))


def derived_again(ledger: Ledger, config: Config | None = None) -> None:
    """Work out all outcomes anew: with another configuration, or a newer program."""
    with ledger.writing() as connection:
        keys = [read(connection, select(row.claim_key).distinct()).to_series() for row in (ClaimRow, PaidClaimRow)]
        derive(connection, pl.concat(keys).unique().sort(), config or Config.load(None))


def undo(ledger: Ledger, number: int, *, actor: str, config: Config | None = None) -> Posting:
    """Undo a posting and return the posting that does so; undoing that one makes the first stand again.

    Raises InputError where there is no such posting, where it does not stand, or where it was posted again meanwhile.
    """
    with ledger.writing() as connection:
        made, changed = postings.turn(connection, number, actor)
        derive(connection, touched(connection, changed), config or Config.load(None))
        return postings.posting(connection, made)


def work(ledger: Ledger, claim: str, *, actor: str, note: str | None = None, done: bool = False) -> Posting:
    """Keep what was done on a claim, and return the posting. Raises InputError for a claim the ledger does not know."""
    if not (note or done):
        raise InputError("say what was done: --note TEXT, or --done", field="--note")
    with ledger.writing() as connection:
        name = known_claim(connection, claim)
        number = postings.begin(connection, "work", actor)
        row = {"id": number * PER_POSTING, "posting_id": number, "claim_key": name, "done": done, "note": note}
        connection.execute(WorkRow.table().insert(), row)
        postings.close(connection, number, rows=1, claims=1, cents=0)
        return postings.posting(connection, number)


def known_claim(connection: Connection, claim: str) -> str:
    """Return the key of a claim that was sent or paid; InputError where the ledger does not know it."""
    name = claim.strip().upper()
    for row in (ClaimRow, PaidClaimRow):
        if connection.execute(select(func.count()).where(row.claim_key == name)).scalar():
            return name
    raise InputError(f"the ledger knows no claim {claim}; `cleanclaim ledger status` lists them", field="CLAIM")

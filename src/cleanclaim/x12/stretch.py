"""A stretch of a file to tables: each transaction set is read by the reader of its guide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cleanclaim.x12 import acknowledgments, claims837, remittances, statuses277
from cleanclaim.x12.chunk import Carry, Chunk, Problems
from cleanclaim.x12.envelope import Envelope, read_envelope
from cleanclaim.x12.fields import numbers
from cleanclaim.x12.guides import Guide
from cleanclaim.x12.picks import table
from cleanclaim.x12.schemas import SETS
from cleanclaim.x12.segments import Flags, Ints

Tables = dict[str, pl.DataFrame]
Reader = Callable[[Chunk, Envelope, Flags, Problems], tuple[Tables, Ints]]

READERS: dict[str, Reader] = {
    "837P": claims837.read_professional,
    "837I": claims837.read_institutional,
    "835": remittances.read_remittances,
    "999": acknowledgments.read_acknowledgments,
    "997": acknowledgments.read_acknowledgments,
    "277CA": statuses277.read_statuses,
}


@dataclass(frozen=True)
class Stretch:
    """The tables of a stretch, without those that nothing in it belongs to, and what the next stretch must know."""

    tables: Tables
    carry: Carry


def read_stretch(chunk: Chunk, guides: Sequence[Guide], problems: Problems) -> Stretch:
    """Return the tables of a stretch by ``guides``; what cannot be read goes to ``problems``."""
    envelope = read_envelope(chunk, guides, problems)
    tables = sets_begun(chunk, envelope, guides)
    context = [envelope.context()]
    claims = chunk.carry.claims
    for number in np.unique(envelope.guide[envelope.guide >= 0]):
        found, needed = READERS[guides[number].name](chunk, envelope, envelope.read_by(int(number)), problems)
        tables = _joined(tables, found)
        context.append(needed)
    tables |= _numbered(tables)
    claims += sum(len(tables[name]) for name in ("claims", "facility_claims") if name in tables)
    acks = chunk.segments.named(b"TA1")
    acks[: chunk.known] = False
    if acks.any():
        tables["interchange_acks"] = acknowledgments.interchange_acks(chunk, envelope, np.flatnonzero(acks), problems)
    carry = chunk.carry_on(
        np.unique(np.concatenate(context)),
        claims=claims,
        acks=chunk.carry.acks + int(acks.sum()),
        **envelope.counts,
    )
    return Stretch(tables, carry)


def _joined(tables: Tables, found: Tables) -> Tables:
    """Return both, with tables of the same name (999 and 997) one after the other in the order of the file."""
    again = {name: pl.concat([tables[name], frame]).sort("segment") for name, frame in found.items() if name in tables}
    return tables | found | again


def _numbered(tables: Tables) -> Tables:
    """Return the claims of both forms and their lines numbered in the order of the file, where there are both."""
    if "claims" not in tables or "facility_claims" not in tables:
        return {}
    order = pl.concat(
        [tables[name].select("segment", "claim_seq", form=pl.lit(name)) for name in ("claims", "facility_claims")]
    )
    first = order["claim_seq"].min()
    order = order.sort("segment").with_columns(place=pl.int_range(pl.len()) + pl.lit(first, dtype=pl.Int64))
    renumbered: Tables = {}
    for name, lines in (("claims", "lines"), ("facility_claims", "facility_lines")):
        places = order.filter(form=name).select("claim_seq", "place")
        for each in (name, lines):
            frame = tables[each].join(places, on="claim_seq", how="left", maintain_order="left")
            renumbered[each] = frame.with_columns(claim_seq="place").drop("place")
    return renumbered


def sets_begun(chunk: Chunk, envelope: Envelope, guides: Sequence[Guide]) -> Tables:
    """Return the table of the transaction sets that begin in the stretch, or none."""
    at = envelope.sets
    at = at[envelope.rows[at] >= chunk.known]
    if not len(at):
        return {}
    rows = envelope.rows[at]
    names = [*(guide.name for guide in guides), None]
    columns = chunk.fields.texts(
        ("type", envelope.set_kind.at(at)),
        ("version", envelope.version.at(at)),
        ("control", chunk.segments.element(rows, 2)),
    ) | {
        "interchange": numbers(envelope.interchange[at]),
        "transaction": numbers(envelope.transaction[at]),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
        "guide": pl.Series([names[number] for number in envelope.guide[at].tolist()], dtype=pl.String).to_arrow(),
    }
    return {"sets": table(columns, SETS)}

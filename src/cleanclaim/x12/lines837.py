"""The service lines of an 837: SV1 of a professional claim, SV2 of an institutional one, and what stands beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.fields import numbers
from cleanclaim.x12.loops import Firsts, Loops
from cleanclaim.x12.picks import Holds, Pick, period, picked, picked_of, table
from cleanclaim.x12.schemas import FACILITY_LINES, LINES

_PROCEDURE = "qualifier code modifier_1 modifier_2 modifier_3 modifier_4"
_DATE = "DTP*472"


@dataclass(frozen=True)
class Layout:
    """Where the columns of a line stand: in its service segment, and in the segments after it."""

    segment: str
    own: tuple[Pick, ...]
    beside: tuple[Pick, ...]
    schema: pl.Schema

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments after the service segment."""
        return (_DATE, *(pick.segment for pick in self.beside))


LAYOUT = Layout(
    "SV1",
    (
        Pick(_PROCEDURE, "SV1", 1, Holds.COMPONENTS),
        Pick("charge_cents", "SV1", 2, Holds.CENTS, "line charge", required=True),
        Pick("unit_basis", "SV1", 3),
        Pick("units", "SV1", 4, Holds.UNITS, "units"),
        Pick("place_of_service", "SV1", 5),
        Pick("pointers", "SV1", 7, Holds.POINTERS),
    ),
    (
        Pick("rendering_npi", "NM1*82", 9, Holds.NPI),
        Pick("referring_npi", "NM1*DN", 9, Holds.NPI),
        Pick("rendering_taxonomy", "PRV*PE", 3),
        Pick("line_control", "REF*6R", 2),
    ),
    LINES,
)
FACILITY_LAYOUT = Layout(
    "SV2",
    (
        Pick("revenue_code", "SV2", 1),
        Pick(_PROCEDURE, "SV2", 2, Holds.COMPONENTS),
        Pick("charge_cents", "SV2", 3, Holds.CENTS, "line charge", required=True),
        Pick("unit_basis", "SV2", 4),
        Pick("units", "SV2", 5, Holds.UNITS, "units"),
        Pick("non_covered_cents", "SV2", 7, Holds.CENTS, "non-covered charge"),
    ),
    (
        Pick("rendering_npi", "NM1*82", 9, Holds.NPI),
        Pick("referring_npi", "NM1*DN", 9, Holds.NPI),
        Pick("line_control", "REF*6R", 2),
    ),
    FACILITY_LINES,
)


def lines_of(chunk: Chunk, loops: Loops, parts: Firsts, problems: Problems, layout: Layout) -> pl.DataFrame:
    """Return the lines of the claims in ``loops``; ``parts`` has the first row of each segment that is wanted."""
    name = layout.segment
    stray = loops.claim_of_line < 0
    problems.add(chunk, loops.services[stray], f"{name} outside a claim: the line is not read")
    rows, at, claim = loops.services, loops.line_at, loops.claim_of_line
    if stray.any():
        rows, at, claim = rows[~stray], at[~stray], claim[~stray]
    _check_pairing(chunk, loops, problems, name)
    first, last = period(chunk, parts.at(_DATE, at), "DTP*472 (service date)", problems)
    number = chunk.segments.element(np.where(loops.has_lx[at], loops.anchors[at], -1), 1)
    columns = {
        **picked_of(chunk, layout.own, rows, problems),
        **picked(chunk, layout.beside, {pick.segment: parts.at(pick.segment, at) for pick in layout.beside}, problems),
        "claim_seq": numbers(claim + (chunk.carry.claims + 1)),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
        "line_number": numbers(*chunk.fields.decimal(number, 0)),
        "dos": first,
        "dos_last": last,
    }
    return table(columns, layout.schema)


def _check_pairing(chunk: Chunk, loops: Loops, problems: Problems, name: str) -> None:
    """Note claims without lines, lines without LX and LX without a service."""
    of_claim = loops.claim_of_line >= 0
    lined = np.zeros(len(loops.claim_at), bool)
    lined[loops.claim_of_line[of_claim]] = True
    problems.add(chunk, loops.anchors[loops.claim_at[~lined]], f"CLM without a service line ({name})")
    served = np.zeros(len(loops.anchors), bool)
    served[loops.line_at] = True
    problems.add(chunk, loops.anchors[loops.has_lx & ~served], f"LX without {name}: no line is read")
    alone = of_claim & ~loops.has_lx[loops.line_at]
    problems.add(chunk, loops.services[alone], f"{name} without an LX of its own: the line has no number")

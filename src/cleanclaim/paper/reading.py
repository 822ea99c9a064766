"""A plain reading of claims as one page of HTML: what each claim says, beside its X12, segment by segment.

The page needs no network and no other file, is readable without its script, and prints. It holds what the file says of
patients, so it is written where the user says and nowhere else. All that comes from the file is escaped, and the page's
own policy forbids anything but its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cleanclaim.errors import InputError
from cleanclaim.paper.claims import Claim, ClaimFile, Loop, Segment, TransactionSet
from cleanclaim.paper.facts import Part, Reading
from cleanclaim.paper.plain_835 import read_835, read_payment
from cleanclaim.paper.plain_837 import read_837, read_billing
from cleanclaim.paper.words import Said, loop_name, said, segment_name
from cleanclaim.reports.words import counted, printable
from cleanclaim.x12.stretches import Source

if TYPE_CHECKING:
    from jinja2 import Environment

OPENED = 3
"""Claims up to which all are shown open."""
PRINTED_OPEN = 60
"""Claims up to which a print shows all of them open; beyond, those that are open on the screen."""
_MOST_PROBLEMS = 100


@dataclass
class _Group:
    """Claims with one thing around them: the billing provider's level of an 837, the payment of an 835."""

    of: TransactionSet
    part: Part
    loops: list[Loop]
    claims: list[tuple[Claim, Reading]] = field(default_factory=list)


def reading_parts(source: Source, name: str, *, claim: str | None = None) -> Iterator[str]:
    """Yield the text of the page for an 837 or 835, or for its claims of one number; ``name`` heads the page.

    Raises UnreadableFile for what is not X12, InputError where no claim has the number.

    >>> file = b"ST*837*1*005010X222A1~BHT*0019*00*1~HL*1**20*1~HL*2*1*22*0~CLM*V1*84~SE*6*1~"
    >>> "asks the payer for $84.00" in "".join(reading_parts(file, "day.837"))
    True
    """
    file = ClaimFile(source)
    groups = _groups(file, claim)
    if claim is not None and not groups:
        raise InputError("no claim in the file has this number", field="--claim")
    if not groups and not file.problems and not any(one.kind for one in file.sets):
        raise InputError("no claim of an 837 or 835 is in the file; `x12 show` has its segments")
    count = sum(len(group.claims) for group in groups)
    style, script = _asset("reading.css"), _asset("reading.js")
    yield from (
        _environment()
        .get_template("reading.html")
        .generate(
            style=style,
            script=script,
            policy=_policy(style, script),
            name=name,
            count=count,
            groups=groups,
            opened=count <= OPENED,
            printed_open=count <= PRINTED_OPEN,
            unread=[one for one in file.sets if not one.kind],
            empty=[one for one in file.sets if one.kind and not one.claims],
            problems=file.problems[:_MOST_PROBLEMS],
            more_problems=max(len(file.problems) - _MOST_PROBLEMS, 0),
            envelope=file.envelope,
            said=_said,
            segment_name=segment_name,
            loop_name=loop_name,
            blocks=_blocks,
            places=_places,
            linked=_linked,
            heading=_heading,
        )
    )


def _groups(file: ClaimFile, wanted: str | None) -> list[_Group]:
    groups: list[_Group] = []
    last: Loop | None = None
    for claim in file.claims():
        if wanted is not None and claim.number != wanted:
            continue
        payment = claim.kind == "835"
        around = claim.around[0] if payment else claim.level("2000A")
        if around is not last:
            # what is around is read to its end by the time it is shown
            first = not groups or groups[-1].of is not file.sets[-1]
            groups.append(_Group(file.sets[-1], Part(""), [claim.around[0], around][not first or payment :]))
            last = around
        groups[-1].claims.append((claim, read_835(claim) if payment else read_837(claim)))
    for group in groups:
        kind, around = group.of.kind, group.loops[-1]
        group.part = read_payment(around) if kind == "835" else read_billing(around, kind)
    return groups


def _said(kind: str, segment: Segment) -> list[Said]:
    """What a segment says, but for a qualifier that its heading says already."""
    title = segment_name(kind, segment)
    return [one for one in said(kind, segment) if not (one.reference.endswith("01") and one.meaning == title)]


def _heading(group: _Group) -> str:
    """Who bills, or who pays how much and when."""
    facts = {fact.label: fact.text for fact in group.part.facts}
    wanted = ("payer", "paid", "day of payment") if group.of.kind == "835" else ("billing provider",)
    return ", ".join(facts[label] for label in wanted if label in facts) or "no name"


@dataclass(frozen=True)
class _Block:
    """Segments of one loop that stand together in the file, and how deep the loop lies below those shown."""

    name: str
    depth: int
    segments: tuple[Segment, ...]


def _blocks(loops: list[Loop]) -> list[_Block]:
    """Return the segments of some loops in the order of the file; a loop around others may be in several blocks."""

    def below(loop: Loop, depth: int) -> Iterator[_Block]:
        starts = [inner.segments[0].number for inner in loop.loops if inner.segments]
        held: dict[int, list[Segment]] = {}
        for segment in loop.segments:
            held.setdefault(sum(start < segment.number for start in starts), []).append(segment)
        for together in held.values():
            yield _Block(loop.name, depth, tuple(together))
        for inner in loop.loops:
            yield from below(inner, depth + 1)

    found = [block for loop in loops for block in below(loop, 0)]
    return sorted(found, key=lambda block: block.segments[0].number)


def _places(loops: list[Loop]) -> set[int]:
    """Return the numbers of the segments in some loops."""
    return {segment.number for loop in loops for one in loop.walk() for segment in one.segments}


def _linked(parts: list[Part]) -> dict[int, str]:
    """Return, by segment number, which fact or row first says what a segment says."""
    found: dict[int, str] = {}
    for number, part in enumerate(parts):
        for kind, said_by in (("f", [f.segments for f in part.facts]), ("r", [r[1] for r in part.rows])):
            for place, segments in enumerate(said_by):
                for segment in segments:
                    found.setdefault(segment, f"{kind}{number}-{place}")
    return found


def _policy(style: str, script: str) -> str:
    """The page's content security policy: its own style and script, known by their hash, and nothing else."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (files("cleanclaim.paper") / "templates" / name).read_text("utf-8").strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters.update(counted=counted)
    return environment


def _finalized(value: Any) -> Any:
    # style and script, marked as safe, are no plain strings
    return printable(value) if type(value) is str else value

"""The appeal packet: what it holds, and the PDF of it.

The page is a typst template beside this module. What a claim, a payer or a patient is called reaches it as JSON, never
as text of the template, so that nothing in it is taken for markup.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cleanclaim.errors import InputError, UnsupportedFile

TEMPLATE = Path(__file__).parent / "packet.typ"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with its name; ``value`` None: a blank for a person to fill in."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A claim line as sent, as the packet shows it: all text. ``disputed``: the appeal is about it."""

    number: str
    dos: str
    code: str
    label: str
    modifiers: str
    units: str
    charge: str
    paid: str
    denied: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Disputed:
    """A denied line that is appealed: the payer's codes with our own meaning of them."""

    line: str
    codes: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A service as recorded; empty text where something is not recorded."""

    dos: str
    code: str
    label: str
    minutes: str
    start: str
    stop: str
    by: str
    billed: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step by which recorded minutes become units, and the publication it rests on."""

    text: str
    cite: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that looks for the fault and does not find it in the claim as sent."""

    rule: str
    title: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """What goes with an appeal of one claim.

    ``about`` and ``decision`` are facts, some of them blanks; ``statements`` what a person must write, each with who;
    ``records`` what to attach. ``as_of`` is the day the packet is of: the same packet is the same file.
    """

    title: str
    as_of: date
    about: tuple[Fact, ...]
    decision: tuple[Fact, ...]
    lines: tuple[Line, ...]
    disputed: tuple[Disputed, ...]
    recorded: tuple[Block, ...]
    steps: tuple[Step, ...]
    passed: tuple[Passed, ...]
    statements: tuple[Fact, ...]
    records: tuple[str, ...]


def packet_pdf(packet: Packet) -> bytes:
    """Return the packet as a PDF (PDF/UA-1, US letter); the same packet gives the same bytes.

    Raises UnsupportedFile where the extra ``letters`` is not installed, InputError for text that no font can show.

    >>> packet_pdf(Packet("Appeal of claim C1", date(2026, 4, 20), *[()] * 9))[:5]
    b'%PDF-'
    """
    try:
        import typst
    except ImportError:
        raise UnsupportedFile("typst is not installed; run: pip install 'cleanclaim[letters]'") from None
    told = json.dumps({**asdict(packet), "as_of": packet.as_of.isoformat()}, ensure_ascii=False)
    day = datetime.combine(packet.as_of, datetime.min.time(), UTC)
    # typst's own fonts first, which are the same everywhere; a name may need one of the machine's
    for own_fonts in (True, False):
        try:
            return bytes(
                typst.compile(
                    TEMPLATE.read_bytes(),
                    ignore_system_fonts=own_fonts,
                    format="pdf",
                    sys_inputs={"packet": told},
                    pdf_standards=["ua-1"],
                    timestamp=day,
                )
            )
        except RuntimeError:
            # what typst says would name the text
            continue
    raise InputError("a name or code has a character that no font here can show")

"""Ways to put a file through everything that reads, counts, shows, validates, checks or rewrites X12.

Each takes the bytes of a file, a folder to write in and a source of chance; it returns whether the file was read, or
raises one of our own errors. What must hold of every file is asserted here.
"""

from __future__ import annotations

import contextlib
import io
import random
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from types import FrameType

import polars as pl
from build_837 import A1, BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, transaction
from build_x12 import (
    ACKNOWLEDGMENT,
    CLAIM_STATUS,
    FACILITY_CLAIM,
    PAID_CLAIM,
    PROVIDER,
    REJECTION,
    REVERSAL,
    STATUS,
    facility,
    facility_set,
    remittance,
    remittance_set,
    transaction_set,
)
from whole_837 import whole_facility, whole_professional

from cleanclaim import app, intake, x12
from cleanclaim.cli.x12_pages import print_segments, print_totals
from cleanclaim.config import Config
from cleanclaim.errors import CleanclaimError
from cleanclaim.x12.details837 import details
from cleanclaim.x12.outline import Outline, words
from cleanclaim.x12.schemas import TABLES
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write import Edits, resubmit, rewrite
from cleanclaim.x12.write.answers import answers
from cleanclaim.x12.write.split import split

MADE = datetime(2026, 4, 2, 8, 30)  # noqa: DTZ001  (no zone is said)
SECONDS = 20  # of the processor, for one file; the slowest takes a fifth of one

ANSWERS = [
    transaction_set("999", *REJECTION, version=ACKNOWLEDGMENT),
    transaction_set("277", *STATUS, version=CLAIM_STATUS),
    transaction_set("997", "AK1*HC*1", "AK2*837*7", "AK3*NM1*3**8", "AK4*2*1*7*X", "AK5*R*5", "AK9*R*1*1*0"),
]
MONEY = [*PAID_CLAIM, *REVERSAL, *PAID_CLAIM[1:], *PROVIDER]
PIPES = Style("|", ">", "'", "!", "\r\n")
NEWLINES = Style(terminator="\n", between=" ")
PROFESSIONAL = interchange(transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, version=A1))
SEEDS = [
    PROFESSIONAL,
    facility(*FACILITY_CLAIM, *FACILITY_CLAIM),
    remittance(*MONEY),
    *(interchange(answer, version="005010") for answer in ANSWERS),
    PROFESSIONAL.replace(b"IEA*1", b"TA1*000000005*260308*0930*R*023~IEA*1"),
]
STYLED = [
    interchange(transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, version=A1), style=NEWLINES),
    facility(*FACILITY_CLAIM, style=PIPES),
    remittance(*MONEY, style=PIPES),
]
MIXED = b"".join(
    [
        interchange(
            transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, version=A1),
            facility_set(*FACILITY_CLAIM, "HL*3*2*23*0", "NM1*QC*1*ALDER*FINN", *FACILITY_CLAIM),
            transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, *CLAIM, *LINE, version=A1),
            transaction_set("835", *remittance_set(*MONEY)[1:-1], version="005010X221A1"),
            *ANSWERS,
            transaction_set("270", "HL*1**20*1", "TRN*1*9"),
        ),
        interchange(*ANSWERS, style=PIPES, version="005010"),
        remittance(*MONEY, style=NEWLINES).replace(b"IEA*1", b"TA1*1*2*3*A*000\nIEA*1"),
        facility(*FACILITY_CLAIM)[:-90],
    ]
)
WHOLE = [whole_professional(), whole_facility()]
FILES = [*SEEDS * 3, *STYLED * 2, *WHOLE, MIXED]  # the longer, the rarer
_CONFIG = Config.load(None)


def read(content: bytes, folder: Path, draw: random.Random) -> None:
    """All tables hold together, and each row stands where the file has it."""
    file = x12.read(content, chunk_bytes=draw.choice((64, *[1 << 16] * 9)))
    for name, schema in TABLES.items():
        assert file[name].schema == schema
        if file[name].height:
            file[name].write_json()  # every text is valid UTF-8
            if "offset" in schema:
                assert file[name]["offset"].is_between(0, len(content) - 1).all()
    claims, services = file["paid_claims"]["segment"].to_list(), file["paid_services"]["segment"].to_list()
    for name in ("paid_services", "adjustments", "remarks", "amounts"):
        assert file[name]["claim_segment"].is_in(claims).all()
        if "service_segment" in file[name].columns:
            assert file[name]["service_segment"].drop_nulls().is_in(services).all()
    for claim, line in (("claims", "lines"), ("facility_claims", "facility_lines")):
        assert file[line]["claim_seq"].is_in(file[claim]["claim_seq"].to_list()).all()
    numbers = pl.concat([file["claims"]["claim_seq"], file["facility_claims"]["claim_seq"]]).sort().to_list()
    assert numbers == list(range(1, len(numbers) + 1))
    assert file["statuses"]["tracking_segment"].is_in(file["trackings"]["segment"].to_list()).all()


def read_claims(content: bytes, folder: Path, draw: random.Random) -> None:
    """The parts of an 837P count on."""
    parts = list(x12.iter_837(content, chunk_bytes=draw.choice((64, *[1 << 16] * 19))))
    claims = pl.concat([part.claims for part in parts])
    assert claims["claim_seq"].to_list() == list(range(1, len(claims) + 1))
    assert pl.concat([part.lines for part in parts])["claim_seq"].is_in(claims["claim_seq"].to_list()).all()


def listed(content: bytes, folder: Path, draw: random.Random) -> None:
    """Lists of codes, providers and references are the same however the file is cut, and each row stands in it."""
    whole, cut = details(content), details(content, chunk_bytes=draw.choice((64, 700, 700, 700)))
    for name in ("diagnoses", "providers", "references"):
        table: pl.DataFrame = getattr(whole, name)
        assert table.equals(getattr(cut, name)), name
        assert table["offset"].is_between(0, len(content) - 1).all()
        table.write_json()


def validated(content: bytes, folder: Path, draw: random.Random) -> None:
    """A file is accepted or has problems, each at a place in it."""
    found = validate(content, block_bytes=draw.choice((1 << 21, 1 << 21, 1 << 21, 64, 700)))
    assert found.accepted == found.problems.is_empty()
    assert found.problems["offset"].is_between(0, len(content)).all()
    assert found.problems["position"].null_count() == 0
    assert set(found.problems["transaction"].drop_nulls()) <= set(found.transactions["transaction"])


def counted(content: bytes, folder: Path, draw: random.Random) -> None:
    """There are no more kinds than transaction sets, and a TA1."""
    totals, kinds = x12.totals(content), x12.kinds(content)
    assert len(kinds) <= len(totals["transactions"]) + 1
    with contextlib.redirect_stdout(io.StringIO()):
        print_totals(totals)


def shown(content: bytes, folder: Path, draw: random.Random) -> None:
    """Every segment has its place in the outline."""
    outline, seen = Outline(), 0
    for frame, _ in x12.iter_segments(content, chunk_bytes=draw.choice((512, 1 << 16))):
        for text, element in frame.select("text", "element").iter_rows():
            elements = (text or "").split(element)
            assert 0 <= outline.depth(elements) < 20
            words(elements, outline.kind)
            seen += 1
    assert seen >= len(x12.totals(content)["transactions"])


def printed(content: bytes, folder: Path, draw: random.Random) -> None:
    """A file can be printed as a page."""
    with contextlib.redirect_stdout(io.StringIO()):
        print_segments(_written(content, folder), opened=draw.random() < 0.5, claim=None)


def rewritten(content: bytes, folder: Path, draw: random.Random) -> None:
    """Nothing changed is byte-identical; changes do not depend on where the file is cut."""
    assert b"".join(rewrite(content, Edits())) == content
    edits, segments = Edits(), max(content.count(content[105:106] or b"~") * 3 // 4, 8)
    edits.drop(draw.randrange(2, segments // 2))
    edits.insert(segments // 2 + 1, ["NTE", "ADD", "X"])
    edits.put(draw.randrange(segments // 2, segments), 2, "AB", draw.choice((None, 2)))
    cut = b"".join(rewrite(content, edits, recount=True, chunk_bytes=draw.choice((64, 500))))
    assert cut == b"".join(rewrite(content, edits, recount=True))


def sent_again(content: bytes, folder: Path, draw: random.Random) -> None:
    """A claim is replaced or refused."""
    numbers = pl.concat([x12.read(content)[name]["segment"] for name in ("claims", "facility_claims")]).to_list()
    if numbers:
        list(resubmit(content, {draw.choice(numbers): "ICN1"}, void=draw.random() < 0.5))


def answered(content: bytes, folder: Path, draw: random.Random) -> None:
    """What answers a broken file is itself in order."""
    found = validate(content)
    if found.more:
        return
    for answer in answers(content, found, MADE, count(7)).files.values():
        assert x12.read(answer).problems.is_empty()


def divided(content: bytes, folder: Path, draw: random.Random) -> None:
    """The parts of a file are written, or none is."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        way = draw.choice(("payer", "claims", "transaction"))
        split(content, way, Path(place), claims_each=2 if way == "claims" else None)


def taken_in(content: bytes, folder: Path, draw: random.Random) -> None:
    """Every line of a claim is a service or is left out."""
    batch = intake.read([_written(content, folder)])
    assert batch.rows_read == batch.services.height + batch.rows_left_out
    assert batch.services["code"].null_count() == batch.services["dos"].null_count() == 0


def checked(content: bytes, folder: Path, draw: random.Random) -> None:
    """The rules run over whatever was read."""
    report = app.check(_written(content, folder), config=_CONFIG)
    assert report.findings.height >= 0


Way = Callable[[bytes, Path, random.Random], None]
WAYS: dict[Way, int] = {  # how often each is taken: the quicker, the oftener
    read: 26,
    read_claims: 10,
    listed: 4,
    validated: 22,
    counted: 6,
    shown: 6,
    printed: 4,
    rewritten: 14,
    sent_again: 3,
    answered: 6,
    divided: 3,
    taken_in: 3,
    checked: 2,
}


def _written(content: bytes, folder: Path) -> Path:
    path = folder / "mutated.x12"
    path.write_bytes(content or b"~")
    return path


class TooLongError(Exception):
    """A file took more of the processor than any file may."""


@contextlib.contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Raise TooLongError where the processor has worked for ``seconds``."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLongError(f"more than {seconds:g} s of the processor")

    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(way: Way, content: bytes, folder: Path, draw: random.Random) -> bool:
    """Return whether a file was taken; our own errors refuse it, anything else is a defect."""
    try:
        with limited():
            way(content, folder, draw)
    except CleanclaimError:
        return False
    return True

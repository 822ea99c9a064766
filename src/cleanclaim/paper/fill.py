"""Claims put into the boxes of a form: what stands on each page, and what did not fit or was not told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from cleanclaim.errors import InputError
from cleanclaim.paper.claims import Claim, ClaimFile, Segment
from cleanclaim.paper.form import FORMS, Field, Form
from cleanclaim.paper.form import form as form_of
from cleanclaim.x12.stretches import Source

KINDS = {"837P": "cms1500", "837I": "ub04"}
_LOST = "?"
_GAP = "   "
"""What parts several texts in one box."""


@dataclass(frozen=True)
class Mark:
    """Characters on a page: the box, which service line (from 0), and the text as it is printed."""

    field: Field
    row: int
    text: str


@dataclass(frozen=True)
class Notice:
    """What is not on the paper as the claim has it: claim, its segment in the file, page, item, and why.

    No value of the claim is in it.
    """

    claim: str
    segment: int
    page: int
    item: str
    message: str


@dataclass(frozen=True)
class Page:
    """One sheet of a form."""

    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Printed:
    """What is printed: the form, its pages in the order of the file, and what a person should look at.

    ``unread`` are the places of the file that could not be read, as segment number and message: what stood there is not
    printed.
    """

    form: Form
    pages: tuple[Page, ...]
    notices: tuple[Notice, ...]
    claims: int
    unread: tuple[tuple[int, str], ...] = ()


@dataclass
class Filling:
    """The pages of one claim while they are filled; ``start`` is the number of its first page."""

    form: Form
    claim: Claim
    start: int
    pages: list[list[Mark]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def turn(self) -> None:
        """Begin the next page."""
        self.pages.append([])

    def put(self, name: str, *texts: str, row: int = 0, whole: bool = False) -> None:
        """Print texts in a box of the page at hand, cut to the box; with ``whole`` left out rather than cut."""
        if text := _GAP.join(filter(None, map(printed, texts))):
            self._place(self.form.fields[name], text, row, whole)

    def tick(self, name: str) -> None:
        """Print an X in a box."""
        self.put(name, "X")

    def choose(self, told: bool, yes: str, no: str) -> None:
        """Print an X in one of two boxes."""
        self.tick(yes if told else no)

    def day(self, stem: str, day: str, row: int = 0, *, year: int = 4) -> None:
        """Print a date, CCYYMMDD, in the boxes for its month, day and year; what is no date is told."""
        if not day:
            return
        if len(day) != 8 or not day.isdigit():
            self.note(self.form.fields[f"{stem}_month"].item, "not a date: left blank")
            return
        for part, text in (("month", day[4:6]), ("day", day[6:]), ("year", day[8 - 4 - year : 4])):
            self.put(f"{stem}_{part}", text, row=row)

    def money(self, name: str, cents: int | None, row: int = 0, *, gap: str = "") -> None:
        """Print an amount without dollar sign or decimal point, ``gap`` before its cents; one too long is left out."""
        if cents is None:
            return
        if cents < 0:
            self.note(self.form.fields[name].item, "an amount below zero: left blank")
            return
        self.put(name, f"{cents // 100}{gap}{cents % 100:02}", row=row, whole=True)

    def note(self, item: str, message: str) -> None:
        """Tell of something at an item of the page at hand."""
        page = self.start + max(len(self.pages), 1) - 1
        notice = Notice(self.claim.number, self.claim.head.number, page, item, message)
        if not any((old.item, old.message) == (item, message) for old in self.notices):
            self.notices.append(notice)

    def _place(self, box: Field, text: str, row: int, whole: bool) -> None:
        if _LOST in text:
            self.note(box.item, f"a character that the form cannot hold is printed as {_LOST}")
        if len(text) > box.width and whole:
            self.note(box.item, f"{len(text)} characters do not fit in {box.width}: left blank")
            return
        if len(text) > box.width:
            self.note(box.item, f"cut from {len(text)} characters to the {box.width} that fit")
        self.pages[-1].append(Mark(box, row, text[: box.width].rstrip()))


def print_claims(source: Source, *, kind: str | None = None, claim: str | None = None) -> Printed:
    """Return the pages of all claims of an 837 file, or of those with one number, on CMS-1500 or UB-04.

    Professional claims go on CMS-1500 (02/12), six lines a page, institutional ones on UB-04, 22 lines a page; a file
    with both needs ``kind``, cms1500 or ub04, to say which are printed. Nothing is printed that the claim does not
    say: a box without its data stays blank. Raises UnreadableFile for what is not X12, and InputError where there is
    no claim to print.

    >>> file = b"ST*837*1*005010X222A1~BHT*0019*00*1~HL*1**20*1~HL*2*1*22*0~CLM*V1*84~LX*1~SV1*HC:97110*84~SE*8*1~"
    >>> printed = print_claims(file)
    >>> [(mark.field.item, mark.text) for mark in printed.pages[0].marks if mark.field.item in ("24F", "26", "28")]
    [('24F', '84 00'), ('26', 'V1'), ('28', '84 00')]
    """
    from cleanclaim.paper.cms1500 import fill_cms1500
    from cleanclaim.paper.ub04 import fill_ub04

    if kind not in (None, *FORMS):
        raise InputError(f"must be one of {', '.join(FORMS)}", field="kind")
    fillers = {"cms1500": fill_cms1500, "ub04": fill_ub04}
    chosen = kind
    pages: list[Page] = []
    notices: list[Notice] = []
    count = 0
    file = ClaimFile(source)
    for one in _wanted(file, claim):
        own = KINDS.get(one.kind)
        if own is None or (kind is not None and own != kind):
            continue
        if chosen not in (None, own):
            raise InputError("the file has professional and institutional claims: say cms1500 or ub04", field="kind")
        chosen, count = own, count + 1
        filling = Filling(form_of(own), one, len(pages) + 1)
        fillers[own](filling)
        pages += [Page(tuple(marks)) for marks in filling.pages]
        notices += filling.notices
    if not count or chosen is None:
        what = "no claim of an 837" if claim is None else "no claim of this number"
        raise InputError(f"{what} is in the file" + (f" for the form {kind}" if kind else ""))
    return Printed(form_of(chosen), tuple(pages), tuple(notices), count, tuple(file.problems))


def _wanted(file: ClaimFile, claim: str | None) -> Iterator[Claim]:
    return (one for one in file.claims() if claim is None or one.number == claim)


def printed(text: str) -> str:
    """Return a text as forms take it: capital letters of the Latin alphabet without accents, single spaces.

    >>> printed("  Peña-Núñez,  Ana "), printed("Łódź")
    ('PENA-NUNEZ, ANA', '?ODZ')
    """
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in folded if not unicodedata.combining(c)).upper()
    return " ".join("".join(c if " " <= c <= "~" else " " if c.isspace() else _LOST for c in bare).split())


def unpointed(text: str) -> str:
    """Return an address line without points, commas and number signs, which the instructions do not want.

    >>> unpointed("12 N. Main St., #4")
    '12 N Main St 4'
    """
    return " ".join("".join(" " if c in ".,#" else c for c in text).split())


def cents(text: str) -> int | None:
    """Return an amount of X12 in cents; None where it is missing or none.

    >>> cents("84.5"), cents(""), cents("x"), cents("1e3")
    (8450, None, None, None)
    """
    try:
        value = Decimal(text) if text and not set(text) - set("0123456789.-") else None
    except InvalidOperation:
        return None
    if value is None or value != round(value, 2):
        return None
    return int(value * 100)


def named(segment: Segment, *, first_first: bool = False, between: str = ", ") -> str:
    """Return the name in an NM1: last, first, middle initial, with commas; or a person's in the order it is spoken.

    >>> who = Segment(1, "", ("NM1", "IL", "1", "ALDER", "ADA", "BEE", "", "JR"))
    >>> named(who), named(who, first_first=True)
    ('ALDER JR, ADA, B', 'ADA B ALDER JR')
    """
    last = " ".join(part for part in (segment.at(3), segment.at(7)) if part)
    parts = [segment.at(4).replace(".", ""), segment.at(5)[:1]]
    if first_first:
        return " ".join(part for part in (*parts, last) if part)
    return between.join(part for part in (last, *parts) if part)


def zip_code(text: str) -> str:
    """Return a ZIP code, of nine digits with its hyphen.

    >>> zip_code("460321234"), zip_code("46032")
    ('46032-1234', '46032')
    """
    digits = text.replace("-", "").strip()
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 9 and digits.isdigit() else digits


def town(segment: Segment) -> str:
    """Return city, state and ZIP code of an N4 on one line.

    >>> town(Segment(1, "", ("N4", "CARMEL", "IN", "460321234")))
    'CARMEL IN 46032-1234'
    """
    parts = (unpointed(segment.at(1)), segment.at(2), zip_code(segment.at(3)))
    return " ".join(part for part in parts if part)


def street(segment: Segment) -> str:
    """Return the lines of an N3 as one.

    >>> street(Segment(1, "", ("N3", "12 Main St.", "Suite 4")))
    '12 Main St Suite 4'
    """
    return unpointed(f"{segment.at(1)} {segment.at(2)}")


def npi(segment: Segment) -> str:
    """Return the NPI of an NM1; "" where it has another number or none.

    >>> npi(Segment(1, "", ("NM1", "82", "1", "ROE", "", "", "", "", "XX", "1245319599")))
    '1245319599'
    """
    return segment.at(9) if segment.at(8) == "XX" else ""


def telephone(segments: list[Segment]) -> str:
    """Return the first telephone number of some PER segments, its digits only.

    >>> telephone([Segment(1, "", ("PER", "IC", "DESK", "TE", "317-555-0100"))])
    '3175550100'
    """
    for segment in segments:
        for place in (3, 5, 7):
            if segment.at(place) == "TE":
                return "".join(c for c in segment.at(place + 1) if c.isdigit())
    return ""


def days(segment: Segment) -> tuple[str, str]:
    """Return the first and last day of a DTP, as CCYYMMDD; "" where it has none.

    >>> days(Segment(1, "", ("DTP", "472", "RD8", "20260304-20260306")))
    ('20260304', '20260306')
    """
    first, _, last = segment.at(3).partition("-")
    return (first[:8], (last or first)[:8]) if segment.at(2) in ("D8", "RD8", "DT") else ("", "")

"""Item 24 of form CMS-1500 (02/12): a service line, with its shaded upper half."""

from __future__ import annotations

from cleanclaim.paper.claims import Loop, Segment
from cleanclaim.paper.fill import Filling, cents, days, npi

_LETTERS = "ABCDEFGHIJKL"
_TAXONOMY = "ZZ"
"""What the paper calls the taxonomy that the 837 qualifies PXC."""


def put_line(filling: Filling, line: Loop, row: int, *, medicare: bool) -> None:
    """Fill one of the six service lines, counted from 0."""
    put = filling.put
    service = line.first("SV1")
    first, last = days(line.first("DTP", "472"))
    filling.day("line_from", first, row, year=2)
    filling.day("line_to", last, row, year=2)
    put("line_place", service.at(5) or filling.claim.head.part(5, 1), row=row)
    put("line_emergency", "Y" if service.at(9) == "Y" else "", row=row)
    put("line_code", service.part(1, 2), row=row, whole=True)
    for number in range(1, 5):
        put(f"line_modifier_{number}", service.part(1, 2 + number), row=row, whole=True)
    _pointers(filling, service, row, medicare)
    charge = cents(service.at(2))
    if charge is None:
        filling.note("24F", "a line has no charge that can be read: left blank")
    filling.money("line_charge", charge, row, gap=" ")
    put("line_units", service.at(4), row=row, whole=True)
    put("line_epsdt", "Y" if service.at(11) == "Y" else "", row=row)
    put("line_supplement", *_supplement(line, service), row=row)
    _rendering(filling, line, row, medicare)


def _pointers(filling: Filling, service: Segment, row: int, medicare: bool) -> None:
    """Item 24E: letters of item 21; Medicare takes one."""
    numbers = [int(part) for part in service.parts(7) if part.isdigit()]
    letters = "".join(_LETTERS[n - 1] for n in numbers if 1 <= n <= len(_LETTERS))
    if len(letters) < len(service.parts(7)):
        filling.note("24E", "a pointer leads to no diagnosis of item 21: left out")
    filling.put("line_pointers", letters[:1] if medicare else letters, row=row)


def _supplement(line: Loop, service: Segment) -> list[str]:
    """The shaded half of 24A to 24G: a drug by its national code, or the words for a code that has none of its own."""
    told = []
    for loop in line.within("2410"):
        code, amount = loop.first("LIN").at(3), loop.first("CTP")
        if loop.first("LIN").at(2) == "N4" and code:
            told += [f"N4{code}", f"{amount.part(5, 1)}{amount.at(4)}"]
    words = service.part(1, 7)
    return [*told, f"ZZ{words}" if words else ""]


def _rendering(filling: Filling, line: Loop, row: int, medicare: bool) -> None:
    """Items 24I and 24J: who gave the service, by the line, else by the claim, else a billing person."""
    who = line.one("2420A")
    if not who.segments:
        who = filling.claim.loop.one("2310B")
    if not who.segments:
        billing = filling.claim.level("2000A").one("2010AA")
        if billing.first("NM1").at(2) == "1":
            filling.put("line_npi", npi(billing.first("NM1")), row=row, whole=True)
        return
    filling.put("line_npi", npi(who.first("NM1")), row=row, whole=True)
    if medicare:
        return
    number, taxonomy = who.first("REF", "G2", "0B", "1G", "LU"), who.first("PRV", "PE").at(3)
    if number:
        filling.put("line_other_qualifier", number.at(1), row=row)
        filling.put("line_other_id", number.at(2), row=row)
    elif taxonomy:
        filling.put("line_other_qualifier", _TAXONOMY, row=row)
        filling.put("line_other_id", taxonomy, row=row)

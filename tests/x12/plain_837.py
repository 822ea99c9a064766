"""A slow, obvious reader of 837 professional files, to disprove the fast one. It splits, loops and keeps state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

VERSIONS = {"005010X222", "005010X222A1", "005010X222A2"}
PADDING = "".join(map(chr, range(33)))
Row = dict[str, Any]


_OF_SUBSCRIBER = ("sequence", "filing_indicator", "payer_name", "payer_id", "subscriber_id")


def read_plainly(content: bytes) -> tuple[list[Row], list[Row]]:
    """Return the claims and the lines of well-formed content, as rows with the columns of the fast reader."""
    claims: list[Row] = []
    lines: list[Row] = []
    state = _State()
    for number, offset, elements, component in segments_of(content):
        state.take(number, offset, elements, component, claims, lines)
    return claims, lines


def with_columns(rows: list[Row], names: list[str]) -> list[Row]:
    """Return the rows with just these columns, None where they lack one."""
    return [{name: row.get(name) for name in names} for row in rows]


def segments_of(content: bytes) -> list[tuple[int, int, list[str], str]]:
    """Return number, byte offset, elements and component separator of each segment."""
    text = content.decode("latin-1")
    found = []
    at = number = 0
    while True:
        while at < len(text) and (text[at] in PADDING or text.startswith("ï»¿", at)):
            at += 3 if text.startswith("ï»¿", at) else 1
        if at >= len(text):
            return found
        if text.startswith("ISA", at):
            element = text[at + 3]
            place = at
            for _ in range(16):
                place = text.index(element, place) + 1
            component, terminator = text[place], text[place + 1]
        stop = text.index(terminator, at)
        number += 1
        found.append((number, at, text[at:stop].split(element), component))
        at = stop + 1


class _State:
    def __init__(self) -> None:
        self.interchange = self.transaction = 0
        self.group_version = ""
        self.readable = False
        self.header: Row = {}
        self.billing: Row = {}
        self.subscriber: Row = {}
        self.patient: Row | None = None
        self.level = ""
        self.claim: Row | None = None
        self.line: Row | None = None
        self.number: int | None = None
        self.elsewhere = False

    def take(self, number: int, offset: int, e: list[str], component: str, claims: list[Row], lines: list[Row]) -> None:
        def get(place: int) -> str | None:
            return _text(e[place]) if len(e) > place and e[place] else None

        name = e[0]
        if name in ("ISA", "GS", "ST", "SE", "GE", "IEA"):
            self.claim = self.line = self.number = self.patient = None
            self.billing, self.subscriber, self.level = {}, {}, ""
        if name == "ISA":
            self.interchange += 1
            self.group_version = ""
        elif name == "GS":
            self.group_version = e[8]
        elif name == "ST":
            self.transaction += 1
            version = get(3) or self.group_version
            self.readable = e[1] == "837" and version in VERSIONS
            self.header = {"interchange": self.interchange, "transaction": self.transaction, "version": version}
        elif name in ("SE", "GE", "IEA"):
            self.readable = False
        elif self.readable:
            self._inside(name, number, offset, e, get, component, claims, lines)

    def _inside(
        self,
        name: str,
        number: int,
        offset: int,
        e: list[str],
        get: Any,
        component: str,
        claims: list[Row],
        lines: list[Row],
    ) -> None:
        if name == "BHT":
            self.header.setdefault("received", _day(get(4)))
        elif name == "HL":
            self.claim = self.line = self.number = None
            self.level = e[3]
            if self.level == "20":
                self.billing, self.subscriber, self.patient = {}, {}, None
            elif self.level == "22":
                self.subscriber, self.patient = {"here": True}, None
            elif self.level == "23":
                self.patient = {} if self.subscriber else None
        elif name == "CLM":
            self.line = self.number = None
            self.elsewhere = False
            parts = (get(5) or "").split(component)
            person = self.patient if self.patient is not None else self.subscriber
            self.claim = {
                "claim_seq": len(claims) + 1,
                **self.header,
                "segment": number,
                "offset": offset,
                "claim_id": get(1),
                "charge_cents": _cents(get(2)),
                "place_of_service": parts[0] or None,
                "frequency": (parts[2] if len(parts) > 2 else "") or None,
                **{k: self.subscriber.get(k) for k in _OF_SUBSCRIBER},
                **{k: self.billing.get(k) for k in ("billing_npi", "billing_taxonomy")},
                "person": (person.get("name"), person.get("born")) if person else None,
                "dependent": self.patient is not None,
            }
            claims.append(self.claim)
        elif self.claim is None:
            self._level(name, e, get)
        elif name == "LX":
            self.line, self.number = None, int(e[1])
        elif name == "SV1":
            self.line = self._new_line(number, offset, get, component)
            lines.append(self.line)
        elif self.line is not None:
            self._line(name, e, get)
        elif name == "SBR":
            self.elsewhere = True
        elif not self.elsewhere and self.number is None:
            self._claim(name, e, get, component)

    def _level(self, name: str, e: list[str], get: Any) -> None:
        who = e[1] if len(e) > 1 else ""
        if self.level == "20":
            if name == "PRV" and who == "BI":
                self.billing.setdefault("billing_taxonomy", get(3))
            elif name == "NM1" and who == "85":
                self.billing.setdefault("billing_npi", _npi(get))
        elif self.level == "22":
            if name == "SBR":
                self.subscriber.setdefault("sequence", get(1))
                self.subscriber.setdefault("filing_indicator", get(9))
            elif name == "NM1" and who == "IL":
                self.subscriber.setdefault("subscriber_id", get(9))
                self.subscriber.setdefault("name", (get(3), get(4)))
            elif name == "NM1" and who == "PR":
                self.subscriber.setdefault("payer_name", get(3))
                self.subscriber.setdefault("payer_id", get(9))
            elif name == "DMG":
                self.subscriber.setdefault("born", get(2))
        elif self.level == "23" and self.patient is not None:
            if name == "NM1" and who == "QC":
                self.patient.setdefault("name", (get(3), get(4)))
            elif name == "DMG":
                self.patient.setdefault("born", get(2))

    def _claim(self, name: str, e: list[str], get: Any, component: str) -> None:
        assert self.claim is not None
        who = e[1] if len(e) > 1 else ""
        if name == "REF" and who in ("F8", "G1"):
            self.claim.setdefault({"F8": "original_reference", "G1": "prior_authorization"}[who], get(2))
        elif name == "NM1" and who in ("82", "DN", "77"):
            self.claim.setdefault({"82": "rendering_npi", "DN": "referring_npi", "77": "facility_npi"}[who], _npi(get))
        elif name == "PRV" and who == "PE":
            self.claim.setdefault("rendering_taxonomy", get(3))
        elif name == "HI" and who.startswith(("BK" + component, "ABK" + component)):
            pieces = [piece.split(component) for piece in e[1:]]
            codes = [p[1] for p in pieces if p[0] in ("BK", "ABK", "BF", "ABF") and len(p) > 1 and p[1]]
            self.claim.setdefault("diagnoses", " ".join(codes) or None)

    def _new_line(self, number: int, offset: int, get: Any, component: str) -> Row:
        assert self.claim is not None
        parts = ((get(1) or "").split(component) + [""] * 6)[:6]
        names = ("qualifier", "code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
        pointers = get(7)
        lx, self.number = self.number, None
        return {
            "claim_seq": self.claim["claim_seq"],
            "segment": number,
            "offset": offset,
            "line_number": lx,
            **{k: part or None for k, part in zip(names, parts, strict=True)},
            "charge_cents": _cents(get(2)),
            "unit_basis": get(3),
            "units": _units(get(4)),
            "place_of_service": get(5),
            "pointers": pointers and pointers.replace(component, " "),
        }

    def _line(self, name: str, e: list[str], get: Any) -> None:
        assert self.line is not None
        who = e[1] if len(e) > 1 else ""
        if name == "DTP" and who == "472" and "dos" not in self.line:
            days = (get(3) or "").split("-")
            self.line["dos"], self.line["dos_last"] = _day(days[0]), _day(days[-1])
        elif name == "REF" and who == "6R":
            self.line.setdefault("line_control", get(2))
        elif name == "NM1" and who in ("82", "DN"):
            self.line.setdefault({"82": "rendering_npi", "DN": "referring_npi"}[who], _npi(get))
        elif name == "PRV" and who == "PE":
            self.line.setdefault("rendering_taxonomy", get(3))


def _text(element: str) -> str:
    raw = element.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return element


def _npi(get: Any) -> str | None:
    return get(9) if get(8) == "XX" else None


def _number(text: str | None) -> Decimal | None:
    if text is None or set(text) - set("0123456789.-"):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _cents(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None or number * 100 % 1 else int(number * 100)


def _units(text: str | None) -> float | None:
    number = _number(text)
    return None if number is None else float(number)


def _day(text: str | None) -> date | None:
    if text is None or len(text) != 8 or not text.isdigit():
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None

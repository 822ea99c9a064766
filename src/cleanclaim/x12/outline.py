"""The loops of a file as an outline: how deep each segment lies, and a few words on what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ENVELOPE_DEPTH = {"ISA": 0, "GS": 1, "TA1": 1, "ST": 2, "SE": 2, "GE": 1, "IEA": 0}
_BODY = 3
_LEVELS = {
    "837": {"20": "billing provider", "22": "subscriber", "23": "patient"},
    "277": {"20": "who answers", "21": "receiver", "19": "provider", "PT": "patient"},
}
# segments that begin a loop: its depth below the one that it is in, in sets of these kinds
_LOOPS: dict[str, dict[str, str | int]] = {
    "837": {"CLM": "level", "SBR": "claim", "LX": "claim"},
    "835": {"LX": 0, "CLP": 1, "SVC": 2, "PLB": 0},
    "999": {"AK2": 0, "IK3": 1, "IK4": 2},
    "997": {"AK2": 0, "AK3": 1, "AK4": 2},
    "277": {"TRN": "level", "SVC": "claim"},
}
_ALL = {
    "ISA": "interchange",
    "GS": "functional group",
    "ST": "transaction set",
    "SE": "end of the set",
    "GE": "end of the group",
    "IEA": "end of the interchange",
    "TA1": "answer to an interchange",
    "BHT": "beginning",
    "PER": "contact",
    "N3": "street",
    "N4": "city, state, ZIP",
    "DMG": "birth date and sex",
    "PRV": "taxonomy",
    "NTE": "note",
    "HI": "codes",
    "CN1": "contract",
    "SBR": "payer's place and plan",
    "PAT": "patient's relation",
    "CLM": "claim",
    "CL1": "admission and discharge",
    "PWK": "attachment",
    "LX": "line",
    "SV1": "professional service",
    "SV2": "institutional service",
    "SVD": "another payer's decision",
    "LIN": "drug",
    "CTP": "drug quantity",
    "CAS": "adjustment",
    "AMT": "amount",
    "QTY": "quantity",
    "OI": "other insurance",
    "MOA": "outpatient remarks",
    "MIA": "inpatient remarks",
    "LQ": "remark",
    "BPR": "payment",
    "TRN": "trace number",
    "CLP": "paid claim",
    "SVC": "service",
    "PLB": "provider adjustment",
    "TS3": "provider summary",
    "TS2": "provider supplemental summary",
    "AK1": "answer to a group",
    "AK2": "answer to a set",
    "IK3": "segment in error",
    "IK4": "element in error",
    "IK5": "status of the set",
    "AK3": "segment in error",
    "AK4": "element in error",
    "AK5": "status of the set",
    "AK9": "status of the group",
    "CTX": "context of the error",
    "STC": "status",
}
_QUALIFIED = {
    "NM1": {
        "41": "submitter",
        "40": "receiver",
        "85": "billing provider",
        "87": "pay-to address",
        "IL": "subscriber",
        "PR": "payer",
        "QC": "patient",
        "82": "rendering provider",
        "DN": "referring provider",
        "DK": "ordering provider",
        "77": "service facility",
        "71": "attending provider",
        "72": "operating physician",
        "74": "corrected patient",
        "TT": "crossover payer",
    },
    "N1": {"PR": "payer", "PE": "payee"},
    "DTP": {
        "472": "date of service",
        "434": "statement dates",
        "435": "admission",
        "431": "onset",
        "454": "first treatment",
        "304": "last seen",
        "573": "date paid",
    },
    "DTM": {
        "405": "production date",
        "472": "date of service",
        "150": "first day of service",
        "151": "last day of service",
        "232": "statement from",
        "233": "statement to",
        "050": "day received",
    },
    "REF": {
        "EI": "tax number",
        "F8": "payer's claim number",
        "G1": "prior authorization",
        "9F": "referral number",
        "6R": "line control number",
        "D9": "clearinghouse's claim number",
        "1K": "payer's claim number",
        "EA": "medical record number",
        "TJ": "tax number",
        "EV": "receiver",
        "LU": "place of service",
        "BLT": "bill type",
    },
    "AMT": {"B6": "allowed amount", "AU": "coverage amount", "F5": "patient paid", "D": "payer paid"},
}
FOLDED = ("CLM", "CLP")


def words(elements: Sequence[str], kind: str) -> str:
    """Return a few words on a segment of a transaction set of this kind (ST01), or "".

    >>> words(["NM1", "82", "1"], "837"), words(["HL", "2", "1", "22"], "837"), words(["XYZ"], "")
    ('rendering provider', 'subscriber', '')
    """
    name, first = elements[0], elements[1] if len(elements) > 1 else ""
    if name == "HL":
        return _LEVELS.get(kind, {}).get(elements[3] if len(elements) > 3 else "", "level")
    if (kind, name) == ("835", "LX"):
        return "group of claims"
    return _QUALIFIED.get(name, {}).get(first) or _ALL.get(name, "")


@dataclass
class Outline:
    """Follows the segments of a file and says how deep each one lies; ``kind`` is the transaction set's, ST01."""

    kind: str = ""
    _loops: Mapping[str, str | int] = field(default_factory=dict)
    _levels: dict[str, int] = field(default_factory=dict)
    _level: int = _BODY
    _claim: int = _BODY
    _depth: int = _BODY
    _in_claim: bool = False

    def depth(self, elements: Sequence[str]) -> int:
        """Return the depth of the next segment; the first one of a loop lies one higher than what follows.

        >>> outline = Outline()
        >>> [outline.depth(s.split("*")) for s in ("ST*835*1", "BPR*I", "LX*1", "CLP*V1", "CAS*CO", "SVC*HC", "CAS*PR")]
        [2, 3, 3, 4, 5, 5, 6]
        """
        name = elements[0]
        if name in ENVELOPE_DEPTH:
            self.kind = elements[1] if name == "ST" and len(elements) > 1 else ""
            self._loops, self._levels, self._in_claim = _LOOPS.get(self.kind, {}), {}, False
            self._level = self._claim = self._depth = _BODY
            return ENVELOPE_DEPTH[name]
        if name == "HL":
            return self._begin_level(elements)
        below = self._loops.get(name)
        if below is None or (below == "claim" and not self._in_claim):
            return self._depth
        if below == "claim":
            depth = self._claim + 1
        else:
            depth = self._level if below == "level" else _BODY + int(below)
            self._claim, self._in_claim = depth, True
        self._depth = depth + 1
        return depth

    def _begin_level(self, elements: Sequence[str]) -> int:
        parent = elements[2] if len(elements) > 2 else ""
        depth = min(self._levels.get(parent, _BODY - 1) + 1, 2 * _BODY + 2)
        self._levels[elements[1] if len(elements) > 1 else ""] = depth
        self._level = self._depth = depth + 1
        self._in_claim = False
        return depth

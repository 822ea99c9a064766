"""Errors planted in the dirty half of a month: for each rule what a practice does wrong, and in which claims.

A fault takes a claim that no other fault has taken, so that whatever is found there is its work. ``also``
names rules that find a consequence of it. Rules that no claim of the practice can break are in ``NOT_PLANTED``, with
the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

Changes = Mapping[str, pl.Expr]

_NO_EPISODES = "needs plans of care, reports or authorizations beside the claims, which the month doesn't hold"
_OF_EPISODES = (
    "C101 C102 C103 C104 C105 C106 C107 C108 C109 C110 C111 C112 C113 C114 C120 C121 C122 "
    "V160 V161 V162 V163 V164 V165 V166"
)
NOT_PLANTED = {
    "M101": "fires only with an imported table: no table that is shipped limits a therapy code by the line",
    "U115": "fires only with the practice's own pack: no pack that is shipped holds the schedule's relative values",
    **dict.fromkeys(_OF_EPISODES.split(), _NO_EPISODES),
    **dict.fromkeys((f"N{number}" for number in range(101, 126)), "reads treatment notes, and the month has none"),
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong: ``where`` finds lines that can bear it; one of a claim is the *anchor*.

    ``line`` changes the anchor, ``other`` the claim's next line of a timed code, ``visit`` and ``claim`` all lines of
    the anchor's day or claim (before ``line``); ``add`` are further lines, copies of the anchor with changes, and
    ``copy`` sends the whole claim again. A line that is given a claim number of its own is a claim of its own; ``on``
    says on which of the two the rule finds the fault. No two anchors have the same ``once``. ``since`` is the first
    month in which it can be planted.
    """

    rule: str
    where: pl.Expr
    line: Changes = field(default_factory=dict)
    other: Changes = field(default_factory=dict)
    visit: Changes = field(default_factory=dict)
    claim: Changes = field(default_factory=dict)
    add: tuple[Changes, ...] = ()
    copy: bool = False
    on: str = "anchor"
    once: str = "claim_id"
    also: tuple[str, ...] = ()
    since: date = date(2000, 1, 1)


_col, _lit = pl.col, pl.lit
_mods = _col("modifiers")
_payer = _col("payer")
_occurrences = _col("occurrence_codes")
_medicare = _payer == "MEDICARE PART B"
_harmony = _payer == "HARMONY EXCHANGE"
_capped = _payer.is_in(["UHC", "AETNA", "CIGNA", "ANTHEM BCBS"])
_by_code = _payer.is_in(["HARMONY EXCHANGE", "BCBS IL", "HUMANA"])
# payers that want GP, GO and GN; those that want CQ and CO; those with pair edits, and with unit maximums
_disciplined = _payer.is_in(["MEDICARE PART B", "UHC", "TX WC"])
_assisted = _payer.is_in(["MEDICARE PART B", "UHC", "AETNA", "HUMANA", "TRICARE EAST", "TX WC"])
_edited = _payer.is_in(["MEDICARE PART B", "VA CCN", "TX WC"])
_unedited = ~_harmony & ~_edited
_limited = _payer.is_in(["MEDICARE PART B", "TX WC"])
_by_total = ~_by_code & ~_payer.is_in(["AETNA", "CIGNA", "ANTHEM BCBS", "NY WC", "TEXAS MEDICAID"])
_clinic = _col("_clinic")
_north, _river, _lake, _hospital = (_clinic == name for name in ("north", "river", "lake", "hospital"))
_untimed_clock = _clinic.is_in(["river", "lake"])
_billed = _col("units").is_not_null()
_plain = _col("_plain")
_timed = _col("_timed") & _billed
_of = {name: _col("_discipline") == name for name in ("PT", "OT", "SLP", "DC")}
_stage, _kind, _code = _col("_stage"), _col("_kind"), _col("code")
_first = (_stage == "first") & _code.str.contains(r"^9716[1-7]$")
_unmarked = ~_mods.str.contains("KX|GA|GY|59|XU|CQ|CO")
_remote = (_plain & ~_harmony | _medicare & (_stage == "telehealth")) & _col("_remote") & _timed & _unmarked
_evidence = _mods.str.contains("59") & _billed


def _plus(modifiers: str) -> Changes:
    return {"modifiers": (_mods + f" {modifiers}").str.strip_chars()}


def _less(pattern: str) -> pl.Expr:
    return _mods.str.replace_all(rf"\b({pattern})\b", "").str.replace_all("  +", " ").str.strip_chars()


def _instead(old: str, new: str) -> Changes:
    return {"modifiers": _mods.str.replace(old, new)}


_NO_CLOCK = {"start": _lit(None, dtype=pl.Int64), "stop": _lit(None, dtype=pl.Int64)}


def _units(more: float) -> Changes:
    each = _col("charge") / _col("units")
    return {"units": _col("units") + more, "charge": each * (_col("units") + more)}


def _longer(units: int) -> Changes:
    """So many units more, and the minutes for them."""
    return {**_units(units), "minutes": _col("minutes") + 15 * units}


def _moved(day: date) -> Changes:
    """The claim is one of an earlier time; clock times, and what the year before it came to, are not known."""
    unknown = _lit(None, dtype=pl.String)
    return {
        "dos": _lit(day),
        "received": _lit(day + timedelta(days=9)),
        "ytd_pt_slp": unknown,
        "ytd_ot": unknown,
        **_NO_CLOCK,
    }


def _wrong(column: str) -> Changes:
    """The last digit of the number is off by one."""
    last = (_col(column).str.slice(9).cast(pl.Int64, strict=False) + 1) % 10
    return {column: _col(column).str.head(9) + last.cast(pl.String)}


def _service(code: str, modifiers: str | None, units: int = 1, charge: float = 60.0, **more: pl.Expr) -> Changes:
    """A line beside the anchor, of a code that counts no minutes; modifiers None: the anchor's."""
    return {
        "code": _lit(code),
        "modifiers": _mods if modifiers is None else _lit(modifiers),
        "units": _lit(float(units)),
        "charge": _lit(charge),
        "minutes": _lit(15, dtype=pl.Int64),
        **_NO_CLOCK,
        **more,
    }


def _text(value: str | None) -> pl.Expr:
    return _lit(value, dtype=pl.String)


def _again(days: int, **more: pl.Expr) -> Changes:
    """On a claim of its own, so many days later."""
    return {
        "claim_id": _col("claim_id") + "B",
        "visit_id": _col("visit_id") + "B",
        "dos": _col("dos") + timedelta(days=days),
        "received": _col("received") + timedelta(days=max(days, 0)),
        **more,
    }


def _later(code: str, modifiers: str, charge: float, minutes: int = 15, units: int = 1, **more: pl.Expr) -> Changes:
    """A line alone on a claim of a following month, with little of the yearly threshold used before it."""
    little = pl.when(_col("ytd_pt_slp").is_not_null()).then(_text("500.00"))
    given = {"minutes": _lit(minutes, dtype=pl.Int64), "ytd_pt_slp": little, **more}
    return {**_service(code, modifiers, units, charge, **given), **_again(31)}


def _managed(payer: str) -> pl.Expr:
    """The patients of one payer: minutes of a month count together, so each fault of theirs has a payer's own."""
    return _plain & (_payer == payer) & _of["PT"] & _timed & _col("_minutes")


_PT = _plain & _medicare & _of["PT"] & _timed
_measured = _plain & _by_total & ~_capped & _of["PT"] & _timed & _col("_minutes")
_PAIRED = _plain & _edited & _of["PT"] & _timed
# the same of any payer: the fault is none of its own rules
_ANY = _plain & ~_harmony & _of["PT"] & _timed
_ON_FILE = {"abn_on_file": _text("yes")}
_INITIAL_PT = _first & _medicare & _of["PT"] & _unmarked
_FACILITY = _hospital & _billed & _unmarked & _col("_single")
_FACILITY_ASSISTED = _hospital & _medicare & _billed & _col("_single") & _mods.str.contains("CQ|CO")
_MONITOR = (_kind == "monitor") & (~_medicare | _col("_low"))
_MANIPULATION = _of["DC"] & _code.str.starts_with("9894") & (_col("_lines") == 1)
_FIVE = "M54.50 M25.561 M25.562 R26.89 M54.2"
_THIRTEEN = f"{_FIVE} M25.511 M25.512 M25.521 M25.522 M25.531 M25.532 R26.2 M62.81"

DISCIPLINE_AND_ASSISTANT = (
    Fault("D101", _plain & _disciplined & _of["PT"] & _timed, line={"modifiers": _less("GP")}),
    Fault("D102", _ANY, line=_plus("GO")),
    Fault("D103", _INITIAL_PT & ~_col("_facility"), line=_instead("GP", "GO")),
    Fault("D104", _ANY, claim={"credential": _text("OT")}),
    Fault("D105", _FACILITY & _of["PT"] & _timed, line={"revenue_code": _text("0430")}),
    Fault("D106", _medicare & _mods.str.contains("CQ") & _billed, line=_instead("CQ", "CO")),
    Fault("D107", _INITIAL_PT, line=_plus("CQ")),
    Fault(
        "D108",
        _medicare & _mods.str.contains("CQ|CO") & _timed & _col("_minutes") & _col("_one_row"),
        line={"modifiers": _less("CQ|CO")},
    ),
    Fault("D109", _plain & _assisted & _of["PT"] & _timed & _col("_minutes"), line=_plus("CQ")),
    Fault("D110", _PT, claim=_moved(date(2019, 12, 30)), line=_plus("CQ"), also=("P101",)),
    Fault("D111", _ANY, line=_plus("CR SC ET Q6")),
    Fault("D112", _ANY, line=_plus("SZ")),
    Fault("D113", _PT, add=(_service("L1902", "", charge=140.0),)),
    Fault("D114", _PT, add=(_service("L1902", "LT RT", units=2, charge=280.0),)),
    Fault("D115", _plain & _harmony & _of["PT"], add=(_service("29540", "GP 97"),)),
    Fault("D116", _ANY, line=_plus("LT 50")),
    Fault("D117", _plain & _unedited & _of["OT"], add=(_service("29130", "GO T1"),)),
    Fault("D118", _plain & _harmony & _timed, line={"modifiers": _mods.str.replace(r"^(G[PON])", "${1} 59")}),
    Fault("D119", _FACILITY_ASSISTED, claim={"bill_type": _text("851")}, also=("I303",)),
    Fault(
        "D120", _medicare & ~_col("_facility") & _mods.str.contains("CQ") & _billed, claim={"credential": _text("MD")}
    ),
)
LIABILITY = (
    Fault("D201", _PT & _col("_low"), line=_plus("KX")),
    Fault("D202", _PT, claim={"ytd_pt_slp": _text("3500.00")}),
    Fault("D203", _ANY, claim=_ON_FILE, line=_plus("KX GA")),
    Fault("D204", _ANY, claim=_ON_FILE, line=_plus("GA GZ")),
    Fault("D205", _PT, line=_plus("GA")),
    Fault("D206", _ANY, claim=_ON_FILE, line=_plus("GZ")),
    Fault("D207", _ANY, claim=_ON_FILE, line=_plus("GX GA")),
    Fault("D301", _ANY, line=_plus("76")),
    Fault("D302", _ANY, line=_plus("52")),
    Fault("D303", _first & _unmarked & ~_harmony, line=_plus("25")),
    Fault("D304", _MANIPULATION & _medicare, line={"modifiers": _text("")}),
    Fault("D305", _MANIPULATION & _medicare, claim=_ON_FILE, line=_plus("GA")),
    Fault("D306", _ANY, line=_plus("AT")),
    Fault("D307", _plain & ~_harmony & _timed, line=_plus("96 97")),
    Fault("D308", _plain & _harmony & _timed, line={"modifiers": _less("97")}),
    Fault("D309", _ANY, add=(_later("99213", "59", charge=200.0, credential=_text("MD")),), on="new"),
)
CODES_AND_DIAGNOSES = (
    Fault("I101", _INITIAL_PT, line={"code": _text("97001")}),
    Fault("I102", _PT & ~_col("_stimulated"), add=(_service("97014", "GP"),)),
    Fault("I103", _ANY, add=(_service("9753", "GP"),)),
    Fault("I104", _ANY, claim={"diagnoses": _text(None), "pointers": _text(None)}),
    Fault("I105", _ANY, claim={"diagnoses": _text("M54.99 M54.2")}, since=date(2025, 10, 1)),
    Fault("I106", _ANY, claim={"diagnoses": _text("M54.5 M54.2")}),
    Fault("I107", _ANY, line={"pointers": _text("1 9")}),
    Fault(
        "I108", _PT, claim=_moved(date(2021, 1, 4)), add=(_service("G8978", "GP CK", charge=0.01),),
    ),
    Fault("I109", _PT, claim=_moved(date(2019, 1, 2)), add=(_service("G8979", "GP CI", charge=0.01),), also=("P101",)),
    Fault("I110", _ANY, claim={"diagnoses": _text(_THIRTEEN)}),
    Fault("I111", _ANY, claim={"diagnoses": _text(_FIVE)}, line={"pointers": _text("1 2 3 4 5")}),
    Fault("I112", _ANY & (_col("_lines") > 1), line={"pointers": _text(None)}),
    Fault("I113", _ANY, claim={"diagnoses": _text("M54.50 M25.561 M54.50")}),
    Fault("I114", _ANY, claim={"diagnoses": _text("W19.XXXD S52.501D")}),
)  # fmt: skip
PROVIDERS_AND_FILING = (
    Fault("I201", _ANY, claim=_wrong("rendering_npi")),
    Fault("I202", _ANY, claim=_wrong("billing_npi")),
    Fault("I203", _ANY, claim=_wrong("referring_npi")),
    Fault("I204", _ANY, claim={"credential": _text("PTA")}),
    Fault("I205", _PT, claim={"referring_npi": _text(None)}),
    Fault("I206", _PT & ~_col("_facility"), claim={"referring_npi": _col("rendering_npi")}),
    Fault("I301", _ANY, claim={"place_of_service": _text("88")}),
    Fault("I302", _ANY, claim={"place_of_service": _text("22")}),
    Fault("I303", _FACILITY, claim={"bill_type": _text("741")}),
    Fault("I304", _plain & (_payer == "UHC"), claim={"received": _col("dos") + timedelta(days=100)}),
    Fault(
        "I305",
        _plain & _unedited & _of["PT"] & _timed & _col("_exact") & (_col("_lines") > 1) & ~_col("_stimulated"),
        add=(_again(0), {**_service("G0283", "GP"), "claim_id": _col("claim_id") + "B", "received": _col("received")}),
        on="new",
    ),
    Fault("I306", _ANY, copy=True, on="new"),
    Fault("I307", _ANY, claim={"_off": _lit(1.0)}),
    Fault("I308", _ANY, line={"charge": _lit(0.0)}),
    Fault("I309", _ANY, line={"units": _lit(0.0)}),
    Fault("I311", _ANY, line={"units": _lit(None, dtype=pl.Float64)}),
    Fault("I312", _ANY, claim={"received": _col("dos") - timedelta(days=1)}),
    Fault("I314", _ANY & ~_col("_facility"), claim={"frequency": _text("7")}),
)
TELEHEALTH_AND_FACILITIES = (
    Fault(
        "I401", _remote,
        claim={**_moved(date(2021, 12, 27)), **_plus("95"), "place_of_service": _text("10")}, also=("P101",),
    ),
    Fault(
        "I402", _remote & _medicare,
        claim={**_moved(date(2020, 2, 27)), **_plus("95"), "place_of_service": _text("02")}, also=("P101",),
    ),
    Fault("I403", _remote & _medicare, claim={**_plus("95"), "place_of_service": _text("11")}),
    Fault("I404", _plain & _harmony, claim={"place_of_service": _text("10")}),
    Fault("I405", _remote & _medicare, claim={"place_of_service": _text("10")}, line=_plus("GT")),
    Fault("I406", _remote & ~_mods.str.contains("95"), claim={"place_of_service": _text("10")}, line=_plus("93 95")),
    Fault("I407", _PT & _code.is_in(["97140", "97035", "97032", "97113"]), claim={"place_of_service": _text("10")}),
    Fault("I501", _FACILITY, claim={"attending_npi": _text(None)}),
    Fault("I502", _FACILITY, claim=_wrong("attending_npi")),
    Fault("I503", _FACILITY & _medicare, claim={"occurrence_codes": _occurrences.str.replace(r"11:\S+ ", "")}),
    Fault("I505", _FACILITY & _medicare, claim=_ON_FILE, line=_plus("GA")),
    Fault("I506", _FACILITY, line={"revenue_code": _text(None)}),
    Fault("I507", _PT, line={"dos_end": _col("dos") + timedelta(days=1)}),
    Fault("I508", _FACILITY & _of["PT"] & _timed, line={"revenue_code": _text("0424")}),
)  # fmt: skip
UNITS_AND_PAIRS = (
    Fault(
        "M102", _measured & _limited & _code.is_in(["97110", "97112", "97530", "97140"]),
        claim=_NO_CLOCK, line=_longer(6),
    ),
    Fault("M103", _ANY, add=(_service("97598", "GP"),)),
    Fault(
        "M104", _lake & _unmarked & _billed & ~_capped & (_of["PT"] | _of["OT"]) & (_stage == "treat"),
        add=(_service("G0541", None, units=2, charge=150.0),), since=date(2025, 1, 1),
    ),
    Fault("P101", _medicare & ~_col("_facility") & _evidence, visit={"modifiers": _less("59")}),
    Fault("P102", _PAIRED & (_code == "97530"), add=(_service("95852", "GP"),), also=("P101",)),
    Fault("P103", _PAIRED & _untimed_clock & (_code == "97530"), add=(_service("95852", "59 GP"),)),
    Fault("P104", _medicare & _north & _evidence, visit=_NO_CLOCK),
    Fault("P105", _PAIRED, claim=_moved(date(2024, 7, 14)), line={"modifiers": "59 " + _mods}),
    Fault(
        "P106", _medicare & ~_col("_facility") & _evidence & ~_mods.str.contains("KX|CQ|CO"),
        line=_instead("59", "59 XS"),
    ),
    Fault(
        "P107", _medicare & _col("_facility") & _evidence,
        visit={"modifiers": pl.when("_partner").then("59 " + _less("59")).otherwise(_less("59"))},
    ),
    Fault(
        "P108", _MANIPULATION & ~_medicare,
        claim={"payer": _text("TX WC"), "pointers": _text("1")},
        add=(_service("97140", "59 GP", payer=_text("TX WC"), pointers=_text("1")),),
    ),
    Fault("U101", _measured, line=_units(1)),
    Fault("U102", _plain & _by_code & _timed & _col("_minutes"), line=_units(1)),
    Fault("U103", _measured & (_col("units") > 1), line=_units(-1)),
    Fault(
        "U104", _measured & (_col("_timed_lines") > 1) & _col("_whole") & (_col("units") > 1),
        line=_units(-1), other=_units(1),
    ),
    Fault("U105", _ANY & _col("_minutes"), line={"minutes": _lit(None, dtype=pl.Int64)}),
    Fault("U106", _INITIAL_PT, line=_units(1)),
    Fault(
        "U107", _PT & (_col("units") > 1) & (_col("minutes") >= 30),
        claim=_NO_CLOCK,
        line={**_units(-1), "minutes": _col("minutes") - 15},
        add=({"units": _lit(1.0), "charge": _col("charge") / _col("units"), "minutes": _lit(15, dtype=pl.Int64)},),
    ),
    Fault("U108", _ANY & ~_capped & _col("_minutes"), line=_units(0.5)),
    Fault(
        "U109", _north & _plain & _unedited & _of["PT"] & _timed,
        add=(_service("97150", "GP", minutes=_lit(30, dtype=pl.Int64), start=_col("start"), stop=_col("stop")),),
    ),
    Fault(
        "U110", _hospital & (_kind == "cotreatment") & _by_total & _of["PT"], visit={"stop": _col("stop") - 10},
    ),
    Fault("U112", _ANY & _payer.is_in(["CIGNA", "AETNA", "UHC"]), claim=_NO_CLOCK, line=_longer(4)),
    Fault("U113", _PT & _col("_minutes") & (_col("_timed_lines") == 1), line={"by": _text("aide")}),
    Fault(
        "U114", _ANY & _col("_minutes"),
        add=(_later("97110", "GP", charge=248.0, minutes=62, units=4, payer=_text("ND BLUE")),), on="new",
    ),
    Fault(
        "U116", _PT & ~_col("_facility"), claim=_moved(date(2024, 5, 6)), line={"charge": 5 * _col("units")},
        also=("P101",),
    ),
)  # fmt: skip
OVER_TIME = (
    Fault(
        "V101",
        _plain & _harmony & _of["PT"] & ~_col("_new"),
        add=(_service("97161", "GP 97"), {**_service("97161", "GP 97"), **_again(14)}),
        on="new",
        once="patient_id",
    ),
    Fault("V102", _first & _of["OT"] & _unmarked & ~_harmony & _col("_single"), line={"code": _text("97161")}),
    Fault("V110", _MONITOR & (_code == "98977"), add=(_again(-10),)),
    Fault(
        "V111", _MONITOR & (_code == "98980"), add=(_again(-10, code=_text("98979")),), on="new", since=date(2026, 1, 1)
    ),
    Fault("V112", _MONITOR & (_code == "98980"), add=(_again(-10),)),
    Fault("V113", _MONITOR & (_code == "98980"), line={"code": _text("98981")}),
    Fault("V115", _managed("MEDICARE PART B"), add=(_later("98980", "GP", charge=98.0, minutes=19),), on="new"),
    Fault(
        "V116",
        _managed("SUMMIT ADVANTAGE"),
        add=(_later("98979", "GP", charge=60.0, minutes=20),),
        on="new",
        since=date(2026, 1, 1),
    ),
    Fault("V117", _managed("UHC"), add=(_later("98980", "GP", charge=98.0, minutes=40),), on="new"),
    Fault("V118", _MONITOR & (_code == "98977"), line={"reading_days": _lit(15, dtype=pl.Int64)}),
    Fault("V119", _MONITOR & (_code == "98977"), line={"reading_days": _lit(31, dtype=pl.Int64)}),
    Fault(
        "V121",
        _PT & _col("_low"),
        add=(_service("98975", "GP", charge=40.0), _later("98975", "GP", charge=40.0)),
        on="new",
        once="patient_id",
    ),
    Fault(
        "V114",
        _north & (_code == "97550") & _billed & _col("_by_therapist") & (_col("_timed_lines") > 0),
        line={"start": _col("start") + 30, "stop": _col("stop") + 30},
    ),
    Fault("V120", (_code == "97597") & _medicare & _unmarked, line={"plan_of_care": _text("no")}),
    Fault("V130", _MANIPULATION & _medicare & _col("_low"), add=(_service("97140", "GP"),), also=("I205",)),
    Fault("V140", _plain & (_payer == "UHC"), add=(_later("99213", "", charge=200.0),), on="new"),
    Fault("V150", _PT, add=(_later("20560", "GP", charge=100.0),), on="new"),
)
TWO_PATIENTS = "U111"
"""The rule whose fault takes two patients: one therapist's minutes with both (``planting.py``)."""


def faults(as_of: date) -> tuple[Fault, ...]:
    """Return every fault of one patient, in claims that are checked on the day ``as_of``.

    >>> len({fault.rule for fault in faults(date(2026, 7, 19))}) == len(faults(date(2026, 7, 19)))
    True
    """
    started = _occurrences.str.replace(r"35:\S+", f"35:{as_of}")
    return (
        *DISCIPLINE_AND_ASSISTANT,
        *LIABILITY,
        *CODES_AND_DIAGNOSES,
        *PROVIDERS_AND_FILING,
        *TELEHEALTH_AND_FACILITIES,
        *UNITS_AND_PAIRS,
        *OVER_TIME,
        Fault("I310", _ANY, claim=_moved(as_of + timedelta(days=1))),
        Fault(
            "I313",
            _PT & ~_col("_facility"),
            claim={
                **_moved(as_of - timedelta(days=390)),
                "received": _lit(as_of - timedelta(days=10)),
                "frequency": _text("7"),
                "original_reference": _col("claim_id"),
            },
            also=("P101",),
        ),
        Fault("I504", _FACILITY & _of["PT"], claim={"occurrence_codes": started}),
    )


CLAIMS_A_FAULT = 2000
"""One error of each kind for so many claims of the dirty half, and at least one."""

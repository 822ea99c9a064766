"""What a payer pack may say: each field, the values it takes, its meaning, and what it means when it is not known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import polars as pl

from cleanclaim.codes.payers.toml import Key, shown

UNIT_METHODS = ("cms", "ama", "hybrid", "cms_or_ama", "whole_15", "nearest_15", "per_visit")
HYBRID = "hybrid"
"""Total time and midpoint mixed: which way is not published, so the smaller of both counts, as advice."""
PRICED = (
    "fee_basis", "mppr_applies", "fee_percent", "fee_year", "fee_table", "visit_rate", "visit_cap", "day_cap",
    "lesser_of_charge", "reduction_percent", "reduction_of", "reduction_scope", "coinsurance_percent",
    "assistant_payment_percent", "assistant_law_applies", "sequestration_applies",
)  # fmt: skip
"""Fields that prices rest on."""
TIE_POLICIES = ("order_given", "code_order")
FEE_BASES = (
    "medicare_fee_schedule", "percent_of_medicare", "fee_table", "per_visit", "per_diem", "contract",
)  # fmt: skip
"""Medicare's fee schedule as it stands; a percentage of it; a table of fees; one amount for a visit or a patient's day;
a contract of which nothing more is known."""
BASIS_NEEDS = {
    "percent_of_medicare": "fee_percent",
    "fee_table": "fee_table",
    "per_visit": "visit_rate",
    "per_diem": "visit_rate",
}
"""The field without which a fee basis says no amount."""
LEVEL_SEPARATOR = "; "
"""Between the levels of appeal, as a table carries them."""
CORRECTED_BY = ("replacement", "reopening")
"""How a decided claim is corrected: by a claim of frequency 7, or by asking the payer to reopen its decision."""
MODIFIER_GROUPS = ("bypass", "discipline", "assistant", "threshold")
STANDINGS = ("V", "R", "U")

_CODE = re.compile(r"(\d{5}|\d{4}[A-Z]|[A-Z]\d{4})").fullmatch
_LIMIT = re.compile(r"([1-9]\d{0,3}) (day|month)s?").fullmatch
_LONGEST_LIMIT = {"day": 3660, "month": 120}


class Kind(Enum):
    """What a field's value is."""

    FLAG = "true or false"
    CHOICE = "one of the choices"
    ORDER = "each of the choices once, in the order wanted"
    COUNT = "a whole number"
    LIMIT = 'a time limit such as "90 days" or "12 months"'
    CODE = "a procedure code"
    NUMBER = "a number, such as 12 or 13.5"
    MONEY = "an amount in dollars, such as 95 or 102.50"
    YEAR = "a year, such as 2024"
    FEE_TABLE = "the name of a CSV file with the columns code, modifier, cents, from, to"
    LEVELS = 'a list of steps with their time limits, such as ["review: 180 days", "second review: 60 days"]'
    TEXT = "a sentence"


Value = bool | int | float | str
"""A field's value as a table carries it; an order is its words separated by one space."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a payer pack. ``by_code``: the pack gives a value for each procedure code it names.

    ``decides``: a rule, a price or an allocation may rest on it; the others are there to be read. ``said_if_wanted``:
    few payers ask for it, so one whose pack says nothing does not. ``optional``: a contract may well lack it, so nobody
    is asked for it.
    """

    name: str
    kind: Kind
    meaning: str
    choices: tuple[str, ...] = ()
    by_code: bool = False
    decides: bool = True
    said_if_wanted: bool = False
    optional: bool = False

    def read(self, value: object, key: Key) -> Value:
        """Return the value in ``value``; ConfigError naming ``key`` where it is of another kind."""
        match self.kind:
            case Kind.FLAG:
                return key.flag(value)
            case Kind.CHOICE:
                return key.choice(value, self.choices)
            case Kind.ORDER:
                return _order(value, key, self.choices)
            case Kind.COUNT:
                return key.whole(value, 1, 99)
            case Kind.LIMIT:
                return _limit(value, key)
            case Kind.CODE:
                return read_code(value, key)
            case Kind.NUMBER:
                return key.number(value, 0, 1000)
            case Kind.MONEY:
                return _money(value, key)
            case Kind.YEAR:
                return key.whole(value, 1992, 2199)
            case Kind.FEE_TABLE:
                return file_name(value, key)
            case Kind.LEVELS:
                return LEVEL_SEPARATOR.join(_level(item, key / i) for i, item in enumerate(key.items(value)))
            case Kind.TEXT:
                return key.text(value)

    @property
    def dtype(self) -> pl.DataType:
        """The type of the field's column."""
        if self.kind is Kind.FLAG:
            return pl.Boolean()
        whole = (Kind.COUNT, Kind.MONEY, Kind.YEAR)
        return pl.Int64() if self.kind in whole else pl.Float64() if self.kind is Kind.NUMBER else pl.String()


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("unit_method", Kind.CHOICE, "how minutes become units", UNIT_METHODS),
        Field("state_law_floor", Kind.CHOICE, "method that a state's law lets no plan fall below", ("ama",)),
        Field("tie_policy", Kind.CHOICE, "which code gets the unit when remainders are equal", TIE_POLICIES),
        Field("one_line_per_code", Kind.FLAG, "a timed code goes on one line a date"),
        Field("one_date_per_line", Kind.FLAG, "a line of a timed code covers one date"),
        Field("modifier_order", Kind.ORDER, "order of the modifier groups on a line", MODIFIER_GROUPS),
        Field("modifier_order_required", Kind.FLAG, "the payer wants modifiers in that order", said_if_wanted=True),
        Field("bypass_preference", Kind.CHOICE, "bypass modifier to prefer where either is true", ("59", "X")),
        Field("discipline_modifier_required", Kind.FLAG, "GP, GO or GN on always-therapy codes"),
        Field("assistant_modifier_required", Kind.FLAG, "CQ or CO on assistants' services"),
        Field("kx_applies", Kind.FLAG, "KX above a yearly threshold"),
        Field("referring_required", Kind.FLAG, "referring or certifying provider on professional therapy claims"),
        Field(
            "occurrence_codes_required", Kind.FLAG, "institutional: onset, first treatment and plan, by occurrence code"
        ),
        Field("pair_edits_apply", Kind.FLAG, "Medicare's NCCI pair edits decide"),
        Field("either_column_professional", Kind.FLAG, "professional: bypass modifier on either line of a pair"),
        Field("either_column_institutional", Kind.FLAG, "institutional: bypass modifier on either line of a pair"),
        Field("unit_maximums_apply", Kind.FLAG, "NCCI unit maximums decide"),
        Field("maximums_professional", Kind.CHOICE, "unit maximums, professional", ("practitioner", "medicaid")),
        Field("maximums_institutional", Kind.CHOICE, "unit maximums, institutional", ("hospital",)),
        Field("max_timed_units_day", Kind.COUNT, "most timed units a visit of one discipline"),
        Field("timed_cap_counts_untimed", Kind.FLAG, "untimed units count towards that cap"),
        Field("max_timed_minutes_day", Kind.NUMBER, "most timed minutes a visit of one discipline"),
        Field("rvu_cap_day", Kind.NUMBER, "most relative value units a day, all providers"),
        Field("rvu_cap_evaluation_day", Kind.NUMBER, "the same, with an initial evaluation"),
        Field("rvu_cap_reevaluation_day", Kind.NUMBER, "the same, with a re-evaluation"),
        Field("fee_status_applies", Kind.FLAG, "Medicare's status letters decide what is paid"),
        Field("fee_basis", Kind.CHOICE, "what the allowed amount follows", FEE_BASES),
        Field("mppr_applies", Kind.FLAG, "Medicare's multiple-procedure reduction"),
        Field("fee_percent", Kind.NUMBER, "percent of Medicare's fee schedule that is allowed", optional=True),
        Field("fee_year", Kind.YEAR, "year whose fee schedule holds, as it stood at its end", optional=True),
        Field("fee_table", Kind.FEE_TABLE, "the contract's fees a unit", optional=True),
        Field("visit_rate", Kind.MONEY, "allowed a visit or a day, whatever is done", optional=True),
        Field("visit_cap", Kind.MONEY, "most that is allowed a visit of one discipline", optional=True),
        Field("day_cap", Kind.MONEY, "most that is allowed a patient's day at one provider", optional=True),
        Field("lesser_of_charge", Kind.FLAG, "no more than the charge is allowed", optional=True),
        Field("reduction_percent", Kind.NUMBER, "percent taken off every unit but the first", optional=True),
        Field(
            "reduction_of",
            Kind.CHOICE,
            "what that percentage is taken from",
            ("practice_expense", "fee"),
            optional=True,
        ),
        Field(
            "reduction_scope",
            Kind.CHOICE,
            "whose units rank together: all of the day, or one discipline's",
            ("day", "discipline"),
            optional=True,
        ),
        Field("coinsurance_percent", Kind.NUMBER, "percent of the allowed amount that the patient owes", optional=True),
        Field("assistant_payment_percent", Kind.COUNT, "percent paid for assistants' services", optional=True),
        Field(
            "assistant_law_applies",
            Kind.FLAG,
            "Medicare's share for assistants' services, of the payer's part",
            optional=True,
        ),
        Field("sequestration_applies", Kind.FLAG, "sequestration comes off the payer's part", said_if_wanted=True),
        Field("filing_limit", Kind.LIMIT, "time from the date of service to receipt of the claim"),
        Field(
            "corrected_filing_limit",
            Kind.LIMIT,
            "time from the date of service to receipt of a replacement (frequency 7)",
        ),
        Field("plan_required", Kind.FLAG, "a plan of care with its content before treatment", optional=True),
        Field("plan_signature_required", Kind.FLAG, "a physician's signature on the plan of care", optional=True),
        Field("certification_days", Kind.COUNT, "days from the first treatment to that signature", optional=True),
        Field("verbal_order_days", Kind.COUNT, "days from a verbal order to certify to its signature", optional=True),
        Field("certified_days", Kind.COUNT, "most days that a certification covers", optional=True),
        Field(
            "order_stands_in",
            Kind.FLAG,
            "a signed order and proof that the plan was sent stand for the first signature",
            optional=True,
        ),
        Field("plan_sent_days", Kind.COUNT, "days from the first treatment to that sending", optional=True),
        Field("report_due_days", Kind.COUNT, "treatment days in which a progress report is written", optional=True),
        Field("referral_required", Kind.FLAG, "a referral before treatment", optional=True),
        Field("authorization_required", Kind.FLAG, "an authorization for all but evaluations", optional=True),
        Field("most_visits", Kind.COUNT, "most visits of one discipline that are covered", optional=True),
        Field(
            "most_visits_in",
            Kind.CHOICE,
            "what that counts: a calendar year, or a case",
            ("year", "case"),
            optional=True,
        ),
        Field("evaluation_window_days", Kind.NUMBER, "days between initial evaluations of one discipline"),
        Field("telehealth_by_therapists", Kind.FLAG, "therapists may bill telehealth"),
        Field("telehealth_list_applies", Kind.FLAG, "Medicare's list of telehealth services decides"),
        Field("telehealth_told_by", Kind.CHOICE, "what says telehealth, professional", ("place", "modifier")),
        Field("telehealth_modifier_required", Kind.FLAG, "95, 93 or GT beside a telehealth place of service"),
        Field("gt_on_professional", Kind.FLAG, "GT is taken on professional claims"),
        Field("visits_by_therapists", Kind.FLAG, "therapists may bill visits of evaluation and management"),
        Field("active_treatment_required", Kind.FLAG, "AT on spinal manipulation that is active treatment"),
        Field("habilitation_modifier_required", Kind.FLAG, "96 or 97 on therapy", said_if_wanted=True),
        Field(
            "side_modifier_required",
            Kind.FLAG,
            "a side, finger or toe modifier on splints and strapping",
            said_if_wanted=True,
        ),
        Field("orthosis_side_required", Kind.FLAG, "LT or RT on orthoses, one side a line"),
        Field("substitute_code", Kind.CODE, "code wanted instead of this one", by_code=True),
        Field("code_excluded", Kind.FLAG, "code never paid", by_code=True),
        Field(
            "counts_toward_timed_cap",
            Kind.FLAG,
            "whether the code counts towards max_timed_units_day; else every timed code does",
            by_code=True,
        ),
        Field("in_reduction", Kind.FLAG, "whether the code's units are reduced and rank", by_code=True),
        Field("relative_value", Kind.NUMBER, "relative value of a unit in the payer's own schedule", by_code=True),
        # what the payer asks and no rule reads
        Field("note_times_required", Kind.FLAG, "start and stop time of each timed code in the note", decides=False),
        Field("prior_authorization", Kind.TEXT, "what must be authorized, and when", decides=False),
        Field("visit_limit", Kind.TEXT, "how many visits are covered", decides=False),
        Field("own_pair_edits", Kind.TEXT, "pair edits of the payer's own", decides=False),
        Field("reduction_pool", Kind.TEXT, "what the multiple-procedure reduction counts together", decides=False),
        Field(
            "corrected_limit_from_decision",
            Kind.LIMIT,
            "time from the payer's decision to a replacement",
            decides=False,
        ),
        Field(
            "corrected_by_professional",
            Kind.CHOICE,
            "how a decided professional claim is corrected",
            CORRECTED_BY,
            decides=False,
        ),
        Field(
            "corrected_by_institutional",
            Kind.CHOICE,
            "how a decided institutional claim is corrected",
            CORRECTED_BY,
            decides=False,
        ),
        Field("reopening_limit", Kind.LIMIT, "time from the payer's decision to a request to reopen it", decides=False),
        Field(
            "appeal_levels",
            Kind.LEVELS,
            "levels of appeal in order, each with its time from the decision before it",
            decides=False,
        ),
        Field(
            "notice_receipt_days",
            Kind.COUNT,
            "days after its date on which a decision counts as received; appeals are counted from there",
            decides=False,
        ),
    )
}


def read_code(value: object, key: Key) -> str:
    """Return ``value`` as a procedure code, upper case."""
    return key.form(value, lambda code: _CODE(code) is not None, 'a procedure code such as "97530"')


def limit_parts(limit: str) -> tuple[int, int | None]:
    """Return a time limit as days and months; months None where the limit is in days.

    The days of a limit in months are nominal (365 for twelve): a deadline is counted by months where they are given.

    >>> limit_parts("12 months"), limit_parts("90 days")
    ((365, 12), (90, None))
    """
    number, unit = limit.split(" ")
    if unit.startswith("day"):
        return int(number), None
    return round(int(number) * 365 / 12), int(number)


def _limit(value: object, key: Key) -> str:
    text = " ".join(key.text(value).split())
    found = _LIMIT(text)
    if found is None or int(found[1]) > _LONGEST_LIMIT[found[2]]:
        raise key.error(f"expected {Kind.LIMIT.value} (at most ten years), not {shown(value)}")
    return f"{found[1]} {found[2]}{'' if found[1] == '1' else 's'}"


def levels(value: str) -> list[tuple[str, str]]:
    """Return levels of appeal, each as its name and time limit.

    >>> levels("review: 180 days; second review: 60 days")
    [('review', '180 days'), ('second review', '60 days')]
    """
    parts = (one.rsplit(": ", 1) for one in value.split(LEVEL_SEPARATOR))
    return [(name, limit) for name, limit in parts]


def _level(value: object, key: Key) -> str:
    name, colon, limit = key.text(value).rpartition(":")
    if not colon or not name.strip() or ";" in name:
        raise key.error(f'expected a step and its time limit, such as "review: 180 days", not {shown(value)}')
    return f"{' '.join(name.split())}: {_limit(limit, key)}"


def file_name(value: object, key: Key) -> str:
    """Return the path of the file that ``value`` names, beside the file in which ``key`` stands."""
    return str((key.folder or Path()) / key.text(value))


def _money(value: object, key: Key) -> int:
    """Return dollars as cents."""
    cents = round(key.number(value, 0, 100_000) * 100, 6)
    if cents != int(cents):
        raise key.error(f"expected dollars with at most two decimals, not {shown(value)}")
    return int(cents)


def _order(value: object, key: Key, choices: tuple[str, ...]) -> str:
    words = [(key / i).choice(word, choices) for i, word in enumerate(key.items(value))]
    if sorted(words) != sorted(choices):
        raise key.error(f"expected each of {', '.join(choices)} once")
    return " ".join(words)

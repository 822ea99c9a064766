"""What a payer pack may say: each field, the values it takes, its meaning, and what it means when it is not known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

import polars as pl

from cleanclaim.codes.payers.toml import Key, shown

UNIT_METHODS = ("cms", "ama", "hybrid", "cms_or_ama", "whole_15", "nearest_15", "per_visit")
HYBRID = "hybrid"
"""Total time and midpoint mixed: which way is not published, so the smaller of both counts, as advice."""
PRICED = ("fee_basis", "mppr_applies")
"""Fields that prices rest on."""
TIE_POLICIES = ("order_given", "code_order")
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
    TEXT = "a sentence"


Value = bool | int | float | str
"""A field's value as a table carries it; an order is its words separated by one space."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a payer pack. ``by_code``: the pack gives a value for each procedure code it names.

    ``decides``: a rule, a price or an allocation may rest on it; the others are there to be read. ``said_if_wanted``:
    few payers ask for it, so one whose pack says nothing does not.
    """

    name: str
    kind: Kind
    meaning: str
    choices: tuple[str, ...] = ()
    by_code: bool = False
    decides: bool = True
    said_if_wanted: bool = False

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
            case Kind.TEXT:
                return key.text(value)

    @property
    def dtype(self) -> pl.DataType:
        """The type of the field's column."""
        if self.kind is Kind.FLAG:
            return pl.Boolean()
        return {Kind.COUNT: pl.Int64(), Kind.NUMBER: pl.Float64()}.get(self.kind, pl.String())


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
        Field("fee_basis", Kind.CHOICE, "what the allowed amount follows", ("medicare_fee_schedule", "contract")),
        Field("mppr_applies", Kind.FLAG, "Medicare's multiple-procedure reduction"),
        Field("filing_limit", Kind.LIMIT, "time from the date of service to receipt of the claim"),
        Field(
            "corrected_filing_limit",
            Kind.LIMIT,
            "time from the date of service to receipt of a replacement (frequency 7)",
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
        Field("relative_value", Kind.NUMBER, "relative value of a unit in the payer's own schedule", by_code=True),
        # what the payer asks and no rule reads
        Field("note_times_required", Kind.FLAG, "start and stop time of each timed code in the note", decides=False),
        Field("plan_signature_required", Kind.FLAG, "a physician's signature on the plan of care", decides=False),
        Field("referral_required", Kind.FLAG, "a referral before treatment", decides=False),
        Field("prior_authorization", Kind.TEXT, "what must be authorized, and when", decides=False),
        Field("visit_limit", Kind.TEXT, "how many visits are covered", decides=False),
        Field("own_pair_edits", Kind.TEXT, "pair edits of the payer's own", decides=False),
        Field("assistant_payment_percent", Kind.COUNT, "percent paid for assistants' services", decides=False),
        Field("reduction_pool", Kind.TEXT, "what the multiple-procedure reduction counts together", decides=False),
        Field(
            "corrected_limit_from_decision",
            Kind.LIMIT,
            "time from the payer's decision to a replacement",
            decides=False,
        ),
        Field("reconsideration_limit", Kind.LIMIT, "time from the payer's decision to an appeal", decides=False),
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


def _order(value: object, key: Key, choices: tuple[str, ...]) -> str:
    words = [(key / i).choice(word, choices) for i, word in enumerate(key.items(value))]
    if sorted(words) != sorted(choices):
        raise key.error(f"expected each of {', '.join(choices)} once")
    return " ".join(words)

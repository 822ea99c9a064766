"""The keys of the grains: whose discipline a line is, which lines are one visit, one day, one claim.

A visit, the pool within which timed minutes are counted, is a patient, date, billing provider and discipline
(Medicare Claims Processing Manual, ch. 5, sec. 20.2: timed minutes are totaled by discipline and day). A *day* is the
same without the discipline: the multiple-procedure reduction and the day maximums reach across disciplines
(ch. 5, sec. 10.7; NCCI Policy Manual, ch. 1). Copies of a claim to a further payer never mix with the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import polars as pl

from cleanclaim.codes import modifiers, places
from cleanclaim.dated import FEW
from cleanclaim.engine.alone import in_groups, repeated
from cleanclaim.engine.beside import Remembered, beside
from cleanclaim.engine.few import Constants, ordered, plain

MODIFIER_COLUMNS = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
_FLAGS = ("GP", "GO", "GN", "CQ", "CO", "59", "KX", "GA", "GX", "GY", "GZ")
_PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").fill_null("")


def _has(modifier: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(c).eq_missing(pl.lit(modifier)) for c in MODIFIER_COLUMNS)


# an input without a column of modifiers leaves it open which ones the claim bears
_STATED = pl.col("modifier_count").is_not_null()
_MODIFIER_FLAGS = (
    *(pl.when(_STATED).then(_has(m)).alias(f"has_{m.lower()}") for m in _FLAGS),
    pl.when(_STATED)
    .then(pl.sum_horizontal(_has(m).cast(pl.Int64) for m in modifiers.X_MODIFIERS))
    .alias("x_modifiers"),
    pl.concat_str(MODIFIER_COLUMNS, separator=" ", ignore_nulls=True).alias("modifiers_text"),
    pl.coalesce(pl.when(pl.col(c).is_in(modifiers.BYPASS)).then(c) for c in MODIFIER_COLUMNS).alias("bypass_text"),
)
_MODIFIER_COUNTS = (
    pl.when(_STATED)
    .then(pl.sum_horizontal(pl.col(f"has_{m}").cast(pl.Int64) for m in ("gp", "go", "gn")))
    .alias("discipline_modifiers"),
    (pl.col("has_cq") | pl.col("has_co")).alias("assistant_modifier"),
    (pl.col("has_59") | (pl.col("x_modifiers") != 0)).alias("has_bypass"),
    pl.when(pl.col("modifiers_text") != "").then("modifiers_text"),
)
_DISCIPLINE_MODIFIER = pl.when(pl.col("discipline_modifiers") == 1).then(
    pl.when("has_gp").then(pl.lit("GP")).when("has_go").then(pl.lit("GO")).otherwise(pl.lit("GN"))
)


_FORMS = (
    pl.coalesce(
        "claim_form",
        pl.when(pl.col("bill_type").is_not_null() | pl.col("revenue_code").is_not_null()).then(pl.lit("institutional")),
        pl.when(pl.col("place_of_service").is_not_null()).then(pl.lit("professional")),
        pl.when(pl.col("setting") == "office").then(pl.lit("professional")),
        pl.when(pl.col("setting").is_not_null()).then(pl.lit("institutional")),
        # an institutional claim always has a bill type and revenue codes; the report says that this was assumed
        pl.lit("professional"),
    ).alias("claim_form"),
    pl.col("sequence").fill_null("P"),
)


PAIR_TABLE = (
    pl.when(pl.col("claim_form") == "institutional")
    .then(pl.lit("hospital"))
    .when(pl.col("claim_form") == "professional")
    .then(pl.lit("practitioner"))
)
"""Which of the two published tables of pair edits the claim form takes."""
FORM_ASSUMED = pl.all_horizontal(
    pl.col(c).is_null() for c in ("claim_form", "bill_type", "revenue_code", "place_of_service", "setting")
)
"""True where nothing on the row says what form of claim it is: it is read as professional."""


def _mapped(column: pl.Expr, table: pl.DataFrame, key: str, value: str) -> pl.Expr:
    known = table.drop_nulls(value)
    return column.replace_strict(known[key], known[value], default=None)


@cache
def _clinicians() -> tuple[pl.Expr, ...]:
    """What a line's credential, taxonomy and revenue code say of its discipline."""
    credential, taxonomy = modifiers.credential_discipline(), modifiers.taxonomy_discipline()
    physician, of_physicians = modifiers.physicians()
    by_credential, by_taxonomy = pl.col("credential"), pl.col("taxonomy")
    return (
        pl.coalesce(
            _mapped(by_credential, credential, "credential", "discipline"),
            _mapped(by_taxonomy, taxonomy, "taxonomy", "discipline"),
        ).alias("clinician_discipline"),
        pl.coalesce(
            _mapped(by_credential, credential, "credential", "assistant"),
            _mapped(by_taxonomy, taxonomy, "taxonomy", "assistant"),
        ).alias("renders_as_assistant"),
        pl.coalesce(
            _mapped(by_credential, physician, "credential", "physician"),
            _mapped(by_taxonomy, of_physicians, "taxonomy", "physician"),
        ).alias("renders_as_physician"),
        _mapped(
            pl.col("revenue_code").str.slice(0, 3), places.revenue_discipline(), "revenue_prefix", "discipline"
        ).alias("revenue_discipline"),
    )


_SAID_ON = (
    *MODIFIER_COLUMNS, "modifier_count", "claim_form", "bill_type", "revenue_code", "place_of_service", "setting",
    "sequence", "credential", "taxonomy", "stated_discipline",
)  # fmt: skip


def _said(keys: pl.DataFrame) -> pl.DataFrame:
    flagged = keys.with_columns_seq(*_FORMS, *_MODIFIER_FLAGS, *_clinicians()).with_columns_seq(_MODIFIER_COUNTS)
    told = flagged.with_columns_seq(
        discipline=pl.coalesce(_DISCIPLINE_MODIFIER, "stated_discipline", "clinician_discipline"), table=PAIR_TABLE
    )
    return told.drop(name for name in _SAID_ON if name not in _FILLED)


_FILLED = ("claim_form", "sequence")
_STATEMENTS = Remembered(_SAID_ON, _said)


def with_statements(services: pl.DataFrame) -> pl.DataFrame:
    """Add what each line says by itself, of its form, modifiers, clinician and discipline.

    ``claim_form`` is filled where the row decides it: a bill or revenue code, a place of service, a setting. There is
    a Boolean per modifier that a rule reads, and their counts. ``discipline`` is the line's modifier, else as stated,
    else the clinician's.
    """
    said = _STATEMENTS.of(services)
    return services[:, [name for name in services.columns if name not in _FILLED]].hstack(said)


def with_disciplines(services: pl.DataFrame) -> pl.DataFrame:
    """Fill ``discipline`` where it is the only one of the day.

    A line that stays without one is in no other line's pool: it has a pool of its own, whose minutes are not checked.
    """
    patient = services["patient_id"]
    if patient.null_count():
        patient = services.select_seq(_PATIENT).to_series()
    known = services.hstack([patient.alias("_patient")])
    if not known["discipline"].null_count():
        return known
    day = ["_patient", "dos", "billing_npi", "sequence"]
    open_rows = known[:, ["row", *day]].filter(known["discipline"].is_null())
    alike = known[:, [*day, "discipline"]]
    if known.height > FEW:
        alike = alike.filter(pl.col("_patient").is_in(open_rows["_patient"].unique().implode()))
    only = (
        alike.join(open_rows.select_seq(day).unique(), on=day, how="semi", nulls_equal=True)
        .group_by(day)
        .agg(_low=pl.col("discipline").min(), _only=pl.col("discipline").max())
        .filter(pl.col("_low") == pl.col("_only"))
    )
    told = open_rows.join(only, on=day, how="inner", nulls_equal=True).select_seq("row", "_only")
    filled = beside(known[:, ["row", "discipline"]], told, ["row"]).select_seq(pl.coalesce("discipline", "_only"))
    return known.with_columns_seq(filled.to_series())


_VISIT = ("_patient", "dos", "sequence", "billing_npi", "discipline")
_CLAIM = ("file_id", "claim_seq", "_claim", "_person", "sequence", "frequency")
SAME_SERVICE = ("_day", "code_key", "modifiers_text", "units", "rendering_npi")
"""Two billed lines that agree in all of these are the same service."""


def _changed(columns: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(c).ne_missing(pl.col(c).shift()) for c in columns)


_NEW = (
    _changed(_VISIT[:1]).alias("_new_person"),
    _changed(_VISIT[1:3]).alias("_new_date"),
    _changed(_VISIT[3:4]).alias("_new_provider"),
    _changed(_VISIT[4:]).alias("_new_discipline"),
    pl.col("code").cast(pl.Categorical).to_physical().cast(pl.Int64).alias("code_key"),
)
# rows that name neither claim nor visit: a patient's day is taken as one claim
_CLAIM_NAME = pl.coalesce(
    "claim_id", "visit_id", pl.when(pl.col("patient_id").is_not_null()).then(pl.col("dos").cast(pl.String))
).alias("_claim")
_NAMED = pl.col("claim_id").alias("_claim")
_NEW_DAY = pl.col("_new_person") | pl.col("_new_date")
_NUMBERS = tuple(
    changed.cast(pl.Int64).cum_sum().alias(name)
    for name, changed in (
        ("_person", pl.col("_new_person")),
        ("_person_day", _NEW_DAY),
        ("_day", _NEW_DAY | pl.col("_new_provider")),
        ("_visit", _NEW_DAY | pl.col("_new_provider") | pl.col("_new_discipline")),
    )
)
_ON_A_CLAIM = pl.col("_claim").is_not_null() & pl.col("billed")
# one number for all that names a claim: hashed, two claims of a partition share it once in a billion partitions
_CLAIM_KEY = pl.when(_ON_A_CLAIM).then(pl.when("billed").then("row").min().over("_new_claim")).alias("claim_key")
# what the one visit of one claim comes to, without looking from row to row
_OWN_CLAIM = ("file_id", "claim_seq", "claim_id", "visit_id", "patient_id", "frequency")
_ONE_VISIT = Constants(pl.lit(1, dtype=pl.Int64).alias(name) for name in ("_person", "_person_day", "_day", "_visit"))
_COPIED = (pl.col("claim_key") > pl.col("claim_key").min().over(SAME_SERVICE)).fill_null(False).cast(pl.Int64)
_NO_COPY = pl.lit(0, dtype=pl.Int64).alias("_copy")
# a number twice as large leaves room for the copies
_COPIED_KEYS = tuple(
    (pl.col(f"_{name}") * 2 + pl.col("_copy")).alias(f"{name}_key") for name in ("person_day", "day", "visit")
)
_KEYS = (_NO_COPY, *((pl.col(f"_{name}") * 2).alias(f"{name}_key") for name in ("person_day", "day", "visit")))


def with_keys(services: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Sort by patient, day and row; number visits, days, patient-days (``visit_key`` ...), claims and codes.

    A claim's key is its first billed row, null where a row names no claim, visit or patient. The copy of a service on
    a later claim is in a visit of its own, so that a claim sent twice is one fault and not also too many units.
    ``code_key`` stands for the code within this partition.
    """
    numbered = _numbered(ordered(services, [*_VISIT, "row"]))
    several = repeated(numbered, SAME_SERVICE)
    if several is None:
        return _known_sorted(numbered.with_columns_seq(*_KEYS, as_of=pl.lit(as_of), _equals=pl.lit(False)))
    copied = in_groups(numbered, several, {"_copy": _COPIED}, alone={"_copy": _NO_COPY})
    return _known_sorted(copied.with_columns_seq(*_COPIED_KEYS, as_of=pl.lit(as_of), _equals=several))


def _known_sorted(services: pl.DataFrame) -> pl.DataFrame:
    """Mark the keys whose rows stand together: groups and windows of many rows are then found without a look-up."""
    if services.height <= FEW:
        return services
    numbers = (services[f"{name}_key"] for name in ("person_day", "day", "visit"))
    return services.with_columns_seq(number.set_sorted() for number in numbers if number.is_sorted())


def _numbered(services: pl.DataFrame) -> pl.DataFrame:
    if services.height <= FEW and all(len(set(plain(services[name]))) == 1 for name in (*_VISIT, *_OWN_CLAIM)):
        *names, claim_key = _one_claim(services)
        return _ONE_VISIT.beside(services.hstack(names)).hstack([claim_key])
    new = services.with_columns_seq(*_NEW, _CLAIM_NAME if services["claim_id"].has_nulls() else _NAMED)
    known = new.with_columns_seq(_NUMBERS)
    known = known.hstack([known[:, list(_CLAIM)].hash_rows(seed=0).alias("_new_claim")])
    numbered = known.with_columns_seq(_CLAIM_KEY)
    return numbered[:, [name for name in numbered.columns if not name.startswith("_new_")]]


def _one_claim(services: pl.DataFrame) -> list[pl.Series]:
    """``code_key``, ``_claim`` and ``claim_key`` of a few rows that are all of one claim."""
    numbers: dict[str | None, int | None] = {None: None}
    codes = [numbers.setdefault(code, len(numbers)) for code in services["code"].to_list()]
    claim = services.head(1).select_seq(_CLAIM_NAME).item()
    billed = list(zip(services["row"].to_list(), services["billed"].to_list(), strict=True))
    first = min((row for row, is_billed in billed if is_billed), default=None) if claim is not None else None
    return [
        pl.Series("code_key", codes, pl.Int64),
        pl.Series("_claim", [claim] * len(codes), pl.String),
        pl.Series("claim_key", [first if is_billed else None for _, is_billed in billed], pl.Int64),
    ]


def equals(services: pl.DataFrame) -> pl.Series | None:
    """Return true for each row of which ``services`` may hold the same service again; None where no row has one."""
    return services["_equals"] if services["_equals"].any() else None


def _same_provider() -> pl.Expr:
    """True where an edit sets the two lines against each other; the right side's columns end in ``_right``."""

    def same(column: str) -> pl.Expr:
        return pl.col(column).eq_missing(pl.col(f"{column}_right"))

    unknown = pl.col("rendering_npi").is_null() | pl.col("rendering_npi_right").is_null()
    professional = pl.when(unknown).then(same("billing_npi") & same("discipline")).otherwise(same("rendering_npi"))
    return pl.when(pl.col("table") == "hospital").then(same("billing_npi")).otherwise(professional)


SAME_PROVIDER = _same_provider()
"""True where a pair edit sets two joined rows against each other (NCCI Policy Manual, ch. 1)."""
PROVIDER = ("billing_npi", "rendering_npi", "discipline")
"""What of a line says whose it is."""


def same_provider(table: str | None, one: Sequence[str | None], other: Sequence[str | None]) -> bool:
    """Return ``SAME_PROVIDER`` for the values of ``PROVIDER`` of two lines.

    >>> same_provider("practitioner", ("A", "1", "GP"), ("A", None, "GP"))
    True
    """
    if table == "hospital":
        return one[0] == other[0]
    if one[1] is None or other[1] is None:
        return one[0] == other[0] and one[2] == other[2]
    return one[1] == other[1]

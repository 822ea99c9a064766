"""What publications and payers say of each line: code facts, payer policy and dated parameters, joined by period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakKeyDictionary

import polars as pl

from cleanclaim.codes import fees, hcpcs, icd10, npi, tables
from cleanclaim.codes.payers import Policy
from cleanclaim.dated import Periods
from cleanclaim.engine.beside import Listed, Remembered, beside, distinct
from cleanclaim.engine.few import Constants

# HCPCS Level I is five digits, or four and a letter; Level II a letter and four digits
_CODE_FORM = r"^(\d{5}|\d{4}[A-Z]|[A-Z]\d{4})$"


def with_facts(services: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add the facts of each code on its date (source: the tables of ``codes``), the payer's policy and the year's
    parameters; null where the payer is not mapped. Rows in equal rows out.
    """
    told = _told(policy)
    coded = services.hstack([hcpcs.periods().number(services["dos"])])
    coded = services.hstack(_codes().of(coded)).hstack([told.periods.number(services["dos"])])
    dated = told.payers.beside(coded)
    if told.listed.isdisjoint(distinct(services["code"])):
        dated = told.silence.beside(dated)
    else:
        dated = told.codes.beside(dated)
    spent = _spent(dated)
    return dated[:, [name for name in dated.columns if name not in _OF_CODE]].hstack(_OF_LINE.of(dated)).hstack(spent)


def _spent(services: pl.DataFrame) -> list[pl.Series]:
    """What the year has used up of the discipline's amount before the input."""
    if all(services[name].null_count() == services.height for name in _SPENT):
        return [services[_SPENT[0]].alias("ytd_cents")]
    return services.select_seq(_YTD).get_columns()


@tables.cached
def _codes() -> Remembered:
    listed = pl.col("known_code").fill_null(False)
    facts = (
        listed.alias("known_code"),
        # a code outside the catalogue is not on CMS's therapy list: the rules for listed codes are not meant for it
        *(pl.col(c).fill_null(False) for c in ("timed", "untimed", "pooled", "is_evaluation", "is_addon")),
        pl.when(listed).then("always_therapy").otherwise(pl.lit(False)).alias("always_therapy"),
        pl.when(listed).then("sometimes_therapy").otherwise(pl.lit(False)).alias("sometimes_therapy"),
        pl.col("code").str.contains(_CODE_FORM).alias("well_formed_code"),
        pl.coalesce("family", "code").alias("family"),
    )

    def find(keys: pl.DataFrame) -> pl.DataFrame:
        known = beside(keys, hcpcs.code_periods(), ["code", "period"])
        return known.with_columns_seq(facts).drop("code", "period")

    return Remembered(("code", "period"), find, likely=hcpcs.code_periods())


_PAYER = ("pack", "period", "claim_form", "setting", "bill_type", "discipline")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the payers of a policy say: by payer, and of codes; the codes of which one says something, else silence."""

    periods: Periods
    payers: Remembered
    codes: Listed
    listed: frozenset[str]
    silence: Constants

    @classmethod
    def by(cls, policy: Policy) -> _Told:
        periods, by_pack, by_code = policy.with_parameters
        dated, keys = by_pack.select(_READ), ["pack", "code", "period"]

        def payers(asked: pl.DataFrame) -> pl.DataFrame:
            return beside(asked, dated, ["pack", "period"], nulls_equal=True).with_columns_seq(_OF_PAYER).drop(_PAYER)

        return cls(
            periods,
            Remembered(_PAYER, payers),
            Listed(by_code, keys),
            frozenset(by_code["code"]),
            Constants(pl.lit(None, dtype=dtype).alias(name) for name, dtype in by_code.drop(keys).schema.items()),
        )


# a policy's own tables do not change, and what is remembered of them goes with it
_TOLD: WeakKeyDictionary[Policy, _Told] = WeakKeyDictionary()


def _told(policy: Policy) -> _Told:
    if policy not in _TOLD:
        _TOLD[policy] = _Told.by(policy)
    return _TOLD[policy]


_INSTITUTIONAL = pl.col("claim_form") == "institutional"
# a critical access hospital is not paid under the fee schedule, so the assistant's modifiers do not apply there
_CRITICAL_ACCESS = _INSTITUTIONAL & (
    (pl.col("setting") == "critical_access_hospital") | pl.col("bill_type").str.starts_with("85")
)


_TABLE = pl.when(_INSTITUTIONAL).then("maximums_institutional").otherwise("maximums_professional")


def _maximum(column: str) -> pl.Expr:
    """The unit maximum of the table that the payer uses for this form of claim."""
    table = pl.col("_maximums")
    return (
        pl.when(table == "practitioner")
        .then(f"{column}_practitioner")
        .when(table == "hospital")
        .then(f"{column}_hospital")
        .when(table == "medicaid")
        .then(f"{column}_medicaid")
        .alias(column)
    )


def _of_bucket(occupational: str, other: str) -> pl.Expr:
    """PT and SLP share a bucket of the year's amounts, OT has its own (42 USC 1395l(g))."""
    discipline = pl.col("discipline")
    return pl.when(discipline == "GO").then(occupational).when(discipline.is_not_null()).then(other)


_READ = (
    "pack", "period", "unit_method", "tie_policy", "discipline_modifier_required", "assistant_modifier_required",
    "kx_applies", "occurrence_codes_required", "one_date_per_line", "fee_status_applies", "fee_basis", "mppr_applies",
    "referring_required", "one_line_per_code", "modifier_order", "modifier_order_required",
    "either_column_institutional", "either_column_professional", "pair_edits_apply", "unit_maximums_apply",
    "maximums_institutional", "maximums_professional", "filing_limit_days", "filing_limit_months",
    "assistant_modifier_in_force", "assistant_midpoint_test", "assistant_de_minimis_share", "kx_threshold_ot_cents",
    "kx_threshold_pt_slp_cents", "conversion_factor", "mppr_pe_reduction",
    "max_timed_units_day", "timed_cap_counts_untimed", "max_timed_minutes_day", "rvu_cap_day", "rvu_cap_evaluation_day",
    "rvu_cap_reevaluation_day", "corrected_limit_days", "corrected_limit_months", "visits_by_therapists",
    "evaluation_window_days", "telehealth_by_therapists",
    "telehealth_list_applies", "telehealth_told_by",
    "telehealth_modifier_required", "gt_on_professional", "active_treatment_required",
    "habilitation_modifier_required", "side_modifier_required", "orthosis_side_required",
)  # fmt: skip
_OF_PAYER = (
    (
        pl.col("assistant_modifier_required")
        & pl.col("assistant_modifier_in_force")
        # there is no modifier for a speech-language pathology assistant
        & pl.col("discipline").ne_missing("GN")
        & ~_CRITICAL_ACCESS.fill_null(False)
    ).alias("assistant_modifier_required"),
    pl.when(_INSTITUTIONAL)
    .then("either_column_institutional")
    .otherwise("either_column_professional")
    .alias("either_column_bypass"),
    # the bill types to which the hospital pair table is applied (NCCI Policy Manual, ch. 1) do not name these hospitals
    pl.when(~_CRITICAL_ACCESS.fill_null(False)).then("pair_edits_apply").alias("pair_edits_apply"),
    _of_bucket("kx_threshold_ot_cents", "kx_threshold_pt_slp_cents").alias("kx_threshold_cents"),
    pl.when("unit_maximums_apply").then(_TABLE).alias("_maximums"),
)


_SPENT = ("ytd_ot_cents", "ytd_pt_slp_cents")
_YTD = _of_bucket(*_SPENT).alias("ytd_cents")
_MAXIMA = ("mue_units", "mue_mai", "mue_age")
_OF_CODE = ("code_excluded", *_MAXIMA)
_BY_TABLE = tuple(f"{column}_{table}" for column in _MAXIMA for table in ("practitioner", "hospital", "medicaid"))
_SAID = (
    pl.coalesce("code_excluded", pl.when(pl.col("pack").is_not_null()).then(pl.lit(False))).alias("code_excluded"),
    *(_maximum(column) for column in _MAXIMA),
)
_OF_LINE = Remembered(
    ("code_excluded", "pack", "_maximums", *_BY_TABLE), lambda keys: keys.select_seq(_SAID), light=True
)


def with_indices(services: pl.DataFrame) -> pl.DataFrame:
    """Add the geographic indices of the line's locality; null where it has none or none are published for the date."""
    if services["mac"].null_count() == services.height:
        return _NO_INDICES.beside(services)
    periods, table = fees.gpci_periods()
    numbered = services.with_columns_seq(periods.number(services["dos"]), localized=pl.col("mac").is_not_null())
    return beside(numbered, table, ["mac", "locality", "period"]).drop("period")


_NO_INDICES = Constants(
    [
        pl.lit(False).alias("localized"),
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in ("gpci_work", "gpci_pe", "gpci_mp")),
    ]
)


def with_diagnoses(services: pl.DataFrame) -> pl.DataFrame:
    """Add what is wrong with the claim's diagnoses, by the release of the date of service."""
    release = _releases().number(services["dos"]).alias("_release")
    return services.hstack(_diagnosis_lists().of(services[:, _DIAGNOSED].hstack([release])))


_DIAGNOSED = ["diagnoses", "pointers", "carries_diagnoses"]


@tables.cached
def _releases() -> Periods:
    """The periods in which one release holds, or none."""
    covers = [release.covers for release in icd10.releases()]
    first_days = {span.first for span in covers} | {span.last and span.last + timedelta(days=1) for span in covers}
    return Periods.between(day for day in first_days if day)


@tables.cached
def _diagnosis_lists() -> Remembered:
    starts, told = pl.lit(_releases().starts), _diagnoses()
    release = icd10.release_of(pl.col("dos")).fill_null(0).alias("_place")

    def find(keys: pl.DataFrame) -> pl.DataFrame:
        dated = keys.with_columns_seq(dos=starts.gather(pl.col("_release"))).with_columns_seq(release)
        places = dated["_place"].unique().to_list() or [0]
        by_release = pl.concat(
            _listed(dated.filter(pl.col("_place") == place), place).with_columns(_place=pl.lit(place, dtype=pl.Int32))
            for place in places
        )
        found = beside(dated, by_release, ["diagnoses", "_place"]).with_columns_seq(told)
        return found.drop(*keys.columns, "dos", "_place")

    return Remembered((*_DIAGNOSED, "_release"), find)


def _listed(services: pl.DataFrame, release: int) -> pl.DataFrame:
    """One row per distinct list of diagnoses, each looked up once in a release."""
    lists = services.select("diagnoses").unique().drop_nulls()
    each = lists.with_columns(diagnosis=pl.col("diagnoses").str.split(" ")).explode("diagnosis")
    found = icd10.lookup(each["diagnosis"], release)
    return (
        each.hstack(found.select_seq("known", "billable"))
        .group_by("diagnoses", maintain_order=True)
        .agg(
            diagnosis_count=(pl.col("diagnosis") != "").sum().cast(pl.Int64),
            diagnosis_unknown=pl.col("diagnosis").filter(~pl.col("known")).first(),
            diagnosis_unbillable=pl.col("diagnosis").filter(pl.col("known") & ~pl.col("billable")).first(),
        )
    )


_HIGHEST_POINTER = pl.col("pointers").str.extract_all(r"\d+").cast(pl.List(pl.Int64), strict=False).list.max()


@tables.cached
def _diagnoses() -> tuple[pl.Expr, ...]:
    covered, used = icd10.covered(pl.col("dos")), icd10.release_of(pl.col("dos"))
    names = pl.lit(pl.Series([f"ICD-10-CM release {release.name}" for release in icd10.releases()]))
    name = names if len(icd10.releases()) == 1 else names.gather(used)
    return (
        covered.alias("diagnosis_table_covers"),
        pl.when(~covered).then(name).alias("diagnosis_age"),
        pl.coalesce("diagnosis_count", pl.when("carries_diagnoses").then(0)).alias("diagnosis_count"),
        pl.when(pl.col("diagnosis_count") < _HIGHEST_POINTER).then(_HIGHEST_POINTER).alias("pointer_beyond"),
    )


def with_identifiers(services: pl.DataFrame) -> pl.DataFrame:
    """Add whether each NPI's check digit is right; null where there is no NPI. Each distinct NPI is tried once."""
    return _IDENTIFIERS.beside(services)


_NPIS = ("rendering_npi", "billing_npi", "referring_npi")
_IDENTIFIERS = Remembered(_NPIS, lambda keys: pl.DataFrame({f"{c}_valid": npi.valid(keys[c]) for c in _NPIS}))

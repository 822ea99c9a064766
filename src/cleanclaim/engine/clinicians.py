"""The clinician-day grain: whether one therapist's one-on-one blocks leave room for all the patients they name.

A block is the therapist's own where a therapist renders it and no assistant gave it: several assistants may bill under
one therapist's number, and a physician's number stands for a whole staff. Without a patient's number two visits may be
the same patient's, and are not set against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.claims.schema import CLINICIAN_DAY
from cleanclaim.engine.clock import joined, shared
from cleanclaim.engine.same_minutes import BILLED, CLOCKED, COUNTED, GIVEN_BY_THERAPIST

# a clinician without a credential may be a physician, whose number stands for a staff
_RENDERED_BY_THERAPIST = (
    pl.when(pl.col("clinician_discipline").is_not_null())
    .then(~pl.col("renders_as_assistant"))
    .when(pl.col("credential").is_not_null())
    .then(False)
)
_READ = (
    "row",
    "dos",
    "minutes",
    "start_minute",
    "stop_minute",
    pl.when(pl.col("rendering_npi").is_not_null()).then(True).alias("clinician_known"),
    (_RENDERED_BY_THERAPIST & GIVEN_BY_THERAPIST).alias("own_minutes"),
    pl.col("rendering_npi").hash(seed=0).alias("clinician"),
    pl.when(pl.col("patient_id").is_not_null()).then(pl.col("patient_id").hash(seed=1)).alias("patient"),
)
_OF_GIVEN = [
    "row", "dos", "visit_key", "code_key", "pooled", "billed", "minutes", "start_minute", "stop_minute", "by",
    "rendering_npi", "patient_id", "credential", "clinician_discipline", "renders_as_assistant", "assistant_modifier",
    "assistant_modifier_required",
]  # fmt: skip
_PLACED = (
    CLOCKED
    & pl.col("own_minutes").fill_null(False)
    & pl.col("clinician_known").fill_null(False)
    & pl.col("patient").is_not_null()
    & pl.col("dos").is_not_null()
)
# one number for the three: hashed, two blocks of a partition share it once in a billion partitions
_SIDE = pl.struct("clinician", "dos", "patient").hash(seed=2).alias("side")
_UNPLACED = ("row", "dos", "minutes", "clinician_known", "own_minutes")
_CLOCK = pl.col("start_minute", "stop_minute", "minutes")
NO_DAYS = CLINICIAN_DAY.empty()


@dataclass(frozen=True)
class Blocks:
    """What some patients' visits add to the days of their clinicians.

    ``own`` has a few numbers per block, its clinician and patient as hashes; ``unplaced`` the rows of CLINICIAN_DAY for
    services that can be laid on no clinician's clock.
    """

    own: pl.DataFrame
    unplaced: pl.DataFrame


def blocks(given: pl.DataFrame) -> Blocks:
    """Return the one-on-one blocks of ``given``, all services of whole patients."""
    times = given[:, _OF_GIVEN].filter(pl.col("pooled") & COUNTED & BILLED).select(_READ)
    placed = times.filter(_PLACED)
    unplaced = times.filter(~_PLACED & pl.col("own_minutes").fill_null(True))
    named = placed.select("row", "clinician", "dos", "start_minute", "stop_minute", "minutes", _SIDE)
    own = joined(named, ["side"], keep=["clinician", "dos"]).drop("side").with_columns(_CLOCK.cast(pl.Int16))
    return Blocks(own, CLINICIAN_DAY.conform(unplaced.select(_UNPLACED)))


def days(own: pl.DataFrame) -> pl.DataFrame:
    """Return CLINICIAN_DAY for the blocks of all patients; ``other_row`` is the row that names the other visit."""
    met = shared(own.with_columns(_CLOCK.cast(pl.Int64)), ["clinician", "dos"])
    known = met.with_columns(clinician_known=pl.lit(True), own_minutes=pl.lit(True))
    return CLINICIAN_DAY.conform(known).hstack(met.select("other_row"))


def with_other_visits(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Fill ``other_visit`` from ``places``, which have row, visit_id and claim_id."""
    named = places.select(other_row="row", other_visit=pl.coalesce("visit_id", "claim_id"))
    return found.drop("other_visit").join(named, on="other_row", how="left", maintain_order="left", validate="m:1")


def several_patients(given: pl.DataFrame) -> bool:
    """True where the services are of more than one patient; a day is set against nothing otherwise."""
    return given["_person"].n_unique() > 1


def of_one(given: pl.DataFrame) -> pl.DataFrame:
    """Return CLINICIAN_DAY for services that are the whole input; nothing for a single patient."""
    if not several_patients(given):
        return NO_DAYS
    found = blocks(given)
    whole = with_other_visits(days(found.own), given)
    return pl.concat([CLINICIAN_DAY.conform(whole), found.unplaced])

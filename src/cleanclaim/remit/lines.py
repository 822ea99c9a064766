"""The claim lines that remittances are matched to: from SERVICES, by claim number and level of payer."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.config import Config
from cleanclaim.engine.keys import MODIFIER_COLUMNS
from cleanclaim.engine.levels import with_levels
from cleanclaim.engine.standing import standing
from cleanclaim.remit.answers import words
from cleanclaim.remit.decisions import CLAIM_KEY

SERVICES_READ = (
    "row", "file_id", "claim_seq", "claim_id", "visit_id", "line_number", "line_control", "patient_id", "payer",
    "payer_id", "filing_indicator", "pack", "sequence", "claim_form", "setting", "dos", "dos_end", "frequency",
    "original_reference", "code", "modifier_1", "modifier_2", "modifier_3", "modifier_4", "modifier_count", "units",
    "billed", "charge_cents", "clinician_id", "rendering_npi", "billing_npi", "credential", "taxonomy",
    "stated_discipline", "place_of_service", "bill_type", "revenue_code", "mac", "locality",
)  # fmt: skip
"""Columns of SERVICES that matching and pricing read: of a large input the others need not be held."""
_OF_DISCIPLINE = ["GP", "GO", "GN"]
_KEPT = (
    "line", "row", "claim_id", "claim_key", "claim_no", "level", "line_number", "line_control", "patient_id", "payer",
    "pack", "dos", "discipline", "rendering_npi", "billing_npi", "code", "modifiers", "units", "charge",
)  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Claim lines. ``services`` are the billed services that stand, resolved, of which ``lines`` are made.

    ``lines`` has one row a line: ``line`` its place from 0, ``claim_key`` and ``level``, ``claim_no`` a number for the
    two, ``modifiers`` as text, ``charge`` and ``discipline``; ``claims`` one row per ``claim_no``.
    """

    services: pl.DataFrame
    lines: pl.DataFrame
    claims: pl.DataFrame

    @classmethod
    def of(cls, services: pl.DataFrame, config: Config) -> Lines:
        """Return the lines of services as read. A row without a claim number goes by its visit's."""
        billed = services.filter("billed")
        stands = with_levels(standing(config.resolve(billed)))
        named = [name for name in MODIFIER_COLUMNS if stands[name].null_count() < stands.height]
        made = stands.with_columns(
            claim_id=pl.coalesce("claim_id", "visit_id"),
            level=pl.col("sequence").fill_null("P"),
            modifiers=words(stands),
            discipline=pl.coalesce(
                *(pl.when(pl.col(name).is_in(_OF_DISCIPLINE)).then(name) for name in named), "stated_discipline"
            ),
            charge="charge_cents",
        )
        if made["claim_id"].null_count():
            made = made.filter(pl.col("claim_id").is_not_null())
        # lines of a claim mostly stand together: each run of them is looked up once
        new = pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in ("claim_id", "level"))
        begins = made.select(new.fill_null(True)).to_series()
        run = begins.cum_sum().cast(pl.Int64) - 1
        key = ["claim_key", "level"]
        heads = made.select("claim_id", "level").filter(begins).select(CLAIM_KEY.alias("claim_key"), "level")
        claims = heads.unique(maintain_order=True).with_columns(claim_no=pl.int_range(pl.len(), dtype=pl.Int64))
        numbers = heads.join(claims, on=key, how="left", maintain_order="left")["claim_no"]
        lines = made.with_columns(
            line=pl.int_range(pl.len(), dtype=pl.Int64),
            claim_key=heads["claim_key"].gather(run),
            claim_no=numbers.gather(run),
        ).select(_KEPT)
        return cls(stands, lines, claims)

    def numbered(self, made: pl.DataFrame) -> pl.DataFrame:
        """Add to decisions the number of the claim they answer: of their level, else of the first that there is."""
        key = ["claim_key", "level"]
        found = made.join(self.claims, on=key, how="left", maintain_order="left")
        if not found["claim_no"].null_count():
            return found
        first = self.claims.sort(key).unique("claim_key", keep="first").select("claim_key", _any="claim_no")
        return (
            found.join(first, on="claim_key", how="left", maintain_order="left")
            .with_columns(claim_no=pl.coalesce("claim_no", "_any"))
            .drop("_any")
        )

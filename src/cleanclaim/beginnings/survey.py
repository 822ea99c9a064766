"""What a clinic's files say of its payers, sites and clinicians: counts and providers, nothing of a patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cleanclaim.codes import modifiers
from cleanclaim.intake import Batch

# the kind of place that a place of service or the first two digits of a bill type nearly always stand for
_BY_PLACE = {"11": "office", "19": "outpatient_hospital", "22": "outpatient_hospital", "31": "skilled_nursing_part_b"}
_BY_BILL = {"12": "outpatient_hospital", "13": "outpatient_hospital", "22": "skilled_nursing_part_b"}
_BY_BILL |= {"23": "skilled_nursing_part_b", "34": "home_health_part_b", "74": "rehabilitation_agency"}
_BY_BILL |= {"75": "corf", "85": "critical_access_hospital"}
_MODIFIERS = [f"modifier_{n}" for n in range(1, 5)]


@dataclass
class Counts:
    """How often each value was met beside one payer, site or clinician."""

    rows: int = 0
    met: dict[str, Counter[str]] = field(default_factory=dict)

    def most(self, name: str, share: float = 0.5) -> str | None:
        """Return the value that more than ``share`` of the rows that have one agree on."""
        counts = self.met.get(name, Counter())
        best = counts.most_common(1)
        return best[0][0] if best and best[0][1] > share * counts.total() else None

    def told(self, name: str) -> list[str]:
        """Return the values met, most frequent first."""
        return [value for value, _ in self.met.get(name, Counter()).most_common()]


@dataclass
class Survey:
    """Counts by payer (its name, else its id; None: none is named), billing NPI and rendering provider."""

    payers: dict[str | None, Counts] = field(default_factory=dict)
    sites: dict[str | None, Counts] = field(default_factory=dict)
    clinicians: dict[str, Counts] = field(default_factory=dict)
    rows: int = 0
    first: date | None = None
    last: date | None = None
    billed: int = 0
    with_minutes: int = 0
    unread: int = 0
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, batches: Iterable[Batch]) -> Survey:
        """Return what the services of all batches say."""
        survey = cls()
        for batch in batches:
            survey.files = batch.files
            survey.unread += batch.unreadable.height
            if batch.services.height:
                survey._add(batch.services)
        return survey

    def _add(self, services: pl.DataFrame) -> None:
        told = services.with_columns(
            pl.coalesce("payer", "payer_id").str.strip_chars().alias("_payer"),
            _setting=pl.coalesce(
                "setting",
                pl.col("bill_type").str.slice(0, 2).replace_strict(_BY_BILL, default=None, return_dtype=pl.String),
                pl.col("place_of_service").replace_strict(_BY_PLACE, default=None, return_dtype=pl.String),
            ),
            _discipline=pl.coalesce(
                *(pl.when(pl.col(m).is_in(list(modifiers.DISCIPLINES))).then(m) for m in _MODIFIERS),
                "stated_discipline",
            ),
            _assistant=pl.coalesce(pl.when(pl.col(m).is_in(list(modifiers.ASSISTANT))).then(m) for m in _MODIFIERS),
        )
        self.rows += told.height
        self.billed += int(told["billed"].sum())
        self.with_minutes += int(told["minutes"].is_not_null().sum())
        first, last = told.select(pl.col("dos").min().alias("first"), pl.col("dos").max().alias("last")).row(0)
        self.first, self.last = min(filter(None, (self.first, first))), max(filter(None, (self.last, last)))
        _count(self.payers, told, "_payer", ("payer_id", "filing_indicator"))
        _count(self.sites, told, "billing_npi", ("_setting", "place_of_service"))
        by_person = told.drop_nulls("rendering_npi")
        _count(
            self.clinicians, by_person, "rendering_npi", ("credential", "taxonomy", "_discipline", "_assistant", "by")
        )


def _count(
    counts: dict[str, Counts] | dict[str | None, Counts], told: pl.DataFrame, key: str, names: tuple[str, ...]
) -> None:
    for value, rows in told.group_by(key, maintain_order=True).agg(pl.len()).iter_rows():
        counts.setdefault(value, Counts()).rows += rows
    for name in names:
        met = told.drop_nulls(name).group_by(key, name, maintain_order=True).agg(pl.len())
        for value, other, rows in met.iter_rows():
            counts[value].met.setdefault(name, Counter())[other] += rows

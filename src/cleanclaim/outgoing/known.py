"""What is known beside the services: coverage by patient and payer, facts by claim, names by NPI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cleanclaim.config import Config
from cleanclaim.config.names import folded
from cleanclaim.config.sending import Name
from cleanclaim.errors import InputError
from cleanclaim.intake.registers import Register

Row = Mapping[str, Any]
SEQUENCES = "PST"
_OWN = (
    *("last_name", "first_name", "middle_name", "suffix", "birth_date", "sex"),
    *("street", "street_2", "city", "state", "zip"),
)


@dataclass(frozen=True)
class Known:
    """Rows of the patients file by patient, claim facts by claim, names of clinicians and physicians by NPI."""

    config: Config
    patients: Mapping[str, tuple[Row, ...]]
    facts: Mapping[str, Row]
    names: Mapping[str, Name]
    taxonomies: Mapping[str, str]

    @classmethod
    def of(cls, config: Config, patients: Register, facts: Register | None) -> Known:
        """Return what the files and the configuration say; InputError for a claim that has facts twice."""
        by_patient: dict[str, list[Row]] = {}
        for row in patients.rows.iter_rows(named=True):
            by_patient.setdefault(row["patient_id"], []).append(row)
        by_claim: dict[str, Row] = {}
        for row in facts.rows.iter_rows(named=True) if facts else ():
            if by_claim.setdefault(row["claim_id"], row) is not row:
                raise InputError(f"{facts.file if facts else ''}, line {row['line']}: the claim's facts stand twice")
        return cls(
            config,
            {patient: tuple(rows) for patient, rows in by_patient.items()},
            by_claim,
            _names(config, patients),
            {one.npi: one.taxonomy for one in config.clinicians if one.npi and one.taxonomy},
        )

    def payer_key(self, name: str | None) -> str | None:
        """Return the name by which all names of a payer are one."""
        return None if name is None else self.config.payer_id(name) or folded(name)

    def coverages(self, patient: str, on: date) -> list[Row]:
        """Return the rows of a patient's payers on a day, primary first."""
        rows = [row for row in self.patients.get(patient, ()) if _covers(row, on)]
        return sorted(rows, key=lambda row: SEQUENCES.index(row["sequence"] or "P"))

    def person(self, patient: str) -> tuple[dict[str, Any], list[str]]:
        """Return the patient's own facts, from all rows, and the columns in which the rows contradict each other."""
        found: dict[str, Any] = {}
        differing: list[str] = []
        for name in _OWN:
            values = list(dict.fromkeys(row[name] for row in self.patients.get(patient, ()) if row[name] is not None))
            found[name] = values[0] if values else None
            if len(values) > 1:
                differing.append(name)
        return found, differing


def _covers(row: Row, on: date) -> bool:
    first, last = row["covered_from"], row["covered_through"]
    return (first is None or first <= on) and (last is None or on <= last)


def _names(config: Config, patients: Register) -> dict[str, Name]:
    """Names by NPI; what the configuration says comes before the patients file."""
    said = patients.rows.select("referring_npi", "referring_last_name", "referring_first_name").unique(
        maintain_order=True
    )
    names = {npi: Name(last, first) for npi, last, first in said.iter_rows() if npi is not None and last is not None}
    names |= config.sending.physicians
    return names | {one.npi: one.name for one in config.clinicians if one.npi and one.name}

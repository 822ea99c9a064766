"""``cleanclaim.toml``: a clinic's payers, sites, clinicians and rules, and how they fill what its files leave out."""

from __future__ import annotations

from cleanclaim.config.clinic import Config
from cleanclaim.config.example import EXAMPLE, FILE_NAME
from cleanclaim.config.people import Clinician, Site

__all__ = ["EXAMPLE", "FILE_NAME", "Clinician", "Config", "Site"]

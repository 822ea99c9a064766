"""A linter for outpatient therapy claims.

    >>> import cleanclaim
    >>> cleanclaim.pairs("97150", "97530", on="2024-07-15", setting="practitioner")["denied_without_modifier"]
    '97530'

Names are loaded when they are first used, so that ``import cleanclaim`` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleanclaim.app import check, fix
    from cleanclaim.auditing import audit_note
    from cleanclaim.citation import Citation
    from cleanclaim.codes.ncci import pairs
    from cleanclaim.codes.page import code_page as code
    from cleanclaim.config import Config
    from cleanclaim.dated import Span
    from cleanclaim.engine.pricing import price_visit as price
    from cleanclaim.engine.report import Report
    from cleanclaim.engine.units import allocate_visit as allocate
    from cleanclaim.errors import (
        CleanclaimError,
        ConfigError,
        InputError,
        MissingTable,
        UnknownCode,
        UnknownPayer,
        UnreadableFile,
        UnsupportedFile,
    )
    from cleanclaim.fixes.outcome import Fixed
    from cleanclaim.notes.read import read_note
    from cleanclaim.rules import all_rules
    from cleanclaim.rules.rule import Rule
    from cleanclaim.x12 import X12Claims, read_837

_HOME = {
    "check": ("cleanclaim.app", "check"),
    "fix": ("cleanclaim.app", "fix"),
    "audit_note": ("cleanclaim.auditing", "audit_note"),
    "read_note": ("cleanclaim.notes.read", "read_note"),
    "Citation": ("cleanclaim.citation", "Citation"),
    "pairs": ("cleanclaim.codes.ncci", "pairs"),
    "code": ("cleanclaim.codes.page", "code_page"),
    "Config": ("cleanclaim.config", "Config"),
    "Span": ("cleanclaim.dated", "Span"),
    "price": ("cleanclaim.engine.pricing", "price_visit"),
    "Report": ("cleanclaim.engine.report", "Report"),
    "allocate": ("cleanclaim.engine.units", "allocate_visit"),
    "CleanclaimError": ("cleanclaim.errors", "CleanclaimError"),
    "ConfigError": ("cleanclaim.errors", "ConfigError"),
    "InputError": ("cleanclaim.errors", "InputError"),
    "MissingTable": ("cleanclaim.errors", "MissingTable"),
    "UnknownCode": ("cleanclaim.errors", "UnknownCode"),
    "UnknownPayer": ("cleanclaim.errors", "UnknownPayer"),
    "UnreadableFile": ("cleanclaim.errors", "UnreadableFile"),
    "UnsupportedFile": ("cleanclaim.errors", "UnsupportedFile"),
    "Fixed": ("cleanclaim.fixes.outcome", "Fixed"),
    "all_rules": ("cleanclaim.rules", "all_rules"),
    "Rule": ("cleanclaim.rules.rule", "Rule"),
    "X12Claims": ("cleanclaim.x12", "X12Claims"),
    "read_837": ("cleanclaim.x12", "read_837"),
}

__all__ = [
    "Citation",
    "CleanclaimError",
    "Config",
    "ConfigError",
    "Fixed",
    "InputError",
    "MissingTable",
    "Report",
    "Rule",
    "Span",
    "UnknownCode",
    "UnknownPayer",
    "UnreadableFile",
    "UnsupportedFile",
    "X12Claims",
    "all_rules",
    "allocate",
    "audit_note",
    "check",
    "code",
    "fix",
    "pairs",
    "price",
    "read_837",
    "read_note",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cleanclaim' has no attribute {name!r}")
    module, attribute = _HOME[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

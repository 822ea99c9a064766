"""What the cells of a column look like: which kinds of value they can be, whatever the header says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import polars as pl

from cleanclaim.codes import hcpcs, modifiers, npi
from cleanclaim.intake.cells import KINDS, date_of, modifier_list
from cleanclaim.intake.fields import FIELDS

DATE_FORMATS = (
    "%m/%d/%y",
    "%m-%d-%Y",
    "%m-%d-%y",
    "%m.%d.%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%d.%m.%Y",
    "%d/%m/%Y",
)
SEPARATORS = ("+", "&", "_", "~", "^", "*")
MOST = 0.8
_CODE = r"^(?:\d{5}|[A-Z]\d{4}|\d{4}[A-Z])(?:\.0)?$"
_ICD = r"^(?:[A-TV-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?[\s,;|]*)+$"
_SERIAL = r"^(?:3[3-9]|[4-8]\d)\d{3}(?:\.\d+)?$"


@dataclass(frozen=True)
class Look:
    """A column's cells: how many have text, how many texts there are, and the text of each.

    ``serials``: a number may be a day, as spreadsheets count them.
    """

    filled: int
    distinct: int
    cells: pl.Series
    serials: bool = False

    @classmethod
    def of(cls, cells: pl.Series, *, serials: bool = False) -> Look:
        """Return the look of a column of text."""
        texts = cells.str.strip_chars().drop_nulls()
        texts = texts.filter(texts != "")
        return cls(texts.len(), texts.n_unique(), texts.rename("cell"), serials)

    def share(self, holds: pl.Expr) -> float:
        """Return the share of the cells with text for which ``holds`` is true; 1 where no cell has text."""
        if not self.filled:
            return 1.0
        return float(self.cells.to_frame().select(holds.fill_null(False).mean()).item())

    def fits(self, field: str) -> bool:
        """Return whether most cells can be values of a field.

        >>> Look.of(pl.Series(["97530", "97110"])).fits("code"), Look.of(pl.Series(["Ann"])).fits("minutes")
        (True, False)
        """
        kind = FIELDS[field].kind
        return self.share(_TESTS[kind]() if kind in _TESTS else _read_as(kind)) >= MOST or (
            kind == "date" and self.date_format() is not None
        )

    @property
    def therapy_codes(self) -> float:
        """The share of cells that are procedure codes of the therapy tables."""
        return self.share(_upper().str.replace(r"\.0$", "").is_in(_known_codes()))

    @property
    def npis(self) -> float:
        """The share of cells that are ten digits whose check digit holds."""
        if not self.filled:
            return 0.0
        return int(npi.valid(self.cells.str.replace(r"\.0$", "")).fill_null(False).sum()) / self.filled

    @property
    def disciplines(self) -> float:
        """The share of cells that hold GP, GO or GN."""
        return self.share(
            modifier_list(_cell()).list.set_intersection(pl.lit(list(modifiers.DISCIPLINES))).list.len() > 0
        )

    @property
    def whole(self) -> tuple[int, int] | None:
        """The least and the greatest where the cells are whole numbers, else None."""
        if not self.filled or not self.fits("minutes") or self.share(_cell().str.contains(":")):
            return None
        numbers = self.cells.to_frame().select(KINDS["minutes"].parse(_cell())).to_series().drop_nulls()
        return int(numbers.min()), int(numbers.max())  # type: ignore[arg-type]

    @property
    def with_cents(self) -> bool:
        """True where the cells are amounts with cents or a dollar sign."""
        return self.filled > 0 and self.fits("charge") and self.share(_cell().str.contains(r"[.$]\d")) >= MOST

    def date_format(self) -> str | None:
        """Return the format in which the cells are dates: "" where they are read without being told, None for none."""
        if not self.filled:
            return ""
        if self.share(_date()) >= MOST or (self.serials and self.share(_cell().str.contains(_SERIAL)) >= MOST):
            return ""
        shares = {form: self.share(date_of((form,))(_cell()).is_not_null()) for form in DATE_FORMATS}
        best = max(DATE_FORMATS, key=lambda form: shares[form])
        return best if shares[best] >= MOST else None

    def separator(self) -> str | None:
        """Return what stands between the modifiers of a cell, None where it is read without being told."""
        if self.share(_read_as("modifiers")) == 1:
            return None
        shares = {
            each: self.share(modifier_list(_cell().str.replace_all(each, " ", literal=True)).is_not_null())
            for each in SEPARATORS
        }
        best = max(SEPARATORS, key=lambda each: shares[each])
        return best if shares[best] >= MOST else None


def _cell() -> pl.Expr:
    return pl.col("cell")


def _upper() -> pl.Expr:
    return _cell().str.to_uppercase()


def _date() -> pl.Expr:
    return date_of()(_cell()).is_not_null()


def _read_as(kind: str) -> pl.Expr:
    return KINDS[kind].parse(_cell()).is_not_null()


def _modifiers() -> pl.Expr:
    spread = _cell()
    for each in SEPARATORS:
        spread = spread.str.replace_all(each, " ", literal=True)
    return modifier_list(spread).is_not_null()


_TESTS: dict[str, Callable[[], pl.Expr]] = {
    "code": lambda: _upper().str.contains(_CODE),
    "list": lambda: _upper().str.contains(_ICD),
    "date": _date,
    "modifiers": _modifiers,
    "text": lambda: pl.lit(True),
    "npi": lambda: pl.lit(True),
    "upper": lambda: pl.lit(True),
}


@cache
def _known_codes() -> list[str]:
    return sorted(hcpcs.catalogue()["code"].to_list())

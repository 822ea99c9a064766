"""Cells of text to values, a whole column at a time: one converter for each kind of cell, for every kind of file.

A converter is an expression that is null where the text cannot be read. Nothing is guessed: a date that does not
exist, half a minute or a third decimal of a cent is not read, and reported with the place where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from cleanclaim.claims.schema import ROLES, SETTINGS
from cleanclaim.codes import modifiers

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
MINUTES_A_DAY = 24 * 60
_SEPARATORS = r"[\s,;|]+"
_SUFFIX = r"(?:\.0)?$"


@dataclass(frozen=True, slots=True)
class CellKind:
    """How one kind of cell is read: ``parse`` gives null where it cannot be; ``wanted`` is what to write instead."""

    parse: Callable[[pl.Expr], pl.Expr]
    wanted: str


def _text(cell: pl.Expr) -> pl.Expr:
    return cell


def _npi(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace(r"^(\d+)\.0$", "$1")


def _upper(cell: pl.Expr) -> pl.Expr:
    return cell.str.to_uppercase()


def _matching(pattern: str, width: int = 0) -> Callable[[pl.Expr], pl.Expr]:
    """Return a converter to the first group of ``pattern``, in upper case, filled with zeros to ``width``."""

    def parse(cell: pl.Expr) -> pl.Expr:
        found = cell.str.to_uppercase().str.extract(pattern, 1)
        return found.str.zfill(width) if width else found

    return parse


def _one_of(words: dict[str, str] | dict[str, bool], dtype: pl.DataType) -> Callable[[pl.Expr], pl.Expr]:
    """Return a converter of the words, read without case, spaces, hyphens and underscores."""
    table = {_bare(word): value for word, value in words.items()}

    def parse(cell: pl.Expr) -> pl.Expr:
        bare = cell.str.to_lowercase().str.replace_all(r"[\s_\-]+", "")
        return bare.replace_strict(table, default=None, return_dtype=dtype)

    return parse


@cache
def _roles() -> Callable[[pl.Expr], pl.Expr]:
    """The converter of who gave a service: a role, or a credential that says one, such as COTA/L."""
    return _one_of(modifiers.credential_roles() | {role: role for role in ROLES}, pl.String())


def _bare(word: str) -> str:
    return word.lower().replace(" ", "").replace("_", "").replace("-", "")


def _whole(first: int, last: int) -> Callable[[pl.Expr], pl.Expr]:
    def parse(cell: pl.Expr) -> pl.Expr:
        number = cell.str.extract(r"^\+?(\d{1,9})(?:\.0*)?$", 1).cast(pl.Int64)
        return pl.when(number.is_between(first, last)).then(number)

    return parse


def _minutes(cell: pl.Expr) -> pl.Expr:
    """Whole minutes, or hours and minutes below five hours: "15:00" may be minutes and seconds, and is not read."""
    parts = cell.str.extract_groups(r"^0?(?<hours>[0-4]):(?<minutes>[0-5]\d)(?::00(?:\.0+)?)?$")
    hours, minutes = (parts.struct.field(name).cast(pl.Int64) for name in ("hours", "minutes"))
    return pl.coalesce(_whole(0, MINUTES_A_DAY)(cell), hours * 60 + minutes)


def _units(cell: pl.Expr) -> pl.Expr:
    number = cell.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _money(cell: pl.Expr) -> pl.Expr:
    """Cents by the digits alone: a dollar sign, commas of thousands, a minus sign or parentheses are read."""
    parts = cell.str.replace_all(r"[\s$]", "").str.extract_groups(
        r"^(?<open>\()?(?<minus>-)?(?<whole>\d{1,3}(?:,\d{3}){1,3}|\d{0,12})(?:\.(?<cents>\d{0,2})0*)?(?<close>\))?$"
    )
    whole, cents = parts.struct.field("whole"), parts.struct.field("cents").fill_null("")
    opened, closed = parts.struct.field("open").is_not_null(), parts.struct.field("close").is_not_null()
    amount = whole.str.replace_all(",", "").str.zfill(1).cast(pl.Int64) * 100 + cents.str.pad_end(2, "0").cast(pl.Int64)
    negative = opened ^ parts.struct.field("minus").is_not_null()
    digits = (whole + cents).str.len_bytes() > 0
    return pl.when(digits & (opened == closed)).then(pl.when(negative).then(-amount).otherwise(amount))


def _amount(cell: pl.Expr) -> pl.Expr:
    cents = _money(cell)
    return pl.when(cents >= 0).then(cents)


def date_of(formats: tuple[str, ...] = ()) -> Callable[[pl.Expr], pl.Expr]:
    """Return a converter of dates: of these formats or ISO; without any of ISO, US dates and YYYYMMDD.

    A time of day is cut off.

    >>> pl.select(date_of()(pl.lit("3/4/2026"))).item()
    datetime.date(2026, 3, 4)
    >>> pl.select(date_of(("%m/%d/%y",))(pl.lit("03/04/26 0:00"))).item()
    datetime.date(2026, 3, 4)
    """
    tried = [*formats, "%Y-%m-%d"] if formats else ["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"]

    def parse(cell: pl.Expr) -> pl.Expr:
        plain = cell.str.replace(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?$", "")
        day = pl.coalesce(plain.str.to_date(each, strict=False) for each in tried)
        return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day)

    return parse


def _time(cell: pl.Expr) -> pl.Expr:
    """Minutes after midnight; seconds are cut off; 24:00 is the end of the day."""
    parts = cell.str.to_uppercase().str.extract_groups(
        r"^(?<hour>\d{1,2}):(?<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?\s*(?:(?<half>[AP])\.?M\.?)?$"
    )
    hour, minute = (parts.struct.field(name).cast(pl.Int64) for name in ("hour", "minute"))
    half = parts.struct.field("half")
    noon_based = hour % 12 + pl.when(half == "P").then(12).otherwise(0)
    clock = pl.when(half.is_null()).then(hour * 60 + minute).when(hour.is_between(1, 12)).then(noon_based * 60 + minute)
    return pl.when(clock <= MINUTES_A_DAY).then(clock)


def _list(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(_SEPARATORS, " ").str.strip_chars()


def _pointers(cell: pl.Expr) -> pl.Expr:
    """Places as numbers; the letters A to L of the paper form are 1 to 12, also written together."""
    letters = [chr(ord("A") + n) for n in range(12)]
    spread = cell.str.to_uppercase().str.replace_many(letters, [f" {n} " for n in range(1, 13)])
    places = spread.str.replace_all(r"[\s,:;|]+", " ").str.strip_chars()
    return pl.when(places.str.contains(r"^\d{1,2}( \d{1,2})*$")).then(places)


def _occurrences(cell: pl.Expr) -> pl.Expr:
    """Codes with their dates, as "11:2026-03-01 35:2026-03-02"; a code may stand without a date."""
    tidy = cell.str.to_uppercase().str.replace_all(r"\s*[:=]\s*", ":").str.replace_all(r"[\s,;|]+", " ")
    iso = (
        tidy.str.replace_all(r":(\d{4})(\d{2})(\d{2})\b", ":$1-$2-$3")
        .str.replace_all(r"([:/])(\d)/", "${1}0$2/")
        .str.replace_all(r"/(\d)/", "/0$1/")
        .str.replace_all(r":(\d{2})/(\d{2})/(\d{4})\b", ":$3-$1-$2")
    )
    days = iso.str.extract_all(r"\d{4}-\d{2}-\d{2}")
    real = days.list.eval(pl.element().str.to_date("%Y-%m-%d", strict=False).is_between(FIRST_DAY, LAST_DAY)).list
    listed = iso.str.contains(r"^[0-9A-Z]\d(?::\d{4}-\d{2}-\d{2})?(?: [0-9A-Z]\d(?::\d{4}-\d{2}-\d{2})?)*$")
    return pl.when(listed & real.all() & (real.count_matches(True) == days.list.len())).then(iso)


def modifier_list(cell: pl.Expr) -> pl.Expr:
    """Return the modifiers of a cell as a list of upper-case texts, null where it holds anything else.

    >>> pl.select(modifier_list(pl.lit("gp:59"))).item().to_list()
    ['GP', '59']
    """
    upper = cell.str.to_uppercase()
    return pl.when(upper.str.contains(r"^(?:[A-Z0-9]{2}[\s,:;|/.\-]*)+$")).then(upper.str.extract_all("[A-Z0-9]{2}"))


_DISCIPLINES = {"GP": "GP", "PT": "GP", "GO": "GO", "OT": "GO", "GN": "GN", "SLP": "GN", "ST": "GN"}
_YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0"), False),
}
_SEQUENCES = {
    **dict.fromkeys(("P", "primary", "1"), "P"),
    **dict.fromkeys(("S", "secondary", "2"), "S"),
    **dict.fromkeys(("T", "tertiary", "3"), "T"),
}
_FORMS = {
    **dict.fromkeys(("professional", "CMS-1500", "837P"), "professional"),
    **dict.fromkeys(("institutional", "UB-04", "837I"), "institutional"),
}

KINDS: dict[str, CellKind] = {
    "text": CellKind(_text, "text"),
    "upper": CellKind(_upper, "text"),
    "npi": CellKind(_npi, "an NPI"),
    "list": CellKind(_list, "codes separated by spaces"),
    "date": CellKind(date_of(), "a date such as 2026-03-04, 03/04/2026 or 20260304"),
    "code": CellKind(_matching(rf"^([A-Z0-9]{{1,8}}){_SUFFIX}"), "a procedure code"),
    "modifiers": CellKind(modifier_list, "modifiers of two characters each, such as GP 59"),
    "units": CellKind(_units, "a number"),
    "minutes": CellKind(_minutes, f"whole minutes from 0 to {MINUTES_A_DAY}, or hours and minutes such as 0:45"),
    "count": CellKind(_whole(1, 999_999), "a whole number from 1"),
    "days": CellKind(_whole(0, 31), "a whole number of days from 0 to 31"),
    "time": CellKind(_time, "a time such as 09:05, 13:30 or 1:30 PM"),
    "money": CellKind(_money, "an amount in dollars and cents, such as 120.00"),
    "amount": CellKind(_amount, "an amount in dollars and cents from 0.00, such as 120.00"),
    "yes_no": CellKind(_one_of(_YES_NO, pl.Boolean()), "yes or no"),
    "role": CellKind(lambda cell: _roles()(cell), ", ".join(ROLES)),
    "discipline": CellKind(_one_of(_DISCIPLINES, pl.String()), "GP, GO or GN"),
    "setting": CellKind(_one_of({name: name for name in SETTINGS}, pl.String()), ", ".join(SETTINGS)),
    "sequence": CellKind(_one_of(_SEQUENCES, pl.String()), "P, S or T"),
    "claim_form": CellKind(_one_of(_FORMS, pl.String()), "professional or institutional"),
    "frequency": CellKind(_matching(rf"^([0-9A-Z]){_SUFFIX}"), "one digit, such as 1, 7 or 8"),
    "place": CellKind(_matching(rf"^([0-9A-Z]{{1,2}}){_SUFFIX}", 2), "a two-digit place of service"),
    "bill_type": CellKind(_matching(rf"^0?([1-9]\d[0-9A-Z]){_SUFFIX}"), "a bill type such as 131"),
    "revenue_code": CellKind(_matching(rf"^(\d{{3,4}}){_SUFFIX}", 4), "a four-digit revenue code"),
    "mac": CellKind(_matching(rf"^(\d{{4,5}}){_SUFFIX}", 5), "a five-digit contractor number"),
    "locality": CellKind(_matching(rf"^(\d{{1,2}}){_SUFFIX}", 2), "a two-digit locality"),
    "pointers": CellKind(_pointers, "places in the list of diagnoses, such as 1 2"),
    "occurrences": CellKind(_occurrences, "occurrence codes with their dates, such as 11:2026-03-01 35:2026-03-02"),
}


def shown(cell: pl.Expr) -> pl.Expr:
    """Return what a message may say of a cell: its text where that is a short number, date or time, else its length.

    A column may be shifted, so what could be a name or a member number is never shown.

    >>> pl.Series("c", ["02/30/2026", "Ann"]).to_frame().select(shown(pl.col("c")))["c"].to_list()
    ["'02/30/2026'", 'a text of 3 characters']
    """
    return (
        pl.when(cell.str.contains(_HARMLESS))
        .then(pl.format("'{}'", cell))
        .otherwise(pl.format("a text of {} characters", cell.str.len_chars()))
    )


_HARMLESS = (
    r"^(?:[-+($]*[\d,]{1,6}(?:\.\d{1,4})?\)?|[\d]{1,2}:\d{1,2}(?::\d{1,2})?(?: ?[AaPp][Mm])?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:19|20)\d{2}[01]\d[0-3]\d)$"
)

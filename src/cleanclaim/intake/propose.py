"""A mapping proposed for a table with headers of its own: by the words of its headers and by what its cells hold.

A header that says what our field is called, over cells that can be its values, is taken. What only the cells say, or a
header that says it half, is taken where nothing else could be meant, and is to be confirmed. All else is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cleanclaim.intake.cells import KINDS
from cleanclaim.intake.fields import FIELDS, KEYS
from cleanclaim.intake.headers import LIKELY, PERHAPS, SURE, is_about, score
from cleanclaim.intake.looks import Look
from cleanclaim.intake.mapping import SPREAD
from cleanclaim.intake.sample import Sample

_MOST_UNITS = 20
_NPIS = ("rendering_npi", "referring_npi", "attending_npi", "billing_npi")


@dataclass(frozen=True)
class Column:
    """A column that a field is read from. ``why``: what is to be confirmed, None where it is sure."""

    field: str
    header: str
    why: str | None = None


@dataclass(frozen=True)
class Question:
    """A column that may be a field, with what must be known before it is."""

    field: str
    header: str
    text: str


@dataclass(frozen=True)
class Proposal:
    """What a table's columns are taken for; ``unread`` are the headers of the others."""

    sample: Sample
    columns: tuple[Column, ...]
    questions: tuple[Question, ...] = ()
    date_formats: tuple[str, ...] = ()
    separator: str | None = None
    unread: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """What no row can be checked without, and no column was found for."""
        has = {column.field for column in self.columns}
        return (*(name for name in ("code", "dos") if name not in has), *(() if has & {*KEYS} else ("patient_id",)))

    @property
    def usable(self) -> bool:
        return not self.missing


def propose(sample: Sample) -> Proposal:
    """Return what each column of a table is taken for, and what must be asked."""
    table = _Table(sample)
    table.take_by_header()
    table.take_by_cells()
    table.settle_numbered()
    taken = [table.taken[place] for place in sorted(table.taken)]
    days = [place for place, one in table.taken.items() if FIELDS[one.field].kind == "date"]
    dates = [sample.looks[place].date_format() for place in days if sample.looks[place].filled]
    marks = [sample.looks[place].separator() for place, one in table.taken.items() if one.field == "modifiers"]
    return Proposal(
        sample,
        tuple(taken),
        tuple(table.questions()),
        tuple(dict.fromkeys(form or "" for form in dates)),
        next((mark for mark in marks if mark is not None), None),
        tuple(name for place, name in enumerate(sample.header) if name and place not in table.taken),
    )


class _Table:
    """The columns of a table, as they are taken one by one."""

    def __init__(self, sample: Sample) -> None:
        self.header, self.looks = sample.header, sample.looks
        self.taken: dict[int, Column] = {}

    def free(self) -> list[int]:
        return [place for place, name in enumerate(self.header) if name and place not in self.taken]

    def has(self, *fields: str) -> bool:
        return any(column.field in fields for column in self.taken.values())

    def take(self, place: int, field: str, why: str | None = None) -> None:
        self.taken[place] = Column(field, self.header[place], why)

    def take_by_header(self) -> None:
        """Take the columns whose headers say what they are, the clearest first."""
        scored = [
            (score(field, name), -place, field) for place, name in enumerate(self.header) if name for field in FIELDS
        ]
        for points, place, field in sorted((each for each in scored if each[0] >= LIKELY), reverse=True):
            place = -place
            same = [other for other, one in self.taken.items() if one.field == field]
            repeated = field in SPREAD and all(self.header[other] == self.header[place] for other in same)
            if (
                place in self.taken
                or (same and not repeated)
                or not _holds(field, self.header[place], self.looks[place])
            ):
                continue
            self.take(place, field, None if points >= SURE else "by its header alone")

    def take_by_cells(self) -> None:
        """Take the columns that only their cells tell, where no other could be meant."""
        codes = [place for place in self.free() if self._is_codes(self.looks[place])]
        if not self.has("code") and len(codes) == 1:
            self.take(codes[0], "code", "its cells are procedure codes")
        days = [p for p in self.free() if self.looks[p].filled and self.looks[p].fits("dos")]
        days = [place for place in days if not is_about(self.header[place], *_OTHER_DAYS)]
        if not self.has("dos") and len(days) == 1:
            self.take(days[0], "dos", "it is the only column of dates")
        for field, holds in (("modifiers", _is_modifiers), ("diagnoses", _is_diagnoses)):
            found = [place for place in self.free() if holds(self.looks[place])]
            if found and not self.has(field, f"{SPREAD[field]}1") and len(found) <= 4:
                for n, place in enumerate(found, 1):
                    name = field if len(found) == 1 else f"{SPREAD[field]}{n}"
                    self.take(place, name, f"its cells are {'modifiers' if field == 'modifiers' else 'ICD-10 codes'}")
        names = [p for p in self.free() if is_about(self.header[p], "patient") and is_about(self.header[p], "name")]
        if not self.has(*KEYS) and len(names) == 1:
            self.take(
                names[0], "patient_id", "there is no patient number; two patients of one name would be taken for one"
            )

    @staticmethod
    def _is_codes(look: Look) -> bool:
        return look.filled > 0 and look.fits("code") and look.therapy_codes >= 0.5

    def settle_numbered(self) -> None:
        """A column "Mod" beside "Mod2" is the first of them."""
        for field, begin in SPREAD.items():
            numbered = {one.field for one in self.taken.values() if one.field.startswith(begin)}
            for place, one in self.taken.items():
                if one.field == field and numbered and f"{begin}1" not in numbered:
                    self.taken[place] = replace(one, field=f"{begin}1")

    def questions(self) -> Iterator[Question]:
        """Yield what must be known before a column that is left can be read."""
        for place in self.free():
            name, look = self.header[place], self.looks[place]
            if not look.filled:
                continue
            asked = self._question(name, look)
            if asked is not None:
                yield Question(asked[0], name, asked[1])

    def _question(self, name: str, look: Look) -> tuple[str, str] | None:
        if not self.has("dos") and look.fits("dos"):
            return "dos", "is this the date of service?"
        if not self.has("code") and look.fits("code"):
            return "code", "are these the procedure codes?"
        if look.npis >= 0.8 and not is_about(name, "patient"):
            field = next((each for each in _NPIS if not self.has(each)), None)
            return (field, f"whose NPI is this? It may be {', '.join(_NPIS[:-1])} or {_NPIS[-1]}.") if field else None
        if not self.has("minutes") and is_about(name, "minutes", "time", "duration") and look.fits("minutes"):
            return "minutes", "are these the one-on-one minutes of each code? Minutes of a whole visit cannot be used."
        if not self.has("units") and look.whole is not None and look.whole[1] <= _MOST_UNITS and _counts(name):
            return "units", "are these the units billed?"
        if not self.has("charge") and look.with_cents and is_about(name, "charge", "amount", "fee", "billed", "rate"):
            return "charge", "is this the charge of the whole line, for all its units?"
        if not self.has("visit_id", "claim_id") and _is_numbered(name):
            return "visit_id", "is this the number of the visit?"
        for field in FIELDS:
            if score(field, name) >= PERHAPS and not self.has(field) and _holds(field, name, look):
                return field, "is it this?"
        return self._misfit(name)

    def _misfit(self, name: str) -> tuple[str, str] | None:
        """Return the field that a header plainly says, where its cells are not written as such values are."""
        for field in FIELDS:
            if score(field, name) >= SURE and not self.has(field):
                return field, f"most of its cells are not {KINDS[FIELDS[field].kind].wanted}."
        return None


_OTHER_DAYS = (
    "birth",
    "dob",
    "posted",
    "posting",
    "entry",
    "created",
    "paid",
    "payment",
    "injury",
    "onset",
    "referring",
)


def _counts(name: str) -> bool:
    return not is_about(name, "minutes", "visit", "line", "age", "sequence", "number", "id", "authorization", "auth")


def _is_numbered(name: str) -> bool:
    """Return whether a column that is no patient's number may be the visit's."""
    if not is_about(name, "account", "encounter", "claim", "visit", "case"):
        return False
    return score("patient_id", name) >= LIKELY or is_about(name, "number", "id")


def _holds(field: str, name: str, look: Look) -> bool:
    """Return whether a column's cells can be values of the field that its header says."""
    if field in _NPIS and field != "rendering_npi":
        return look.npis >= 0.8 or (not look.filled and is_about(name, "npi"))
    if field == "credential":
        from cleanclaim.codes import modifiers

        known = set(modifiers.credential_discipline()["credential"])
        return look.filled > 0 and sum(text.upper() in known for text in look.cells) >= 0.5 * look.filled
    if field == "claim_charge":
        return look.fits("charge")
    return look.fits(field)


def _is_modifiers(look: Look) -> bool:
    return look.filled > 0 and look.fits("modifiers") and look.disciplines >= 0.3


def _is_diagnoses(look: Look) -> bool:
    return look.filled > 0 and look.fits("diagnoses") and not look.fits("code")

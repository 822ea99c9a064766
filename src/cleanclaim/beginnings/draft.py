"""A configuration drawn from files, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleanclaim import intake
from cleanclaim.beginnings.headers import Headers, together
from cleanclaim.beginnings.survey import Survey
from cleanclaim.beginnings.written import written
from cleanclaim.errors import CleanclaimError
from cleanclaim.intake.found import Found, find
from cleanclaim.intake.propose import Proposal, propose
from cleanclaim.intake.sample import samples


@dataclass(frozen=True)
class Draft:
    """What was drawn: ``text`` is the configuration; ``paths`` what `check` can read with it.

    ``proposals`` are the tables of rows met, ``faults`` the files that cannot be read at all.
    """

    paths: tuple[Path, ...]
    headers: Headers
    survey: Survey
    proposals: tuple[Proposal, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    text: str

    @property
    def empty(self) -> bool:
        """True where nothing was found in any file."""
        return not self.survey.rows and not any(one.columns or one.questions for one in self.proposals)

    @property
    def waiting(self) -> tuple[Proposal, ...]:
        """The tables that cannot be read before a question is answered."""
        return tuple(one for one in self.proposals if not one.usable)


def draft(paths: Sequence[Path]) -> Draft:
    """Return a configuration drawn from ``paths``: files, folders or archives, as `check` takes them.

    Raises UnreadableFile or UnsupportedFile where a file that is named cannot be read at all.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "charges.csv"
    ...     _ = path.write_text("Pt Acct,Svc Dt,CPT,Qty,Ins Name\\n7,03/04/26,97530,2,MEDICARE\\n")
    ...     headers = draft([path]).headers.mapping
    >>> headers.columns["patient_id"], headers.date_formats
    (('Pt Acct',), ('%m/%d/%y',))
    """
    found, notes = find(paths)
    proposals, faults = [], []
    for one in found:
        try:
            if one.fault is not None:
                raise one.fault
            proposals += _of_file(one)
        except CleanclaimError as error:
            if one.named:
                raise
            faults.append(error.message)
    readable = [one for one in proposals if one.usable]
    headers = together(readable or proposals)
    survey = Survey.of(_batches(found, paths, proposals, headers))
    lacking = {one.sample.file for one in proposals} - {one.sample.file for one in readable}
    good = tuple(path for path in paths if str(path) not in lacking)
    text = written(headers, survey, [one.content.name for one in found], proposals)
    return Draft(good, headers, survey, tuple(proposals), tuple(faults), tuple(notes), text)


def _of_file(found: Found) -> list[Proposal]:
    """Return the proposals for a file's tables; of a workbook those that can be read, else the best of the others."""
    made = [propose(sample) for sample in samples(found)]
    usable = [one for one in made if one.usable]
    return usable or sorted(made, key=lambda one: len(one.missing))[:1]


def _batches(
    found: Sequence[Found], paths: Sequence[Path], proposals: Sequence[Proposal], headers: Headers
) -> Iterable[intake.Batch]:
    """Return what the files hold, read as `check` would read them."""
    lacking = {one.sample.file for one in proposals if not one.usable}
    usable = [path for path in paths if str(path) not in lacking and _has_rows(path, found, lacking)]
    return intake.batches(usable, mapping=headers.mapping) if usable else []


def _has_rows(path: Path, found: Sequence[Found], lacking: set[str]) -> bool:
    """Return whether a path, or a file in it, can be read."""
    names = [one.content.name for one in found if one.kind is not None]
    inside = [name for name in names if name == str(path) or name.startswith(f"{path}/") or str(path) == "."]
    return any(name not in lacking for name in inside)

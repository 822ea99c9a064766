"""``cleanclaim check --fix``: what was changed, line by line, and the files written anew."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanclaim.cli.layout import paragraph, show
from cleanclaim.cli.output import emit
from cleanclaim.cli.target import Target, same_place
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted

if TYPE_CHECKING:
    from cleanclaim.engine.report import Report
    from cleanclaim.fixes.outcome import Fixed

_OPTION = "--output-fixed"
_MOST_SHOWN = 200


@dataclass
class FixedFiles:
    """Where fixed files go: ``output`` for a single input, else NAME.fixed.EXT beside each; nowhere on a dry run."""

    inputs: Sequence[str]
    output: Path | None = None
    dry_run: bool = False
    force: bool = False
    written: dict[str, Path] = field(default_factory=dict)
    fixed: Fixed | None = None

    @classmethod
    def of(
        cls,
        inputs: Sequence[str],
        fix: bool,
        output: Path | None,
        *,
        dry_run: bool,
        force: bool,
        others: Mapping[str, object],
    ) -> FixedFiles | None:
        """Return where to write, None without --fix; InputError where options do not go together."""
        if not fix:
            for option, given in ((_OPTION, output), ("--dry-run", dry_run), ("--force", force)):
                if given:
                    raise InputError("goes with --fix", field=option)
            return None
        for option, is_given in others.items():
            if is_given:
                raise InputError(f"goes without {option}; check the new file with it", field="--fix")
        made = cls(inputs, output, dry_run, force)
        made._check()
        return made

    def keep_off(self, report: Path | None) -> None:
        """Raise InputError where the report would be written over a fixed file."""
        if report is None or self.dry_run:
            return
        for name in self.inputs:
            if same_place(report, self.output or beside(Path(name))):
                raise InputError(f"{report} is where the fixed file goes; name another file", field="--output")

    def _check(self) -> None:
        if not self.dry_run and any(Path(name).is_dir() for name in self.inputs):
            raise InputError("a fixed file would become part of the folder; name the files in it", field="--fix")
        if self.output is None:
            return
        if self.dry_run:
            raise InputError("--dry-run writes nothing; leave one of the two out", field=_OPTION)
        if len(self.inputs) != 1:
            raise InputError("goes with one input; without it each new file stands beside its input", field=_OPTION)
        self._free(self.output)

    def fix(self, sources: Sequence[str], asked: Mapping[str, Any], progress: Callable[[int], None] | None) -> Report:
        """Fix ``sources``, write what changes, and return the check of what is there then."""
        from cleanclaim import app

        self.fixed = app.fix(sources, **asked, progress=progress)
        parts = {} if self.dry_run else self.fixed.rewritten()
        places = {name: self.output or beside(Path(name)) for name in parts}
        for place in places.values():
            self._free(place)
        for name, place in places.items():
            with Target(str(place), _OPTION).opened() as stream:
                for part in parts[name]:
                    stream.write(part)
            self.written[name] = place
        if not self.written:
            return self.fixed.report
        return app.check([str(self.written.get(str(Path(source)), source)) for source in sources], **asked)

    def tell(self, report: Report, form: str) -> None:
        """Print the fixes and, after a fixed file was written, its check; as text or as one JSON object."""
        assert self.fixed is not None
        if form == "json":
            emit({**report.as_dict(), "fixing": self._as_dict(self.fixed)})
            return
        print_fixes(self.fixed, self)
        if not self.dry_run:
            from cleanclaim.cli.render import print_report

            show()
            print_report(report)

    def _as_dict(self, fixed: Fixed) -> dict[str, Any]:
        written = [{"file": name, "written": str(place)} for name, place in self.written.items()]
        return {**fixed.as_dict(), "written": written, "shown_only": fixed.shown_only()}

    def _free(self, place: Path) -> None:
        """Raise InputError where a fixed file may not be written."""
        if str(place) == "-":
            raise InputError("a fixed file is not written to standard output; name a file", field=_OPTION)
        Target(str(place), _OPTION).check(self.inputs, binary=False)
        if place.exists() and not self.force:
            raise InputError(f"{place} is there; write over it with --force, or name another file", field=_OPTION)


def beside(path: Path) -> Path:
    """Return the name of the fixed file of an input.

    >>> beside(Path("day.csv")).name
    'day.fixed.csv'
    """
    return path.with_name(f"{path.stem}.fixed{path.suffix}")


def print_fixes(fixed: Fixed, files: FixedFiles) -> None:
    """Print what was changed, as lines before and after, what was left and why, and what was written."""
    changes = fixed.changes()
    for name, of_file in itertools.groupby(changes, key=lambda change: change["file"] or "input"):
        show((f"--- {name}", "bold"))
        show((f"+++ {files.written.get(name, f'{name} (fixed)')}", "bold"))
        lines = list(of_file)
        for change in lines[:_MOST_SHOWN]:
            _change(change)
        if len(lines) > _MOST_SHOWN:
            show(f"  ... and {counted(len(lines) - _MOST_SHOWN, 'more line')}; --format json lists them all")
        show()
    _summary(fixed, files)


def _change(change: dict[str, Any]) -> None:
    numbers = [f"{name} {change[name]}" for name in ("claim", "visit") if change[name]][:1]
    show((f"@@ {change['place']}  {change['rule']} {change['name']}  {' '.join(numbers)}".rstrip(), "cyan"))
    show((f"- {_line(change['before'])}", "red"))
    if change["after"] is not None:
        show((f"+ {_line(change['after'])}", "green"))
    else:
        show((f"  (merged into {change['into']})", "dim"))


def _line(values: dict[str, str | None]) -> str:
    units, minutes, charge = values["units"], values["minutes"], values["charge"]
    parts = [
        values["code"],
        values["modifiers"] or "no modifier",
        None if units is None else f"{units} unit{'' if units == '1' else 's'}",
        None if minutes is None else f"{minutes} min",
        None if charge is None else f"${charge}",
    ]
    return "  ".join(part for part in parts if part is not None)


def _summary(fixed: Fixed, files: FixedFiles) -> None:
    lines = fixed.edits["row"].n_unique()
    made = f"{counted(fixed.count, 'fix', 'fixes')} in {counted(lines, 'line')}." if lines else "Nothing to fix."
    show((made, "bold"))
    reasons = Counter((one["rule"], one["because"]) for one in fixed.stays())
    for (rule, because), number in sorted(reasons.items()):
        paragraph(f"{rule}: {counted(number, 'finding')} left, {because}", indent=4, lead="  ")
    for name, place in files.written.items():
        paragraph(f"Written: {place}; {name} is as it was. What follows is the check of the new file.", indent=2)
    for name in fixed.shown_only():
        paragraph(f"{name}: shown only; a new file is written for a CSV, JSON or 837 file that is named.", indent=2)
    if files.dry_run and lines:
        paragraph("Nothing was written.", indent=2)

"""The options of ``cleanclaim check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli import completion
from cleanclaim.cli.reporting import FORMATS
from cleanclaim.errors import InputError

if TYPE_CHECKING:
    from cleanclaim.claims.episodes import Records

SEVERITIES = ("denial", "compliance", "underbilling", "advice")
ENGINES = ("local", "spark")
GROUPS = ("who", "payer", "clinician", "rule", "claim")

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="Files to check: an 837P, a CSV or workbook of service lines, JSON visits, a ZIP or folder of these; - is "
        "standard input. Files named together are read together: minutes join the claims they belong to.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="Write text, JSON, JSON lines, a page for a browser, a table, a workbook, or a log for code review.",
        autocompletion=completion.one_of(FORMATS),
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to this file, whole or not at all; not on stdout."),
]
Payer = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Payer of the rows that name none.", autocompletion=completion.payers),
]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="Configuration; cleanclaim.toml here by default.")]
Mapping = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="What other headers mean: a mapping file, or extract for a charge extract."),
]
AsOf = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Day of the check; today by default.")]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        help="Ask only these rules: ids, first letters of ids or names, with commas.",
        autocompletion=completion.rules,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar="RULES", help="Leave these rules out.", autocompletion=completion.rules),
]
Severity = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(SEVERITIES),
        help="Show findings of this severity and graver ones.",
        autocompletion=completion.one_of(SEVERITIES),
    ),
]
GroupBy = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(GROUPS),
        help="Sort findings by who must act, payer, clinician, rule or claim, and by what must be filed first.",
        autocompletion=completion.one_of(GROUPS),
    ),
]
Statistics = Annotated[
    bool, typer.Option("--statistics", help="Show counts and dollars by rule, payer, clinician; no findings.")
]
Baseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Show only what is not in this earlier report or baseline.")
]
WriteBaseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the findings' fingerprints, to be a --baseline later.")
]
Diff = Annotated[Path | None, typer.Option(metavar="FILE", help="Show what changed since this earlier JSON report.")]
Tables = Annotated[
    str | None,
    typer.Option(metavar="RELEASE", help="Use the tables up to this release, such as 2024Q3, or shipped ones alone."),
]
Fix = Annotated[
    bool,
    typer.Option("--fix", help="Fix what needs no note and no person, show it, and write a new file beside the input."),
]
OutputFixed = Annotated[
    Path | None, typer.Option(metavar="FILE", help="With --fix: the new file, instead of NAME.fixed.EXT.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --fix: show the changes, write nothing.")]
Force = Annotated[bool, typer.Option("--force", help="With --fix: write over a file that is there; never an input.")]
Episodes = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Plans of care with their certification: CSV, a workbook or JSON."),
]
ProgressReports = Annotated[Path | None, typer.Option(metavar="FILE", help="Progress reports of those plans.")]
Authorizations = Annotated[Path | None, typer.Option(metavar="FILE", help="Authorizations of payers.")]
Notes = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Treatment notes, each in a text file named after its visit.")
]
Run = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="For input of any size: write findings as Parquet into this folder as they come and show the summary; the "
        "same command goes on where it was stopped.",
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="With --run: how many processes work; one for each core by default."),
]
Engine = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(ENGINES),
        help="With --run: work on this machine, or on a Spark cluster (the extra spark).",
        autocompletion=completion.one_of(ENGINES),
    ),
]
Master = Annotated[
    str | None,
    typer.Option(metavar="URL", help="With --engine spark: the cluster, such as spark://host:7077."),
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="End with 0 also when there are findings.")]


def words(given: list[str] | None, option: str) -> list[str]:
    """Return the names in an option that takes lists with commas and may be given again; InputError for none.

    >>> words(["U,P101", " D110"], "--select")
    ['U', 'P101', 'D110']
    """
    found = [word.strip() for one in given or () for word in one.split(",") if word.strip()]
    if given and not found:
        raise InputError(
            "names no rule; name rules by id, first letters or name, or leave the option out", field=option
        )
    return found


def chosen(select: list[str] | None, ignore: list[str] | None) -> dict[str, list[str]]:
    """Return the rules that the options ask for and leave out.

    >>> chosen(["U"], None)
    {'select': ['U'], 'ignore': []}
    """
    return {"select": words(select, "--select"), "ignore": words(ignore, "--ignore")}


def records(episodes: Path | None, progress_reports: Path | None, authorizations: Path | None) -> Records | None:
    """Return what these files keep of plans of care; None where none is named."""
    if all(path is None for path in (episodes, progress_reports, authorizations)):
        return None
    from cleanclaim.intake import read_records

    return read_records(episodes, progress_reports, authorizations)

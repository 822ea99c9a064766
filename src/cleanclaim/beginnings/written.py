"""The text of a first ``cleanclaim.toml``: what is known stands there, what is to be asked stands behind a #."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from cleanclaim.beginnings.headers import Headers
from cleanclaim.beginnings.payer_names import Choice, pack_for
from cleanclaim.beginnings.survey import Counts, Survey
from cleanclaim.claims.schema import SERVICES, SETTINGS
from cleanclaim.codes import modifiers, npi
from cleanclaim.codes.payers.names import folded
from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.propose import Proposal

MOST_PAYERS, MOST_CLINICIANS = 100, 300
_WIDTH = 40
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ROW = "row", "rows"
_MEANINGS = {
    "rendering_npi": "who gave the service: NPI or your own id",
    "patient_id": "your number for the patient",
    "payer": "payer",
    "modifiers": "modifiers of the line",
    "diagnoses": "diagnoses of the claim",
    "minutes": "one-on-one minutes of the code",
    "by": "who gave it",
    "start": "start of the block",
    "stop": "end of the block",
}


def written(headers: Headers, survey: Survey, files: Sequence[str], proposals: Sequence[Proposal]) -> str:
    """Return the configuration as text."""
    parts = [_opening(files), _mapping(headers, proposals), _payers(survey), _sites(survey), _clinicians(survey)]
    return "\n".join(line for part in parts for line in part) + "\n"


def _opening(files: Sequence[str]) -> Iterator[str]:
    yield "# What cleanclaim cannot know by itself, proposed by `cleanclaim init` from your files. Please read it once."
    yield '# "confirm" marks what was concluded and may be wrong. A line that begins with # has no effect yet: make it'
    yield "# right and remove the #. `cleanclaim check FILE` reads this file by itself."
    yield ""
    for file in files[:10]:
        yield f"# from: {one_line(file)}"
    if len(files) > 10:
        yield f"# and {len(files) - 10} more files"


def _mapping(headers: Headers, proposals: Sequence[Proposal]) -> Iterator[str]:
    asked = [one for one in headers.questions if one.field in FIELDS]
    lacking = sorted({name for one in proposals if not one.usable for name in one.missing}, key=list(FIELDS).index)
    if not headers.own and not asked and not lacking and not headers.date_formats and not headers.separator:
        return
    yield from ("", "# Which column of your files holds what: our name = your header.", "[mapping.columns]")
    for name, columns in headers.own.items():
        told = list(dict.fromkeys(one.header for one in columns))
        value = text(told[0]) if len(told) == 1 else f"[{', '.join(map(text, told))}]"
        why = "; ".join(dict.fromkeys(one.why for one in columns if one.why))
        yield aside(f"{name} = {value}", f"confirm: {why}" if why else meaning(name))
    for one in asked:
        yield aside(f"# {one.field} = {text(one.header)}", one.text)
    for name in lacking:
        if name not in headers.columns and all(one.field != name for one in asked):
            yield aside(f'# {name} = "..."', f"needed, and not found: {meaning(name)}")
    if headers.date_formats:
        forms = list(map(text, headers.date_formats))
        yield from ("", "# How your files write dates (%m month, %d day, %y year of two digits, %Y of four).")
        yield "[mapping.values.dates]"
        yield f"format = {forms[0] if len(forms) == 1 else '[' + ', '.join(forms) + ']'}"
    if headers.separator:
        yield from ("", "# What stands between two modifiers.", "[mapping.values.modifiers]")
        yield f"separator = {text(headers.separator)}"


def meaning(field: str) -> str:
    """Return what a field holds, in a few words.

    >>> meaning("units")
    'units billed'
    """
    if field.startswith(("diagnosis_", "modifier_")):
        return field.replace("_", " ")
    if field in _MEANINGS:
        return _MEANINGS[field]
    return SERVICES[FIELDS[field].column].meaning.split(";")[0].split(",")[0]


def _payers(survey: Survey) -> Iterator[str]:
    named = {name: counts for name, counts in survey.payers.items() if name is not None}
    if not survey.rows:
        return
    yield from ("", "# Whose rules hold for each payer: `cleanclaim payers` lists the packs.")
    if not named:
        yield from ("# Your files name no payer.", "[defaults]")
        yield aside('# payer = "medicare"', "if all of them go to one payer")
        return
    if len(named) > MOST_PAYERS:
        yield f"# {len(named)} payers are named, too many to list; write those that matter:"
        yield from ('# [payers."NAME"]', '# pack = "commercial"')
        return
    for names, counts, choice in payer_tables(survey):
        yield from ("", *_payer(names, counts, choice))
    if None in survey.payers:
        yield from ("", "[defaults]")
        yield aside('# payer = "medicare"', f"for the {rows(survey.payers[None])} that name no payer")


def payer_tables(survey: Survey) -> list[tuple[list[str], Counts, Choice]]:
    """Return the payers, most rows first: names as written, how often, and the pack; Medicare's names together."""
    together: dict[str, tuple[list[str], Counts, Choice]] = {}
    for name, counts in sorted(survey.payers.items(), key=lambda each: (-each[1].rows, each[0] or "")):
        if name is None:
            continue
        choice = pack_for(name, counts.most("filing_indicator"))
        if not choice.pack and (by_id := counts.most("payer_id")) and pack_for(by_id).sure:
            choice = pack_for(by_id)
        key = "medicare" if choice.pack == "medicare" else f"{choice.pack} {folded(name)}"
        if key in together:
            together[key][0].append(name)
            together[key][1].rows += counts.rows
        else:
            together[key] = ([name], Counts(counts.rows, dict(counts.met)), choice)
    return sorted(together.values(), key=lambda each: -each[1].rows)


def _payer(names: list[str], counts: Counts, choice: Choice) -> Iterator[str]:
    mark = "" if choice.pack else "# "
    others = list({name.strip().lower(): name for name in names[1:]}.values())
    others = [name for name in others if name.strip().lower() != names[0].strip().lower()]
    yield aside(f"{mark}[payers.{key(names[0])}]", rows(counts))
    packs = ", ".join(choice.choices)
    if choice.pack:
        also = f"; else {packs}" if packs else ""
        yield aside(f"pack = {text(choice.pack)}", "" if choice.sure else f"confirm: {choice.why}{also}")
    else:
        usual = "commercial" if "commercial" in choice.choices else "..."
        yield aside(f"# pack = {text(usual)}", choice.why)
        if choice.choices and choice.choices != (usual,):
            yield from (f"#   {line}" for line in textwrap.wrap(f"choose: {packs}", 100, break_on_hyphens=False))
    if others:
        yield f"{mark}names = [{', '.join(map(text, others))}]"


def _sites(survey: Survey) -> Iterator[str]:
    if not survey.rows:
        return
    yield from ("", "# What kind of place each site is: rules, edits and prices differ.")
    for number, (site, counts) in enumerate(sorted(survey.sites.items(), key=lambda each: -each[1].rows), 1):
        setting = counts.most("_setting", 0.9)
        places = ", ".join(counts.told("place_of_service")[:5])
        why = f"confirm: the rows say place of service {places}" if places else "confirm: by the bill type"
        mark = "" if setting else "# "
        name = "main" if len(survey.sites) == 1 else f"site_{number}"
        yield from ("", aside(f"{mark}[sites.{name}]", rows(counts)))
        if setting:
            yield aside(f"setting = {text(setting)}", why)
        else:
            yield aside(f"# setting = {text(SETTINGS[0])}", f"or {', '.join(SETTINGS[1:4])},")
            yield " " * _WIDTH + f"# {', '.join(SETTINGS[4:])}"
        if site is not None:
            good = npi.is_valid(site)
            yield aside(
                f"{mark if good else '# '}npi = {text(site)}",
                "billing NPI" if good else "the billing NPI of the rows fails its check digit",
            )
        yield aside('# mac = "01112"', "Medicare contractor and locality, both: they lead to local prices")
        yield '# locality = "05"'


def _clinicians(survey: Survey) -> Iterator[str]:
    people = sorted(survey.clinicians.items(), key=lambda each: (-each[1].rows, each[0]))
    if not people:
        return
    yield from ("", "# Who treats: the credential tells the discipline, and who may bill for what.")
    if len(people) > MOST_CLINICIANS:
        yield f"# {len(people)} are named, too many to list; write those that matter:"
        yield from ("# [clinicians.ID]", '# credential = "PT"')
        return
    for person, counts in people:
        yield from ("", *_clinician(person, counts))


def _clinician(person: str, counts: Counts) -> Iterator[str]:
    is_npi = npi.is_valid(person)
    if person.isdigit() and len(person) == 10 and not is_npi:
        yield aside(
            f"# [clinicians.{person}]", f"{rows(counts)}: this NPI fails its check digit; correct it at the source"
        )
        return
    yield aside(f"[clinicians.{key(person)}]", rows(counts))
    found, why = credential(person, counts)
    if found:
        yield aside(f"credential = {text(found)}", why)
    else:
        yield aside(f"# credential = {text(_usual(counts))}", f"PT, PTA, OT, OTA, SLP ...{why}")
    if not is_npi:
        yield aside('# npi = ""', "the NPI that goes on the claim")


def credential(person: str, counts: Counts) -> tuple[str | None, str]:
    """Return a clinician's credential and how it is known: from the rows, or the letters after the name."""
    known = set(modifiers.credential_discipline()["credential"])
    stated = (counts.most("credential", 0.8) or "").upper()
    if stated in known:
        return stated, ""
    after = [word for word in re.split(r"[\s,;()]+", person.upper()) if word in known][:1]
    if after and " " in person.strip():
        return after[0], "confirm: by the letters after the name"
    said = ", ".join([*counts.told("_discipline"), *counts.told("_assistant")])
    return None, f": the rows carry {said}" if said else ""


def _usual(counts: Counts) -> str:
    """Return the credential to begin with: the therapist of the rows' discipline, or the assistant."""
    therapy = modifiers.DISCIPLINES.get(counts.most("_discipline") or "", "PT")
    marked = counts.met.get("_assistant", Counter()).total()
    return f"{therapy}A" if marked > 0.8 * counts.rows and therapy != "SLP" else therapy


def rows(counts: Counts) -> str:
    """Return how many rows there are.

    >>> rows(Counts(1)), rows(Counts(1200))
    ('1 row', '1,200 rows')
    """
    return f"{counts.rows:,} {_ROW[counts.rows != 1]}"


def aside(line: str, remark: str) -> str:
    """Return a line of TOML with a remark beside it."""
    return f"{line:<{_WIDTH - 1}} # {one_line(remark)}" if remark else line


def key(name: str) -> str:
    """Return a name as a key of TOML.

    >>> key("PT1"), key('The "Blue" plan')
    ('PT1', '"The \\\\"Blue\\\\" plan"')
    """
    return name if _BARE.fullmatch(name) else text(name)


def text(value: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def one_line(remark: str) -> str:
    """Return a remark without anything that would end the line or hide in it."""
    return "".join(c if c.isprintable() else "?" for c in remark)

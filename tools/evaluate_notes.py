"""Measures the reading of notes and the ranker of statements, each figure with its count and 95% interval.

    python tools/evaluate_notes.py [--data FOLDER] [--heldout] [--errors] [--statements] [--write PAGE]

The folder holds ``notes_dev.jsonl``, ``gold.jsonl`` and ``statements.jsonl``. Notes whose number leaves 1, 2 or 3 on
division by five are for development: rules were written from them. The others are held out: nobody reads them, and
only aggregates are printed of them. Figures of statements come from models that saw none of the publisher's own
(this part wants scikit-learn, as ``tools/train_ranker.py`` does).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intervals import Figure, drawn, f1, macro_f1, share

from cleanclaim.auditing import Audit, audit_note
from cleanclaim.notes.read import read_note

SIX = ("97530", "97110", "97112", "97116", "97535", "97140")
ELEMENTS = (
    "services",
    "duration",
    "body_area",
    "functional_link",
    "skilled_need",
    "signature",
    "response",
    "one_on_one",
)
NO_FINDING = "none"


@dataclass
class Note:
    """A labelled note, what was told of it, and the pairs of labelled and told interventions whose words overlap."""

    row: dict[str, Any]
    told: dict[str, Any]
    given: list[dict[str, Any]] = field(default_factory=list)  # labelled, performed
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def for_development(row: dict[str, Any]) -> bool:
    """Return whether a labelled note may be read by those who write rules."""
    number = int(re.findall(r"\d+", row["id"])[-1]) if re.search(r"\d", row["id"]) else 1
    if row["id"].startswith("dev-"):
        return number % 5 in (1, 2, 3)
    if "wyim/aci-bench" in str(row.get("source", "")):
        return int(re.findall(r"\d+", row["source"])[-1]) % 2 == 1
    return True


def audited(row: dict[str, Any]) -> Audit:
    """Return what is told of a labelled note; the first file has no bill."""
    billed = row["billed"] if isinstance(row["billed"], dict) else None
    return audit_note(
        row["text"],
        billed,
        previous=[row["previous"]] if row.get("previous") else (),
        modifiers=row.get("modifiers") or {},
        discipline=row["discipline"] if row["discipline"] in ("PT", "OT", "SLP", "MD") else None,
    )


def compared(row: dict[str, Any]) -> Note:
    """Return the note with what was told of it, each labelled intervention with the told one it overlaps most."""
    note = Note(row, audited(row).as_dict())
    labelled = [_as_labelled(each) for each in row["interventions"]]
    note.given = [each for each in labelled if each["status"] == "performed"]
    free = list(note.told["interventions"])
    for one in sorted(labelled, key=lambda each: each["start"]):
        best = max(free, key=lambda each: _overlap(one, each), default=None)
        if best is not None and _overlap(one, best) > 0:
            free.remove(best)
            note.pairs.append((one, best))
    return note


def _as_labelled(one: dict[str, Any]) -> dict[str, Any]:
    if "codes" in one:
        return one
    code = one.get("supported_code")
    return {**one, "codes": [code] if code else [], "side": one.get("laterality")}


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> int:
    return int(min(one["end"], other["end"]) - max(one["start"], other["start"]))


def _performed(note: Note) -> list[dict[str, Any]]:
    return [each for each in note.told["interventions"] if each["status"] == "performed"]


def of_treatment(notes: Sequence[Note]) -> list[Figure]:
    """Return how often treatment is claimed without any, found where there is some, span by span."""
    without = [note for note in notes if not note.given]
    some = [note for note in notes if note.given]
    kept = sum(
        told["status"] == "performed" for note in notes for one, told in note.pairs if one["status"] == "performed"
    )
    return [
        share(
            "treatment falsely claimed, of notes without any (at most 0.05)",
            sum(bool(_performed(n)) for n in without),
            len(without),
        ),
        share("treatment found, of notes with some (0.95)", sum(bool(_performed(n)) for n in some), len(some)),
        share("performed interventions found", kept, sum(len(note.given) for note in notes)),
        share("performed interventions told that are so", kept, sum(len(_performed(note)) for note in notes)),
        share("status, of overlapping spans", *_agree(notes, lambda one, told: one["status"] == told["status"])),
    ]


def _agree(
    notes: Sequence[Note], same: Callable[[dict[str, Any], dict[str, Any]], bool], *, performed: bool = False
) -> tuple[int, int]:
    pairs = [
        pair
        for note in notes
        for pair in note.pairs
        if not performed or (pair[0]["status"] == "performed" == pair[1]["status"])
    ]
    return sum(same(one, told) for one, told in pairs), len(pairs)


def of_interventions(notes: Sequence[Note]) -> list[Figure]:
    """Return the codes, minutes, body areas and sides of what was performed."""
    stated = sum(one["minutes"] is not None for note in notes for one in note.given)
    told = sum(each["minutes"] is not None for note in notes for each in note.told["interventions"])
    right = _agree(notes, lambda one, each: one["minutes"] is not None and one["minutes"] == each["minutes"])[0]
    invented = told - _agree(notes, lambda one, each: one["minutes"] is not None and each["minutes"] is not None)[0]
    return [
        share("minutes told that are right (0.98)", right, told),
        share("minutes stated that are told (0.97)", right, stated),
        share("minutes invented, of those told (0)", invented, told),
        share(
            "best code in the labelled set, performed",
            *_agree(notes, lambda one, each: _best_fits(one["codes"], each["codes"]), performed=True),
        ),
        share(
            "code set exactly as labelled, performed",
            *_agree(notes, lambda one, each: set(one["codes"]) == set(each["codes"]), performed=True),
        ),
        share(
            "body area, performed",
            *_agree(notes, lambda one, each: one["body_area"] == each["body_area"], performed=True),
        ),
        share("side, performed", *_agree(notes, lambda one, each: one["side"] == each["side"], performed=True)),
    ]


def _best_fits(labelled: list[str], told: list[str]) -> bool:
    return (not labelled and not told) or bool(told and told[0] in labelled)


def of_totals(notes: Sequence[Note]) -> list[Figure]:
    """Return how often the two totals stand as labelled."""
    return [
        share(
            f"{name} as labelled", sum(n.row["totals"].get(name) == n.told["totals"][name] for n in notes), len(notes)
        )
        for name in ("timed_minutes", "total_minutes")
    ]


def of_documentation(notes: Sequence[Note]) -> list[Figure]:
    """Return F1 of "present" for each element, and its mean with a bootstrap interval over notes."""

    def pairs(drawn_notes: Sequence[Note], element: str) -> list[tuple[object, object]]:
        return [(n.row["documentation"].get(element), n.told["documentation"][element]) for n in drawn_notes]

    def one(drawn_notes: Sequence[Note], element: str) -> float | None:
        some = pairs(drawn_notes, element)
        return f1(some, "present") if any(real == "present" for real, _ in some) else None

    def mean(drawn_notes: Sequence[Note]) -> float | None:
        each = [found for element in ELEMENTS if (found := one(drawn_notes, element)) is not None]
        return sum(each) / len(each) if each else None

    figures = [drawn("documentation elements, macro-F1 (0.95)", notes, mean, f"{len(notes)} notes")]
    for element in ELEMENTS:
        labelled, told = (sum(each[side] == "present" for each in pairs(notes, element)) for side in (0, 1))
        few = ", few" if labelled < 10 else ""
        figures.append(
            drawn(
                f"{element}, F1",
                notes,
                lambda some, element=element: one(some, element),  # type: ignore[misc]
                f"{labelled} present{few}, {told} told",
            )
        )
    return figures


def of_findings(notes: Sequence[Note]) -> list[Figure]:
    """Return precision and recall of the findings, together and by kind (notes that carry a bill)."""
    billed = [note for note in notes if "findings" in note.row]
    if not billed:
        return []
    wanted = [{each["kind"] for each in note.row["findings"]} - {NO_FINDING} for note in billed]
    told = [{each["kind"] for each in note.told["findings"]} - {NO_FINDING} for note in billed]
    both = sum(len(a & b) for a, b in zip(wanted, told, strict=True))
    figures = [
        share("findings told that are labelled", both, sum(map(len, told))),
        share("findings labelled that are told", both, sum(map(len, wanted))),
        share(
            "notes with exactly the labelled findings",
            sum(a == b for a, b in zip(wanted, told, strict=True)),
            len(billed),
        ),
        share(
            "notes labelled clean that are told clean",
            sum(not a and not b for a, b in zip(wanted, told, strict=True)),
            sum(not a for a in wanted),
        ),
    ]
    for kind in sorted(set().union(*wanted, *told)):
        right = sum(kind in a and kind in b for a, b in zip(wanted, told, strict=True))
        labelled, said = sum(kind in a for a in wanted), sum(kind in b for b in told)
        figures.append(share(f"{kind}: found ({said} told)", right, labelled))
    return figures


def of_spans(notes: Sequence[Note]) -> list[Figure]:
    """Return how often the words quoted are the note's own at their place."""
    told = [(note.row["text"], each) for note in notes for each in note.told["interventions"]]
    return [
        share(
            "spans equal to the text at their place (1)",
            sum(t[e["start"] : e["end"]] == e["text"] for t, e in told),
            len(told),
        )
    ]


def of_speed(notes: Sequence[Note]) -> list[Figure]:
    """Return notes a second on one core, and seconds for a hostile note of a million characters."""
    best = min(
        _spent(lambda: [read_note(n.row["text"], discipline=n.row["discipline"]) for n in notes]) for _ in range(3)
    )
    hostile = {
        "one word over": "min " * 262_144,
        "digits": "12:30-1:15 " * 95_325,
        "open brackets": "(" * 1_048_576,
        "blanks": " \n" * 524_288,
        "rows": "gait training 15 min\n" * 49_932,
    }
    seconds = [_spent(lambda text=text: _read(text)) for text in hostile.values()]  # type: ignore[misc]
    worst = max(seconds)
    letters = sum(len(n.row["text"]) for n in notes) // max(1, len(notes))
    return [
        Figure(
            "notes read a second, processor time (500)",
            len(notes) / best,
            None,
            None,
            f"{letters} characters a note",
        ),
        Figure("worst hostile note of 1 MB, seconds (0.3)", worst, None, None, f"{len(hostile)} texts"),
    ]


def _read(text: str) -> None:
    try:
        read_note(text)
    except RecursionError:
        print(f"a hostile note of {len(text):,} characters was not read", file=sys.stderr)


def _spent(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def of_statements(path: Path) -> dict[str, list[Figure]]:
    """Return the figures of the ranker, publisher left out: all publishers, and those whose words nobody read."""
    import numpy as np
    import train_ranker as trainer

    given = rows(path)
    labels = np.array([trainer.label(row["code"]) for row in given])
    scores = trainer.held_out(given)
    shares = trainer.shares(scores, trainer.temperature(scores, labels))
    told = [trainer.CLASSES[place] for place in shares.argmax(axis=1)]
    sure = shares.max(axis=1)
    parts = {
        "Statements, every publisher": [True] * len(given),
        "Statements, publishers read while the word tables were written": [_is_open(row) for row in given],
        "Statements, publishers never read": [not _is_open(row) for row in given],
    }
    return {
        title: _ranked(
            [(row, label, float(p)) for row, label, p, keep in zip(given, told, sure, kept, strict=True) if keep]
        )
        for title, kept in parts.items()
    }


def _is_open(row: dict[str, Any]) -> bool:
    return int(hashlib.sha256(row["source_group"].encode()).hexdigest()[0], 16) < 8


def _ranked(every: list[tuple[dict[str, Any], str, float]]) -> list[Figure]:
    six = [one for one in every if one[0]["code"] in SIX]
    fair = [one for one in six if not (one[0].get("label_suspect") or one[0].get("label_conflict"))]
    two = [one for one in fair if one[0]["code"] in SIX[:2]]
    kept = sorted(six, key=lambda one: -one[2])[: round(0.85 * len(six))]
    kept_fair = sorted(fair, key=lambda one: -one[2])[: round(0.85 * len(fair))]
    publishers = sorted({one[0]["source_group"] for one in six})

    def macro(some: Iterable[tuple[dict[str, Any], str, float]]) -> float:
        return macro_f1([(row["code"], told) for row, told, _ in some], SIX)

    def over(names: Sequence[str], rows_: list[tuple[dict[str, Any], str, float]]) -> float:
        return macro([one for name in names for one in rows_ if one[0]["source_group"] == name])

    def right(name: str, some: list[tuple[dict[str, Any], str, float]]) -> Figure:
        return share(name, sum(row["code"] == told for row, told, _ in some), len(some))

    gap = sum(abs(sum(r["code"] == t for r, t, _ in b) - sum(p for *_, p in b)) for b in _bins(six)) / max(1, len(six))
    return [
        drawn(
            "six codes, macro-F1, full coverage (0.88)",
            publishers,
            lambda names: over(names, six),
            f"{len(six)} rows, {len(publishers)} publishers",
        ),
        drawn("the same, undisputed rows", publishers, lambda names: over(names, fair), f"{len(fair)} rows"),
        right("six codes, accuracy", six),
        right("97530 against 97110, undisputed rows (0.90)", two),
        right("precision at 85% coverage (0.95)", kept),
        right("the same, undisputed rows", kept_fair),
        right(
            "every statement, other codes and none among them, eight classes",
            [(_classed(row), told, p) for row, told, p in every],
        ),
        Figure("calibration error, ten bins (0.05)", gap, None, None, f"{len(six)} rows"),
    ]


def _classed(row: dict[str, Any]) -> dict[str, Any]:
    return row if row["code"] in (*SIX, "NONE") else {**row, "code": "OTHER"}


def _bins(some: list[tuple[dict[str, Any], str, float]]) -> list[list[tuple[dict[str, Any], str, float]]]:
    return [[one for one in some if min(int(one[2] * 10), 9) == each] for each in range(10)]


def _errors(notes: Sequence[Note]) -> None:
    """Print where development notes differ from their labels; never called for held-out notes."""
    for note in notes:
        wanted = {each["kind"] for each in note.row.get("findings", ())} - {NO_FINDING}
        told = {each["kind"] for each in note.told["findings"]} - {NO_FINDING}
        shown = [e for e in ELEMENTS if note.row["documentation"].get(e) != note.told["documentation"][e]]
        if ("findings" in note.row and wanted != told) or shown:
            print(note.row["id"], "missed", sorted(wanted - told), "extra", sorted(told - wanted), "elements", shown)
        for one, other in note.pairs:
            differ = [name for name in ("status", "minutes", "body_area", "side") if one[name] != other[name]]
            if not _best_fits(one["codes"], other["codes"]) and one["status"] == "performed":
                differ.append("codes")
            if differ:
                print(" ", note.row["id"], one["start"], {name: (one[name], other[name]) for name in differ})
        lost = len(note.row["interventions"]) - len(note.pairs)
        if lost or len(note.told["interventions"]) > len(note.pairs):
            print(" ", note.row["id"], "spans missed", lost, "extra", len(note.told["interventions"]) - len(note.pairs))


def _measured(notes: Sequence[Note]) -> list[Figure]:
    parts = (of_treatment, of_interventions, of_totals, of_documentation, of_findings, of_spans)
    return [figure for part in parts for figure in part(notes)]


def _table(title: str, figures: Sequence[Figure]) -> str:
    head = f"## {title}\n\n| figure (target) | measured | 95% interval | count |\n| --- | --- | --- | --- |\n"
    return head + "\n".join(each.row() for each in figures) + "\n"


_PREFACE = """# How well notes are read

Written by `tools/evaluate_notes.py`. Wilson intervals for shares, bootstrap over notes or publishers for the rest.
The labelled notes are synthetic, of one annotator, without a second reader: a claim about real notes needs one.
Notes for development had rules written from them; held-out notes were read by nobody and are shown as sums only.
Disputed notes, where published sources differ, stand apart. See [the data card](notes-data-card.md).
"""


def main() -> None:
    """Measure what is asked for and print it, or write it as a page."""
    parser = argparse.ArgumentParser(description="Measure the reading of notes.")
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "notes")
    parser.add_argument("--heldout", action="store_true", help="also the held-out notes, as sums only")
    parser.add_argument("--errors", action="store_true", help="name where development notes differ from their labels")
    parser.add_argument("--statements", action="store_true", help="also the ranker (wants scikit-learn)")
    parser.add_argument("--write", type=Path, help="write the page there: all parts")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"no labelled notes in {options.data}")
    every = rows(options.data / "notes_dev.jsonl")
    sets = {
        "Notes, development": [row for row in every if for_development(row) and not row["disputed"]],
        "Notes, development, disputed": [row for row in every if for_development(row) and row["disputed"]],
        "Published notes, development": [row for row in rows(options.data / "gold.jsonl") if for_development(row)],
    }
    if options.heldout or options.write:
        sets |= {
            "Notes, held out": [row for row in every if not for_development(row) and not row["disputed"]],
            "Notes, held out, disputed": [row for row in every if not for_development(row) and row["disputed"]],
            "Published notes, held out": [row for row in rows(options.data / "gold.jsonl") if not for_development(row)],
        }
    pages = []
    for title, some in sets.items():
        notes = [compared(row) for row in some]
        if options.errors and "held out" not in title:
            _errors(notes)
        pages.append(_table(f"{title} ({len(notes)})", _measured(notes)))
    pages.append(_table("Speed", of_speed([compared(row) for row in sets["Notes, development"]])))
    if options.statements or options.write:
        pages.extend(
            _table(title, figures) for title, figures in of_statements(options.data / "statements.jsonl").items()
        )
    page = "\n".join(pages)
    if options.write:
        options.write.write_text(f"{_PREFACE}\n{page}", "utf-8")
    print(page)


if __name__ == "__main__":
    main()

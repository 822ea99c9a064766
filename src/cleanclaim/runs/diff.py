"""Two runs compared: what is new, what is gone, what stayed, and what is worth another sum than before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cleanclaim.runs.outcome import Outcome

_Finding = Mapping[str, Any]
_MONEY = ("cents", "cents_basis")


@dataclass(frozen=True)
class Diff:
    """What two runs differ in: ``changed`` has pairs of one finding whose money is not the same, before and after."""

    old: Outcome
    new: Outcome
    appeared: tuple[_Finding, ...]
    gone: tuple[_Finding, ...]
    changed: tuple[tuple[_Finding, _Finding], ...]
    unchanged: int

    @property
    def exit_code(self) -> int:
        """0 where nothing appeared but advice, else 1."""
        return int(any(finding["severity"] != "advice" for finding in self.appeared))

    def notes(self) -> list[str]:
        """Return what a reader should know before comparing."""
        if self.old.version == self.new.version:
            return []
        return [
            f"the runs are of cleanclaim {self.old.version} and {self.new.version}: rules may have changed between them"
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as data; money in cents, prices and charges apart."""
        return {
            "old": _run(self.old),
            "new": _run(self.new),
            "appeared": list(self.appeared),
            "gone": [
                {**finding, "suppressed_now": finding["fingerprint"] in self.new.suppressed} for finding in self.gone
            ],
            "changed": [{**after, "before": {name: before[name] for name in _MONEY}} for before, after in self.changed],
            "summary": {
                "appeared": {"findings": len(self.appeared), **money(self.appeared)},
                "gone": {"findings": len(self.gone), **money(self.gone)},
                "changed": {"findings": len(self.changed)},
                "unchanged": {"findings": self.unchanged},
            },
            "notes": self.notes(),
        }


def _run(run: Outcome) -> dict[str, Any]:
    return {"file": run.name, "cleanclaim": run.version, "findings": len(run.findings), **money(run.findings)}


def money(findings: Iterable[_Finding]) -> dict[str, int]:
    """Return what findings are worth in cents: at fee schedule prices, and as charged where there is no price.

    >>> money([{"cents": 5, "cents_basis": "charge"}, {"cents": None, "cents_basis": None}])
    {'priced_cents': 0, 'charged_cents': 5}
    """
    sums: Counter[bool] = Counter()
    for finding in findings:
        sums[finding["cents_basis"] == "charge"] += finding["cents"] or 0
    return {"priced_cents": sums[False], "charged_cents": sums[True]}


def compare(old: Outcome, new: Outcome) -> Diff:
    """Return what ``new`` has beside ``old``. Findings are one and the same if their fingerprints are.

    Of findings with one fingerprint as many stayed as both runs have, those with the same money first.
    """
    before: dict[str, list[_Finding]] = defaultdict(list)
    for finding in old.findings:
        before[finding["fingerprint"]].append(finding)
    paired: list[tuple[_Finding, _Finding]] = []
    open_ends: list[_Finding] = []
    for finding in new.findings:
        same = next((one for one in before[finding["fingerprint"]] if _money(one) == _money(finding)), None)
        if same is None:
            open_ends.append(finding)
        else:
            before[finding["fingerprint"]].remove(same)
            paired.append((same, finding))
    changed = [(before[one["fingerprint"]].pop(0), one) for one in open_ends if before[one["fingerprint"]]]
    paired_ends = {id(after) for _, after in changed}
    left = Counter(id(finding) for rest in before.values() for finding in rest)
    return Diff(
        old=old,
        new=new,
        appeared=tuple(one for one in open_ends if id(one) not in paired_ends),
        gone=tuple(one for one in old.findings if left[id(one)]),
        changed=tuple(changed),
        unchanged=len(paired),
    )


def _money(finding: _Finding) -> tuple[Any, ...]:
    return tuple(finding[name] for name in _MONEY)

"""The mappings proposed for several tables, put into one that serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.mapping import Mapping, bind, normal
from cleanclaim.intake.propose import Column, Proposal, Question

_US = ("%m/%d/%Y", "%Y%m%d")


@dataclass(frozen=True)
class Headers:
    """Per field the columns to read it from; questions by field; how dates and modifiers are written.

    ``clashes`` are tables in which one mapping for all would read another column than the one that was meant.
    """

    columns: dict[str, list[Column]] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    date_formats: tuple[str, ...] = ()
    separator: str | None = None
    clashes: tuple[str, ...] = ()

    @property
    def mapping(self) -> Mapping:
        """The mapping: headers that are our own names need no entry."""
        told = {name: tuple(dict.fromkeys(one.header for one in columns)) for name, columns in self.own.items()}
        return Mapping(told, self.separator, self.date_formats)

    @property
    def own(self) -> dict[str, list[Column]]:
        """The fields of which some header is not our own name."""
        return {
            name: columns
            for name, columns in self.columns.items()
            if any(normal(one.header) != normal(name) for one in columns)
        }


def together(proposals: Sequence[Proposal]) -> Headers:
    """Return one mapping for all tables that can be read, and the questions of all."""
    columns: dict[str, list[Column]] = {}
    for proposal in proposals:
        for one in proposal.columns:
            same = columns.setdefault(one.field, [])
            if all(normal(other.header) != normal(one.header) for other in same):
                same.append(one)
    ordered = {name: columns[name] for name in FIELDS if name in columns}
    questions = {(one.field, normal(one.header)): one for proposal in proposals for one in proposal.questions}
    formats = list(dict.fromkeys(form for proposal in proposals for form in proposal.date_formats))
    told = tuple(form for form in formats if form)
    headers = Headers(
        ordered,
        tuple(questions.values()),
        (*told, *_US) if told and "" in formats else told,
        next((one.separator for one in proposals if one.separator is not None), None),
    )
    clashes = tuple(one.sample.name for one in proposals if one.usable and not _agrees(one, headers.mapping))
    return Headers(headers.columns, headers.questions, headers.date_formats, headers.separator, clashes)


def _agrees(proposal: Proposal, mapping: Mapping) -> bool:
    try:
        bound = bind(proposal.sample.name, proposal.sample.header, mapping)
    except UnreadableFile:
        return False
    meant = {one.field: normal(one.header) for one in proposal.columns}
    return all(normal(bound.headers[name]) == header for name, header in meant.items() if name in bound.headers) and {
        *bound.headers
    } >= {name for name in meant if name not in ("modifiers", "diagnoses")}

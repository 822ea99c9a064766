"""What a note says, as facts that each point at the words they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """When and where an intervention was given; only ``PERFORMED`` can support a billed line."""

    PERFORMED = "performed"
    PLANNED = "planned"
    GOAL = "goal"
    HEP_ISSUED = "hep_issued"
    HEP_HOME = "hep_home"
    HISTORY = "history"
    REFERRAL = "referral"
    REFUSED = "refused"
    TEST_FINDING = "test_finding"
    TEMPLATE = "template"


class Element(StrEnum):
    """What a treatment note has to show (Pub. 100-02 ch. 15 sec. 220.3.E and reviewers' practice)."""

    SERVICES = "services"
    DURATION = "duration"
    BODY_AREA = "body_area"
    FUNCTIONAL_LINK = "functional_link"
    SKILLED_NEED = "skilled_need"
    SIGNATURE = "signature"
    RESPONSE = "response"
    ONE_ON_ONE = "one_on_one"


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of the note: Unicode code points from 0, end excluded; ``text`` is the note's own characters.

    >>> Quote.of("Gait 10 min", 5, 11).text
    '10 min'
    """

    start: int
    end: int
    text: str

    @classmethod
    def of(cls, note: str, start: int, end: int) -> Quote:
        """Return the quote of ``note`` from ``start`` to ``end``."""
        return cls(start, end, note[start:end])


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the note under one heading; ``kind`` is one of the section table's kinds, ``title`` as written."""

    kind: str
    title: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Support:
    """Which codes the words support, best first; which they would support if ``lacking`` were stated; and why.

    ``close`` are other codes for which the words speak at least half as strongly as for the best. An empty ``codes``
    means that the words are too unspecific for any code. ``reasons`` are short sentences in plain
    words, each naming the words of the note that it rests on.
    """

    codes: tuple[str, ...] = ()
    could: tuple[str, ...] = ()
    lacking: str | None = None
    contradicts: tuple[str, ...] = ()
    disputed: bool = False
    reasons: tuple[str, ...] = ()
    close: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intervention:
    """One activity, row or heading with its activities; ``minutes`` where the note gives them for this very one."""

    quote: Quote
    status: Status
    support: Support = Support()
    minutes: int | None = None
    minutes_quote: Quote | None = None
    body_area: str | None = None
    side: str | None = None
    clock_start: int | None = None  # minutes after midnight
    clock_end: int | None = None
    several_patients: bool = False  # shared by two or more patients at once
    given_by: str | None = None  # a ROLE such as PTA, where the note names who gave this very one
    section: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The acceptable codes, best first."""
        return self.support.codes


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of minutes that the note states, with its words."""

    minutes: int
    quote: Quote


@dataclass(frozen=True, slots=True)
class Shown:
    """Whether the note shows an element: its words; or, absent, the nearest words that do not count and why."""

    present: bool
    quote: Quote | None = None
    nearest: Quote | None = None
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who authenticated the note: the mark with the name, and the professional credential where one stands."""

    quote: Quote
    credential: str | None = None
    authenticated: bool = True  # false: a typed name, a team, "signature pending"


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """Everything read from one note. Nothing is filled in: a null means that the note does not say it."""

    text: str
    sections: tuple[Section, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    timed_total: Figure | None = None  # the stated total of timed codes
    total: Figure | None = None  # the stated length of treatment, or the distance from clock in to clock out
    stated_totals: tuple[Figure, ...] = ()  # every stated total of treatment, when the note states several
    clock: Figure | None = None  # the distance from clock in to clock out, where both stand
    documentation: dict[Element, Shown] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    assistants: tuple[Quote, ...] = ()  # words that name an assistant as giving (part of) the visit
    treated_sides: tuple[tuple[str, str, Quote], ...] = ()  # (side, body area, words) of treatment given
    stated_sides: tuple[tuple[str, str, Quote], ...] = ()  # the same of diagnosis, surgery or complaint
    evaluation: bool = False  # the note records an evaluation given that day
    evaluation_elements: dict[str, Shown] = field(default_factory=dict)  # history, measures, goals, plan
    mentions: dict[str, tuple[Quote, ...]] = field(default_factory=dict)  # plan_of_care, certification, progress_report
    cloned: bool = False  # activity, dose, cue and response repeat an earlier note but for the date
    boilerplate: tuple[Quote, ...] = ()  # ready phrases that earn no credit

    @property
    def performed(self) -> tuple[Intervention, ...]:
        """The interventions given that day, in the order of the note."""
        return tuple(each for each in self.interventions if each.status is Status.PERFORMED)

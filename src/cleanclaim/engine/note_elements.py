"""What a treatment note has to show beside services and minutes: element by element, with the nearest miss."""

from __future__ import annotations

from collections.abc import Iterable

from cleanclaim.engine.note_bill import Fault, Faults, quoted
from cleanclaim.engine.note_codes import Known, listed
from cleanclaim.engine.note_minutes import nearest
from cleanclaim.engine.note_services import Matched
from cleanclaim.notes.facts import Element, NoteFacts, Shown

_MOST_SECTIONS = 3
_MOST_LOOKED_AT = 40
_LACKING = {
    "history": "history or prior level of function",
    "measures": "objective measures",
    "goals": "goals",
    "plan": "plan",
}


def element_faults(facts: NoteFacts, found: Matched) -> Faults:
    """Return the faults of a treatment note's documentation: what it does not show, and what earns no credit."""
    faults: Faults = {}
    codes = found.bill.codes if found.bill is not None else None
    searched = _searched(facts)

    def ask(kind: str, element: Element, lead: str, wanted: bool | None = True) -> None:
        shown = facts.documentation.get(element)
        if wanted is False or (shown is not None and shown.present):
            return
        faults[kind] = None if shown is None or wanted is None else nearest(lead, shown, searched)

    ask("skill_missing", Element.SKILLED_NEED, _skill_lead(facts))
    ask("body_area_missing", Element.BODY_AREA, "no body area is named", _any(codes, lambda code: code.body_area))
    ask(
        "functional_link_missing",
        Element.FUNCTIONAL_LINK,
        "no task or role is tied to the treatment",
        _any(codes, lambda code: not (code.evaluation or code.modality)),
    )
    if not found.grouped:
        alone = [c.code for c in codes or () if c.one_on_one and c.code in found.by_code]
        lead = f"{listed(alone)} billed, and nothing says one-on-one" if alone else ""
        ask("one_on_one_missing", Element.ONE_ON_ONE, lead, None if codes is None else bool(alone))
    faults |= _signature(facts)
    if facts.cloned:
        faults["cloned_from_previous"] = Fault("activity, dose, cue and response repeat an earlier note")
    faults |= _stock(facts)
    if facts.evaluation and (lacking := _lacking(facts)):
        at = next((s.given.quote for s in found.services if s.kind == "evaluation"), None)
        faults["evaluation_elements_missing"] = Fault(f"the evaluation has no {lacking}", at)
    return faults


def _any(codes: Iterable[Known] | None, holds: object) -> bool | None:
    return None if codes is None else any(holds(code) for code in codes)  # type: ignore[operator]


def _searched(facts: NoteFacts) -> str:
    """The sections in which treatment stands: where somebody would look first."""
    at = [each.quote.start for each in facts.performed[:_MOST_LOOKED_AT]]
    titles = [s.title.strip(" :") for s in facts.sections if s.title and any(s.start <= start < s.end for start in at)]
    return ", ".join(dict.fromkeys(titles[:_MOST_SECTIONS])) or "the whole note"


def _skill_lead(facts: NoteFacts) -> str:
    if facts.cloned:
        return "nothing that the clinician did that day: what is there is carried over from an earlier note"
    return "nothing that the clinician did: no cue, assistance, grading or judgment"


def _signature(facts: NoteFacts) -> Faults:
    shown = facts.documentation.get(Element.SIGNATURE)
    if shown is None:
        return dict.fromkeys(("signature_missing", "credential_missing"), None)
    if not shown.present:
        return {"signature_missing": nearest("no authenticated signature", shown, "the end of the note")}
    signed = [signature for signature in facts.signatures if signature.authenticated]
    if signed and all(signature.credential is None for signature in signed):
        return {"credential_missing": Fault(f"{quoted(signed[0].quote)} has no credential", signed[0].quote)}
    return {}


def _stock(facts: NoteFacts) -> Faults:
    """Ready phrases, where they stand in the place of what the note should show of this day."""
    if not facts.boilerplate:
        return {}
    empty = [e for e in (Element.SKILLED_NEED, Element.RESPONSE) if (s := facts.documentation.get(e)) and not s.present]
    if not empty:
        return {}
    phrase = facts.boilerplate[0]
    what = " and no ".join("skill" if element is Element.SKILLED_NEED else "response" for element in empty)
    return {"stock_phrases": Fault(f"{quoted(phrase)} is a ready phrase and shows no {what}", phrase)}


def _lacking(facts: NoteFacts) -> str:
    gone = [words for part, words in _LACKING.items() if not facts.evaluation_elements.get(part, Shown(False)).present]
    return ", no ".join(gone)

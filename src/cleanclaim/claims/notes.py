"""NOTE: a treatment note held against the billed lines of its visit, as rules read it.

Each fault that a note may have is a text column: what is wrong, in words that quote the note; empty where nothing is;
null where it cannot be judged. Empty of rows where no notes are given beside the visits.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _F, _B, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date()

FAULTS = {
    "billed_not_documented": "billed codes of which the note shows no service given",
    "code_not_supported": "billed codes under which another service was given",
    "unbilled_service": "services given of which no acceptable code is billed",
    "duration_missing": "treatment without any duration",
    "timed_total_missing": "timed codes billed, some duration, and no total of timed minutes",
    "treatment_total_missing": "some duration, and neither a total nor clock in and out",
    "totals_disagree": "stated totals against the rows, the clock or each other",
    "body_area_missing": "no body area, and a code billed that needs one",
    "functional_link_missing": "no task or role that the treatment serves",
    "skill_missing": "nothing that the clinician did",
    "one_on_one_missing": "a code billed that is one-on-one, and nothing says that it was",
    "group_billed_as_individual": "two or more patients at once, and an individual code billed",
    "signature_missing": "no authenticated signature",
    "credential_missing": "a signature without a professional credential",
    "blocks_for_59_missing": "a modifier of separate services, and no times that separate them",
    "cloned_from_previous": "the note repeats an earlier one",
    "assistant_without_modifier": "an assistant's minutes on a line without the assistant's modifier",
    "laterality_conflict": "the side treated against the side of diagnosis, surgery, complaint or modifier",
    "evaluation_elements_missing": "parts that the evaluation lacks",
    "same_words_for_two_codes": "two codes billed that rest on the same words",
    "stock_phrases": "ready phrases where the note should show something of its own",
}
"""What can be wrong with a note, and the meaning of its column."""

NOTE = Table(
    "note",
    "a treatment note, or a billed visit without one where notes are given",
    (
        Column("row", _I, "first billed row of the visit, else its first row, else the row of the note alone"),
        Column("visit_key", _I, "visit of that row", null="nothing of the visit is billed"),
        Column("claim_key", _I, "claim of that row", null="the input has no claims"),
        Column("pack", _S, "payer pack", null="payer not mapped"),
        Column("dos", _D, "date of service", null="not known"),
        Column("note_given", _B, "the visit has a note"),
        Column("bill_given", _B, "something of the visit is billed", null="what is billed is not given"),
        Column("bill_text", _S, "the codes billed, as code x units; empty: none"),
        Column("treated", _B, "the note shows treatment given that day", null="no note"),
        Column("grouped", _B, "a group is billed as individual treatment", null="no note, or what is billed unknown"),
        Column("timed_minutes", _I, "timed minutes that count", "minutes", "the note does not give them"),
        Column("minutes_text", _S, "these minutes, and whether they are stated or added from the rows"),
        Column("units_given", _I, "timed units that the minutes give", "units", "minutes or method not known"),
        Column("units_billed", _F, "timed units billed", "units", "what is billed is not given"),
        *(Column(kind, _S, f"{meaning}; empty: none", null="cannot be judged") for kind, meaning in FAULTS.items()),
        Column("allowed_cents", _I, "expected allowed amount of lines not documented", "cents"),
        Column("charge_cents", _I, "charge of these lines", "cents"),
        Column("unsupported_allowed_cents", _I, "expected allowed amount of lines not supported", "cents"),
        Column("unsupported_charge_cents", _I, "charge of these lines", "cents"),
        Column("price_basis", _S, "expected or national"),
    ),
)

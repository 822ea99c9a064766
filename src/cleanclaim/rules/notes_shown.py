"""Treatment notes: what they have to show beside services and minutes, and what earns no credit.

The skill is the clinician's that day: a cue, assistance, grading, judgment. Words carried over from an earlier note,
and ready phrases such as that skilled care is still needed, show nothing of it. Each finding asks the clinician to
confirm; nothing here writes a word of a note.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.rules import cites
from cleanclaim.rules.note_kinds import HELD, TREATED, of_note
from cleanclaim.rules.rule import Severity, Who

_BILLED = HELD & pl.col("treated")

N110 = of_note(
    id="N110",
    name="body-area-missing",
    title="No body area named",
    cite=(cites.BODY_AREA_REVIEWED, cites.TREATMENT_NOTE),
    applies=_BILLED,
    expected="the part of the body that was treated",
    why="Reviewers cannot tie a service to the diagnosis where the note does not say which part was treated.",
    fix="Confirm the body area treated",
)
N111 = of_note(
    id="N111",
    name="functional-link-missing",
    title="No task or role that the treatment serves",
    cite=(cites.DYNAMIC_ACTIVITIES, cites.SKILLED_CARE),
    applies=_BILLED,
    expected="the function for which the patient needs the treatment",
    why="Range, strength and pain alone do not say what the patient cannot do, which is what the care is for.",
    fix="Confirm which task or role the treatment serves",
)
N112 = of_note(
    id="N112",
    name="skill-missing",
    title="Nothing that shows the clinician's skill",
    cite=(cites.SKILLED_CARE,),
    expected="what the clinician did: cue, assistance, grading, judgment",
    why=(
        "Care that the patient could do alone, or with an aide, is not covered; the note must show why it took a "
        "clinician that day. A sentence that skilled care is still needed does not."
    ),
    fix="Confirm what the clinician did and decided that day",
    denial=("50",),
)
N113 = of_note(
    id="N113",
    name="one-on-one-missing",
    title="A one-on-one service, and nothing says that it was one-on-one",
    cite=(cites.DYNAMIC_ACTIVITIES, cites.TIMED_AND_UNTIMED),
    applies=_BILLED,
    expected="words that it was one-on-one",
    why="The code is for direct contact with one patient. A note that is silent leaves open whether others were there.",
    fix="Confirm whether the patient was treated alone",
)
N114 = of_note(
    id="N114",
    name="group-billed-as-individual",
    title="Several patients at once, billed as individual treatment",
    cite=(cites.TIMED_AND_UNTIMED, cites.PART_B_SCENARIOS),
    applies=_BILLED,
    expected="the group code, once for each patient",
    why=(
        "Two or more patients who share the therapist are a group, whatever each of them does. The group code is "
        "untimed. Confirm whether any minutes were spent with this patient alone."
    ),
    severity=Severity.DENIAL,
    fix="Confirm who was treated together, and bill the group code",
    denial=("150",),
)
N115 = of_note(
    id="N115",
    name="signature-missing",
    title="No signature",
    cite=(cites.TREATMENT_NOTE, cites.RECORDS_REVIEWED),
    expected="a signature of the clinician by name",
    why="A typed name, a team or a pending signature authenticates nothing, and reviewers deny a note without one.",
    severity=Severity.DENIAL,
    fix="Have the clinician who gave the treatment authenticate it",
    denial=("16", "50"),
)
N116 = of_note(
    id="N116",
    name="credential-missing",
    title="A signature without a professional credential",
    cite=(cites.TREATMENT_NOTE,),
    expected="the professional identification beside the name",
    why="The manual asks for signature and professional identification of the one who gave or supervised the service.",
    fix="Confirm the credential of who signed",
)
N117 = of_note(
    id="N117",
    name="blocks-for-59-missing",
    title="Services set apart by a modifier, and no times that separate them",
    cite=(cites.NCCI_THERAPY, cites.BYPASS_PROPER_USE),
    applies=_BILLED,
    expected="start and stop of each, in blocks that do not overlap",
    why=(
        "The modifier tells the payer that two services were given in separate blocks of fifteen minutes. The note has "
        "to show that they were."
    ),
    severity=Severity.DENIAL,
    fix="Confirm the times of both services; take the modifier off where they shared the time",
    denial=("97",),
    yields_to=("P104",),
)
N118 = of_note(
    id="N118",
    name="cloned-from-previous",
    title="A note that repeats an earlier one",
    cite=(cites.SKILLED_CARE, cites.TREATMENT_NOTE),
    expected="what was done, cued and seen that day",
    why="Activity, dose, cue and response stand in the earlier note too; copied text shows nothing of this day.",
    fix="Confirm what of it happened that day",
)
N119 = of_note(
    id="N119",
    name="assistant-without-modifier",
    title="An assistant's minutes without the assistant's modifier",
    cite=(cites.ASSISTANT_LAW, cites.ASSISTANT_UNITS),
    applies=_BILLED,
    expected="CQ (physical therapy) or CO (occupational therapy) on the line",
    why=(
        "A line that an assistant gave in whole, or in a part that counts, takes the modifier and 85% of the fee. "
        "Without it the line is overpaid."
    ),
    severity=Severity.DENIAL,
    who=Who.BILLER,
    fix="Confirm who gave which minutes, and add the modifier",
    denial=("4",),
    yields_to=("D108",),
)
N120 = of_note(
    id="N120",
    name="laterality-conflict",
    title="The side treated is not the side of the complaint",
    cite=(cites.TREATMENT_NOTE, cites.SKILLED_CARE),
    expected="one side throughout, or the reason for the other",
    why="The side treated differs from that of the diagnosis, surgery, complaint or modifier; one of them is wrong.",
    fix="Confirm the side",
)
N121 = of_note(
    id="N121",
    name="evaluation-elements-missing",
    title="An evaluation that lacks one of its parts",
    cite=(cites.EVALUATIONS,),
    expected="history or prior level of function, objective measures, goals, plan",
    why="An evaluation sets out what was lost, what is measured, and what is to be reached and how.",
    fix="Confirm what was found, and complete the evaluation in a dated addendum",
    denial=("50",),
)
N122 = of_note(
    id="N122",
    name="same-words-for-two-codes",
    title="Two codes that rest on the same words",
    cite=(cites.DYNAMIC_ACTIVITIES,),
    applies=_BILLED,
    expected="a service of its own behind each code",
    why="One activity is billed once. Where two were given, the note says how they differ.",
    severity=Severity.ADVICE,
    fix="Confirm whether two services were given",
)
N123 = of_note(
    id="N123",
    name="stock-phrases",
    title="Ready phrases in the place of what the note should show",
    cite=(cites.SKILLED_CARE,),
    applies=TREATED,
    expected="words about this patient and this day",
    why="A phrase that fits every patient gets no credit from a reviewer, and gets none here.",
    severity=Severity.ADVICE,
    fix="Confirm what the phrase stands for",
    yields_to=("N112", "N118"),
)

RULES = (N110, N111, N112, N113, N114, N115, N116, N117, N118, N119, N120, N121, N122, N123)

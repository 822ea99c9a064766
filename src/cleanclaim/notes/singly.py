"""One-on-one in the words of a note: the patient alone with the clinician."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanclaim.notes.clauses import Clauses, around
from cleanclaim.notes.facts import Quote, Status

_ONE = r"(?:one|1|a single|single|sole|only one|just one)"
_GIVER = r"(?:therapists?|clinicians?|pt|ot|slp|st|physio\w*|pta|cota|provider|practitioner|teacher)"
_TAKER = r"(?:pt|patient|client|child|baby|infant|pupil|student|member|resident|person|kid|learner)"
_SINGLY = re.compile(
    r"(?<![\d/.:-])1 ?: ?1(?![\d:])|(?<![\w/.-])1-1(?![\w/-]|\.\d)|\b1 ?(?:-| )?(?:on|to)(?:-| )?1\b|\b(?:one"
    r"|1)[- ]?(?:on|to|2)[- ]?(?:one|1)\b"
    r"|\b(?:seen|treated|worked|taken|attended|came) (?:all |quite )?(?:singly|alone|individually|separately|solo"
    r"|by h(?:er|im)sel?f"
    r"|on (?:his|her|their) own)\b|\b(?:by (?:him|her)self|on (?:his|her) own) with (?:me|the \w+)\b"
    r"|\bsingly\b|\bindividually\b|\bindiv\b"
    r"|\bindividual\b(?! (?:muscles?|fingers?|digits?|joints?|sounds?|words?|needs?|goals?|letters?|items?|steps?"
    r"|components?"
    r"|differ\w*|exercises?|tasks?|bites?|cups?|servings?|plan|education|therapy plan|program|programme|patient's"
    r"|s\b|movements?"
    r"|phonemes?|syllables?|toes?|vertebra\w*|segments?|strengths?|preferences?|learning|weights?|counsel\w*|with"
    r"|who|has|is|was|will))"
    r"(?: (?:session|visit|treatment|tx|therapy|appointment|slot|throughout))?"
    r"|\balone with (?:the |this |her |his |me\b)?(?:therapist|clinician|pt|ot|slp|patient|client|child|baby|pupil"
    r"|him|her|me|physio)?|\b(?:just|only) the two of us\b|\bthe two of us (?:alone|only)\b"
    r"|\b(?:just|only) (?:me|her|him|us two|you) and (?:me|him|her|i|us)\b|\b(?:just|only) (?:the|this|my"
    r"|one) (?:child|patient|client|baby|pupil|boy|girl) and (?:me|i|the (?:therapist|clinician|pt|ot|slp))\b"
    r"|\bjust us two\b|\bjust (?:he|she) and i\b"
    r"|\bno (?:other|second) (?:patients?|clients?|one|person|child\w*|pupils?|kids?)\b|\bno others? (?:treated"
    r"|present|seen|in)\b"
    rf"|\bonly {_TAKER}\b(?! (?:needed|need|want|report|rest|complain|ask|use))"
    rf"|\b{_ONE} {_GIVER}[ ,/;&+-]{{1,3}}(?:(?:for|per|to|and|with|on) )?(?:{_ONE} |an? |this "
    rf"|the )?(?:other )?{_TAKER}\b(?!s)"
    rf"|\b{_ONE} {_TAKER}[ ,/;&+-]{{1,3}}(?:(?:for|per|to|and|with|on|under) )?{_ONE} {_GIVER}\b"
    rf"|\b(?:one|single|sole) (?:patient|client|child|pupil)\b(?=\s?(?:[.,;|)]|$|\n|at a time|only|throughout|per"
    rf"|in the|on the|this))"
    rf"|\b(?:one|single|1) {_GIVER} (?:one|a|1) (?:child|patient|client|pupil|member)\b|\bjust one (?:patient"
    rf"|client|child)\b"
    r"|\bone (?:person|patient|client) at a time\b|\bone at a time with\b|\bundivided\b"
    r"|\bsolo (?:session|visit|treatment|tx|slot|work|appointment)\b"
    r"|\bprivate (?:session|treatment room|lesson|slot|one)\b|\bsole (?:patient|client)\b"
    r"|\bnobody else\b|\bno ?one else\b|\bno-one else\b|\bdirect individual\b|\btherapist (?:with|beside) (?:her|him"
    r"|the patient|this patient|client) (?:throughout|the whole|alone|only)\b|\bin a room (?:alone|to ourselves)\b"
    r"|\bwith this (?:patient|client|baby|child) (?:alone|only)\b|\bhad (?:the |my |his |her )?(?:therapist"
    r"|clinician|pt|ot|slp|him|her|full attention) "
    r"(?:all )?to (?:her|him|my|the|your|our)(?:self|selves)\b|\b(?:whole|entire) (?:session|visit|time"
    r"|hour) (?:was |spent )?(?:with|on) (?:him|her) alone\b"
    r"|\bexclusive(?:ly)? (?:to|with|attention)\b|\bnot shared\b|\bshared with no(?:body| one| other)\b|\bunshared\b"
    r"|\bperson to person\b|\bface to face (?:alone|individual)|\bhis own (?:session|slot|appointment)\b"
    r"|\bher own (?:session|slot|appointment)\b"
    r"|\bone[- ](?:patient|client|child)[- ](?:one|per)[- ]\w+",
    re.IGNORECASE,
)
_NOT_SINGLY = re.compile(
    r"\b(?:not?|never|without|isn't|wasn't|no)\s+(?:\w+\s+)?$|\b(?:group|class)\b[^.;\n]*$", re.IGNORECASE
)


def one_on_one(clauses: Clauses) -> Iterator[Quote]:
    """Yield the words that say that the patient was treated alone by the clinician."""
    barred = [
        (each.start, each.end)
        for each in clauses.sections
        if each.kind in ("plan", "goals", "home", "referral", "history")
    ]
    barred += [
        (each.quote.start, each.quote.end) for each in clauses.interventions if each.status is not Status.PERFORMED
    ]
    opening = around("skill", "singly")
    for word in clauses.page.words:
        if word.text not in opening:
            continue
        found = _SINGLY.match(clauses.note, word.start)
        if found is None:
            continue
        said = found.group().lower().startswith(("seen", "treated"))
        if not said and any(start <= found.start() < end for start, end in barred):
            continue
        if _NOT_SINGLY.search(clauses.note, max(0, found.start() - 60), found.start()):
            continue
        yield Quote.of(clauses.note, found.start(), found.end())

"""Who authenticated the note, with which credential, and which assistants it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from cleanclaim.notes.facts import Quote, Section, Signature
from cleanclaim.notes.phrases import Phrases, table, words


class _Name(NamedTuple):
    start: int
    end: int  # of name and credentials
    credential: str | None
    whole: bool  # more than one word, or a word with a credential


_SLASHED = re.compile(
    r"(?<![\w/])/{1,2}\s?(?:e?s|e-?sig(?:ned)?|e-?s|electronically signed|digitally signed|signed"
    r"|esignature)\s?/{1,2}|(?<![\w/])s/(?=\s?[A-Z])|\bel(?:ec(?:tr?)?)?\.\s?signed\b(?: by\b)?",
    re.IGNORECASE,
)
_TYPED = re.compile(r"/{1,2}\s?(?:typed|unsigned|draft|pending|print(?:ed)?)\s?/{1,2}", re.IGNORECASE)
_PLAIN = re.compile(r"(?:(?<=\n)|^)[ \t]*signed\b[ \t]*[:,\u2013\u2014-]|\bsigned[ \t]*:", re.IGNORECASE)
_CONNECT = re.compile(
    r"(?:[ \t:,;/()\[\]|*\u2013\u2014_-]|\.(?=[ \t]*[:\u2013-])|//)*(?:\n[ \t]*)?"
    r"(?:(?:on|at|date|time|dated)?[ \t]*:?[ \t]*\d[\d/.:-]*[ \t,]*(?:[ap]m\b|hrs?\b|[ECMP][SD]?T\b)?[ \t,;:-]*){0,4}"
    r"(?:\b(?:by|electronically|digitally|signed|sign|in the ehr|in ehr|and|closed|completed|finali[sz]ed|applied"
    r"|locked|reviewed|verified|authenticated|dated|sealed|author|therapist|clinician"
    r"|provider)\b[ \t:,;./\u2013\u2014-]*(?:\n[ \t]*)?){0,5}(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\.?[ \t]+)?",
    re.IGNORECASE,
)
_PART = re.compile(r"[^\W\d_](?:['\u2019.\u2010-]?[^\W\d_])*\.?")
_GAP = re.compile(r"[ \t]{1,3}|(?<=\.)")
_CREDENTIAL_GAP = re.compile(r"[ \t]{0,3}[,;(|/\u2013\u2014-]?[ \t]{0,3}")
_LIKELY = re.compile(r"sign|e-?sig|authenti|verif|approved|attest|sealed", re.IGNORECASE)
_BETWEEN = re.compile(
    r"(?:[\s,;:()\[\]/|\u2013\u2014-]|\d[\d/.:-]*|\b(?:[ap]m|on|at|date|time|has|have|is|was|hrs?"
    r"|[ECMP][SD]?T)\b){0,24}",
    re.IGNORECASE,
)
_MORE = re.compile(r"[ \t]*(?:[;&/|]|\band\b|,[ \t]*and\b|\bwith\b|\n)[ \t]*", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:not|never|awaiting|await|pending|to be|will be|must be|needs? to be|needs?|requires?|without|un|is not"
    r"|yet to be|waiting for|missing|before being|until)[ \t]*(?:an?[ \t]+|yet[ \t]+)?$",
    re.IGNORECASE,
)
_UNSIGNED = re.compile(
    r"[^\n.;]{0,60}\b(?:signature|sign(?:ed)?|authenticat\w+|cosign\w*)\b[^\n.;]{0,20}\b(?:pending|awaited|missing"
    r"|required|requested|due|on file|stamp\w*|not yet|outstanding|needed)\b[^\n.;]{0,20}"
    r"|[^\n.;]{0,40}\b(?:unsigned|not (?:yet )?signed|awaiting (?:\w+ )?(?:signature|certification)|stamp only"
    r"|signature on file)\b[^\n.;]{0,30}",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"^[^\n]{0,40}\b(?:team|staff|department|dept|wing|services?|group|unit|clinic)\b[^\n]{0,30}$",
    re.IGNORECASE | re.MULTILINE,
)
_AMBIGUOUS = frozenset({"DO", "MA", "CO", "CP", "AT", "PA", "OD", "EP", "LAT", "II", "BA", "AI", "OT", "CLC", "LAMP"})
_NAME_WORDS = 6
_FAR = 160
_CREDENTIALS = 8


@cache
def _marks() -> Phrases:
    return Phrases(table("signatures")["marks"])


@cache
def _words(part: str, kind: str) -> frozenset[str]:
    return frozenset(each.lower() for each in table("signatures")[part][kind])


@cache
def _credentials() -> dict[str, int]:
    """Return the weight of each credential (without dots and blanks, in capitals): 2 professional, 1 its degree, 0."""
    listed = table("signatures")["credentials"]
    return {
        _bare(each): weight
        for weight, kind in enumerate(("further", "degrees", "professional"))
        for each in listed[kind]
    }


@cache
def _capitalized() -> frozenset[str]:
    listed = table("signatures")["credentials"]
    return frozenset(
        each.replace(".", "") for each in (*listed["further"], *listed["degrees"], *listed["professional"])
    )


@cache
def _titles() -> Phrases:
    return Phrases({"title": table("signatures")["credentials"]["titles"]})


@cache
def _phrases(kind: str) -> Phrases:
    return Phrases({kind: table("signatures")["assistants"][kind]})


_CREDENTIAL = re.compile(r"[A-Za-z](?:[A-Za-z]|\.(?=[A-Za-z])|[/-](?=[A-Za-z]))*\.?")


def _bare(written: str) -> str:
    return written.replace(".", "").replace(" ", "").upper()


def read(note: str, sections: Sequence[Section]) -> tuple[Signature, ...]:
    """Return the signatures of ``note`` in its order: a mark with a person's name, the credential or null.

    Typed names at the end, teams, pending and stamped signatures come with ``authenticated`` false.

    >>> [(each.quote.text, each.credential) for each in read("Timed 30.\\n/es/ Ola Bergqvist PT, DPT", ())]
    [('/es/ Ola Bergqvist PT, DPT', 'PT')]
    >>> [each.authenticated for each in read("Ola Bergqvist, PT", ())]
    [False]
    """
    found: list[Signature] = []
    for start, end, sure in sorted(_all_marks(note)):
        if found and start < found[-1].quote.end:
            continue
        found += [
            each for each in _signed(note, start, end, sure) if not found or each.quote.start >= found[-1].quote.end
        ]
    return tuple(found) if found else tuple(_unauthenticated(note))


def _all_marks(note: str) -> Iterator[tuple[int, int, bool]]:
    for each in _SLASHED.finditer(note):
        yield each.start(), each.end(), True
    for each in _PLAIN.finditer(note):
        yield each.start() + len(each.group()) - len(each.group().lstrip()), each.end(), False
    line = -1
    for each in _LIKELY.finditer(note):
        if each.start() < line:
            continue
        start = note.rfind("\n", 0, each.start()) + 1
        line = note.find("\n", each.end())
        line = len(note) if line < 0 else line
        for hit in _marks().find(note, words(note, start, line)):
            yield hit.start, hit.end, True


def _signed(note: str, start: int, end: int, sure: bool) -> list[Signature]:
    """Return the signatures of the mark from ``start`` to ``end``: the name behind it, else the name before it."""
    line = max(note.rfind("\n", 0, start) + 1, start - _FAR)
    before = note[line:start]
    if _NEGATED.search(before) or next(_phrases("not_these").find(before, words(before)), None) is not None:
        return []
    connect = _CONNECT.match(note, end)
    at = connect.end() if connect else end
    name = _name(note, at)
    if name is not None and (name.credential or (sure and name.whole) or (sure and _ends(note, name.end))):
        found = [Signature(Quote.of(note, start, name.end), name.credential)]
        while more := _MORE.match(note, found[-1].quote.end):
            another = _name(note, more.end())
            if another is None or another.credential is None:
                break
            found.append(Signature(Quote.of(note, another.start, another.end), another.credential))
        return found
    if not sure:
        return []
    for each in _names(note, line, start):
        if _BETWEEN.fullmatch(note, each.end, start) and (each.credential or each.whole):
            return [Signature(Quote.of(note, each.start, end), each.credential)]
    if line and not before.strip():
        previous = max(note.rfind("\n", 0, line - 1) + 1, line - _FAR)
        for each in _names(note, previous, line - 1):
            if each.credential and _BETWEEN.fullmatch(note, each.end, start):
                return [Signature(Quote.of(note, each.start, end), each.credential)]
    return []


def _ends(note: str, place: int) -> bool:
    rest = note[place : place + 12].split("\n")[0].strip()
    return rest == "" or rest[0] in ",(.;-\u2013\u2014/|" or rest[:2].lower() == "on" or rest[0].isdigit()


def _names(note: str, start: int, end: int) -> Iterator[_Name]:
    """Yield the names between ``start`` and ``end`` that begin behind the line's begin, a stop or a colon."""
    place = start
    while place < end:
        name = _name(note, place)
        if name is not None and name.end <= end:
            yield name
        following = re.compile(r"[.:;|(\u2013\u2014-][ \t]+|[ \t]{2,}|,[ \t]").search(note, place, end)
        if following is None:
            return
        place = following.end()


def _name(note: str, start: int) -> _Name | None:
    """Return the person's name that stands at ``start``, with the credentials behind it."""
    place = start
    count, letters, initials, lowered = 0, 0, 0, False
    while count < _NAME_WORDS and (part := _PART.match(note, place)):
        word = part.group()
        plain = word.lower().rstrip(".")
        if plain in _words("none", "not_names") and not (
            count and word[0].isupper() and plain in _words("none", "particles")
        ):
            break
        if count and _credential(note, place, letters + initials > 1 or "," in note[place - 2 : place]) is not None:
            break
        if not word[0].isupper():
            lowered = lowered or plain not in _words("none", "particles")
        count += 1
        if len(plain) == 1:
            initials += 1
        else:
            letters += 1
        place = part.end() - (1 if word.endswith(".") and len(plain) > 2 and plain not in ("jr", "sr", "st") else 0)
        gap = _GAP.match(note, place)
        if not gap or place != part.end():
            break
        place = gap.end()
    if not letters:
        return None
    end = len(note[start:place].rstrip()) + start
    end, credential = _all_credentials(note, end)
    if lowered and (credential is None or count > 4):
        return None
    return _Name(start, end, credential, letters > 1 or initials > 0)


def _all_credentials(note: str, end: int) -> tuple[int, str | None]:
    best, weight = None, 0
    for _ in range(_CREDENTIALS):
        gap = _CREDENTIAL_GAP.match(note, end)
        at = gap.end() if gap else end
        found = _credential(note, at, True)
        if found is None or at == end:
            title = next(_titles().find(note, words(note, at, at + 60)[:6]), None)
            if title is None or title.start != at or at == end:
                break
            found = title.end, note[at : title.end], 2
        end, written, worth = found
        if worth > weight:
            best, weight = written, worth
    if end < len(note) and note[end] == ")" and note.count("(", max(0, end - 20), end):
        end += 1
    return end, best


def _credential(note: str, place: int, ambiguous_too: bool) -> tuple[int, str, int] | None:
    """Return (end, as written, weight) of the credential at ``place``."""
    match = _CREDENTIAL.match(note, place)
    if match is None:
        return None
    for end in _ends_of(match, note):
        written = note[place:end].rstrip(".")
        known = _credentials().get(_bare(written))
        if known is None or (end < len(note) and (note[end].isalnum())):
            continue
        as_listed = written.replace(".", "") in _capitalized() or (written.isupper())
        lower_note = (
            written.islower() and len(_bare(written)) > 1 and ambiguous_too and _bare(written) not in _AMBIGUOUS
        )
        if not as_listed and not lower_note:
            continue
        if _bare(written) in _AMBIGUOUS and not ambiguous_too:
            continue
        return end, note[place:end], known
    return None


def _ends_of(match: re.Match[str], note: str) -> Iterator[int]:
    """Yield where a credential that begins with ``match`` may end, longest first: "CCC SLP", "OTR/L", "OTR"."""
    spaced = re.compile(r"[ ](?:SLP|L)\b").match(note, match.end())
    if spaced:
        yield spaced.end()
    yield match.end()
    for place in range(match.end() - 1, match.start(), -1):
        if note[place] in "/-":
            yield place


def _unauthenticated(note: str) -> list[Signature]:
    """Return what stands in the place of a signature and is none: typed names, teams, signatures to come."""
    found = [
        Signature(Quote.of(note, each.start(), name.end if name else each.end()), name and name.credential, False)
        for each in _TYPED.finditer(note)
        for name in (_name(note, each.end() + len(note[each.end() :][:3]) - len(note[each.end() :][:3].lstrip())),)
    ]
    for each in _UNSIGNED.finditer(note):
        start = each.start() + len(each.group()) - len(each.group().lstrip())
        found.append(Signature(Quote.of(note, start, each.start() + len(each.group().rstrip())), None, False))
    if found:
        return found
    stop = len(note.rstrip())
    for _ in range(3):
        line = max(note.rfind("\n", 0, stop) + 1, stop - _FAR)
        for name in _names(note, line, stop):
            if name.credential or (name.whole and note[name.end : stop].strip(" .") == ""):
                return [Signature(Quote.of(note, name.start, name.end), name.credential, False)]
        if _STAFF.match(note[line:stop]):
            return [Signature(Quote.of(note, line, stop), None, False)]
        stop = len(note[: max(line - 1, 0)].rstrip())
        if not stop:
            break
    return []


def assistants(note: str) -> tuple[Quote, ...]:
    """Return the words of ``note`` that name an assistant as giving the visit or part of it.

    An assistant who is only asked, told or scheduled gives nothing; nor does PTA for "prior to admission".

    >>> [each.text for each in assistants("R. Dunmore, PTA 8:15-8:38: leg press. PTA will see her next week.")]
    ['R. Dunmore, PTA']
    """
    every = words(note)
    found = []
    for hit in _phrases("titles").find(note, every):
        written = note[hit.start : hit.end]
        if (
            len(written) <= 6
            and not written.isupper()
            and written.lower() in ("pta", "ota", "cota", "lpta", "spta")
            and not note.islower()
        ):
            continue
        since = max(note.rfind(mark, 0, hit.start) for mark in ("\n", ".  ", "; ", "|")) + 1
        sentence = re.compile(r"(?<![A-Z])[.!?]\s").search(note, hit.end)
        ends = [note.find(mark, hit.end) for mark in ("\n", ";")]
        until = min([each for each in ends if each >= 0] + ([sentence.start()] if sentence else []), default=len(note))
        near = note[max(since, hit.start - 40) : min(until, hit.end + 40)]
        if next(_phrases("not_given").find(near, words(near)), None) is not None:
            continue
        start = _named_before(note, since, hit.start)
        after = {each.text for each in every[hit.last + 1 : hit.last + 4] if each.start < until}
        before = every[hit.first - 1].text if hit.first and every[hit.first - 1].start >= since else ""
        gap = note[hit.end : hit.end + 2]
        if (
            start is not None
            or after & _words("assistants", "gave")
            or before in _words("assistants", "by")
            or gap[:1] == ":"
            or re.match(r"\s?\(?\d", note[hit.end : hit.end + 3])
        ):
            found.append(Quote.of(note, hit.start if start is None else start, hit.end))
    return tuple(found)


def _named_before(note: str, since: int, title: int) -> int | None:
    """Return where the name begins whose credential is the title at ``title``."""
    match = re.search(
        r"((?:[^\W\d_][\w.'\u2019-]*[ \t]){0,3}[^\W\d_][\w.'\u2019-]*)[ \t]?,?[ \t]?$",
        note[max(since, title - 60) : title],
    )
    if match is None or not match[1].split()[-1][0].isupper():
        return None
    named = match[1].split()
    if any(each.lower() in _words("none", "not_names") for each in named) or not named[0][0].isupper():
        return None
    return max(since, title - 60) + match.start(1)

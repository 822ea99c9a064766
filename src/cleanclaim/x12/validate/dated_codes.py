"""Level 5 of codes that depend on a day or on other segments: diagnoses, pointers to them, adjustment reasons."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from cleanclaim.codes import adjustments, icd10
from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Ints, Spans
from cleanclaim.x12.validate.balances import numbered
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.places import places, texts
from cleanclaim.x12.validate.problems import Problems

_ICD10_START = 16709  # 2015-10-01 in days since 1970: ICD-10-CM by service date from then on (45 CFR 162.1002)
_CM = (b"ABK", b"ABF", b"ABJ", b"APR", b"ABN")
_NINTH = (b"BK", b"BF", b"BJ", b"PR", b"BN")
_POINTED = (b"ABK", b"ABF", b"BK", b"BF")
_FORM = r"^[A-Z][0-9][0-9A-Z]([0-9A-Z]{1,4})?$"
_NEW = 60  # codes that may have been added to a list since it was taken
_REASON_PLACES = range(2, 18, 3)


def check_diagnoses(body: Body, problems: Problems) -> None:
    """Note diagnosis codes that do not exist on the day of service, and pointers beyond them."""
    entries = np.flatnonzero(body.grammar_rows_of(b"HI"))
    if not len(entries):
        return
    segments = body.segments
    spans, owner = segments.elements_of(body.at[entries])
    parts = segments.components_of(spans, 2)
    qualifier, code = parts.at(0), parts.at(1)
    tenth = np.any([segments.equal(qualifier, name) for name in _CM], axis=0)
    ninth = np.any([segments.equal(qualifier, name) for name in _NINTH], axis=0)
    claims = body.of_row("2300", "CLM")
    day = _service_days(body, claims)
    claim = numbered(claims, body.owner(entries, "2300"), len(body))[owner]
    day_of = np.where(claim >= 0, day[claim], -1) if len(claims) else np.full(len(owner), -1)
    place = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
    wrong_list = (tenth & (day_of >= 0) & (day_of < _ICD10_START)) | (ninth & (day_of >= _ICD10_START))
    fresh = body.fresh[entries][owner] & (code.length > 0)
    bad = np.flatnonzero(wrong_list & fresh)
    _note(body, problems, entries[owner[bad]], place[bad], code.at(bad), "the code list of another time")
    at = np.flatnonzero(tenth & fresh & ~wrong_list)
    if len(at):
        verdict = _diagnosis_verdicts(texts(body, code.at(at)), day_of[at])
        for text in sorted(set(verdict) - {""}):
            bad = at[np.array([one == text for one in verdict])]
            _note(body, problems, entries[owner[bad]], place[bad], code.at(bad), text)
    if body.grammar.kind == "837P":
        counted = np.any([segments.equal(qualifier, name) for name in _POINTED], axis=0) & (claim >= 0)
        _check_pointers(body, problems, claims, np.bincount(claim[counted], minlength=len(claims)))


def _note(body: Body, problems: Problems, entries: Ints, place: Ints, code: Spans, message: str) -> None:
    problems.add(
        5,
        len(entries),
        **places(body, entries),
        element=[f"HI{k:02}-02" for k in place.tolist()],
        value=texts(body, code),
        code=["A7:254" if k == 1 else "A7:255" for k in place.tolist()],
        message=message,
    )


def _service_days(body: Body, claims: Ints) -> Ints:
    """Return the first day of service of each claim, -1 where there is none."""
    rows = [body.of_row("2400", "DTP", "472")]
    if body.grammar.kind == "837I":
        rows.append(body.of_row("2300", "DTP", "434"))
    entries = np.concatenate(rows)
    value = body.segments.element(body.at[entries], 3)
    days, good = Fields(body.segments.data).days(value.start, value.length >= 8)
    owner = numbered(claims, body.owner(entries, "2300"), len(body))
    kept = good & (owner >= 0)
    first = np.full(len(claims), np.iinfo(np.int64).max)
    np.minimum.at(first, owner[kept], days[kept].astype(np.int64))
    return np.where(first == np.iinfo(np.int64).max, -1, first)


def _diagnosis_verdicts(codes: list[str], days: Ints) -> list[str]:
    """Return what is wrong with each code on its day, "" where nothing is."""
    given = pl.DataFrame({"code": codes, "day": days}, schema={"code": pl.String, "day": pl.Int32})
    pairs = given.unique().with_columns(day=pl.when(pl.col("day") >= 0).then(pl.col("day")).cast(pl.Date))
    pairs = pairs.with_columns(
        release=icd10.release_of(pl.col("day")), covered=icd10.covered(pl.col("day")).fill_null(value=False)
    )
    parts = []
    for (release,), rows in pairs.group_by("release"):
        found = icd10.lookup(rows["code"], int(release))
        parts.append(rows.with_columns(found["known"], found["billable"]))
    judged = pl.concat(parts).with_columns(
        verdict=pl.when(~pl.col("code").str.contains(_FORM))
        .then(pl.lit("not of the form of an ICD-10-CM code (no point, capitals)"))
        .when(pl.col("covered") & ~pl.col("known"))
        .then(pl.lit("no ICD-10-CM code on the day of service"))
        .when(pl.col("covered") & ~pl.col("billable"))
        .then(pl.lit("an ICD-10-CM category: the code needs more characters"))
        .otherwise(pl.lit(""))
    )
    key = given.with_columns(day=pl.when(pl.col("day") >= 0).then(pl.col("day")).cast(pl.Date))
    joined = key.join(judged, on=["code", "day"], how="left", nulls_equal=True, maintain_order="left")
    return joined["verdict"].to_list()


def _check_pointers(body: Body, problems: Problems, claims: Ints, count: Ints) -> None:
    """Note pointers to diagnoses that the claim does not have."""
    lines = body.of_row("2400", "SV1")
    if not len(lines) or not len(claims):
        return
    pointers = body.segments.components_of(body.segments.element(body.at[lines], 7), 4)
    fields = Fields(body.segments.data)
    owner = numbered(claims, body.owner(lines, "2300"), len(body))
    most = np.where(owner >= 0, count[owner], 12)
    for k in range(4):
        number, good = fields.decimal(pointers.at(k), 0)
        bad = np.flatnonzero(good & (pointers.length[k] > 0) & ((number > most) | (number < 1)) & body.fresh[lines])
        problems.add(
            5,
            len(bad),
            **places(body, lines[bad]),
            element=f"SV107-{k + 1:02}",
            value=texts(body, pointers.at(k).at(bad)),
            code="A7:477",
            message=[f"the claim has {n} diagnoses" for n in most[bad].tolist()],
        )


def check_reasons(body: Body, problems: Problems) -> None:
    """Note adjustment reason and remark codes that do not exist, or no longer on the day of payment."""
    days = _payment_days(body)
    entries = np.flatnonzero(body.grammar_rows_of(b"CAS") & body.fresh)
    for place in _REASON_PLACES:
        _check_reason(body, problems, entries, place, days, "CARC", f"CAS{place:02}")
    if body.grammar.kind != "835":
        return
    remarks = np.flatnonzero(body.grammar_rows_of(b"LQ") & body.fresh)
    if len(remarks):
        qualifier = body.segments.element(body.at[remarks], 1)
        remarks = remarks[body.segments.equal(qualifier, b"HE")]
        _check_reason(body, problems, remarks, 2, days, "RARC", "LQ02")
    for name, wanted in ((b"MOA", (3, 4, 5, 6, 7)), (b"MIA", (5, 20, 21, 22, 23))):
        found = np.flatnonzero(body.grammar_rows_of(name) & body.fresh)
        for place in wanted:
            _check_reason(body, problems, found, place, days, "RARC", f"{name.decode()}{place:02}")


def _payment_days(body: Body) -> dict[int, int]:
    """Return the day of payment of each 835, in days since 1970."""
    if body.grammar.kind != "835":
        return {}
    heads = body.of_row("ST", "BPR")
    value = body.segments.element(body.at[heads], 16)
    days, good = Fields(body.segments.data).days(value.start, value.length == 8)
    return dict(zip(body.transaction[heads[good]].tolist(), days[good].tolist(), strict=True))


def _check_reason(
    body: Body, problems: Problems, entries: Ints, place: int, days: dict[int, int], kind: str, label: str
) -> None:
    if not len(entries):
        return
    spans = body.segments.element(body.at[entries], place)
    at = np.flatnonzero(spans.length > 0)
    codes = texts(body, spans.at(at))
    last = _last_days(kind)
    wrong: dict[str, list[int]] = {}
    for row, code in zip(at.tolist(), codes, strict=True):
        day = days.get(int(body.transaction[entries[row]]))
        if code not in last:
            if not _may_be_new(kind, code):
                wrong.setdefault("no adjustment or remark code of the published list", []).append(row)
        elif day is not None and (ended := last[code]) is not None and ended < day:
            wrong.setdefault("a code that had ended by the day of payment", []).append(row)
    for message, rows in wrong.items():
        bad = np.array(rows)
        problems.add(
            5,
            len(bad),
            **places(body, entries[bad]),
            element=label,
            value=texts(body, spans.at(bad)),
            code="A7:521" if body.grammar.kind in ("837P", "837I") else "7",
            message=message,
        )


@cache
def _last_days(kind: str) -> dict[str, int | None]:
    table = adjustments.carc() if kind == "CARC" else adjustments.rarc()
    ended = table["last_day"].cast(pl.Int32)
    return dict(zip(table["code"].to_list(), ended.to_list(), strict=True))


@cache
def _highest(kind: str) -> dict[str, int]:
    """Return the highest number of each prefix in a list."""
    found: dict[str, int] = {}
    for code in _last_days(kind):
        prefix = code.rstrip("0123456789")
        if code[len(prefix) :]:
            found[prefix] = max(found.get(prefix, 0), int(code[len(prefix) :]))
    return found


def _may_be_new(kind: str, code: str) -> bool:
    """Return whether a code may have been added since the list was taken: the next numbers of a prefix."""
    prefix = code.rstrip("0123456789")
    number = code[len(prefix) :]
    highest = _highest(kind).get(prefix)
    return bool(number) and highest is not None and highest < int(number) <= highest + _NEW

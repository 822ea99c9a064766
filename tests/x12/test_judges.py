"""Other libraries accept what we write; where one does not, the reason is listed, and it is wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pytest
from build_837 import Style
from judges import WANTED, Verdict, installed, verdicts
from whole_837 import whole_facility, whole_professional

from cleanclaim import app, outgoing, x12
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write import Edits, resubmit, rewrite
from cleanclaim.x12.write.answers import answers
from cleanclaim.x12.write.split import split

ROOT = Path(__file__).parents[2]
DAY = ROOT / "examples" / "clinic-day"
sys.path += [str(ROOT / "bench"), str(ROOT / "tests" / "outgoing"), str(Path(__file__).parent / "validate")]

from exports import professional  # noqa: E402
from generate import month  # noqa: E402
from make_837 import make_837  # noqa: E402
from office import ADMISSION, CHILD, CONFIG, FACILITY, PATIENT, SERVICE, remittance, send  # noqa: E402
from valid_files import BODIES, interchange, written  # noqa: E402
from write_837 import write_837  # noqa: E402

AS_OF = date(2026, 3, 20)
JUDGED_BY = {"837P": ("pyx12", "x12sdk"), "837I": ("pyx12", "x12sdk"), "835": tuple(WANTED), "999": ("pyx12",)}
_NO_NAME = "asks for a name of another payer's provider, which the guide does not use"
# for each judge: the place and rule that it refuses a file of ours for, and why it is wrong
WRONG = {
    "pyx12": {},
    "x12sdk": {
        r"loop_2310d\.ref_segment\.\d+\.\w+: (missing|extra_forbidden)": "takes the REF of a supervisor for an NM1",
        r"loop_2330[cefg]\.(\d+\.)?nm1_segment\.name_last_or_organization_name: missing": _NO_NAME,
        r"loop_2420b\.nm1_segment\.name_last_or_organization_name: string_type": "asks for the name of a purchased"
        " service's provider, which the guide does not use",
        r"loop_2300\.\d+\.nte_segment\.\d+\.note_reference_code: enum": "has no billing note (ADD) in the 837I",
        r"loop_2420a\.nm1_segment\.entity_identifier_code: literal_error": "has no operating physician (72) of a line",
        r"^0 of 1 transaction sets seen$": "sees nothing in a file whose terminator is a newline",
        r"loop_2400\.\d+\.dtp_segment\.date_time_period_format_qualifier: literal_error": "has no days from and to"
        " (RD8) of an institutional line",
    },
    "oxedi": {},
}


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield files of all the ways in which we write, each with a name."""
    whole = {"professional": whole_professional(), "institutional": whole_facility()}
    for name, content in whole.items():
        yield f"every loop, {name}", content
        yield f"every loop, {name}, with other delimiters", b"".join(rewrite(STYLED[name], Edits()))
    for kind, form in BODIES.items():
        if kind in JUDGED_BY:
            yield f"by hand, {kind}", written(interchange(kind))
        answer = answers(written(interchange(kind)), validate(written(interchange(kind))), NOW, count(7))
        if "999" in answer.files:
            yield f"999 to {kind}", answer.files["999"]
            broken = written(interchange(kind)).replace(form.split("\n")[5].encode() + b"~", b"", 1)
            yield f"999 to a broken {kind}", answers(broken, validate(broken), NOW, count(8)).files["999"]
    yield "generated for speed", make_837(40)
    yield "generated month", write_837(professional(month(60, plant_errors=False).files()))
    yield from _of_the_day(folder)
    yield from _of_an_office(folder)


NOW = datetime(2026, 4, 2, 8, 30)  # noqa: DTZ001  (no zone is said)
STYLED = {
    "professional": whole_professional(Style("|", ">", "'", "!", "\r\n")),
    "institutional": whole_facility(Style(terminator="\n")),
}


def _of_the_day(folder: Path) -> Iterator[tuple[str, bytes]]:
    sound = folder / "claims.837"
    # the day's one fault that a validator sees: a total that is not that of the lines
    claims = (DAY / "claims.837").read_bytes().replace(b"CLM*C134*192*", b"CLM*C134*132*")
    sound.write_bytes(claims)
    yield "clinic day", claims
    made = app.fix([sound, DAY / "minutes.csv"], config=DAY / "cleanclaim.toml", as_of=AS_OF)
    yield "clinic day, fixed", b"".join(next(iter(made.rewritten().values())))
    first = x12.read(claims)["claims"]["segment"][:3].to_list()
    for void in (False, True):
        yield (
            f"clinic day, {'void' if void else 'replaced'}",
            b"".join(resubmit(claims, {number: f"ICN{number}" for number in first}, void=void)),
        )
    for number, path in enumerate(split(sound, "payer", folder / "parts")):
        yield f"clinic day, payer {number}", path.read_bytes()
    sent = outgoing.write(
        [DAY / "services.csv"],
        patients=DAY / "patients.csv",
        config=DAY / "cleanclaim.toml",
        output=folder / "sent",
        as_of=AS_OF,
        include_findings=True,
    )
    for one in sent.files:
        yield f"clinic day, written for {one.payer}", Path(one.path).read_bytes()
    yield "clinic day, paid", (DAY / "remittance.835").read_bytes()


def _of_an_office(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what is written for a hospital, a dependent, and a payer after another one."""
    place = folder / "office"
    place.mkdir()
    hospital = CONFIG.replace('"office"', '"outpatient_hospital"')
    second = {**PATIENT, "payer": "LAKE", "sequence": "S", "member_id": "S1", "group_number": "G1"}
    decided = "CLP*C1*1*84*60*14*MB*ICN1~NM1*QC*1*ALDER*ADA****MI*XX~MOA***MA01~SVC*HC:97110:GP*84*60**2~"
    paid = remittance(place, decided + "DTM*472*20260304~CAS*CO*45*10~CAS*PR*2*14~REF*6R*C1-1~", "60")
    for name, sent in (
        ("a hospital", send(place, [{**SERVICE, **FACILITY}], (PATIENT,), (ADMISSION,), hospital)),
        ("a dependent", send(place, [{**SERVICE, "payer": "LAKE"}], [{**PATIENT, **CHILD}])),
        ("the first payer", send(place, [SERVICE], [PATIENT, second])),
        (
            "the second payer",
            send(place, [{**SERVICE, "payer": "LAKE", "sequence": "S"}], [PATIENT, second], paid=[paid]),
        ),
    ):
        (one,) = sent.files
        yield f"office, {name}", Path(one.path).read_bytes()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, bytes]]:
    """The files by name, each with its kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANCLAIM_DATA", str(tmp_path_factory.mktemp("numbers")))
        made = dict(files(tmp_path_factory.mktemp("files")))
    return {name: (x12.kinds(content)[0], content) for name, content in made.items()}


@pytest.fixture(scope="module", params=WANTED)
def judged(request: pytest.FixtureRequest, ours: dict[str, tuple[str, bytes]]) -> tuple[str, dict[str, Verdict]]:
    judge: str = request.param
    if not installed(judge):
        pytest.skip(f"{judge} {WANTED[judge]} is not installed")
    mine = {name: content for name, (kind, content) in ours.items() if judge in JUDGED_BY[kind]}
    return judge, dict(zip(mine, verdicts(judge, list(mine.values()), seconds=240), strict=True))


def test_what_we_write_is_accepted(judged: tuple[str, dict[str, Verdict]]) -> None:
    judge, said = judged
    refused = {name: verdict.reasons for name, verdict in said.items() if not verdict.accepted}
    unlisted = {
        name: told
        for name, reasons in refused.items()
        if (told := [r for r in reasons if not any(re.search(wrong, r) for wrong in WRONG[judge])] or not reasons)
    }
    assert unlisted == {}
    given = [reason for reasons in refused.values() for reason in reasons]
    assert [wrong for wrong in WRONG[judge] if not any(re.search(wrong, reason) for reason in given)] == []


def test_there_is_a_file_of_every_kind(ours: dict[str, tuple[str, bytes]]) -> None:
    assert {kind for kind, _ in ours.values()} == set(JUDGED_BY)
    assert len(ours) > 30


def test_we_accept_them_ourselves(ours: dict[str, tuple[str, bytes]]) -> None:
    refused = {
        name: found.rows()
        for name, (_, content) in ours.items()
        if (found := validate(content, levels=(1, 2, 3)).problems.select("segment", "element", "code")).height
    }
    assert refused == {}


@pytest.mark.parametrize("judge", WANTED)
def test_a_judge_refuses_what_is_wrong(judge: str) -> None:
    if not installed(judge):
        pytest.skip(f"{judge} {WANTED[judge]} is not installed")
    kind, segment = ("835", "TRN*1*EFT100*1512345678") if judge == "oxedi" else ("837P", "N3*2 OAK STREET|LX*1")
    broken = written([one for one in interchange(kind) if one not in segment.split("|")])
    (verdict,) = verdicts(judge, [broken])
    assert not verdict.accepted
    assert verdict.reasons


def test_a_judge_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(RuntimeError, match=r"pyx12 has not answered within 0\.01 s"):
        verdicts("pyx12", [make_837(40)], seconds=0.01)

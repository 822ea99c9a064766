"""Files divided: nothing lost, bytes of claims as they were, envelopes and levels right."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from cleanclaim import x12
from cleanclaim.errors import CleanclaimError, InputError
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write.split import choose, split

ROOT = Path(__file__).parents[3]
DAY = ROOT / "examples" / "clinic-day" / "claims.837"
SAMPLES = ROOT.parent / "shared" / "x12" / "samples"
sys.path.insert(0, str(ROOT / "tests" / "x12" / "validate"))

import valid_files  # noqa: E402

ISA = "ISA*00*          *00*          *ZZ*CLINIC01       *ZZ*HOUSE01        *260309*0930*^*00501*000000001*0*T*:~"


@pytest.fixture(autouse=True)
def _numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "numbers"))


def _file(kind: str, body: str, end: str = "~\n") -> bytes:
    identifier, group, version = valid_files.VERSIONS[kind]
    segments = [one for one in body.strip().splitlines() if one]
    inner = [f"ST*{identifier}*0001*{version}", *segments] if kind != "835" else ["ST*835*0001", *segments]
    inner.append(f"SE*{len(inner) + 1}*0001")
    gs = f"GS*{group}*CLINIC01*HOUSE01*20260309*0930*1*X*{version}"
    return (ISA[:-1] + end + end.join([gs, *inner, "GE*1*1", "IEA*1*000000001"]) + end).encode("ascii")


def _claims(content: bytes) -> list[bytes]:
    """The bytes of each claim: from CLM up to the next claim, level or the end of the set."""
    return re.findall(rb"CLM\*.*?(?=CLM\*|HL\*|SE\*)", content, re.DOTALL)


def _sums(paths: Iterable[Path | bytes]) -> dict[str, int]:
    names = ("claims", "lines", "charge_cents", "paid_cents", "adjustment_cents")
    sets = [one for path in paths for one in x12.totals(path)["transactions"]]
    return {name: sum(one.get(name) or 0 for one in sets) for name in names}


@pytest.mark.parametrize(
    ("by", "each", "names", "counts"),
    [
        ("payer", None, ["exmcr", "exlhp", "exmcd", "exprm"], [32, 5, 2, 1]),
        ("transaction", None, ["0001", "0002"], [35, 5]),
        ("claims", 15, ["0001", "0002", "0003"], [15, 15, 10]),
    ],
)
def test_the_clinic_day(tmp_path: Path, by: str, each: int | None, names: list[str], counts: list[int]) -> None:
    parts = split(DAY, by, tmp_path / "out", claims_each=each)
    assert [path.name for path in parts] == [f"claims-{name}.837" for name in names]
    assert [len(_claims(path.read_bytes())) for path in parts] == counts
    assert sorted(one for path in parts for one in _claims(path.read_bytes())) == sorted(_claims(DAY.read_bytes()))
    assert _sums(parts) == _sums([DAY])
    for path in parts:
        assert validate(path, levels=(1, 2)).problems.rows() == []
    controls = [re.findall(rb"^(?:ISA|GS|ST)\*.*$", path.read_bytes(), re.MULTILINE) for path in parts]
    flat = [one for of_file in controls for one in of_file]
    assert len(set(flat)) == len(flat)


def test_levels_are_numbered_anew_and_written_again(tmp_path: Path) -> None:
    whole = _file("837P", valid_files.PROFESSIONAL)
    first, second = split(whole, "claims", tmp_path / "out", claims_each=1)
    texts = [path.read_text("ascii").split("~\n") for path in (first, second)]
    assert [[s for s in text if s.startswith("HL*")] for text in texts] == [
        ["HL*1**20*1", "HL*2*1*22*0"],
        ["HL*1**20*1", "HL*2*1*22*1", "HL*3*2*23*0"],
    ]
    assert [text[-4] for text in texts] == [
        f"SE*{len(text) - 5}*{n:04d}" for n, text in zip((1, 2), texts, strict=True)
    ]
    assert [text[3].split("*")[3] for text in texts] == ["0000000010001", "0000000020001"]
    assert validate(whole).accepted
    assert [validate(path).accepted for path in (first, second)] == [True, True]


@pytest.mark.parametrize("end", ["~", "~\r\n", "\n", "'"])
def test_what_stands_between_segments_stays(tmp_path: Path, end: str) -> None:
    whole = _file("837P", valid_files.PROFESSIONAL, end)
    parts = split(whole, "payer", tmp_path / "out")
    assert sorted(one for path in parts for one in _claims(path.read_bytes())) == sorted(_claims(whole))
    assert [validate(path).accepted for path in parts] == [True, True]


def test_names_that_are_not_ascii_stay(tmp_path: Path) -> None:
    for codec in ("utf-8", "latin-1"):
        whole = _file("837P", valid_files.PROFESSIONAL).decode().replace("ALDER", "ÁLDER").encode(codec)
        parts = split(whole, "claims", tmp_path / codec, claims_each=1)
        assert "ÁLDER".encode(codec) in parts[0].read_bytes()
        assert _sums(parts)["claims"] == 2


def test_a_remittance_is_divided_by_payer_or_set(tmp_path: Path) -> None:
    whole = _file("835", valid_files.REMITTANCE)
    for by in ("payer", "transaction"):
        (part,) = split(whole, by, tmp_path / by)
        assert validate(part).accepted
        assert part.read_bytes().split(b"BPR")[1].split(b"SE*")[0] == whole.split(b"BPR")[1].split(b"SE*")[0]
    with pytest.raises(InputError, match="only an 837 has claims that can stand alone"):
        split(whole, "claims", tmp_path / "out", claims_each=1)


def test_what_cannot_be_divided_writes_nothing(tmp_path: Path) -> None:
    whole = _file("837P", valid_files.PROFESSIONAL)
    cut = whole[: whole.index(b"SE*")]
    no_level = whole.replace(b"HL*2*1*22*0~\n", b"", 1)
    for content in (cut, no_level, whole.replace(b"005010X222A1", b"004010X098A1")):
        with pytest.raises(CleanclaimError):
            split(content, "claims", tmp_path / "out", claims_each=1)
        assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(InputError, match="how many claims"):
        split(whole, "claims", tmp_path / "out")


def test_no_file_is_written_over(tmp_path: Path) -> None:
    split(DAY, "transaction", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(InputError, match="there is a file of this name already; nothing was written"):
        split(DAY, "transaction", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_chosen_claims_stand_alone(tmp_path: Path) -> None:
    claims = x12.read_837(DAY).claims
    wanted = claims.filter(claims["claim_id"].is_in(["C101", "C204"]))["segment"].to_list()
    at = datetime(2026, 4, 7, 14, 5, 9)  # noqa: DTZ001  (a clock on the wall)
    path = choose(DAY, wanted, tmp_path / "two.837", written_at=at)
    assert x12.read_837(path).claims["claim_id"].to_list() == ["C101", "C204"]
    assert validate(path).accepted
    told = [segment.split("*") for segment in path.read_text().split("~")]
    assert told[0][9:11] == ["260407", "1405"]
    assert told[1][4:6] == ["20260407", "1405"]
    assert [one[4:6] for one in told if one[0].strip() == "BHT"] == [["20260407", "140509"]] * 2


def test_more_files_than_may_be_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleanclaim.x12.write.split._MOST_OPEN", 2)
    parts = split(DAY, "payer", tmp_path / "out")
    assert sorted(one for path in parts for one in _claims(path.read_bytes())) == sorted(_claims(DAY.read_bytes()))
    assert len(split(DAY, "claims", tmp_path / "out", claims_each=1)) == 40


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the third-party samples are not here")
def test_samples_are_divided_without_a_new_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # hundreds of small files
    divided = 0
    with (SAMPLES / "INDEX.csv").open() as stream:
        rows = [list(row.values()) for row in csv.DictReader(stream)]
    for n, (name, kind) in enumerate((row[0], row[1]) for row in rows):
        if kind not in ("837P", "837I", "835"):
            continue
        size = (SAMPLES / name).stat().st_size
        sums: dict[str, int] | None = None
        sound = False
        for by in ("payer", "claims"):
            if by == "claims" and sums and sums["claims"] < 2:
                continue  # as by payer
            try:
                parts = split(SAMPLES / name, by, tmp_path / f"{n}{by}", claims_each=1 if size < 20_000 else 200)
            except CleanclaimError:
                continue
            divided += 1
            if sums is None:
                sums, sound = _sums([SAMPLES / name]), validate(SAMPLES / name).accepted
            if not parts:
                assert sums["claims"] == 0, name
                continue
            together = b"".join(path.read_bytes() for path in parts)  # one file of many interchanges: read once
            assert _sums([together]) == sums, name
            if sound:
                assert validate(together).problems.rows() == [], name
    assert divided >= 60

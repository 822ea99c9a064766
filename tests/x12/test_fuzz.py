"""Thousands of broken files through every reader, writer and validator: taken or refused, soon, in little memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz import FILES, MIXED, PROFESSIONAL, SEEDS, WAYS, TooLongError, attempt, limited, read, rewritten, validated
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import PIECES, mutated

from cleanclaim import x12
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write import Edits, rewrite
from tests.effort import times

SHARES, FILES_OF_A_SHARE = 10, 500
SMALL, LARGE = 200, 500  # megabytes by which the memory may grow over small files, and over one of up to 100 MB
_MARK = Path("/proc/self/clear_refs")


def resident(name: str) -> float:
    """Return a figure of /proc/self/status in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def memory_now() -> float | None:
    """Return what is in memory, from which on the peak is taken; None where the system cannot tell."""
    if not _MARK.exists():
        return None
    _MARK.write_text("5")  # the peak begins anew
    return resident("VmRSS")


def grown_since(before: float | None) -> float:
    return 0.0 if before is None else resident("VmHWM") - before


@pytest.mark.parametrize("share", range(SHARES))
def test_mutated_files_are_taken_or_refused(share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file can be made again alone, by its number."""
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "numbers"))
    ways, weights = list(WAYS), list(WAYS.values())
    taken, before = 0, None
    for number in range(times(FILES_OF_A_SHARE)):
        draw = random.Random(f"{share} {number}")
        content = mutated(draw.choice(FILES), draw)
        (way,) = draw.choices(ways, weights)
        try:
            taken += attempt(way, content, tmp_path, draw)
        except Exception as error:
            error.add_note(f"file {number} of share {share}, {way.__name__}")
            raise
        if number == 100:
            before = memory_now()
    assert taken > times(FILES_OF_A_SHARE) * 0.8
    assert grown_since(before) < SMALL


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(st.sampled_from([*PIECES, *MIXED.split(b"~")]), max_size=40),
    tail=st.binary(max_size=40),
    seed=st.sampled_from(SEEDS),
)
def test_segments_in_any_order_are_taken_or_refused(
    tmp_path: Path, pieces: list[bytes], tail: bytes, seed: bytes
) -> None:
    content = seed[:106] + b"~".join(pieces) + tail
    for way in (read, validated, rewritten):
        attempt(way, content, tmp_path, random.Random(1))


@settings(max_examples=times(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=400), seed=st.sampled_from(SEEDS), at=st.integers(0, 2000))
def test_bytes_of_any_kind_within_a_file(tmp_path: Path, junk: bytes, seed: bytes, at: int) -> None:
    place = at % len(seed)
    for way in (read, validated):
        taken = attempt(way, seed[:place] + junk + seed[place:], tmp_path, random.Random(1))
        assert taken or place < 110  # the ISA itself


BEGUN = PROFESSIONAL[: PROFESSIONAL.index(b"CLM*")]
CLAIM = BEGUN + b"CLM*V1*1***11:B:1*Y*A*Y*Y~"
HOSTILE = {
    "no terminator": (BEGUN, b"x", 100_000_000),
    "elements": (BEGUN + b"NTE", b"*1", 5_000_000),
    "empty segments": (BEGUN, b"~", 5_000_000),
    "a claim of a million segments": (CLAIM, b"REF*6R*1~", 1_000_000),
    "lines": (CLAIM, b"LX*1~SV1*HC:97110*1*UN*1***1~", 300_000),
    "claims": (BEGUN, b"CLM*1*1~", 300_000),
    "levels": (BEGUN, b"HL*9*1*22~", 200_000),
    "sets": (PROFESSIONAL[: PROFESSIONAL.index(b"ST*")], b"ST*837*1*005010X222A1~SE*2*1~", 30_000),
    "interchanges": (PROFESSIONAL, PROFESSIONAL[:106] + b"IEA*1*000000001~", 20_000),
    "beginnings": (PROFESSIONAL, b"ISA*~", 30_000),
    "adjustments": (SEEDS[2][: SEEDS[2].index(b"SE*")], b"CAS*CO*45*1~", 700_000),
    "zeros": (PROFESSIONAL[:106], b"\0", 5_000_000),
}


def problems_of_reading(path: Path) -> bool:
    return sum(part.problems.height for part in x12.iter_x12(path)) > 0


def problems_of_validating(path: Path) -> bool:
    return not validate(path).accepted


def problems_of_listing(path: Path) -> bool:
    return sum(problems.height for _, problems in x12.iter_segments(path)) > 0


def problems_of_rewriting(path: Path) -> bool:
    return sum(map(len, rewrite(path, Edits()))) == path.stat().st_size


@pytest.mark.parametrize(
    "way", [problems_of_reading, problems_of_validating, problems_of_listing, problems_of_rewriting]
)
@pytest.mark.parametrize(("begin", "piece", "count"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_come_to_an_end(
    way: Callable[[Path], bool], begin: bytes, piece: bytes, count: int, tmp_path: Path
) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(begin + piece * count)
    before = memory_now()
    with limited(60):
        assert way(path)
    assert grown_since(before) < LARGE


def for_ever() -> None:
    while True:
        pass


def test_a_file_that_takes_too_long_is_noticed() -> None:
    with pytest.raises(TooLongError), limited(0.01):
        for_ever()

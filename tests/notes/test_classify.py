"""One statement to one code: the contract of a line, the shipped weights, invented statements."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.notes.classify import NOTHING, classify
from cleanclaim.notes.ranker import BUCKETS, CLASSES, feature_names, rank, ranker


@pytest.mark.parametrize(
    ("statement", "best"),
    [
        ("Leg press and knee extension, three sets of ten", "97110"),
        ("Reaching into an overhead cabinet to move plates", "97530"),
        ("Tandem standing on a foam pad", "97112"),
        ("Walker training on a ramp with cues for step length", "97116"),
        ("Grade III mobilization of the ankle", "97140"),
        ("Training in dressing the lower body with a reacher", "97535"),
        ("Paraffin bath for the hands", "97018"),
        ("Nursing staff walk the patient to the dining room as routine", NOTHING),
    ],
)
def test_best_code_of_a_plain_statement(statement: str, best: str) -> None:
    assert classify(statement).best == best


def test_line_has_the_keys_of_the_contract() -> None:
    line = classify("Tandem standing on a foam pad").as_dict()
    assert list(line) == ["code", "best", "confidence", "supports", "reasons"]
    assert (line["code"], line["supports"]) == ("97112", ["97112"])


def test_vague_words_are_abstained_from_with_a_best_guess() -> None:
    found = classify("Treatment as last time")
    assert found.code is None
    assert found.best in {*CLASSES[:6], NOTHING}


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_code_stands_exactly_where_confidence_reaches_the_threshold(text: str) -> None:
    found = classify(text)
    assert (found.code is None) == (found.confidence < ranker().threshold)
    assert found.code in (None, found.best)
    assert found.best != "OTHER"
    assert sum(rank(text).values()) == pytest.approx(1.0)


def test_weights_are_plain_arrays_of_the_tables_as_they_are() -> None:
    path = files("cleanclaim.notes") / "weights" / "ranker.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        assert tuple(str(each) for each in held["features"]) == feature_names()
        assert held["words"].shape == (BUCKETS, len(CLASSES))
        assert held["tables"].shape == (len(feature_names()), len(CLASSES))
    assert len(path.read_bytes()) < 3_000_000

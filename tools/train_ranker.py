"""Trains the ranker of notes and writes its weights as plain arrays.

    python tools/train_ranker.py statements.jsonl [--out src/cleanclaim/notes/weights/ranker.npz]

Wants scikit-learn and scipy, which the package itself does not need. Each line of the file is a statement with
``statement``, ``code`` and ``source_group`` (its publisher). Beside these the ranker learns from the invented
statements of ``statement_grammar`` and from phrases of the word tables. Temperature and threshold come from
probabilities given to statements whose publisher was left out of training.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import scipy.sparse as sparse
import statement_grammar
from sklearn.linear_model import LogisticRegression

from cleanclaim.notes.lexicon import lexicon
from cleanclaim.notes.ranker import BUCKETS, CLASSES, feature_names, features, runs
from cleanclaim.notes.support import weigh

INVENTED = 1500  # statements a class
PHRASES = 1000  # phrases of the word tables a class
FOLDS = 9  # publishers are dealt into this many folds; no publisher stands on both sides
_WEIGHT = {"given": 3.0, "invented": 0.5}
_SMOOTH = {"words": 3.0, "tables": 0.3}
_COVERAGE = 0.85
_CLEAR = 2.4  # phrases of weaker meanings say too little alone


@dataclass
class Views:
    """The two views of some statements: word and letter counts, and the features of the word tables."""

    counts: sparse.csr_matrix
    tables: np.ndarray


@dataclass
class Trained:
    """Two linear models trained apart, whose scores are added."""

    words: np.ndarray
    rarity: np.ndarray
    tables: np.ndarray
    offsets: np.ndarray

    def scores(self, views: Views) -> np.ndarray:
        """Return the summed scores, one row a statement."""
        return np.asarray(_scaled(views.counts, self.rarity) @ self.words) + views.tables @ self.tables + self.offsets


def read(path: Path) -> list[dict[str, Any]]:
    """Return the statements of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def label(code: str) -> int:
    """Return the class number of a code."""
    return CLASSES.index(code if code in CLASSES else "OTHER")


def views(texts: list[str]) -> Views:
    """Return both views of the texts."""
    counts = [runs(text) for text in texts]
    pointers = np.cumsum([0, *(len(each) for each in counts)])
    places = [place for each in counts for place in each]
    values = [value for each in counts for value in each.values()]
    told = [features(weigh(text)) for text in texts]
    names = feature_names()
    return Views(
        sparse.csr_matrix((values, places, pointers), shape=(len(texts), BUCKETS)),
        np.array([[row.get(name, 0.0) for name in names] for row in told]),
    )


def _scaled(counts: sparse.csr_matrix, rarity: np.ndarray) -> sparse.csr_matrix:
    weighted = counts @ sparse.diags(rarity)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ weighted


def train(given: Views, given_labels: np.ndarray, invented: Views, invented_labels: np.ndarray) -> Trained:
    """Return the model trained on given and invented statements."""
    counts = sparse.vstack([given.counts, invented.counts]).tocsr()
    labels = np.r_[given_labels, invented_labels]
    weights = np.r_[np.full(len(given_labels), _WEIGHT["given"]), np.full(len(invented_labels), _WEIGHT["invented"])]
    rarity = np.log((1 + counts.shape[0]) / (1 + np.asarray((counts > 0).sum(0)).ravel())) + 1
    parts = {
        "words": _scaled(counts, rarity),
        "tables": sparse.csr_matrix(np.vstack([given.tables, invented.tables])),
    }
    fitted = {
        name: LogisticRegression(C=_SMOOTH[name], max_iter=300, tol=1e-3).fit(part, labels, sample_weight=weights)
        for name, part in parts.items()
    }
    offsets = fitted["words"].intercept_ + fitted["tables"].intercept_
    return Trained(fitted["words"].coef_.T, rarity, fitted["tables"].coef_.T, offsets)


def held_out(rows: list[dict[str, Any]]) -> np.ndarray:
    """Return the scores given to each statement by a model that saw none of its publisher's statements."""
    given = views([row["statement"] for row in rows])
    labels = np.array([label(row["code"]) for row in rows])
    invented, invented_labels = _invented()
    names = sorted({row["source_group"] for row in rows})
    folds = np.array([names.index(row["source_group"]) % FOLDS for row in rows])
    scores = np.zeros((len(rows), len(CLASSES)))
    for fold in range(FOLDS):
        out = folds == fold
        seen = Views(given.counts[~out], given.tables[~out])
        model = train(seen, labels[~out], invented, invented_labels)
        scores[out] = model.scores(Views(given.counts[out], given.tables[out]))
    return scores


def _phrases() -> list[tuple[str, str]]:
    """Return phrases of the word tables with the class they speak for, at most ``PHRASES`` a class."""
    concepts = lexicon().concepts
    by_class: dict[str, list[str]] = {}
    for name, phrase in lexicon().phrases:
        concept = concepts[name]
        if concept.codes and concept.weight >= _CLEAR and name != "limb_motion":  # that one is made of combinations
            by_class.setdefault(CLASSES[label(concept.codes[0])], []).append(phrase)
    rng = Random(1)
    return [(phrase, name) for name, some in by_class.items() for phrase in rng.sample(some, k=min(PHRASES, len(some)))]


def _invented() -> tuple[Views, np.ndarray]:
    pairs = statement_grammar.statements(each=INVENTED) + _phrases()
    return views([text for text, _ in pairs]), np.array([label(code) for _, code in pairs])


def shares(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities from scores."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature under which the labels are most probable."""
    grid = np.linspace(0.5, 4.0, 71)
    rows = np.arange(len(labels))
    return float(min(grid, key=lambda each: -np.log(shares(scores, each)[rows, labels] + 1e-12).sum()))


def main() -> None:
    """Train on everything and write the weights."""
    parser = argparse.ArgumentParser(description="Train the ranker of notes.")
    parser.add_argument("statements", type=Path)
    parser.add_argument("--out", type=Path, default=Path("src/cleanclaim/notes/weights/ranker.npz"))
    options = parser.parse_args()
    rows = read(options.statements)
    labels = np.array([label(row["code"]) for row in rows])
    scores = held_out(rows)
    cooled = temperature(scores, labels)
    confidence = np.sort(shares(scores, cooled).max(axis=1))
    threshold = float(confidence[int(len(confidence) * (1 - _COVERAGE))])
    invented, invented_labels = _invented()
    model = train(views([row["statement"] for row in rows]), labels, invented, invented_labels)
    np.savez_compressed(
        options.out,
        words=model.words.astype(np.float16),
        rarity=model.rarity.astype(np.float16),
        tables=model.tables.astype(np.float32),
        features=np.array(feature_names()),
        offsets=model.offsets.astype(np.float32),
        temperature=np.float64(cooled),
        threshold=np.float64(round(threshold, 3)),
    )
    size = options.out.stat().st_size
    print(f"{len(rows)} statements, temperature {cooled:.2f}, threshold {threshold:.3f}, {size:,} bytes")


if __name__ == "__main__":
    main()

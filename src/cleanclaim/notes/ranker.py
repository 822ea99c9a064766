"""A small trained ranker of one statement: which of the six common codes, another code, or no service of a therapist.

Two linear models were trained apart, on the words and letters of a statement and on what the word tables say of it;
their scores are added. Training: ``tools/train_ranker.py``; the figures: ``docs/notes-evaluation.md``.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from cleanclaim.notes.lexicon import lexicon, tokens
from cleanclaim.notes.support import Weighed, weigh

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

CLASSES = ("97110", "97112", "97116", "97140", "97530", "97535", "OTHER", "NONE")
BUCKETS = 1 << 14
_LETTERS = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class Ranker:
    """What was learned: one column a class, one row a bucket of word and letter runs or a feature of the tables."""

    words: Floats
    rarity: Floats  # inverse document frequency of each bucket
    tables: Floats
    features: tuple[str, ...]
    offsets: Floats
    temperature: float
    threshold: float  # the probability below which no code is given


@cache
def ranker() -> Ranker:
    """Return the trained weights, read once.

    >>> ranker().words.shape[1] == len(CLASSES)
    True
    """
    import numpy as np

    path = files("cleanclaim.notes") / "weights" / "ranker.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        return Ranker(
            held["words"].astype(np.float64),
            held["rarity"].astype(np.float64),
            held["tables"].astype(np.float64),
            tuple(str(each) for each in held["features"]),
            held["offsets"].astype(np.float64),
            float(held["temperature"]),
            float(held["threshold"]),
        )


def rank(words: str, weighed: Weighed | None = None) -> dict[str, float]:
    """Return the calibrated probability of each class for a statement; they add up to one.

    >>> shares = rank("Tandem stance on foam, eyes closed")
    >>> max(shares, key=shares.get), round(sum(shares.values()), 6)
    ('97112', 1.0)
    """
    import numpy as np

    held = ranker()
    counts = runs(words)
    scores = held.offsets.copy()
    if counts:
        places = list(counts)
        strength = np.array([counts[each] for each in places]) * held.rarity[places]
        scores += (strength / np.linalg.norm(strength)) @ held.words[places]
    told = features(weigh(words) if weighed is None else weighed)
    scores += np.array([told.get(each, 0.0) for each in held.features]) @ held.tables
    scores /= held.temperature
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return dict(zip(CLASSES, (float(each) for each in shares), strict=True))


def runs(words: str) -> dict[int, float]:
    """Return the buckets of the words' stems, pairs of stems and letter runs, with how often each occurs.

    >>> len(runs("gait")) > len(runs(""))
    True
    """
    stems = [each for each, _, _ in tokens(words) if each.isalpha() or each == "#"]
    grams: Counter[str] = Counter(chain(stems, (f"{a} {b}" for a, b in pairwise(stems))))
    for each in stems:
        padded = f"<{each}>"
        for size in _LETTERS:
            for at in range(len(padded) - size + 1):
                grams["~" + padded[at : at + size]] += 1
    found: dict[int, float] = {}
    for gram, times in grams.items():
        bucket = zlib.crc32(gram.encode()) % BUCKETS
        found[bucket] = found.get(bucket, 0.0) + 1.0 + math.log(times)
    return found


def features(weighed: Weighed) -> dict[str, float]:
    """Return what the word tables say of a statement, by name: each meaning, each class's strength, which class leads.

    >>> features(weigh("gait"))["meaning gait"]
    1.0
    """
    row = {f"meaning {name}": min(share, 2.0) for name, share in weighed.meanings.items()}
    scores = class_scores(weighed)
    top = max(scores.values())
    for name, strength in scores.items():
        row[f"strength {name}"] = min(strength, 8.0) / 4.0
        row[f"leads {name}"] = 1.0 if 0 < strength == top else 0.0
    row["nothing found"] = 0.0 if top > 0 else 1.0
    return row


def feature_names() -> tuple[str, ...]:
    """Return the names of all features that the word tables can give, in the order of training.

    >>> feature_names()[-1]
    'nothing found'
    """
    meanings = tuple(f"meaning {name}" for name in sorted(lexicon().concepts))
    by_class = tuple(f"{what} {name}" for what in ("strength", "leads") for name in CLASSES)
    return (*meanings, *by_class, "nothing found")


def class_scores(weighed: Weighed) -> dict[str, float]:
    """Return how strongly the words speak for each class of the ranker.

    >>> class_scores(weigh("Paraffin bath"))["OTHER"]
    6.0
    """
    scores = dict.fromkeys(CLASSES, 0.0)
    for code, strength in weighed.scores.items():
        name = code if code in scores else "OTHER"
        scores[name] = max(scores[name], strength) if name == "OTHER" else scores[name] + strength
    return scores

"""Where problems are: the columns that say so, for entries of a body."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleanclaim.x12.fields import as_utf8
from cleanclaim.x12.segments import Ints, Spans
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.problems import MOST

_SHOWN_BYTES = 40


def places(body: Body, entries: Ints) -> dict[str, Any]:
    """Return transaction, loop, segment, position and offset of some entries, as far as so many problems are kept."""
    transaction = body.transaction[entries]
    entries = entries[:MOST]
    at = body.at[entries]
    numbers = body.stretch.numbers(at)
    return {
        "transaction": transaction,
        "loop": [body.grammar.names[k] for k in body.loop[entries].tolist()],
        "segment": segment_ids(body, entries),
        "position": numbers,
        "in_transaction": numbers - body.set_number[entries] + 1,
        "offset": body.stretch.offsets(at),
    }


def segment_ids(body: Body, entries: Ints) -> list[str]:
    """Return the ids of some segments as text, three characters at most."""
    segments = body.segments
    at = body.at[entries]
    stops = np.minimum(np.minimum(segments.separators[segments.first[at]], segments.stop[at]), segments.start[at] + 3)
    return texts(body, Spans(segments.start[at], stops - segments.start[at]))


def texts(body: Body, spans: Spans) -> list[str]:
    """Return byte ranges as text, cut where they are long."""
    raw = body.segments.data
    return [
        as_utf8(raw[a : a + min(n, _SHOWN_BYTES)].tobytes()).decode()
        for a, n in zip(spans.start.tolist(), spans.length.tolist(), strict=True)
    ]

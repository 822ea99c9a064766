"""A process that does a run's tasks: ``python -m cleanclaim.bulk.worker``, begun by :mod:`cleanclaim.bulk.crew`.

The plan comes on standard input, then one task a line; the answers are lines of JSON on standard output. It ends when
its standard input does, so also when the process that began it is gone.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any


def main() -> None:
    """Do the tasks that come, one after the other."""
    # whatever a library prints must not stand among the answers
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(said: dict[str, Any]) -> None:
        answers.write(json.dumps(said) + "\n")

    from cleanclaim.bulk.work import Task, Work
    from cleanclaim.codes.tables import under

    plan = pickle.load(sys.stdin.buffer)
    with ExitStack() as held:
        held.enter_context(under(plan.asked.tables))
        work = Work.of(plan)
        answer({"ready": True})
        for line in sys.stdin.buffer:
            _do(work, Task(**json.loads(line)), answer)


def _do(work: Any, task: Any, answer: Callable[[dict[str, Any]], None]) -> None:
    from cleanclaim.errors import CleanclaimError

    try:
        work.do(task, lambda lines: answer({"lines": lines}))
    except CleanclaimError as error:
        answer({"error": error.message, "code": error.code, "field": error.field})
    except Exception as error:
        # its words may quote a claim
        answer({"failed": type(error).__name__})
    else:
        answer({"done": True})


if __name__ == "__main__":
    main()

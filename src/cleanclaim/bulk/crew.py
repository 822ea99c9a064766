"""Several processes that share a run's tasks. One that is lost costs what it was doing, which another does again."""

from __future__ import annotations

import json
import os
import pickle
import selectors
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from cleanclaim.bulk.folder import OPTION
from cleanclaim.bulk.plan import Plan
from cleanclaim.bulk.work import Task, Work
from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile

MOST_TRIES = 8
"""How often a task may be given out: one that ends every process it is given to is left undone."""
Told = Callable[[Task, int, bool], None]
"""Called with a task, the lines read of it and whether it is done."""


@dataclass
class _Hand:
    """A process at work, and what it was given."""

    process: subprocess.Popen[bytes]
    task: Task | None = None
    held: bytes = b""
    ready: bool = False

    @property
    def answers(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def give(self, task: Task) -> None:
        self.task = task
        self.send(json.dumps(vars(task)).encode() + b"\n")

    def send(self, content: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(content)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it is gone: its answers end, and that is seen


@dataclass
class Crew:
    """``processes`` that do the tasks of a plan; ``remarks`` says which were lost. One process is this one itself."""

    plan: Plan
    processes: int
    remarks: list[str] = field(default_factory=list)
    _hands: list[_Hand] = field(default_factory=list)
    _tries: Counter[Task] = field(default_factory=Counter)
    _undone: dict[Task, str] = field(default_factory=dict)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *error: object) -> None:
        for hand in self._hands:
            # what it writes is whole or not there
            hand.process.kill()
            hand.process.wait()
        self._hands.clear()

    @property
    def ids(self) -> list[int]:
        """The numbers of the processes."""
        return [hand.process.pid for hand in self._hands]

    def do(self, tasks: Sequence[Task], told: Told) -> None:
        """Do the tasks; InputError where one cannot be done, when all others are."""
        if self.processes == 1:
            work = Work.of(self.plan)
            for task in tasks:
                work.do(task, lambda lines, task=task: told(task, lines, False))  # type: ignore[misc]
                told(task, 0, True)
            return
        waiting = deque(tasks)
        with selectors.DefaultSelector() as selector:
            for hand in self._hands:
                selector.register(hand.answers, selectors.EVENT_READ, hand)
            while waiting or any(hand.task for hand in self._hands):
                self._give(waiting, selector)
                for key, _ in selector.select(timeout=1):
                    self._hear(key.data, waiting, selector, told)
        if self._undone:
            raise InputError(self._why(), field=OPTION)

    def _give(self, waiting: deque[Task], selector: selectors.BaseSelector) -> None:
        while len(self._hands) < min(self.processes, len(waiting) + sum(h.task is not None for h in self._hands)):
            hand = _hand(self.plan, self.processes)
            self._hands.append(hand)
            selector.register(hand.answers, selectors.EVENT_READ, hand)
        for hand in self._hands:
            if hand.task is None and waiting:
                task = waiting.popleft()
                self._tries[task] += 1
                hand.give(task)

    def _hear(self, hand: _Hand, waiting: deque[Task], selector: selectors.BaseSelector, told: Told) -> None:
        content = os.read(hand.answers.fileno(), 1 << 16)
        if not content:
            selector.unregister(hand.answers)
            self._lose(hand, waiting)
            return
        *lines, hand.held = (hand.held + content).split(b"\n")
        for line in lines:
            said, task = json.loads(line), hand.task
            if "ready" in said:
                hand.ready = True
            elif task is None:
                continue
            elif "lines" in said:
                told(task, said["lines"], False)
            elif "error" in said:
                raise _ERRORS.get(said["code"], CleanclaimError)(said["error"], field=said["field"])
            else:
                hand.task = None
                if "failed" in said:
                    self._again(task, waiting, said["failed"])
                else:
                    told(task, 0, True)

    def _lose(self, hand: _Hand, waiting: deque[Task]) -> None:
        """Take leave of a process that ended, and give what it had to others."""
        self._hands.remove(hand)
        code = hand.process.wait()
        why = f"by {_signal(-code)}" if code < 0 else f"with code {code}"
        if not hand.ready and code > 0:
            raise InputError(f"a process ended as it began ({why}); give --processes 1 to see the reason", field=OPTION)
        if hand.task is not None:
            self.remarks.append(f"a process was ended {why} at {hand.task}, which was done again; nothing is lost")
            self._again(hand.task, waiting, f"its process was ended {why}")

    def _again(self, task: Task, waiting: deque[Task], why: str) -> None:
        if self._tries[task] < MOST_TRIES:
            waiting.appendleft(task)
        else:
            self._undone[task] = why

    def _why(self) -> str:
        (first, why), *others = self._undone.items()
        more = f", and {len(others)} more like it" if others else ""
        return (
            f"{first} could not be done in {MOST_TRIES} tries ({why}){more}; all else is done and kept: give the"
            " command again, with fewer --processes if memory was short"
        )


def _hand(plan: Plan, processes: int) -> _Hand:
    # each process is given one core: steps over a partition leave a second one idle most of the time
    threads = max(1, (os.cpu_count() or 1) // processes)
    found = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "POLARS_MAX_THREADS": str(threads), "PYTHONPATH": found}
    hand = _Hand(
        subprocess.Popen(
            [sys.executable, "-m", "cleanclaim.bulk.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    )
    hand.send(pickle.dumps(plan))
    return hand


def _signal(number: int) -> str:
    name = signal.Signals(number).name if number in {int(each) for each in signal.Signals} else str(number)
    return f"signal {name}" + (", as the system does when memory runs out" if name == "SIGKILL" else "")


_ERRORS: dict[str, type[CleanclaimError]] = {error.code: error for error in (InputError, UnreadableFile)}
Message = dict[str, Any]

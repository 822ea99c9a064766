"""The compiled pass, where numba is there and the file is worth loading it for."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from threading import Timer
from typing import TYPE_CHECKING

from cleanclaim.x12.guides import Guide

if TYPE_CHECKING:
    from cleanclaim.x12.compiled.reading import Pass

WORTH_BYTES = 128 << 20  # of which the other reader takes longer than loading the compiled one does
_MODULE = "cleanclaim.x12.compiled.reading"
_SLOW_SECONDS = 1.5  # what was kept by an earlier run is there sooner
_COMPILING = "compiling the fast reader of claim files, once for this machine: about half a minute"


def compiled_pass(guides: Sequence[Guide], size: int) -> Pass | None:
    """Return the compiled pass for a file of ``size`` bytes, or None where the other reader is to read it all.

    That is so where numba is missing or can keep nothing it compiles, and for files too small to load it for.

    >>> compiled_pass((), 1 << 30) is None
    True
    """
    if not any(guide.name == "837P" for guide in guides):
        return None
    if (size < WORTH_BYTES and _MODULE not in sys.modules) or not available():
        return None
    from cleanclaim.x12.compiled.reading import Pass

    return Pass(guides)


@cache
def available() -> bool:
    """Return whether numba is installed and can keep what it compiles from one run to the next."""
    if importlib.util.find_spec("numba") is None:
        return False
    try:
        importlib.import_module(_MODULE)
    except (ImportError, RuntimeError):  # a numba that does not fit, or no folder for what it compiles
        sys.modules.pop(_MODULE, None)
        return False
    return True


@contextmanager
def told_where_slow(seconds: float = _SLOW_SECONDS) -> Iterator[None]:
    """Log that the pass is being compiled, where what is done within takes longer than loading it does.

    >>> with told_where_slow(60):
    ...     pass
    """
    timer = Timer(seconds, logging.getLogger("cleanclaim").info, (_COMPILING,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

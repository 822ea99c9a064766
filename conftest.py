"""Tests read the tables as shipped, whatever the person who runs them has imported."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

if importlib.util.find_spec("numba") is None:
    collect_ignore_glob = ["src/cleanclaim/x12/compiled/*"]
os.environ["CLEANCLAIM_DATA"] = str(Path(__file__).parent / "build" / "no-imports")

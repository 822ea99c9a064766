"""Tests read the tables as shipped, whatever the person who runs them has imported."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["CLEANCLAIM_DATA"] = str(Path(__file__).parent / "build" / "no-imports")

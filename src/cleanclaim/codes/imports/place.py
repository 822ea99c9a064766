"""Where the user's imports are. Looked at by every process, so nothing else is loaded with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

MANIFEST = "manifest.json"


def folder() -> Path:
    """Return the folder of imported releases: ``$CLEANCLAIM_DATA``, else the platform's own for a user's data."""
    if chosen := os.environ.get("CLEANCLAIM_DATA"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "cleanclaim"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "cleanclaim"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "cleanclaim"

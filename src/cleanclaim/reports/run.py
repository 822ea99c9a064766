"""When and how a check was run: what a report says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Run:
    """The day of the check, the moment the report was written (with its time zone), and the command as typed."""

    as_of: date
    at: datetime
    command: str | None = None

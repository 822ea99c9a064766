"""Denied lines worked: next steps and the closed loop from files, claims written again, and packets for appeals."""

from cleanclaim.rework.run import Worked, work

__all__ = ["Worked", "work"]

"""Occurrence codes that institutional therapy claims carry, each with the day it stands for.

Source: Medicare Claims Processing Manual (Pub. 100-04), ch. 5 sec. 20 (plan and first treatment "shall" be reported)
and ch. 25 sec. 75.3 (form locators 31-34); meanings in our own words. Standing V. Value codes for visits (50 to 53)
are left out: Medicare no longer asks for them.
"""

from __future__ import annotations

ONSET = "11"
"""The day the patient first noticed the illness or injury."""

NOTICE = "32"
"""The day on which a beneficiary notice was given."""

START = {"GP": "35", "GO": "44", "GN": "45"}
"""The first day of treatment, by discipline."""

PLAN = {"GP": "29", "GO": "17", "GN": "30"}
"""The day the plan of care was established or last reviewed, by discipline."""

CORF_PLAN = "28"
"""The same for the plan of a comprehensive outpatient rehabilitation facility, of any discipline."""

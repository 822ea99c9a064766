"""Who may certify a plan of care for Medicare, by credential.

Source: Medicare Benefit Policy Manual (Pub. 100-02), ch. 15, sec. 220.1.3 and 42 CFR 424.24(c): a physician or a
nonphysician practitioner. A podiatrist certifies what state law lets a podiatrist treat, an optometrist low vision
alone. A chiropractor is none of them, and a dentist is not for therapy, though a physician elsewhere in Medicare.
Of a comprehensive outpatient rehabilitation facility (CORF) the plan is a physician's: 42 CFR 410.105(c). Standing V.
"""

from __future__ import annotations

from functools import cache

import polars as pl

_PHYSICIANS = ("MD", "DO")
_PRACTITIONERS = ("NP", "CNS", "PA", "APRN", "ARNP", "CRNP", "DNP", "FNP", "AGNP", "ANP", "PA-C", "NP-C", "FNP-C")
_WITHIN_A_SCOPE = ("DPM", "OD")
_NEVER = (
    "DC", "DDS", "DMD", "PT", "DPT", "MPT", "PTA", "OT", "OTR", "OTR/L", "OTD", "OTA", "COTA", "COTA/L", "SLP",
    "CCC-SLP", "RN", "LPN", "ATC", "LAC", "LMT", "PHD", "PSYD", "AUD",
)  # fmt: skip


@cache
def certifiers() -> pl.DataFrame:
    """Return one row per credential: may certify, within a scope only, and may sign the plan of a CORF.

    >>> certifiers().filter(credential="DC").row(0)
    ('DC', False, False, False)
    """
    rows = [
        *((each, True, False, True) for each in _PHYSICIANS),
        *((each, True, False, False) for each in _PRACTITIONERS),
        *((each, True, True, False) for each in _WITHIN_A_SCOPE),
        *((each, False, False, False) for each in _NEVER),
    ]
    schema = {"credential": pl.String, "allowed": pl.Boolean, "limited": pl.Boolean, "in_corf": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")

"""Remote therapeutic monitoring: devices are billed by periods of 30 days, management by calendar months.

A device code covers 30 days from the start of the period, whatever the number of devices: the longer band for 16 days
or more with readings and, from 2026, the shorter one for 2 to 15 days; one of the two in a period (CMS Change Request
14250). Management is counted over the calendar month: 10 to 19 minutes are the short code of 2026, 20 minutes the first
one, each further 20 minutes the add-on beside it; the short code never stands beside the others in a month.

The rules look at the patient's lines in the input; what was billed before it is not known to them.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_group = pl.col("code_group")
_device = _group.str.starts_with("remote_device_")
_short = _group == "remote_management_short"
_once_a_month = _short | (_group == "remote_management")
_further = _group == "remote_management_further"
_month = pl.col("dos").dt.to_string("%Y-%m")

V110 = Rule(
    id="V110",
    name="monitoring-period-not-over",
    title="A remote monitoring device again within its 30 days",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_device,
    when=pl.col("period_open"),
    found=pl.format("{} days after the last one", pl.col("days_since_period")),
    expected=pl.lit("one device code for each 30 days"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The code pays the device for a whole period, whatever the "
        "number of devices, so a second one within it is denied. The days are counted between dates of service: "
        "correct those if they stand at different places in their periods; else bill the next device when its own "
        "period is over."
    ),
    severity=Severity.DENIAL,
    denial=("151",),
    fix=Fix("Bill the device for its own period of 30 days, or remove the line", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V111 = Rule(
    id="V111",
    name="short-and-longer-management",
    title="Short remote monitoring management beside a longer code in one month",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_short,
    when=pl.col("longer_management"),
    found=pl.format("a longer management code in {} too", _month),
    expected=pl.lit("the short code alone, or the longer codes alone, in a calendar month"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The short code is for a month of 10 to 19 minutes, and the "
        "longer ones begin at 20, so only one of the two can be true of a month. Keep the one that the month's minutes "
        "give."
    ),
    severity=Severity.DENIAL,
    denial=("97", "236"),
    fix=Fix("Keep the code that the month's minutes give and remove the other", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V112 = Rule(
    id="V112",
    name="management-twice-in-month",
    title="Remote monitoring management billed again in the same month",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_once_a_month,
    when=pl.col("managed_before"),
    found=pl.format("billed on an earlier day of {} too", _month),
    expected=pl.lit("once in a calendar month"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The code stands for the first minutes of a calendar month, "
        "so a second one in the month is denied. Add the month's minutes together and bill them once."
    ),
    severity=Severity.DENIAL,
    denial=("151",),
    fix=Fix("Add the month's minutes together and bill them once", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V113 = Rule(
    id="V113",
    name="further-management-without-first",
    title="Further remote monitoring management without the first 20 minutes in the month",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING, cites.ADDON_EDITS),
    applies=_further,
    when=~pl.col("management_begun"),
    found=pl.format("no base code in {}", _month),
    expected=pl.format("{} in the same calendar month", pl.col("base_codes")),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The add-on stands for minutes past the first 20 of a calendar "
        "month and is denied without them. Bill the base code too if the month's minutes reach both."
    ),
    severity=Severity.DENIAL,
    denial=("B15",),
    fix=Fix("Bill the base code of the month too, or remove the add-on", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (V110, V111, V112, V113)

"""Remote therapeutic monitoring: devices are billed by periods of 30 days, management by calendar months.

A device code covers 30 days from the start of the period, whatever the number of devices: the longer band for 16 days
or more with readings and, from 2026, the shorter one for 2 to 15 days; one of the two in a period (CMS Change Request
14250). Management is counted over the calendar month: 10 to 19 minutes are the short code of 2026, 20 minutes the first
one, each further 20 minutes the add-on beside it; the short code never stands beside the others in a month. Set-up and
teaching are billed once an episode of monitoring.

The rules look at the patient's lines in the input; what was billed before it is not known to them. Minutes of a month
are those of all rows of its management codes, billed or not; days with readings are what the input states.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import minutes_text, units_text
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_group = pl.col("code_group")
_device = _group.str.starts_with("remote_device_")
_short = _group == "remote_management_short"
_once_a_month = _short | (_group == "remote_management")
_further = _group == "remote_management_further"
_month = pl.col("dos").dt.to_string("%Y-%m")
_managed = _group.str.starts_with("remote_management") & pl.col("first_of_month")
_minutes = pl.col("management_minutes")
_readings = pl.col("reading_days")
_days_found = pl.when(_readings == 1).then(pl.lit("1 day")).otherwise(pl.format("{} days", _readings))

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

V115 = Rule(
    id="V115",
    name="management-minutes-short",
    title="Remote monitoring management for more than the month's minutes",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_managed,
    when=pl.col("management_units_over") > 0,
    found=pl.format(
        "{} in {}, which do not earn {} of those billed",
        minutes_text(_minutes),
        _month,
        units_text(pl.col("management_units_over")),
    ),
    expected=pl.when(_further)
    .then(pl.lit("as many units as the minutes past the base code fill"))
    .otherwise(pl.format("at least {} in the calendar month", minutes_text(pl.col("band_least")))),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Management is counted over the whole calendar month and has "
        "no midpoint: minutes short of the code earn nothing, and on review the payment is taken back. Bill the code "
        "that the month's minutes reach, or add the minutes that the log holds and the input does not."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Bill the code and units that the month's logged minutes reach", Needs.NOTE, Who.BILLER),
    yields_to=("V111", "V112", "V113"),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V116 = Rule(
    id="V116",
    name="short-management-in-long-month",
    title="The short management code in a month whose minutes reach the longer one",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_short & pl.col("first_of_month"),
    when=_minutes > pl.col("band_most"),
    found=pl.format("{} in {}", minutes_text(_minutes), _month),
    expected=pl.format("at most {}, or the longer code", minutes_text(pl.col("band_most"))),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The short code ends where the longer one begins, which pays "
        "more. Bill the longer code if the log supports the minutes."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Bill the longer code in place of the short one, if the log supports the minutes", Needs.NOTE, Who.BILLER),
    yields_to=("V111",),
)

V117 = Rule(
    id="V117",
    name="further-management-unbilled",
    title="Further minutes of remote monitoring management that nobody billed",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=(_group == "remote_management") & pl.col("first_of_month"),
    when=pl.col("management_units_left") > 0,
    found=pl.format("{} in {}", minutes_text(_minutes), _month),
    expected=pl.format("{} of the add-on more", units_text(pl.col("management_units_left"))),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The month's minutes reach past the base code, and each "
        "further block that is full has the add-on code. Bill it if the log supports the minutes."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Add the units of the add-on code that the month's logged minutes fill", Needs.NOTE, Who.BILLER),
)

V118 = Rule(
    id="V118",
    name="readings-short-of-device-code",
    title="A remote monitoring device code for more days with readings than there were",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_device,
    when=_readings < pl.col("band_least"),
    found=pl.format("{} with readings", _days_found),
    expected=pl.format("at least {} in the 30 days", pl.col("band_least")),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. A device is paid by the days on which it brought readings. "
        "Bill the code of the shorter band where the date has one, else nothing for this period."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Bill the band that the days with readings reach, or remove the line", Needs.NOTE, Who.BILLER),
    yields_to=("V110", "I101"),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V119 = Rule(
    id="V119",
    name="readings-past-device-code",
    title="More days with readings than the remote monitoring device code stands for",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_device,
    when=_readings > pl.col("band_most"),
    found=pl.format("{} with readings", _days_found),
    expected=pl.format("{} to {} in the 30 days", pl.col("band_least"), pl.col("band_most")),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The code of the shorter band is for fewer days; above it "
        "the longer band is the right one. Correct the code, or the number of days if it is of another period."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Bill the code whose band holds the days with readings", Needs.NOTE, Who.BILLER),
    yields_to=("V110",),
)

V121 = Rule(
    id="V121",
    name="monitoring-set-up-again",
    title="Set-up of remote monitoring billed again",
    grain=Grain.LINE,
    cite=(cites.REMOTE_MONITORING,),
    applies=_group == "remote_set_up",
    when=pl.col("set_up_before"),
    found=pl.lit("billed on an earlier day too"),
    expected=pl.lit("once an episode of monitoring"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. A new device or a further month is no new episode. If "
        "monitoring ended and began anew under another plan, keep the line; else remove it."
    ),
    severity=Severity.ADVICE,
    denial=("151",),
    fix=Fix("Remove the line unless a new episode of monitoring began", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (V110, V111, V112, V113, V115, V116, V117, V118, V119, V121)

"""Progress reports: written in every ten treatment days by the clinician, who also treats in each period.

The first period begins with the first treatment day, evaluation or not, and the next one with the treatment day after
the report, or after the tenth (Medicare Benefit Policy Manual, ch. 15, sec. 220.3.D). Assistants may write parts of the
record, but what they write is no complete report. The clinician takes active part in a service in each period. There is
no alternative of 30 days since 2013; other payers and states may have one.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_wanted = pl.col("reports_given") & (pl.col("report_due_days") > 0)
_by_assistant = pl.col("reported_by_assistant")
_passed = pl.format("{} treatment days since the last report", pl.col("report_days") - 1)
_expected = pl.format("a report by the clinician in every {}", "report_due_days")

C120 = Rule(
    id="C120",
    name="progress-report-missing",
    title="No progress report in ten treatment days",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.PROGRESS_REPORT,),
    applies=_wanted & pl.col("covered"),
    when=pl.col("report_overdue") & ~_by_assistant,
    found=_passed,
    expected=_expected,
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. The report shows that the care goes on being needed, and "
        "reviewers deny the days that no report covers. Write it now and date it as written; it is not billable."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Write the progress report", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C121 = Rule(
    id="C121",
    name="progress-report-by-assistant",
    title="A progress report that only an assistant wrote",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.PROGRESS_REPORT,),
    applies=_wanted & pl.col("covered"),
    when=pl.col("report_overdue") & _by_assistant,
    found=pl.concat_str(_passed, pl.format(" by the clinician; one by an assistant on {}", "assistant_report")),
    expected=_expected,
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. An assistant may write parts between reports, and the "
        "clinician still writes one in each period. Have the clinician write it."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Have the clinician write the progress report", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C122 = Rule(
    id="C122",
    name="clinician-took-no-part",
    title="A reporting period in which only an assistant treated",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.ACTIVE_PARTICIPATION,),
    applies=_wanted & pl.col("period_ends"),
    when=~pl.col("clinician_took_part"),
    found=pl.format("{} treatment days, each by an assistant", "report_days"),
    expected=pl.lit("a service in which the clinician took active part"),
    message=(
        "Reporting period that ends {dos}: {found}; expected: {expected}. The clinician takes part in at least one "
        "service of every period, which the signature on its note or on the report shows. If it was so, record it."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Record in whose service the clinician took part", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (C120, C121, C122)

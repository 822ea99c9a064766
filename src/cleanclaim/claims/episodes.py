"""EPISODES and AUTHORIZATIONS: what a practice keeps of a plan of care, as a reader gives it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _B, _D = pl.String(), pl.Int64(), pl.Boolean(), pl.Date()

EPISODES = Table(
    "episodes",
    "a plan of care: a patient, discipline and provider, from its first treatment day to its end or the next plan",
    (
        Column("row", _I, "number of the row in this run"),
        Column("file_id", _I, "index of the file in the run's list of files"),
        Column("source_line", _I, "line or record where the row stands"),
        Column("episode_id", _S, "the practice's number of the plan"),
        Column("patient_id", _S, "patient number; a key, never shown"),
        Column("payer", _S, "payer id or name as written"),
        Column("discipline", _S, "GP, GO or GN"),
        Column("billing_npi", _S, "billing provider"),
        Column("setting", _S, "one of SETTINGS"),
        Column("first_treatment", _D, "first treatment day, evaluation or not", null="taken from the visits"),
        Column("plan_established", _D, "day the plan was written"),
        Column("plan_days", _I, "length of the plan", "days", "not stated"),
        Column("plan_diagnoses", _B, "the plan states diagnoses"),
        Column("plan_goals", _B, "the plan states long-term goals"),
        Column("plan_type", _B, "the plan states the type of service"),
        Column("plan_amount", _B, "the plan states the amount (times a day)"),
        Column("plan_frequency", _B, "the plan states the frequency (times a week)"),
        Column("plan_duration", _B, "the plan states the duration"),
        Column("plan_signed_by", _S, "credential of who wrote the plan", null="not known"),
        Column("recertifies", _S, "episode_id of the plan that this one continues", null="an initial plan"),
        Column("certified", _D, "day the certification was signed", null="not signed"),
        Column("certifier", _S, "credential of the certifier: MD, DO, NP, PA, CNS, DPM, OD ..."),
        Column("certifier_npi", _S, "NPI of the certifier"),
        Column("verbal_order", _D, "day of a verbal order to certify", null="none"),
        Column("order_signed", _D, "day of the signed and dated order or referral on file", null="none"),
        Column("plan_sent", _D, "day the plan was sent to the one who ordered, with proof", null="none, or no proof"),
        Column("delay_reason", _B, "the reason of a delayed certification is on file", null="none on file"),
        Column("referral", _D, "day of a referral", null="none"),
        Column("discharged", _D, "day of discharge", null="not discharged"),
        Column("discharge_summary", _B, "a discharge summary is on file"),
        Column("carries_certification", _B, "the input can hold the day of certification"),
        Column("carries_referral", _B, "the input can hold a referral or an order"),
    ),
)

REPORTS = Table(
    "progress_reports",
    "a progress report",
    (
        Column("row", _I, "number of the row in this run"),
        Column("file_id", _I, "index of the file in the run's list of files"),
        Column("source_line", _I, "line or record where the row stands"),
        Column("episode_id", _S, "the plan it belongs to"),
        Column("written", _D, "day it was written"),
        Column("by", _S, "one of ROLES: who wrote it"),
        Column("took_part", _B, "the clinician took active part in a service of the period", null="not recorded"),
    ),
)

AUTHORIZATIONS = Table(
    "authorizations",
    "an authorization of a payer",
    (
        Column("row", _I, "number of the row in this run"),
        Column("file_id", _I, "index of the file in the run's list of files"),
        Column("source_line", _I, "line or record where the row stands"),
        Column("authorization_id", _S, "its number, as on the claim"),
        Column("patient_id", _S, "patient number; a key, never shown"),
        Column("payer", _S, "payer id or name as written"),
        Column("discipline", _S, "GP, GO or GN", null="any"),
        Column("codes", _S, "codes it covers, separated by one space", null="any"),
        Column("first_day", _D, "first day"),
        Column("last_day", _D, "last day", null="open"),
        Column("visits", _I, "visits allowed", "visits", "not limited by visits"),
        Column("units", _I, "units allowed", "units", "not limited by units"),
        Column("visits_before", _I, "visits used before the files given", "visits"),
        Column("units_before", _I, "units used before the files given", "units"),
    ),
)

PAYMENTS_ELSEWHERE = Table(
    "amounts_elsewhere",
    "an amount that another provider's or an earlier service added to a patient's year",
    (
        Column("row", _I, "number of the row in this run"),
        Column("patient_id", _S, "patient number; a key, never shown"),
        Column("year", _I, "calendar year"),
        Column("bucket", _S, "pt_slp or ot"),
        Column("allowed_cents", _I, "allowed amount", "cents"),
        Column("through", _D, "day through which the amount counts"),
        Column("source", _S, "where it comes from: eligibility answer, portal, patient, ..."),
    ),
)


@dataclass(frozen=True)
class Records:
    """What a practice keeps beside its visits: plans of care, progress reports, authorizations. None: not given.

    ``files`` are the display names that ``file_id`` counts into.
    """

    episodes: pl.DataFrame | None = None
    reports: pl.DataFrame | None = None
    authorizations: pl.DataFrame | None = None
    files: tuple[str, ...] = ()
    unreadable: pl.DataFrame | None = None
    notes: tuple[str, ...] = field(default=())

    def of(self, patients: pl.Series, *, others: bool = False) -> Records:
        """Return the records of these patients, or of all ``others``; a progress report goes with its plan."""

        def own(frame: pl.DataFrame | None) -> pl.DataFrame | None:
            held = pl.col("patient_id").is_in(patients.implode())
            return None if frame is None else frame.filter(~held if others else held)

        episodes, reports = own(self.episodes), self.reports
        if reports is not None and episodes is not None:
            reports = reports.filter(pl.col("episode_id").is_in(episodes["episode_id"].implode()))
        return Records(episodes, reports, own(self.authorizations), self.files)

    def with_files_from(self, first: int) -> Records:
        """Return the records with their files numbered from ``first`` on."""

        def moved(frame: pl.DataFrame | None) -> pl.DataFrame | None:
            return None if frame is None else frame.with_columns(pl.col("file_id") + first)

        return replace(
            self,
            episodes=moved(self.episodes),
            reports=moved(self.reports),
            authorizations=moved(self.authorizations),
            unreadable=moved(self.unreadable),
        )

    @property
    def height(self) -> int:
        """The number of plans and authorizations."""
        return sum(frame.height for frame in (self.episodes, self.authorizations) if frame is not None)

    def __bool__(self) -> bool:
        return any(frame is not None for frame in (self.episodes, self.reports, self.authorizations))

"""The practice whose months are generated: its clinics, payers and contracts, diagnoses and charges.

Written as its billing office would know them, not taken from the packs: whether the two agree is what a generated
month puts to the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Clinic:
    """A clinic: its billing number, form of claim, and what its system exports (clock times, minutes or neither)."""

    name: str
    npi: str
    setting: str
    share: float
    lanes: dict[str, float]
    times: bool = True
    minutes: bool = True
    bill_type: str | None = None
    place: str | None = None

    @property
    def institutional(self) -> bool:
        """True where the clinic bills on institutional claims."""
        return self.bill_type is not None


@dataclass(frozen=True)
class Payer:
    """A payer as claims name it, and what the billing office knows of its contract.

    ``method`` counts units; ``cap`` is the most timed units it pays for a day and discipline; ``assistant`` it wants CQ
    and CO; ``rehabilitative`` it wants 97 on therapy; ``video`` it wants 95 beside a telehealth place; ``refused`` are
    codes it never pays. ``contract`` are lines of ``cleanclaim.toml``; ``before`` a day, and the method until then.
    Payers that code ``as_medicare`` take G0283 for unattended stimulation, the others often 97014.
    """

    name: str
    pack: str
    share: float
    method: str
    cap: int | None = None
    assistant: bool = False
    rehabilitative: bool = False
    video: bool = True
    refused: tuple[str, ...] = ()
    contract: str = ""
    before: tuple[date, str] | None = None
    as_medicare: bool = False

    def counts_by(self, day: date) -> str:
        """Return the method by which the payer counted units on a day."""
        return self.before[1] if self.before is not None and day < self.before[0] else self.method


_ALONE = {"PT": 0.72, "OT": 0.2, "SLP": 0.06, "PT+OT": 0.02}
_TOGETHER = {"PT": 0.5, "OT": 0.2, "SLP": 0.1, "PT+OT": 0.2, "PT+SLP": 0.05, "OT+SLP": 0.03}
CLINICS = (
    Clinic("north", "1234567893", "office", 0.3, _ALONE, place="11"),
    Clinic("river", "1234567893", "office", 0.2, _ALONE, times=False, place="11"),
    Clinic("lake", "1245319599", "office", 0.17, {**_ALONE, "DC": 0.4}, times=False, minutes=False, place="11"),
    Clinic("hospital", "1003000126", "outpatient_hospital", 0.23, _TOGETHER, bill_type="131"),
    Clinic("agency", "1003000134", "rehabilitation_agency", 0.1, _TOGETHER, times=False, bill_type="741"),
)
PAYERS = (
    Payer("MEDICARE PART B", "medicare", 0.4, "cms", assistant=True, video=False, as_medicare=True),
    Payer("SUMMIT ADVANTAGE", "medicare-advantage", 0.1, "cms", assistant=True, as_medicare=True),
    Payer("UHC", "uhc-commercial", 0.08, "cms", cap=4, assistant=True),
    Payer("AETNA", "aetna", 0.05, "ama", cap=4, assistant=True),
    Payer("CIGNA", "cigna", 0.04, "ama", cap=4, refused=("97016", "97026", "20560")),
    Payer("ANTHEM BCBS", "anthem", 0.04, "hybrid", cap=4, assistant=True, before=(date(2025, 7, 9), "ama")),
    Payer("HUMANA", "humana", 0.02, "ama", assistant=True),
    Payer("BCBS IL", "bcbs-illinois", 0.02, "ama"),
    Payer("HIGHMARK", "bcbs-highmark", 0.02, "cms"),
    Payer("TRICARE EAST", "tricare", 0.02, "cms", assistant=True, as_medicare=True),
    Payer("VA CCN", "va-community-care", 0.02, "cms", as_medicare=True),
    Payer("TX WC", "wc-texas", 0.03, "cms", assistant=True, as_medicare=True),
    Payer("CALIFORNIA WC", "wc-california", 0.01, "cms"),
    Payer("NY WC", "wc-new-york", 0.01, "cms"),
    Payer("TEXAS MEDICAID", "medicaid-texas", 0.02, "nearest_15"),
    Payer("STATE MEDICAID", "medicaid", 0.03, "cms", contract='unit_method = "cms"\nfiling_limit = "180 days"'),
    Payer(
        "HARMONY EXCHANGE", "commercial", 0.09, "ama", rehabilitative=True,
        contract=(
            'filing_limit = "120 days"\ndiscipline_modifier_required = true\nhabilitation_modifier_required = true\n'
            "side_modifier_required = true\nevaluation_window_days = 180\ntelehealth_modifier_required = true\n"
            'modifier_order_required = true'
        ),
    ),
)  # fmt: skip
LOCALITY = ("08102", "00")
"""The Medicare contractor and locality of every clinic: Indiana."""
SUPPLEMENT = Payer("MUTUAL SUPPLEMENT", "commercial", 0.0, "cms", contract='unit_method = "cms"')
SESSIONS = Payer("ND BLUE", "bcbs-north-dakota", 0.0, "cms")
"""A payer that says how long a session is: only an error planted is billed to it."""
PAYER = {payer.name: payer for payer in (*PAYERS, SUPPLEMENT, SESSIONS)}
CLINIC = {clinic.name: clinic for clinic in CLINICS}
DISCIPLINES = {"PT": "GP", "OT": "GO", "SLP": "GN"}
REVENUE = {"PT": "042", "OT": "043", "SLP": "044"}
DIAGNOSES = {
    "PT": ("M54.50", "M54.2", "M25.561", "M25.562", "M25.511", "M17.11", "M62.81", "R26.89", "R26.81", "Z96.651"),
    "OT": ("M18.11", "G56.01", "M79.641", "M25.531", "S52.501D", "I69.351", "R27.8", "M62.81"),
    "SLP": ("R13.12", "R47.01", "I69.320", "R41.841", "R49.0"),
    "DC": ("M99.03", "M99.01", "M54.50", "M99.05", "M54.2"),
}
_DOLLARS = {
    "97110": 62, "97112": 68, "97116": 58, "97140": 60, "97530": 72, "97535": 66, "97113": 74, "97032": 34, "97035": 30,
    "97124": 55, "97150": 38, "97012": 34, "97016": 32, "97018": 22, "97022": 40, "97542": 64, "97760": 90, "97129": 52,
    "97130": 50, "G0283": 26, "92507": 155, "92526": 170, "97161": 205, "97162": 205, "97163": 205, "97164": 140,
    "97165": 210, "97166": 210, "97167": 210, "97168": 145, "92523": 440, "92610": 180, "98940": 48, "98941": 68,
    "97550": 105, "97551": 52, "97597": 210, "98977": 95, "98980": 98, "98975": 40, "L1902": 140, "29125": 110,
    "29540": 62, "97537": 66, "97010": 20, "97014": 26, "97545": 240, "97546": 110,
}  # fmt: skip


def charge(code: str) -> int:
    """Return the practice's charge for one unit of a code, in whole dollars.

    >>> charge("97530"), charge("97799")
    (72, 60)
    """
    return _DOLLARS.get(code, 60)


def configuration() -> str:
    """Return the practice's ``cleanclaim.toml``: payers with their contracts, and clinics with their settings."""
    payers = [f'[payers."{p.name}"]\npack = "{p.pack}"\n{p.contract}\n' for p in PAYER.values()]
    sites = [
        f'[sites.{c.name}]\nsetting = "{c.setting}"\nnpi = "{c.npi}"\n'
        f'mac = "{LOCALITY[0]}"\nlocality = "{LOCALITY[1]}"\n'
        for c in CLINICS
    ]
    return "\n".join([*payers, *sites])


def npis(stems: npt.NDArray[np.int64]) -> list[str]:
    """Return the ten-digit NPIs that begin with 1 and eight digits of ``stems``, with their check digits.

    >>> npis(np.array([23456789]))
    ['1234567893']
    """
    body = 100_000_000 + stems
    total = np.full(stems.shape, 24)
    for place in range(9):
        doubled = body // 10**place % 10 * (2 if place % 2 == 0 else 1)
        total += doubled - 9 * (doubled > 9)
    return [str(number) for number in (body * 10 + -total % 10).tolist()]


def workdays(first_day: date) -> npt.NDArray[np.datetime64]:
    """Return the days from Monday to Friday of the month that ``first_day`` begins."""
    month = np.datetime64(first_day, "M")
    days = np.arange(month, month + 1, dtype="datetime64[D]")
    return days[np.is_busday(days)]

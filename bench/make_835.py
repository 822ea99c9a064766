"""Makes 835 files that balance, synthetic and the same for the same seed.

About 510 bytes and 3.3 services a claim; two adjustments a service, and some remarks; 1,000 claims a payment.
"""

from __future__ import annotations

from random import Random

CLAIMS_PER_PAYMENT = 1000
CODES = (("97110", 4200), ("97112", 4650), ("97116", 4125), ("97140", 4000), ("97530", 5175), ("97535", 4700))
_PAYER = (
    *("N1*PR*GOOD PLAN", "N3*5 PLAN ROAD", "N4*CARMEL*IN*46032", "PER*BL*DESK*TE*8005550100"),
    *("N1*PE*MAIN STREET THERAPY*XX*1234567893", "REF*TJ*351234567", "LX*1"),
)


def make_835(claims: int, seed: int = 1) -> bytes:
    """Return one interchange that pays ``claims`` claims, the same bytes for the same arguments.

    >>> make_835(3).count(b"~CLP*")
    3
    """
    draw = Random(seed)
    sender, receiver = "PLAN".ljust(15), "CLINIC".ljust(15)
    parts = [
        f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender}*ZZ*{receiver}*260401*0930*^*00501*000000001*0*P*:",
        "GS*HP*PLAN*CLINIC*20260401*0930*1*X*005010X221A1",
    ]
    firsts = range(0, claims, CLAIMS_PER_PAYMENT)
    for number, first in enumerate(firsts, start=1):
        parts += _payment(draw, number, range(first, min(first + CLAIMS_PER_PAYMENT, claims)))
    return "~".join([*parts, f"GE*{len(firsts)}*1", "IEA*1*000000001", ""]).encode("ascii")


def _payment(draw: Random, number: int, claims: range) -> list[str]:
    body: list[str] = []
    paid = 0
    for claim in claims:
        segments, cents = _claim(draw, claim)
        body += segments
        paid += cents
    bank = "01*111000025*DA*123456*1512345678**01*111000025*DA*654321"
    inner = [
        f"ST*835*{number:04d}",
        f"BPR*I*{_dollars(paid)}*C*ACH*CCP*{bank}*20260406",
        f"TRN*1*EFT{number:06d}*1512345678",
        "DTM*405*20260405",
        *_PAYER,
        *body,
    ]
    return [*inner, f"SE*{len(inner) + 1}*{number:04d}"]


def _claim(draw: Random, number: int) -> tuple[list[str], int]:
    """Return the segments of a claim, and what is paid for it in cents."""
    services: list[str] = []
    charged = paid = borne = 0
    for line, (code, cents) in enumerate(draw.sample(CODES, draw.choice((2, 3, 3, 4, 4, 4))), start=1):
        units = draw.choice((1, 1, 2))
        charge, allowed = cents * units, cents * units * 4 // 5
        share = allowed // 5
        charged, paid, borne = charged + charge, paid + allowed - share, borne + share
        services += [
            f"SVC*HC:{code}:GP*{_dollars(charge)}*{_dollars(allowed - share)}**{units}",
            f"DTM*472*202603{draw.randrange(1, 29):02d}",
            f"CAS*CO*45*{_dollars(charge - allowed)}",
            f"CAS*PR*2*{_dollars(share)}",
            f"REF*6R*{number * 31 % 10**9:09d}{line}",
            f"AMT*B6*{_dollars(allowed)}",
            *["LQ*HE*N130"] * (draw.random() < 0.2),
        ]
    head = f"{_dollars(charged)}*{_dollars(paid)}*{_dollars(borne)}*12*{number * 7919 % 10**12:012d}"
    return [
        f"CLP*V{number:07d}*1*{head}*11*1",
        f"NM1*QC*1*LARCHER*GAIL****MI*W{number % 30_000 + 100_000_000}",
        "NM1*82*1*BIRCHALL*CORA****XX*1245319599",
        "DTM*050*20260310",
        *services,
    ], paid


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}".removesuffix(".00")

"""Makes 837P files of therapy claims, synthetic and the same for the same seed.

    python bench/make_837.py CLAIMS [SEED] > claims.837

About 640 bytes and 3.3 lines a claim; several billing providers, some dependents, some replacements and voids; up to
1,000 claims a transaction set. Names, numbers and identifiers are invented; NPIs have right check digits.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from random import Random

CLAIMS_PER_TRANSACTION = 1000
CLAIMS_PER_BILLING_PROVIDER = 125
CODES = (("97110", 4200), ("97112", 4650), ("97116", 4125), ("97140", 4000), ("97530", 5175), ("97535", 4700))
PAYERS = (("MEDICARE", "12502"), ("BLUE PLAN", "60054"), ("FIRST MUTUAL", "87726"), ("STATE MEDICAID", "77027"))
FAMILY = ("ALDERMAN", "BIRCHALL", "CEDARS", "HAZELTON", "LARCHER", "MAPLETON", "ROWANTREE", "WILLOWS")
GIVEN = ("ADELINE", "BENEDICT", "CORA", "DESMOND", "ELEANOR", "FINN", "GAIL", "HUGO")
DIAGNOSES = ("M5450", "M25561", "M25511", "M542", "R262", "M6281", "Z96651")
THERAPY = (("GP", "225100000X"), ("GO", "225X00000X"))
FIRST_DAY = date(2026, 1, 5)


def npi(stem: int) -> str:
    """Return the ten-digit NPI that begins with 1 and ``stem``, with its check digit.

    >>> npi(23456789)
    '1234567893'
    """
    body = f"1{stem:08d}"
    total = 24
    for place, digit in enumerate(map(int, reversed(body))):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return f"{body}{-total % 10}"


def make_837(claims: int, seed: int = 1) -> bytes:
    """Return one interchange of ``claims`` professional therapy claims, the same bytes for the same arguments.

    >>> make_837(3).count(b"~CLM*")
    3
    """
    draw = Random(seed)
    control = f"{seed % 10**9:09d}"
    sender, receiver = "CLINIC".ljust(15), "CLEARINGHOUSE".ljust(15)
    parts = [
        f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender}*ZZ*{receiver}*260401*0930*^*00501*{control}*0*P*:",
        "GS*HC*CLINIC*CLEARINGHOUSE*20260401*0930*1*X*005010X222A1",
    ]
    transactions = 0
    for first in range(0, claims, CLAIMS_PER_TRANSACTION):
        transactions += 1
        parts += _transaction(draw, transactions, first, min(CLAIMS_PER_TRANSACTION, claims - first))
    parts += [f"GE*{transactions}*1", f"IEA*1*{control}", ""]
    return "~".join(parts).encode("ascii")


def _transaction(draw: Random, number: int, first: int, claims: int) -> list[str]:
    parts = [
        f"ST*837*{number:04d}*005010X222A1",
        f"BHT*0019*00*B{number:06d}*20260401*0930*CH",
        "NM1*41*2*CLINIC*****46*C100",
        "PER*IC*BILLING OFFICE*TE*3175550100",
        "NM1*40*2*CLEARINGHOUSE*****46*H200",
    ]
    level = 0
    billing = 0
    for k in range(claims):
        if k % CLAIMS_PER_BILLING_PROVIDER == 0:
            level += 1
            billing = level
            parts += _billing_provider(level, 10_000_000 + (first + k) // CLAIMS_PER_BILLING_PROVIDER % 40)
        level += 1
        dependent = draw.random() < 0.06
        parts += _subscriber(draw, level, billing, first + k, dependent)
        if dependent:
            level += 1
            parts += _dependent(draw, level)
        parts += _claim(draw, first + k)
    parts.append(f"SE*{len(parts) + 1}*{number:04d}")
    return parts


def _billing_provider(level: int, stem: int) -> list[str]:
    return [
        f"HL*{level}**20*1",
        "PRV*BI*PXC*261QR0400X",
        f"NM1*85*2*MAIN STREET THERAPY GROUP {stem % 100}*****XX*{npi(stem)}",
        "N3*12 MAIN STREET",
        "N4*CARMEL*IN*460321234",
        "REF*EI*123456789",
    ]


def _subscriber(draw: Random, level: int, billing: int, number: int, dependent: bool) -> list[str]:
    payer, payer_id = draw.choice(PAYERS)
    return [
        f"HL*{level}*{billing}*22*{dependent:d}",
        f"SBR*P*{'' if dependent else 18}*******CI",
        f"NM1*IL*1*{draw.choice(FAMILY)}*{draw.choice(GIVEN)}****MI*W{number % 30_000 + 100_000_000}",
        f"N3*{number % 9000 + 1000} NORTH OAK LANE",
        f"N4*INDIANAPOLIS*IN*46{number % 900 + 100}",
        f"DMG*D8*19{draw.randrange(30, 99)}0{draw.randrange(1, 10)}1{draw.randrange(10)}*{draw.choice('FM')}",
        f"NM1*PR*2*{payer}*****PI*{payer_id}",
    ]


def _dependent(draw: Random, level: int) -> list[str]:
    return [
        f"HL*{level}*{level - 1}*23*0",
        "PAT*19",
        f"NM1*QC*1*{draw.choice(FAMILY)}*{draw.choice(GIVEN)}",
        "N3*7 ELM STREET",
        "N4*CARMEL*IN*46032",
        f"DMG*D8*20{draw.randrange(10, 20)}0{draw.randrange(1, 10)}15*{draw.choice('FM')}",
    ]


def _claim(draw: Random, number: int) -> list[str]:
    modifier, taxonomy = draw.choice(THERAPY)
    day = FIRST_DAY + timedelta(days=draw.randrange(80))
    lines: list[str] = []
    charge = 0
    for k, (code, unit_cents) in enumerate(draw.sample(CODES, draw.choice((2, 3, 3, 4, 4, 4)))):
        units = draw.choice((1, 1, 2))
        charge += unit_cents * units
        extra = ":59" if code == "97530" and draw.random() < 0.3 else ""
        lines += [
            f"LX*{k + 1}",
            f"SV1*HC:{code}:{modifier}{extra}*{_dollars(unit_cents * units)}*UN*{units}***1{':2' * (k % 2)}",
            f"DTP*472*D8*{day:%Y%m%d}",
            f"REF*6R*{number * 31 % 10**9:09d}{k + 1}",
        ]
    frequency = draw.choices("178", (96, 3, 1))[0]
    return [
        f"CLM*V{number:07d}*{_dollars(charge)}***11:B:{frequency}*Y*A*Y*Y",
        f"DTP*431*D8*{day - timedelta(days=21):%Y%m%d}",
        *([] if frequency == "1" else [f"REF*F8*{number * 7919 % 10**12:012d}"]),
        f"REF*D9*{number * 104729 % 10**15:015d}",
        f"HI*ABK:{draw.choice(DIAGNOSES)}*ABF:{draw.choice(DIAGNOSES)}",
        f"NM1*DN*1*{draw.choice(FAMILY)}*{draw.choice(GIVEN)}****XX*{npi(20_000_000 + number % 90)}",
        f"NM1*82*1*{draw.choice(FAMILY)}*{draw.choice(GIVEN)}****XX*{npi(30_000_000 + number % 300)}",
        f"PRV*PE*PXC*{taxonomy}",
        *lines,
    ]


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}".removesuffix(".00")


if __name__ == "__main__":
    sys.stdout.buffer.write(make_837(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))

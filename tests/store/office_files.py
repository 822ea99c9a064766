"""Small X12 files of one office, from plain values, and the plain sums that a ledger of them must come to."""

from __future__ import annotations

from dataclasses import dataclass

CODES = {"97110": 4200, "97140": 4000, "97530": 5200}


@dataclass(frozen=True)
class Claim:
    """A claim sent: one unit of each code."""

    number: str
    codes: tuple[str, ...] = ("97110",)
    patient: str = "W1"
    frequency: str = "1"
    original: str = ""
    dos: str = "20260304"

    @property
    def charge(self) -> int:
        return sum(CODES[code] for code in self.codes)


@dataclass(frozen=True)
class Decision:
    """A payer's decision: per code what is paid, by contract not paid, the patient's, denied."""

    number: str
    lines: tuple[tuple[str, int, int, int, int], ...]
    status: str = "1"
    control: str = "PCN"

    @property
    def paid(self) -> int:
        return sum(line[1] for line in self.lines)

    @property
    def charge(self) -> int:
        return sum(sum(line[1:]) for line in self.lines)


def paid(claim: Claim, control: str = "PCN") -> Decision:
    """Return a decision that pays half of each line, writes a quarter off and leaves the rest to the patient."""
    lines = []
    for code in claim.codes:
        charge = CODES[code]
        lines.append((code, charge // 2, charge // 4, charge - charge // 2 - charge // 4, 0))
    return Decision(claim.number, tuple(lines), control=control)


def denied(claim: Claim, control: str = "PCN") -> Decision:
    """Return a decision that denies the whole claim."""
    return Decision(claim.number, tuple((code, 0, 0, 0, CODES[code]) for code in claim.codes), "4", control)


def dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def interchange(
    kind: str, version: str, *sets: list[str], control: int = 1, day: str = "260309", answer: bool = False
) -> bytes:
    """Return an interchange of one group; ``answer``: from the house to the office."""
    parties = ["HOUSE", "OFFICE"] if answer else ["OFFICE", "HOUSE"]
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{parties[0]:<15}*ZZ*{parties[1]:<15}*{day}*0930*^*00501*{control:09d}*0*P*:"
    gs = f"GS*{kind}*{parties[0]}*{parties[1]}*20{day}*0930*{control}*X*{version}"
    body = [segment for one in sets for segment in one]
    segments = [isa, gs, *body, f"GE*{len(sets)}*{control}", f"IEA*1*{control:09d}"]
    return "".join(segment + "~\n" for segment in segments).encode()


def transaction(kind: str, version: str, *body: str, control: str = "0001") -> list[str]:
    inner = [f"ST*{kind}*{control}*{version}", *body]
    return [*inner, f"SE*{len(inner) + 1}*{control}"]


def claims_file(*claims: Claim, control: int = 1, day: str = "260309") -> bytes:
    """Return an 837 of these claims."""
    body = [
        f"BHT*0019*00*B{control}*20{day}*0930*CH", "NM1*41*2*OFFICE*****46*O1", "NM1*40*2*HOUSE*****46*H1",
        "HL*1**20*1", "NM1*85*2*HILL OFFICE*****XX*1234567893",
    ]  # fmt: skip
    for level, claim in enumerate(claims, start=2):
        body += [
            f"HL*{level}*1*22*0", "SBR*P*18*******CI", f"NM1*IL*1*ALDERSON*ADA****MI*{claim.patient}",
            "DMG*D8*19600102*F", "NM1*PR*2*GOOD PLAN*****PI*GP1",
            f"CLM*{claim.number}*{dollars(claim.charge)}***11:B:{claim.frequency}*Y*A*Y*Y",
            *([f"REF*F8*{claim.original}"] if claim.original else []),
            "HI*ABK:M5450", "NM1*82*1*LARCH*GAIL****XX*1245319599",
        ]  # fmt: skip
        for place, code in enumerate(claim.codes, start=1):
            body += [
                f"LX*{place}", f"SV1*HC:{code}:GP*{dollars(CODES[code])}*UN*1***1", f"DTP*472*D8*{claim.dos}",
                f"REF*6R*{claim.number}{place}",
            ]  # fmt: skip
    version = "005010X222A1"
    return interchange("HC", version, transaction("837", version, *body), control=control, day=day)


def remittance_file(
    *decisions: Decision, trace: str = "EFT1", control: int = 1, day: str = "260402",
    taken: tuple[tuple[str, str, int], ...] = (), produced: str = "",
) -> bytes:  # fmt: skip
    """Return an 835 that pays these claims; ``taken`` are provider adjustments: reason, reference, cents."""
    total = sum(one.paid for one in decisions) - sum(cents for _, _, cents in taken)
    body = [
        f"BPR*I*{dollars(total)}*C*ACH*CCP*01*111000025*DA*123456*1512345678**01*111000025*DA*654321*20{day}",
        f"TRN*1*{trace}*1512345678", *([f"DTM*405*{produced}"] if produced else []), "N1*PR*GOOD PLAN",
        "N1*PE*HILL OFFICE*XX*1234567893", "LX*1",
    ]  # fmt: skip
    for one in decisions:
        share = sum(line[3] for line in one.lines)
        head = f"{dollars(one.charge)}*{dollars(one.paid)}*{dollars(share)}*12*{one.control}"
        body += [f"CLP*{one.number}*{one.status}*{head}*11*1", "NM1*QC*1*ALDERSON*ADA****MI*W1"]
        for code, cents, contract, patient, refused in one.lines:
            body.append(f"SVC*HC:{code}:GP*{dollars(cents + contract + patient + refused)}*{dollars(cents)}**1")
            body.append("DTM*472*20260304")
            body += [f"CAS*{group}*{dollars(cut)}" for group, cut in (("CO*45", contract), ("PR*2", patient)) if cut]
            body += [f"CAS*CO*97*{dollars(refused)}"] if refused else []
    body += [f"PLB*1234567893*20261231*{reason}:{reference}*{dollars(cents)}" for reason, reference, cents in taken]
    version = "005010X221A1"
    return interchange("HP", version, transaction("835", version, *body), control=control, day=day, answer=True)


def acknowledgment_file(sent: int, *, accepted: bool, control: int = 50, day: str = "260310") -> bytes:
    """Return a 999 about the interchange of claims with this control number."""
    code = "A" if accepted else "R"
    version = "005010X231A1"
    body = [
        f"AK1*HC*{sent}*005010X222A1", "AK2*837*0001*005010X222A1", f"IK5*{code}{'' if accepted else '*5'}",
        f"AK9*{code}*1*1*{int(accepted)}",
    ]  # fmt: skip
    return interchange("FA", version, transaction("999", version, *body), control=control, day=day, answer=True)


def status_file(
    *told: tuple[Claim, bool], control: int = 60, day: str = "260311", rejects: str = "", batch: str = "B1"
) -> bytes:
    """Return a 277CA that accepts or rejects these claims; ``rejects`` is a level (HL03) that it rejects whole."""
    refused = f"STC*A3:496:85*20{day}*U"
    body = [
        f"BHT*0085*08*S{control}*20{day}*0930*TH", "HL*1**20*1", "NM1*AY*2*HOUSE*****46*H1", "TRN*1*S1",
        *[refused] * (rejects == "20"), "HL*2*1*21*1", "NM1*41*2*OFFICE*****46*O1", f"TRN*2*{batch}",
        refused if rejects == "21" else f"STC*A1:19:PR*20{day}*WQ*1", f"HL*3*2*19*{int(bool(told))}",
        "NM1*85*2*HILL OFFICE*****XX*1234567893", "TRN*1*0", *[refused] * (rejects == "19"),
    ]  # fmt: skip
    for level, (claim, accepted) in enumerate(told, start=4):
        said = "A2:20:PR" if accepted else "A7:562:85"
        body += [
            f"HL*{level}*3*PT", f"NM1*QC*1*ALDERSON*ADA****MI*{claim.patient}", f"TRN*2*{claim.number}",
            f"STC*{said}*20{day}*{'WQ' if accepted else 'U'}*{dollars(claim.charge)}", "DTP*472*D8*20260304",
        ]  # fmt: skip
    version = "005010X214"
    return interchange("HN", version, transaction("277", version, *body), control=control, day=day, answer=True)


def interchange_answer(sent: int, *, accepted: bool, control: int = 70) -> bytes:
    """Return a TA1 about the interchange of claims with this control number, sent on 2026-03-09."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'HOUSE':<15}*ZZ*{'OFFICE':<15}*260309*0945*^*00501*{control:09d}*0*P*:"
    ta1 = f"TA1*{sent:09d}*260309*0930*{'A*000' if accepted else 'R*023'}"
    return "".join(segment + "~\n" for segment in (isa, ta1, f"IEA*0*{control:09d}")).encode()

"""Builds small 837I, 835, 999 and 277CA files for the tests, beside ``build_837``."""

from __future__ import annotations

from build_837 import Style, interchange

USUAL = Style()
FACILITY = "005010X223A2"
REMITTANCE = "005010X221A1"
ACKNOWLEDGMENT = "005010X231A1"
CLAIM_STATUS = "005010X214"

FACILITY_BODY = [
    "HL*1**20*1",
    "NM1*85*2*HILL HOSPITAL*****XX*1234567893",
    "HL*2*1*22*0",
    "SBR*P*18*******MA",
    "NM1*IL*1*ALDER*ADA****MI*1AA0A00AA00",
    "DMG*D8*19450102*F",
    "NM1*PR*2*MEDICARE*****PI*12502",
]
FACILITY_CLAIM = [
    "CLM*V200*240.5***13:A:1**A*Y*Y",
    "DTP*434*RD8*20260301-20260331",
    "DTP*435*DT*202603010915",
    "CL1*3*1*30",
    "REF*G1*AUTH9",
    "REF*EA*MR77",
    "HI*ABK:M5450",
    "HI*APR:R262",
    "HI*ABF:M25561*ABF:Z96651",
    "HI*BI:74:RD8:20260305-20260306",
    "HI*BH:11:D8:20260220*BH:35:D8:20260302*BH:29",
    "HI*BE:50:::3*BE:A2:::15.31",
    "HI*BG:09*BG:A1",
    "NM1*71*1*LARCH*HUGO****XX*1003000126",
    "PRV*AT*PXC*207Q00000X",
    "NM1*72*1*ROWAN*GAIL****XX*1245319599",
    "LX*1",
    "SV2*0420*HC:97110:GP*180.5*UN*2**10",
    "DTP*472*D8*20260304",
    "REF*6R*L1",
    "LX*2",
    "SV2*0250**60*UN*1",
]
PAYMENT = [
    "BPR*I*151.25*C*ACH*CTX*01*99999992*DA*123456*1512345678**01*999988880*DA*98765*20260406",
    "TRN*1*CHECK77*1512345678",
    "REF*EV*HOUSE",
    "DTM*405*20260405",
    "N1*PR*BLUE PLAN*XV*60054",
    "N1*PE*HILL CLINIC*XX*1234567893",
    "REF*TJ*351234567",
]
PAID_CLAIM = [
    "LX*1",
    "CLP*V100*1*240*151.25*40*12*9001*11*1",
    "CAS*PR*3*20",
    "NM1*QC*1*ALDER*ADA****MI*1AA0A00AA00",
    "NM1*82*1*ROWAN*GAIL****XX*1245319599",
    "MOA***MA01*MA18",
    "DTM*232*20260304",
    "DTM*233*20260305",
    "DTM*050*20260310",
    "AMT*AU*191.25",
    "SVC*HC:97530:GP:59*120*91.25**2*HC:97110*3",
    "DTM*472*20260304",
    "CAS*CO*45*8.75*1*253*-1.5",
    "CAS*PR*1*21.5**2*0",
    "REF*6R*L1",
    "REF*LU*11",
    "REF*HPI*1245319599",
    "AMT*B6*100",
    "LQ*HE*N130",
    "LQ*HE*M15",
    "SVC*NU:0420*120*60",
    "DTM*150*20260304",
    "DTM*151*20260305",
]
REVERSAL = ["CLP*V100*22*-240*-151.25**12*9001*11*1", "SVC*HC:97530:GP*-120*-91.25", "CAS*CO*45*-8.75"]
PROVIDER = ["PLB*1234567893*20261231*WO:OLD77*-12.5*L6:INT*3"]
REJECTION = [
    "AK1*HC*77*005010X222A1",
    "AK2*837*0001*005010X222A1",
    "IK5*A",
    "AK2*837*0002*005010X222A1",
    "IK3*CLM*22*2300*8",
    "CTX*CLM01:V100",
    "CTX*SITUATIONAL TRIGGER*CLM*22*2300*5:3",
    "IK4*5:3*1325*7*X9",
    "IK3*NM1*31**3",
    "IK5*R*5*I5",
    "AK9*P*2*2*1*5",
]
STATUS = [
    "BHT*0085*08*1*20260406*1200*TH",
    "HL*1**20*1",
    "NM1*PR*2*BLUE PLAN*****PI*60054",
    "TRN*1*ANSWER1",
    "HL*2*1*21*1",
    "NM1*41*2*HOUSE*****46*H1",
    "TRN*2*BATCH1",
    "STC*A1:19:PR*20260406*WQ*240",
    "QTY*90*1",
    "QTY*AA*1",
    "AMT*YU*120",
    "AMT*YY*120",
    "HL*3*2*19*1",
    "NM1*85*2*HILL CLINIC*****XX*1234567893",
    "TRN*1*0",
    "HL*4*3*PT",
    "NM1*QC*1*ALDER*ADA****MI*1AA0A00AA00",
    "TRN*2*V100",
    "STC*A2:20:PR*20260406*WQ*120",
    "REF*1K*9001",
    "DTP*472*D8*20260304",
    "HL*5*3*PT",
    "NM1*QC*1*BIRCH*BO****MI*2BB0B00BB00",
    "TRN*2*V101",
    "STC*A7:562:85*20260406*U*120******A7:21**NPI missing",
    "DTP*472*RD8*20260304-20260305",
    "SVC*HC:97110*60*******1",
    "STC*A7:507*20260406*U",
    "REF*FJ*L2",
]


def transaction_set(kind: str, *body: str, version: str = "", control: str = "0001") -> list[str]:
    """Return a transaction set of ``body`` between its ST and a right SE."""
    inner = [f"ST*{kind}*{control}{f'*{version}' if version else ''}", *body]
    return [*inner, f"SE*{len(inner) + 1}*{control}"]


def facility_set(*body: str, version: str = FACILITY) -> list[str]:
    return transaction_set("837", "BHT*0019*00*B1*20260409*0930*CH", *FACILITY_BODY, *body, version=version)


def remittance_set(*body: str, control: str = "0001") -> list[str]:
    return transaction_set("835", *PAYMENT, *body, control=control)


def facility(*body: str, style: Style = USUAL) -> bytes:
    """Return a file of one 837I."""
    return interchange(facility_set(*body), version=FACILITY, style=style)


def remittance(*body: str, style: Style = USUAL) -> bytes:
    """Return a file of one 835."""
    return interchange(remittance_set(*body), version=REMITTANCE, style=style)

"""Files with one defect each: every one is found, with its level, place and code; the valid ones are accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from valid_files import BODIES, TA1, interchange, transaction, written

from cleanclaim.x12.validate import claim_statuses, validate


@dataclass(frozen=True)
class Mutant:
    """A segment of a valid file put in place of another (``old`` to ``new``; several with ``|``, none to drop it).

    ``at`` is the occurrence of ``old``; the defect is expected at this level, segment, element and code.
    """

    kind: str
    old: str
    new: str
    level: int
    segment: str
    element: str | None
    code: str | None
    at: int = 0


P, I, R, A, S = "837P", "837I", "835", "999", "277CA"  # noqa: E741
LINE = "SV1*HC:97110:GP:KX*84*UN*2***1:2"

BODY = [
    # level 1: ids, order, places, counts of elements, separators, hierarchy
    Mutant(P, "N3*1 HILL ROAD", "N9*1 HILL ROAD", 1, "N9", None, "6"),
    Mutant(P, "PRV*BI*PXC*261QR0400X", "PRVX*BI*PXC*261QR0400X", 1, "PRV", None, "1"),
    Mutant(P, "N3*2 OAK STREET|N4*CARMEL*IN*46032", "N4*CARMEL*IN*46032|N3*2 OAK STREET", 1, "N3", None, "7"),
    Mutant(P, "REF*G1*AUTH1|NTE*ADD*SEEN AT HOME", "NTE*ADD*SEEN AT HOME|REF*G1*AUTH1", 1, "REF", None, "7"),
    Mutant(P, "REF*G1*AUTH1", "REF*ZZ*AUTH1", 1, "REF", None, "2"),
    Mutant(P, "NM1*DN*1*DOE*JO****XX*1003000126", "NM1*ZZ*1*DOE*JO****XX*1003000126", 1, "NM1", None, "2"),
    Mutant(P, "DTP*472*D8*20260304", "DTP*472*D8*20260304*X", 1, "DTP", None, "3"),
    Mutant(P, "REF*EI*351234567", "REF*EI*351:234567", 1, "REF", "REF02", "6"),
    Mutant(P, "REF*EI*351234567", "REF*EI*351^234567", 1, "REF", "REF02", "6"),
    Mutant(P, "REF*EI*351234567", "REF*EI*3512\n34567", 1, "REF", "REF02", "6"),
    Mutant(P, "REF*EI*351234567", "REF*EI*351234567*", 1, "REF", None, "6"),
    Mutant(P, "REF*G1*AUTH1", "REF*G1* ", 1, "REF", "REF02", "6"),
    Mutant(P, LINE, "SV1*HC:97110:GP:KX::::::X*84*UN*2***1:2", 1, "SV1", "SV101", "13"),
    Mutant(P, "HL*2*1*22*0", "HL*3*1*22*0", 1, "HL", "HL01", "7"),
    Mutant(P, "HL*2*1*22*0", "HL*2*9*22*0", 1, "HL", "HL02", "7"),
    Mutant(P, "HL*4*3*23*0", "HL*4*1*23*0", 1, "HL", "HL02", "7"),
    Mutant(I, "CL1*3**01|REF*G1*AUTH2", "REF*G1*AUTH2|CL1*3**01", 1, "CL1", None, "7"),
    Mutant(R, "DTM*405*20240430", "DTM*406*20240430", 1, "DTM", None, "2"),
    Mutant(R, "LX*1", "", 1, "CLP", None, "2"),
    Mutant(A, "CTX*CLM01:V100|IK4*2*782*6*A1", "IK4*2*782*6*A1|CTX*CLM01:V100|ZZ*1", 1, "ZZ", None, "6"),
    Mutant(S, "QTY*90*1", "QTY*ZZ*1", 1, "QTY", None, "2"),
    # level 2: usage, repeats, loops, types, lengths, codes, conditions
    Mutant(P, "N3*1 HILL ROAD", "", 2, "N3", None, "3"),
    Mutant(P, "HI*ABK:M25561", "", 2, "HI", None, "3"),
    Mutant(P, "DTP*472*D8*20260304", "", 2, "DTP", None, "3"),
    Mutant(P, LINE, "", 2, "SV1", None, "3"),
    Mutant(P, "NM1*PR*2*MEDICARE*****PI*12502", "", 2, "NM1", None, "I7"),
    Mutant(P, "NM1*40*2*HOUSE*****46*HOUSE01", "", 2, "NM1", None, "I7"),
    Mutant(
        P,
        "LX*1|SV1*HC:97110:GP*100*UN*2***1|DTP*472*RD8*20260304-20260304|SVD*P1*60*HC:97110:GP**2"
        "|CAS*CO*45*20|CAS*PR*2*20|DTP*573*D8*20260307",
        "",
        2,
        "LX",
        None,
        "I7",
    ),
    Mutant(P, "PRV*BI*PXC*261QR0400X", "PRV*BI*PXC*261QR0400X|PRV*BI*PXC*261QR0400X", 2, "PRV", None, "5"),
    Mutant(P, "REF*G1*AUTH1", "REF*G1*AUTH1|REF*G1*AUTH2", 2, "REF", None, "5"),
    Mutant(
        P,
        "NM1*82*1*ROE*PAT****XX*1245319599",
        "NM1*82*1*ROE*PAT****XX*1245319599|NM1*82*1*POE*PAT****XX*1245319599",
        2,
        "NM1",
        None,
        "4",
    ),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168***11:B:1*Y**Y*Y", 2, "CLM", "CLM07", "1"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168***11::1*Y*A*Y*Y", 2, "CLM", "CLM05-02", "1"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168***11:B:1*Y*A*Y", 2, "CLM", "CLM09", "1"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168*X**11:B:1*Y*A*Y*Y", 2, "CLM", "CLM03", "I10"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*16A8***11:B:1*Y*A*Y*Y", 2, "CLM", "CLM02", "6"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168***11:B:1*Y*D*Y*Y", 2, "CLM", "CLM07", "7"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*" + "V" * 39 + "*168***11:B:1*Y*A*Y*Y", 2, "CLM", "CLM01", "5"),
    Mutant(P, "SBR*P*18*******MB", "SBR*Q*18*******MB", 2, "SBR", "SBR01", "7"),
    Mutant(P, "SBR*P*18*******MB", "SBR*P*18*******QQ", 2, "SBR", "SBR09", "7"),
    Mutant(P, "DMG*D8*19450102*F", "DMG*D8*19450230*F", 2, "DMG", "DMG02", "8"),
    Mutant(P, "DMG*D8*19450102*F", "DMG*D8*19450102*X", 2, "DMG", "DMG03", "7"),
    Mutant(P, "DTP*472*D8*20260304", "DTP*472*D8*20261304", 2, "DTP", "DTP03", "8"),
    Mutant(P, "DTP*472*D8*20260304", "DTP*472*D8*260304", 2, "DTP", "DTP03", "8"),
    Mutant(P, "DTP*472*RD8*20260304-20260304", "DTP*472*RD8*20260304-20260301", 2, "DTP", "DTP03", "8"),
    Mutant(P, "DTP*472*D8*20260304", "DTP*472*D9*20260304", 2, "DTP", "DTP02", "7"),
    Mutant(P, LINE, "SV1*HC:97110:GP:KX*84*ZZ*2***1:2", 2, "SV1", "SV103", "7"),
    Mutant(P, LINE, "SV1*HC:97110:GPX:KX*84*UN*2***1:2", 2, "SV1", "SV101-03", "5"),
    Mutant(P, LINE, "SV1*HC:97110:G:KX*84*UN*2***1:2", 2, "SV1", "SV101-03", "4"),
    Mutant(P, LINE, "SV1*XX:97110:GP:KX*84*UN*2***1:2", 2, "SV1", "SV101-01", "7"),
    Mutant(P, LINE, "SV1*HC:97110:GP:KX*84*UN****1:2", 2, "SV1", "SV104", "1"),
    Mutant(P, "NM1*85*2*HILL CLINIC*****XX*1234567893", "NM1*85*2*HILL CLINIC*****XX", 2, "NM1", "NM109", "2"),
    Mutant(
        P, "NM1*85*2*HILL CLINIC*****XX*1234567893", "NM1*85*3*HILL CLINIC*****XX*1234567893", 2, "NM1", "NM102", "7"
    ),
    Mutant(P, "PER*IC*FRONT DESK*TE*3175550100", "PER*IC*FRONT DESK*TE*3175550100*EX", 2, "PER", "PER06", "2"),
    Mutant(P, "BHT*0019*00*B1*20260309*0930*CH", "BHT*0019*00*B1*20260309*2560*CH", 2, "BHT", "BHT05", "9"),
    Mutant(P, "BHT*0019*00*B1*20260309*0930*CH", "BHT*0019*00*B1*20260230*0930*CH", 2, "BHT", "BHT04", "8"),
    Mutant(P, "N4*CARMEL*IN*460321234", "N4*CARMEL*INN*460321234", 2, "N4", "N402", "5"),
    Mutant(P, "SVD*P1*60*HC:97110:GP**2", "SVD*P1*60***2", 2, "SVD", "SVD03", "1"),
    Mutant(I, "DTP*434*RD8*20260301-20260331", "", 2, "DTP", None, "3"),
    Mutant(I, "CL1*3**01", "", 2, "CL1", None, "3"),
    Mutant(I, "CLM*V200*250***13:A:1**A*Y*Y", "CLM*V200*250***13:B:1**A*Y*Y", 2, "CLM", "CLM05-02", "7"),
    Mutant(I, "CLM*V200*250***13:A:1**A*Y*Y", "CLM*V200*250***13:A:1*Y*A*Y*Y", 2, "CLM", "CLM06", "I10"),
    Mutant(I, "SV2*0420*HC:97110:GP*150*UN*3", "SV2*0420*HC:97110:GP*150*UN", 2, "SV2", "SV205", "1"),
    Mutant(I, "HI*BH:11:D8:20260220", "HI*BH:11:D8:20260230", 2, "HI", "HI01", "8"),
    Mutant(R, "PER*BL*DESK*TE*8005550100", "", 2, "PER", None, "3"),
    Mutant(R, "TRN*1*EFT100*1512345678", "", 2, "TRN", None, "3"),
    Mutant(R, "N1*PR*GOOD PLAN", "", 2, "N1", None, "I7"),
    Mutant(R, "CLP*V101*1*100*100**12*ICN2*11*1", "CLP*V101*1*100*100**12", 2, "CLP", "CLP07", "1"),
    Mutant(R, "CLP*V101*1*100*100**12*ICN2*11*1", "CLP*V101*99*100*100**12*ICN2*11*1", 2, "CLP", "CLP02", "7"),
    Mutant(R, "CAS*PR*2*10", "CAS*XX*2*10", 2, "CAS", "CAS01", "7"),
    Mutant(R, "CAS*PR*2*10", "CAS*PR*2*10**45", 2, "CAS", "CAS06", "2"),
    Mutant(R, "NM1*QC*1*BIRCH*BEA****MI*M200", "", 2, "NM1", None, "3"),
    Mutant(R, "DTM*472*20240304", "DTM*472*20240340", 2, "DTM", "DTM02", "8"),
    Mutant(A, "AK1*HC*1*005010X222A1", "", 2, "AK1", None, "3"),
    Mutant(A, "IK5*A", "", 2, "IK5", None, "3"),
    Mutant(A, "IK4*2*782*6*A1", "IK4*2*782*99*A1", 2, "IK4", "IK403", "7"),
    Mutant(A, "AK9*P*2*2*1", "AK9*Q*2*2*1", 2, "AK9", "AK901", "7"),
    Mutant(S, "TRN*2*V100", "", 1, "STC", None, "2"),
    Mutant(S, "DTP*050*D8*20260309", "", 2, "DTP", None, "3"),
    Mutant(S, "STC*A2:20*20260310*WQ*168", "STC*A2:20*20260310*XX*168", 2, "STC", "STC03", "7"),
    Mutant(S, "STC*A2:20*20260310*WQ*168", "STC*A2*20260310*WQ*168", 2, "STC", "STC01-02", "1"),
    Mutant(S, "NM1*41*2*HILL CLINIC*****46*CLINIC01", "NM1*41*2*HILL CLINIC*****XX*CLINIC01", 2, "NM1", "NM108", "7"),
    # level 3: balances
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168.01***11:B:1*Y*A*Y*Y", 3, "CLM", "CLM02", "A7:178"),
    Mutant(P, "SV1*HC:97140:GP*84*UN*2***1", "SV1*HC:97140:GP*48*UN*2***1", 3, "CLM", "CLM02", "A7:178"),
    Mutant(I, "CLM*V200*250***13:A:1**A*Y*Y", "CLM*V200*205***13:A:1**A*Y*Y", 3, "CLM", "CLM02", "A7:178"),
    Mutant(R, "BPR*I*213*C*ACH", "BPR*I*220*C*ACH", 3, "BPR", "BPR02", None),
    Mutant(R, "PLB*1234567893*20241231*WO:REF1*7", "PLB*1234567893*20241231*WO:REF1*-7", 3, "BPR", "BPR02", None),
    Mutant(R, "CAS*PR*2*10", "CAS*PR*2*11", 3, "SVC", "SVC03", None),
    Mutant(R, "CLP*V101*1*100*100**12*ICN2*11*1", "CLP*V101*1*100*99**12*ICN2*11*1", 3, "CLP", "CLP04", None),
    Mutant(R, "CLP*V100*1*168*120*20", "CLP*V100*1*169*121*20", 3, "CLP", "CLP03", None),
    Mutant(A, "AK9*P*2*2*1", "AK9*P*2*2*2", 3, "AK9", "AK904", None),
    Mutant(A, "AK9*P*2*2*1", "AK9*P*2*2*3", 3, "AK9", "AK904", None),
    Mutant(S, "QTY*90*1", "QTY*90*2", 3, "QTY", "QTY02", None),
    Mutant(S, "AMT*YU*168", "AMT*YU*186", 3, "AMT", "AMT02", None),
    # level 4: situations
    Mutant(P, "SBR*P*18*******MB", "SBR*P********MB", 4, "HL", None, "I6"),
    Mutant(P, "SBR*S**GRP1******CI", "SBR*S*18*GRP1******CI", 4, "HL", None, "I9"),
    Mutant(P, "HL*2*1*22*0", "HL*2*1*22*1", 4, "HL", "HL04", "I9"),
    Mutant(P, "HL*3*1*22*1", "HL*3*1*22*0", 4, "HL", "HL04", "I9"),
    Mutant(P, "DMG*D8*19450102*F", "", 4, "HL", None, "I6"),
    Mutant(P, "SBR*P*18*GRP9******CI", "SBR*S*18*GRP9******CI", 4, "CLM", None, "A7:742"),
    Mutant(P, "SBR*P*18*GRP9******CI", "SBR*T*18*GRP9******CI", 4, "CLM", None, "A7:286"),
    Mutant(P, "REF*F8*ICN100", "", 4, "CLM", "CLM05-03", "A7:464"),
    Mutant(P, "DTP*439*D8*20260210", "", 4, "CLM", None, "A7:727"),
    Mutant(
        P, "CLM*V101*100***11:B:7*Y*A*Y*Y**AA:::IN", "CLM*V101*100***11:B:7*Y*A*Y*Y**AA", 4, "CLM", "CLM11-04", "A7:750"
    ),
    Mutant(P, "DTP*472*D8*20260304", "DTP*472*D8*20260310", 4, "DTP", "DTP03", "A7:187"),
    Mutant(P, "DMG*D8*20100505*F", "DMG*D8*20260305*F", 4, "DTP", "DTP03", "A7:187"),
    Mutant(P, "DTP*431*D8*20260220", "DTP*431*D8*20260305", 4, "DTP", "DTP03", "A7:187"),
    Mutant(P, "NM1*DN*1*DOE*JO****XX*1003000126", "NM1*P3*1*DOE*JO****XX*1003000126", 4, "NM1", "NM101", "I9"),
    Mutant(P, "NM1*85*2*HILL CLINIC*****XX*1234567893", "NM1*85*2*HILL*JO****XX*1234567893", 4, "NM1", "NM104", "I13"),
    Mutant(P, "CAS*CO*45*20", "CAS*CO*45*19", 4, "SVD", "SVD02", "A7:672"),
    Mutant(P, "AMT*D*60", "AMT*D*61", 4, "SBR", None, "A7:672"),
    Mutant(P, "N4*CARMEL*IN*460321234", "N4*CARMEL*IN*46032", 4, "N4", "N403", "I12"),
    Mutant(P, "N4*CARMEL*IN*46032", "N4*CARMEL*IN*4603", 4, "N4", "N403", "I12"),
    Mutant(P, "N4*CARMEL*IN*46032", "N4*CARMEL**46032", 4, "N4", "N402", "I9"),
    Mutant(P, "LX*2", "LX*3", 4, "LX", "LX01", "7"),
    Mutant(I, "DTP*472*D8*20260304", "DTP*472*D8*20260228", 4, "DTP", "DTP03", "A7:187"),
    Mutant(R, "TRN*1*EFT100*1512345678", "TRN*1*EFT100*1512345679", 4, "TRN", "TRN03", "I12"),
    Mutant(R, "DTM*151*20240305", "", 4, "SVC", None, "I6"),
    Mutant(
        R, "*123456*1512345678**01*111000025*DA*654321*", "*123456*1512345678**01*111000025***", 4, "BPR", "BPR15", "I9"
    ),
    Mutant(R, "C*ACH*CCP*01*111000025*DA*123456", "C*NON*CCP*01*111000025*DA*123456", 4, "BPR", "BPR02", "I9"),
    Mutant(A, "IK5*R*5", "IK5*A", 4, "IK5", "IK501", "I9"),
    Mutant(A, "AK9*P*2*2*1", "AK9*A*2*2*1", 4, "AK9", "AK901", "I9"),
    Mutant(S, "STC*A7:562:85*20260310*U*100", "STC*A7:562:85*20260310*WQ*100", 4, "STC", "STC03", "I9"),
    Mutant(P, "REF*G1*AUTH1", "PWK*OZ*BM|REF*G1*AUTH1", 4, "PWK", "PWK06", "I9"),
    Mutant(P, "SBR*S**GRP1******CI", "SBR*S**GRP1******MB", 4, "SBR", "SBR05", "I9"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168***21:B:1*Y*A*Y*Y", 4, "CLM", None, "A7:189"),
    Mutant(P, "SV1*HC:97140:GP*84*UN*2***1", "SV1*HC:97140:GP*-84*UN*2***1", 4, "SV1", "SV102", "A7:178"),
    Mutant(A, "IK4*2*782*6*A1", "", 4, "IK3", "IK304", "I6"),
    Mutant(P, "SV1*HC:97140:GP*84*UN*2***1", "SV1*HC:97140:GP*84*UN*0***1", 4, "SV1", "SV104", "A7:476"),
    # level 5: code sets, check digits, pointers
    Mutant(
        P,
        "NM1*85*2*HILL CLINIC*****XX*1234567893",
        "NM1*85*2*HILL CLINIC*****XX*1234567890",
        5,
        "NM1",
        "NM109",
        "A7:562:85",
    ),
    Mutant(P, "NM1*82*1*ROE*PAT****XX*1245319599", "NM1*82*1*ROE*PAT****XX*1245319589", 5, "NM1", "NM109", "A7:562:82"),
    Mutant(P, "HI*ABK:M5450*ABF:M25561", "HI*ABK:M5459Z*ABF:M25561", 5, "HI", "HI01-02", "A7:254"),
    Mutant(P, "HI*ABK:M5450*ABF:M25561", "HI*ABK:M5450*ABF:M545", 5, "HI", "HI02-02", "A7:255"),
    Mutant(P, "HI*ABK:M5450*ABF:M25561", "HI*ABK:M54.50*ABF:M25561", 5, "HI", "HI01-02", "A7:254"),
    Mutant(P, "HI*ABK:M25561", "HI*BK:71946", 5, "HI", "HI01-02", "A7:254"),
    Mutant(P, "HI*ABK:M5450*ABF:M25561", "HI*ABK:M5450", 5, "SV1", "SV107-02", "A7:477"),
    Mutant(P, LINE, "SV1*HC:9711:GP:KX*84*UN*2***1:2", 5, "SV1", "SV101-02", "A7:454"),
    Mutant(P, LINE, "SV1*HC:97110:G?:KX*84*UN*2***1:2", 5, "SV1", "SV101-03", "A7:453"),
    Mutant(P, LINE, "SV1*HC:99999:GP:KX*84*UN*2***1:2", 5, "SV1", "SV101-02", "A7:454"),
    Mutant(P, LINE, "SV1*HC:97110:ZZ:KX*84*UN*2***1:2", 5, "SV1", "SV101-03", "A7:453"),
    Mutant(P, "CLM*V100*168***11:B:1*Y*A*Y*Y", "CLM*V100*168***28:B:1*Y*A*Y*Y", 5, "CLM", "CLM05-01", "A7:249"),
    Mutant(P, LINE, "SV1*HC:97110:GP:KX*84*UN*2*98**1:2", 5, "SV1", "SV105", "A7:249"),
    Mutant(P, "N4*CARMEL*IN*460321234", "N4*CARMEL*XX*460321234", 5, "N4", "N402", "A7:501"),
    Mutant(P, "PRV*PE*PXC*225100000X", "PRV*PE*PXC*2251000X", 5, "PRV", "PRV03", "A7:145"),
    Mutant(P, "CAS*CO*45*20", "CAS*CO*Q9*20", 5, "CAS", "CAS02", "A7:521"),
    Mutant(I, "CLM*V200*250***13:A:1**A*Y*Y", "CLM*V200*250***10:A:1**A*Y*Y", 5, "CLM", "CLM05-01", "A7:228"),
    Mutant(I, "SV2*0420*HC:97110:GP*150*UN*3", "SV2*0425*HC:97110:GP*150*UN*3", 5, "SV2", "SV201", "A7:455"),
    Mutant(I, "HI*ABK:M5450", "HI*ABK:M5499", 5, "HI", "HI01-02", "A7:254"),
    Mutant(R, "CAS*PR*2*10", "CAS*PR*113*10", 5, "CAS", "CAS02", "7"),
    Mutant(R, "CAS*CO*45*14**253*10", "CAS*CO*45*14**999*10", 5, "CAS", "CAS05", "7"),
    Mutant(R, "LQ*HE*N130", "LQ*HE*X130", 5, "LQ", "LQ02", "7"),
    Mutant(R, "N1*PE*HILL CLINIC*XX*1234567893", "N1*PE*HILL CLINIC*XX*1234567891", 5, "N1", "N104", "7"),
    Mutant(R, "SVC*HC:97110:GP*84*60**2", "SVC*HC:9711:GP*84*60**2", 5, "SVC", "SVC01-02", "7"),
    Mutant(S, "STC*A2:20*20260310*WQ*168", "STC*P2:20*20260310*WQ*168", 5, "STC", "STC01-01", "7"),
    Mutant(S, "STC*A7:562:85*20260310*U*100", "STC*A7:56X:85*20260310*U*100", 5, "STC", "STC01-02", "7"),
]

ENVELOPE = [
    Mutant(P, "SE*", "SE*99*0001", 1, "SE", "SE01", "4"),
    Mutant(P, "SE*", "SE*{count}*0002", 1, "SE", "SE02", "3"),
    Mutant(P, "SE*", "", 1, "GE", None, "2"),
    Mutant(P, "GE*", "GE*2*1", 1, "GE", "GE01", "5"),
    Mutant(P, "GE*", "GE*1*2", 1, "GE", "GE02", "4"),
    Mutant(P, "GE*", "", 1, "IEA", None, "3"),
    Mutant(P, "IEA*", "IEA*2*000000001", 1, "IEA", "IEA01", "021"),
    Mutant(P, "IEA*", "IEA*1*000000002", 1, "IEA", "IEA02", "001"),
    Mutant(P, "IEA*", "", 1, "IEA", None, "023"),
    Mutant(P, "ST*", "ST*837*0001*005010X222A9", 1, "ST", "ST03", "I6"),
    Mutant(P, "ST*", "ST*999*0001*005010X231A1", 1, "ST", "ST01", "18"),
    Mutant(P, "ST*", "ST*837*1*005010X222A1", 1, "ST", "ST02", "7"),
    Mutant(P, "ST*", "ST*837*0001", 2, "ST", "ST03", "1"),
    Mutant(P, "GS*", "", 1, "ST", None, "3"),
    Mutant(P, "GS*", "GS*HP*CLINIC*HOUSE*20260309*0930*1*X*005010X222A1", 1, "ST", "ST01", "18"),
    Mutant(P, "GS*", "GS*HC*CLINIC*HOUSE*20260399*0930*1*X*005010X222A1", 1, "GS", "GS04", "024"),
    Mutant(I, "SE*", "SE*99*0001", 1, "SE", "SE01", "4"),
    Mutant(R, "SE*", "SE*99*0001", 1, "SE", "SE01", "4"),
    Mutant(A, "SE*", "SE*99*0001", 1, "SE", "SE01", "4"),
    Mutant(S, "SE*", "SE*99*0001", 1, "SE", "SE01", "4"),
]


def mutated(mutant: Mutant) -> bytes:
    """Return the file of a mutant whose defect is in the body of the transaction set; its SE counts right."""
    old, new = mutant.old.split("|"), [part for part in mutant.new.split("|") if part]
    segments = [segment for segment in BODIES[mutant.kind].split("\n") if segment]
    if len(old) == 1 and old[0] not in segments:
        at = next(k for k, segment in enumerate(segments) if old[0] in segment)
        segments[at] = segments[at].replace(old[0], new[0])
    else:
        at = [k for k in range(len(segments)) if segments[k : k + len(old)] == old][mutant.at]
        segments[at : at + len(old)] = new
    return written(interchange(mutant.kind, transaction(mutant.kind, segments)))


def mutated_envelope(mutant: Mutant) -> bytes:
    """Return the file of a mutant whose defect is in the envelope."""
    segments = interchange(mutant.kind)
    at = next(k for k, segment in enumerate(segments) if segment.startswith(mutant.old))
    new = mutant.new.replace("{count}", segments[at].split("*")[1])
    segments[at : at + 1] = [new] if new else []
    return written(segments)


def name(mutant: Mutant) -> str:
    return f"{mutant.kind}-{mutant.level}-{mutant.segment}-{mutant.element}-{mutant.code}"


@pytest.mark.parametrize("kind", list(BODIES))
def test_valid_files_are_accepted(kind: str) -> None:
    found = validate(written(interchange(kind)))
    assert found.problems.rows() == []
    assert found.accepted
    assert found.transactions.rows() == [(1, "0001", kind, True)]


def test_a_277ca_may_repeat_the_number_that_it_rejects() -> None:
    content = written(interchange("277CA")).replace(b"XX*1234567893", b"XX*1234567883")
    assert validate(content).problems.rows() == []


def test_a_valid_ta1_is_accepted() -> None:
    assert validate(TA1).problems.rows() == []


@pytest.mark.parametrize("mutant", BODY, ids=name)
def test_defects_in_a_transaction_are_found(mutant: Mutant) -> None:
    found = validate(mutated(mutant))
    expected = (mutant.level, mutant.segment, mutant.element, mutant.code)
    assert expected in found.problems.select("level", "segment", "element", "code").rows()
    assert not found.accepted


@pytest.mark.parametrize("mutant", ENVELOPE, ids=name)
def test_defects_of_the_envelope_are_found(mutant: Mutant) -> None:
    found = validate(mutated_envelope(mutant))
    expected = (mutant.level, mutant.segment, mutant.element, mutant.code)
    assert expected in found.problems.select("level", "segment", "element", "code").rows()
    assert not found.accepted


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("*R*023~", "*Q*023~", ("TA1", "TA104", "024")),
        ("*R*023~", "*A*023~", ("TA1", "TA105", "024")),
        ("*R*023~", "*R*099~", ("TA1", "TA105", "024")),
        ("IEA*0", "IEA*1", ("IEA", "IEA01", "021")),
        ("*00501*", "*00401*", ("ISA", "ISA12", "017")),
        ("*0*P*", "*0*X*", ("ISA", "ISA15", "020")),
        ("*260309*", "*261309*", ("ISA", "ISA09", "014")),
    ],
)
def test_defects_of_a_ta1_file_are_found(old: str, new: str, expected: tuple[str, str, str]) -> None:
    found = validate(TA1.replace(old.encode(), new.encode()))
    assert found.problems.select("segment", "element", "code").rows() == [expected]
    assert found.problems["level"].to_list() == [1]


def test_every_claim_status_that_is_given_is_in_the_table_of_those_that_are_confirmed() -> None:
    folder = Path(claim_statuses.__file__).parent
    given = set(re.findall(r'^status = "(\d+)"', (folder / "codesets.toml").read_text("utf-8"), re.MULTILINE))
    for path in folder.glob("*.py"):
        if path.name != "claim_statuses.py":
            given |= set(re.findall(r'"A\d:(\d+)', path.read_text("utf-8")))
    assert given == set(claim_statuses.statuses())

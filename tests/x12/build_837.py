"""Builds small 837 professional files for the tests; segments are written with ``*`` and ``:`` and no terminator."""

from __future__ import annotations

from dataclasses import dataclass

A1 = "005010X222A1"
BILLING = ["HL*1**20*1", "PRV*BI*PXC*261QR0400X", "NM1*85*2*HILL CLINIC*****XX*1234567893", "N4*CARMEL*IN*46032"]
SUBSCRIBER = [
    "HL*2*1*22*0",
    "SBR*P*18*******MB",
    "NM1*IL*1*ALDER*ADA****MI*1AA0A00AA00",
    "DMG*D8*19450102*F",
    "NM1*PR*2*MEDICARE*****PI*12502",
]
CLAIM = ["CLM*V100*84***11:B:1*Y*A*Y*Y", "HI*ABK:M54.50*ABF:M25561"]
LINE = ["LX*1", "SV1*HC:97110:GP*84*UN*2***1:2", "DTP*472*D8*20260304"]


@dataclass(frozen=True)
class Style:
    """How a file is written: its delimiters and what stands between segments."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    repetition: str = "^"
    between: str = ""
    encoding: str = "ascii"

    def write(self, segments: list[str]) -> bytes:
        swap = str.maketrans("*:", self.element + self.component)
        return "".join(s.translate(swap) + self.terminator + self.between for s in segments).encode(self.encoding)


def transaction(*body: str, version: str = A1, kind: str = "837", control: str = "0001") -> list[str]:
    """Return a transaction set of ``body``, with its ST, BHT and a right SE."""
    inner = [f"ST*{kind}*{control}*{version}", "BHT*0019*00*B1*20260309*0930*CH", *body]
    return [*inner, f"SE*{len(inner) + 1}*{control}"]


def interchange(
    *transactions: list[str], style: Style = Style(), version: str = A1, control: str = "000000001"
) -> bytes:
    """Return one interchange of one group."""
    parties = f"00*{'':10}*00*{'':10}*ZZ*{'CLINIC':<15}*ZZ*{'HOUSE':<15}"
    isa = f"ISA*{parties}*260309*0930*{style.repetition}*00501*{control}*0*P*:"
    inner = [s for t in transactions for s in t]
    gs = f"GS*HC*CLINIC*HOUSE*20260309*0930*1*X*{version}"
    return style.write([isa, gs, *inner, f"GE*{len(transactions)}*1", f"IEA*1*{control}"])


def one(*body: str, style: Style = Style()) -> bytes:
    """Return a file of one transaction set: billing provider, subscriber, then ``body``."""
    return interchange(transaction(*BILLING, *SUBSCRIBER, *body), style=style)

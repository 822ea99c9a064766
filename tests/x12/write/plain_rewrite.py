"""Small 837 files in many styles, and a rewriter of them that splits the whole text: slow, and plain to see."""

from __future__ import annotations

from dataclasses import dataclass, field

_HEAD = """GS*HC*CLINIC*HOUSE*20260309*0930*1*X*{version}
ST*837*0001*{version}
BHT*0019*00*B1*20260309*0930*CH
HL*1**20*1
NM1*85*2*HILL CLINIC*****XX*1234567893
HL*2*1*22*0
SBR*P*18*******MB
NM1*IL*1*ALDER*ADA****MI*1AA0A00AA00
DMG*D8*19450102*F
NM1*PR*2*MEDICARE*****PI*12502
"""
_PROFESSIONAL = """CLM*V100*228***11:B:1*Y*A*Y*Y
HI*ABK:M54.50*ABF:M25561
LX*1
SV1*HC:97110:GP*84*UN*2***1:2
DTP*472*D8*20260304
REF*6R*L1
LX*2
SV1*HC:97530:59:GP*72*UN*1***1
DTP*472*D8*20260304
LX*3
SV1*HC:97530:59:GP*72*UN*1***1
DTP*472*D8*20260304
CLM*V101*60***11:B:1*Y*A*Y*Y
HI*ABK:M5450
LX*1
SV1*HC:97140:GP*60*UN*1***1
DTP*472*D8*20260304
SE*27*0001
ST*837*0002*{version}
BHT*0019*00*B2*20260309*0930*CH
HL*1**20*1
NM1*85*2*HILL CLINIC*****XX*1234567893
HL*2*1*22*0
SBR*P*18*******MB
NM1*IL*1*BIRCH*BO****MI*2BB0B00BB00
CLM*V102*60***11:B:1*Y*A*Y*Y
HI*ABK:M5450
LX*1
SV1*HC:97112:GP*60*UN*1***1
DTP*472*D8*20260304
SE*13*0002
GE*2*1
"""
_INSTITUTIONAL = """CLM*V200*204***13:A:1**A*Y*Y
DTP*434*RD8*20260301-20260331
HI*ABK:M5450
LX*1
SV2*0420*HC:97110:GP*60*UN*1
DTP*472*D8*20260304
LX*2
SV2*0420*HC:97530:GP*72*UN*1
DTP*472*D8*20260304
LX*3
SV2*0420*HC:97530:GP*72*UN*1
DTP*472*D8*20260304
SE*22*0001
GE*1*1
"""


@dataclass(frozen=True)
class Style:
    """How a file is written: its delimiters, what stands between segments, before the first one and after the last."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    between: str = ""
    mark: bytes = b""
    trailing: bytes = b""


STYLES = (
    Style(),
    Style(between="\n", trailing=b"\n"),
    Style(between="\r\n", mark=b"\xef\xbb\xbf"),
    Style("|", ">", "'", "\n    ", trailing=b"  \n\n"),
    Style(terminator="\n", mark=b"   "),
    Style(terminator="\r", between="\n"),
    Style("^", "+", "!"),
)


def written(style: Style, *, institutional: bool = False, city: bytes = b"") -> bytes:
    """Return a file of one interchange; ``city`` is an element in whatever encoding."""
    version = "005010X223A2" if institutional else "005010X222A1"
    body = (_HEAD + (_INSTITUTIONAL if institutional else _PROFESSIONAL)).format(version=version)
    parties = f"00*{'':10}*00*{'':10}*ZZ*{'CLINIC':<15}*ZZ*{'HOUSE':<15}"
    isa = f"ISA*{parties}*260309*0930*{'U' if style.element == '^' else '^'}*00501*000000001*0*P*:"
    swap = str.maketrans("*:", style.element + style.component)
    segments = [one.translate(swap) for one in (isa, *body.splitlines(), "IEA*1*000000001")]
    text = style.between.join(one + style.terminator for one in segments).encode()
    return style.mark + text.replace(b"HILL CLINIC", b"HILL CLINIC" + city) + style.trailing


@dataclass
class Plain:
    """A file cut into its segments; each keeps the bytes that stand before it."""

    leads: list[bytes] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    tail: bytes = b""

    @classmethod
    def of(cls, content: bytes, style: Style) -> Plain:
        plain = cls()
        *segments, plain.tail = content.split(style.terminator.encode())
        for segment in segments:
            text = segment.lstrip(b"\xef\xbb\xbf \r\n")
            plain.leads.append(segment[: len(segment) - len(text)])
            plain.texts.append(text)
        return plain

    def joined(self, style: Style) -> bytes:
        end = style.terminator.encode()
        return b"".join(a + b + end for a, b in zip(self.leads, self.texts, strict=True)) + self.tail

    def numbers(self, name: str, style: Style) -> list[int]:
        """Return the numbers, from 1, of the segments with this id."""
        return [n for n, text in enumerate(self.texts, 1) if text.startswith((name + style.element).encode())]

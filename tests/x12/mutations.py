"""Files changed at random, for readers that must bear anything; the same for the same seed."""

from __future__ import annotations

import random

# what breaks readers when it stands where it should not
PIECES = (
    *(b"~", b"~~", b"*", b"***", b":", b"^", b"\n", b"\r\n", b" ", b"|", b">", b"'", b"\x00", b"\xef\xbb\xbf", b"\xc3"),
    *(b"ISA*", b"ISA*00*~", b"GS*HC~", b"ST*837*", b"ST*835*1~", b"ST*999*1~", b"SE*1*1~", b"GE*1*1~", b"IEA*1*1~"),
    *(b"TA1*000000005*260308*0930*R*023~", b"HL*1**20*1~", b"HL*2*1*22*0~", b"HL*9*9*23~", b"SBR*S~", b"LX~", b"LX*0~"),
    *(b"CLM*1*-1~", b"CLM*~", b"SV1*HC:~", b"SV2~", b"CLP*1*1*1*1~", b"SVC*HC:97110*1*1~", b"CAS*CO*45*1*1*253~"),
    *(b"PLB*1*20261231*WO:1*9~", b"AK2*837~", b"IK3*CLM*2~", b"IK5*R~", b"AK9~", b"TRN*2*~", b"STC*A7:~", b"QTY*QA~"),
    *(b"9" * 25, b"-0.005", b"1E9", b"20261399", b"\xff" * 9),
)


def mutated(content: bytes, draw: random.Random) -> bytes:
    """Return ``content`` with a few bytes, elements, segments or stretches changed, moved, doubled or dropped."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        if not found:
            break
        at = draw.randrange(len(found))
        stop = min(len(found), at + draw.choice((1, 1, 2, 5, 30, 400)))
        match draw.randrange(10):
            case 0:
                found[at] = draw.randrange(256)
            case 1:
                found[at:at] = draw.choice(PIECES)
            case 2:
                del found[at:stop]
            case 3:
                found[at:at] = found[at:stop]
            case 4:
                found[at:stop] = found[at:stop][::-1]
            case 5:
                del found[at:]
            case 6:
                found = bytearray(_segments_moved(bytes(found), draw))
            case 7:
                found = bytearray(_element_changed(bytes(found), draw))
            case 8:
                found[at:stop] = draw.choice(PIECES)
            case _:
                found[at:at] = draw.randbytes(draw.randrange(40))
    return bytes(found)


def _segments_moved(content: bytes, draw: random.Random) -> bytes:
    """Return ``content`` with segments shuffled, or one of them moved, doubled or dropped."""
    terminator = content[105:106] or b"~"
    segments = content.split(terminator)
    one = draw.randrange(len(segments))
    match draw.randrange(4):
        case 0:
            draw.shuffle(segments)
        case 1:
            segments.insert(draw.randrange(len(segments)), segments.pop(one))
        case 2:
            segments.insert(one, segments[one])
        case _:
            del segments[one]
    return terminator.join(segments)


def _element_changed(content: bytes, draw: random.Random) -> bytes:
    """Return ``content`` with one element dropped, emptied, doubled or given another's value."""
    separator = content[3:4] or b"*"
    elements = content.split(separator)
    one = draw.randrange(len(elements))
    match draw.randrange(4):
        case 0:
            del elements[one]
        case 1:
            elements[one] = b""
        case 2:
            elements.insert(one, elements[one])
        case _:
            elements[one] = draw.choice(elements)
    return separator.join(elements)

"""Files changed at random, for readers that must bear anything."""

from __future__ import annotations

import random


def mutated(content: bytes, draw: random.Random) -> bytes:
    """Return ``content`` with a few bytes, segments or stretches changed, moved, doubled or dropped."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        if not found:
            break
        at = draw.randrange(len(found))
        stop = min(len(found), at + draw.choice((1, 1, 2, 5, 30, 400)))
        match draw.randrange(8):
            case 0:
                found[at] = draw.randrange(256)
            case 1:
                found[at] = draw.choice(b"~*:^\r\n |>'\x00\xff\xc3")
            case 2:
                del found[at:stop]
            case 3:
                found[at:at] = found[at:stop]
            case 4:
                found[at:stop] = found[at:stop][::-1]
            case 5:
                del found[at:]
            case 6:
                segments = bytes(found).split(b"~")
                draw.shuffle(segments)
                found = bytearray(b"~".join(segments))
            case _:
                found[at:at] = bytes(draw.randrange(256) for _ in range(draw.randrange(40)))
    return bytes(found)

"""A file read in blocks, with what the last block left over in front of the next one.

One buffer serves all blocks: spare bytes, bytes that were seen before (the context), then the *body*, then spare bytes.
"""

from __future__ import annotations

from io import BufferedReader, BytesIO

import numpy as np

from cleanclaim.x12.segments import PADDING, Bytes

HELD_BYTES = 12 << 20  # a claim longer than this is read in parts, a segment longer than this not at all
HELD_SEPARATORS = 1 << 20  # nor one with more elements than this


class Blocks:
    """The bytes at hand, between what has been read and what has not."""

    def __init__(self, stream: BufferedReader | BytesIO, block_bytes: int) -> None:
        self._stream = stream
        self.block_bytes = block_bytes
        self._buffer = np.empty(block_bytes + block_bytes // 8 + 2 * PADDING, np.uint8)
        self._buffer[:PADDING] = 0
        self.begin = PADDING  # where the body begins
        self.used = PADDING  # where it ends
        self.offset = 0  # of the body's first byte in the file
        self.ended = False
        self.grow()

    @property
    def data(self) -> Bytes:
        """The context, the body and the spare bytes."""
        return self._buffer[: self.used + PADDING]

    @property
    def body(self) -> Bytes:
        """The bytes not yet read."""
        return self._buffer[self.begin : self.used]

    def head(self, count: int) -> bytes:
        """Return the first ``count`` bytes of the body, or all that the file still has."""
        if len(self.body) < count and not self.ended:
            self._read(max(count, self.block_bytes) - len(self.body))
        return self.body[:count].tobytes()

    def grow(self) -> None:
        """Read on: as many bytes as the body has, at most to ``HELD_BYTES``, but at least a block."""
        held = len(self.body)
        self._read(max(self.block_bytes, min(held, HELD_BYTES - held)))

    def advance(self, to: int, context: bytes) -> None:
        """Leave the bytes before ``to`` (a place in ``data``) behind, put ``context`` first, and fill the block up."""
        if to == self.begin == PADDING + len(context):
            self._read(max(self.block_bytes - len(self.body), 0))
            return
        rest = self._buffer[to : self.used].copy()
        self.offset += to - self.begin
        self.begin = PADDING + len(context)
        self.used = self.begin + len(rest)
        self._reserve(self.used)
        self._buffer[PADDING : self.begin] = np.frombuffer(context, np.uint8)
        self._buffer[self.begin : self.used] = rest
        self._read(max(self.block_bytes - len(rest), 0))

    def skip_past(self, byte: int) -> None:
        """Leave the body behind up to the next ``byte`` and with it, or up to the end of the file."""
        while len(self.body):
            found = np.flatnonzero(self.body == byte)
            if len(found):
                self.advance(self.begin + int(found[0]) + 1, self._buffer[PADDING : self.begin].tobytes())
                break
            self.advance(self.used, self._buffer[PADDING : self.begin].tobytes())

    def close(self, place: int, byte: int) -> None:
        """End the body at ``place``, with ``byte`` as the last one."""
        self._buffer[place] = byte
        self.used = place + 1
        self._buffer[self.used : self.used + PADDING] = 0

    @property
    def shift(self) -> int:
        """What to add to a place in ``data`` to get the byte offset in the file."""
        return self.offset - self.begin

    def _reserve(self, count: int) -> None:
        if count + PADDING > len(self._buffer):
            larger = np.empty(count + PADDING, np.uint8)
            kept = min(self.used, len(self._buffer))
            larger[:kept] = self._buffer[:kept]
            self._buffer = larger

    def _read(self, count: int) -> None:
        self._reserve(self.used + count)
        stop = self.used + count
        while self.used < stop and not self.ended:
            got = self._stream.readinto(self._buffer[self.used : stop].data)
            self.used += got
            self.ended = got == 0
        self._buffer[self.used : self.used + PADDING] = 0

"""How much sound a growing stream of ADTS, Ogg or fragmented MP4 bytes holds so far. Knows nothing of what is inside.

An encoder in another process gives no sign of having finished with what it was fed; counting its frames is the sign.
"""

import struct
from typing import Protocol


class FrameCounter(Protocol):
    """Counts codec frames in a byte stream that comes in pieces of any size."""

    @property
    def frames(self) -> int:
        """Complete frames so far."""
        ...

    def add(self, data: bytes) -> None:
        """See the next bytes."""
        ...


class _Units:
    """Walks a stream of units that begin with their own length."""

    # Bytes of a unit that must be there to know its length.
    head_bytes = 0

    def __init__(self) -> None:
        self.frames = 0
        self._pending = bytearray()
        self._skip = 0

    def add(self, data: bytes) -> None:
        self._pending += data
        while True:
            if self._skip > len(self._pending):
                return
            if self._skip:
                del self._pending[: self._skip]
                self._skip = 0
                self.frames += self._counts
            if len(self._pending) < self.head_bytes:
                return
            length = self.measure(self._pending)
            if length is None:
                return
            self._skip, self._counts = length

    def measure(self, head: bytearray) -> tuple[int, int] | None:
        """(bytes of the unit, frames it holds), or None while too little of it is there to tell."""
        raise NotImplementedError


class AdtsFrames(_Units):
    """AAC in ADTS: one header of 7 bytes a frame."""

    head_bytes = 7

    def measure(self, head: bytearray) -> tuple[int, int] | None:
        return max(7, (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5), 1


class OggPages(_Units):
    """Ogg: pages of segments; a lacing value below 255 ends a packet, which is a frame. The first two are headers."""

    head_bytes = 27

    def __init__(self) -> None:
        super().__init__()
        self.frames = -2

    def measure(self, head: bytearray) -> tuple[int, int] | None:
        segments = head[26]
        if len(head) < 27 + segments:
            return None
        lacing = head[27 : 27 + segments]
        return 27 + segments + sum(lacing), sum(value < 255 for value in lacing)


class Mp4Fragments(_Units):
    """Fragmented MP4 with one frame a fragment: boxes; every `mdat` is a frame."""

    head_bytes = 8

    def measure(self, head: bytearray) -> tuple[int, int] | None:
        size, name = struct.unpack_from(">I4s", head)
        return max(8, size), int(name == b"mdat")


_MP3_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MP3_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def mp3_frame_bytes(head: bytes) -> int:
    """Length of the MPEG layer III frame that begins with these 4 bytes; 0 when none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate, padding = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kbps = (_MP3_KBPS_1 if version == 3 else _MP3_KBPS_2)[bitrate]
    return (144_000 if version == 3 else 72_000) * kbps // _MP3_HZ[version][rate] + padding

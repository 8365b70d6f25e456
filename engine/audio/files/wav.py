"""RIFF/WAVE headers for 16-bit mono: what stands before the samples, with a length or without. Knows no sound."""

import struct

HEADER_BYTES = 44
# What a header says when nobody knows the length yet. Browsers, ffmpeg and libsndfile then play to the end of the
# stream; 0 would be taken for an empty file by some of them.
_UNKNOWN = 0xFFFF_FFFF
_MAX_DATA_BYTES = _UNKNOWN - 65_536
_HEADER = struct.Struct("<4sI4s4sIHHIIHH")
_DATA = struct.Struct("<4sI")


def header(sample_rate: int, data_bytes: int | None = None, chunks: bytes = b"") -> bytes:
    """The bytes before 16-bit mono samples: 44, and the chunks.

    Args:
        sample_rate: Hz.
        data_bytes: bytes of samples; None while unknown. Beyond 4 GiB the format cannot say, and it stays unknown.
        chunks: what the file says about itself, whole chunks.
    """
    if data_bytes is None or data_bytes > _MAX_DATA_BYTES:
        riff_bytes = data_bytes = _UNKNOWN
    else:
        riff_bytes = HEADER_BYTES + len(chunks) - 8 + data_bytes
    head = _HEADER.pack(
        *(b"RIFF", riff_bytes, b"WAVE"),
        *(b"fmt ", 16, 1, 1, sample_rate, sample_rate * 2, 2, 16),
    )
    return head + chunks + _DATA.pack(b"data", data_bytes)

"""Spoken segments on disk, each under the hash of everything that decides its sound. Knows no job and no model.

A file is a short header (magic, length, checksum), then JSON (sample rate, words), then FLAC: 16 bits, lossless
from there on. It appears at once and whole, or not at all; one torn by a power cut does not pass its checksum.
"""

import hashlib
import io
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import soundfile

from engine.audio.pcm import Pcm16, dequantise, quantise
from engine.types import Samples, Word
from studio.library.storage import replacing

_MAGIC = b"SSG1"
_HEADER = struct.Struct("<4sII")


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """What a model said for one segment, without any pause.

    Attributes:
        samples: float32 [n], exactly as 16 bits hold it: a fresh segment and one from the disk are the same.
        sample_rate: Hz.
        words: times from the segment's start, spans in the segment's spoken text.
        notices: sentences for the person; kept with the sound, so that a book made from the cache says them too.
    """

    samples: Samples
    sample_rate: int
    words: tuple[Word, ...]
    notices: tuple[str, ...] = ()


def segment_key(parts: Mapping[str, Any]) -> str:
    """The name of a segment: sha256 over all that decides its sound, in a fixed spelling."""
    spelled = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


class SegmentCache:
    """A folder of spoken segments, two hundred and fifty-six shelves wide. Safe for many processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelves: set[str] = set()

    def path(self, key: str) -> Path:
        """Where a segment is, or would be."""
        return self._folder / key[:2] / key

    def read(self, key: str) -> SpokenSegment | None:
        """A segment, or None when it is not there or torn (the torn file is removed)."""
        path = self.path(key)
        try:
            packed = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return _unpack(packed)
        except (ValueError, KeyError, TypeError, struct.error, soundfile.SoundFileError):
            path.unlink(missing_ok=True)
            return None

    def write(
        self, key: str, samples: Samples, sample_rate: int, words: tuple[Word, ...], notices: tuple[str, ...] = ()
    ) -> SpokenSegment:
        """Keep a segment and give it back as it will be read.

        Raises:
            StorageError: no room on the disk.
        """
        path = self.path(key)
        if key[:2] not in self._shelves:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._shelves.add(key[:2])
        pcm = quantise(samples)
        with replacing(path) as temporary:
            temporary.write_bytes(_pack(pcm, sample_rate, words, notices))
        return SpokenSegment(dequantise(pcm), sample_rate, words, notices)

    def has(self, key: str) -> bool:
        """Whether a segment seems to be there; only `read` knows whether it is whole."""
        return self.path(key).exists()

    def remove(self, key: str) -> None:
        """Forget a segment."""
        self.path(key).unlink(missing_ok=True)


def _pack(pcm: np.ndarray, sample_rate: int, words: tuple[Word, ...], notices: tuple[str, ...]) -> bytes:
    kept = [[word.text, round(word.start_s, 4), round(word.end_s, 4), *(word.span or ())] for word in words]
    told: dict[str, Any] = {"rate": sample_rate, "samples": len(pcm), "words": kept}
    if notices:
        told["notices"] = list(notices)
    about = json.dumps(told, separators=(",", ":")).encode()
    sound = io.BytesIO()
    if len(pcm):
        soundfile.write(sound, pcm, sample_rate, format="FLAC", subtype="PCM_16")
    body = about + sound.getvalue()
    return _HEADER.pack(_MAGIC, len(about), zlib.crc32(body)) + body


def _unpack(packed: bytes) -> SpokenSegment:
    magic, about_size, checksum = _HEADER.unpack_from(packed)
    body = memoryview(packed)[_HEADER.size :]
    if magic != _MAGIC or zlib.crc32(body) != checksum:
        raise ValueError("not a whole segment")
    about = json.loads(bytes(body[:about_size]))
    pcm: Pcm16 = np.zeros(0, dtype=np.int16)
    if about["samples"]:
        pcm = cast("Pcm16", soundfile.read(io.BytesIO(body[about_size:]), dtype="int16")[0])
    if pcm.shape != (about["samples"],):
        raise ValueError("not all samples are there")
    words = tuple(Word(w[0], w[1], w[2], span=(w[3], w[4]) if len(w) == 5 else None) for w in about["words"])
    return SpokenSegment(dequantise(pcm), about["rate"], words, tuple(about.get("notices", ())))

"""Sound out of any file: what is in it, and its samples as a stream of float32 mono blocks. Knows no encoder.

Every file is hostile; `engine.audio.files.decoder` says how it is held. Memory does not grow with the file, and an
iterator that is closed takes its ffmpeg with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio.files.decoder import Decoder, check_file
from engine.audio.files.ffmpeg import ffmpeg_path
from engine.audio.resample import StreamingResampler, check_rate
from engine.errors import AudioFormatError
from engine.types import Samples

__all__ = ["AudioInfo", "ffmpeg_path", "probe", "read", "read_blocks"]


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file holds, as far as its header says.

    Attributes:
        duration_s: seconds; None where the container does not say.
        sample_rate: Hz of the sound itself.
        channels: how many.
        codec: ffmpeg's name for it ("aac", "pcm_s16le").
    """

    duration_s: float | None
    sample_rate: int
    channels: int
    codec: str


def probe(path: Path) -> AudioInfo:
    """Look into a file and decode its first moment.

    Raises:
        AudioFormatError: empty, not audio, without an audio track, or torn beyond use.
    """
    with Decoder(path, seconds=1.0) as decoder:
        decoder.open()
        return AudioInfo(
            duration_s=decoder.duration_s,
            sample_rate=decoder.sample_rate,
            channels=decoder.channels,
            codec=decoder.codec,
        )


def read_blocks(path: Path, sample_rate: int, block_s: float = 1.0, *, keep_torn: bool = False) -> Iterator[Samples]:
    """Decode any recording, or the sound of a video, as a stream.

    Args:
        path: a regular file; its name and extension do not matter.
        sample_rate: Hz to deliver.
        block_s: seconds in each block; the last one may be shorter, none is empty.
        keep_torn: take a file that stops early for what it holds.

    Yields:
        Samples: float32 [n], mono. Many channels are mixed down by their places in the room, without clipping and
            without the low-frequency channel; channels whose places nobody knows count the same.

    Raises:
        AudioFormatError: empty, not audio, without an audio track, or without a sample.
        AudioCutShort: behind everything that a file holds which stops early, unless `keep_torn`.
    """
    check_rate(sample_rate)
    check_file(path)
    return _blocks(path, sample_rate, max(1, round(block_s * sample_rate)), keep_torn)


def read(path: Path, sample_rate: int, *, max_s: float = 3600.0) -> Samples:
    """A whole recording at once, float32 [n] mono: for short things (a voice to clone, a test).

    Raises:
        AudioFormatError: as `read_blocks`, or longer than `max_s` seconds.
    """
    blocks: list[Samples] = []
    length = 0
    stream = read_blocks(path, sample_rate)
    for block in stream:
        blocks.append(block)
        length += len(block)
        if length > max_s * sample_rate:
            raise AudioFormatError(f"The recording is longer than {max_s:g} seconds. Cut it and try again.")
    return np.concatenate(blocks)


def _blocks(path: Path, sample_rate: int, size: int, keep_torn: bool) -> Iterator[Samples]:
    with Decoder(path) as decoder:
        decoder.open()
        resampler = StreamingResampler(decoder.sample_rate, sample_rate)
        waiting: list[Samples] = []
        length = 0
        for samples in decoder.samples():
            ready = resampler.feed(samples)
            waiting.append(ready)
            length += len(ready)
            if length >= size:
                joined = np.concatenate(waiting)
                whole = length - length % size
                yield from joined[:whole].reshape(-1, size)
                waiting = [joined[whole:]]
                length -= whole
        rest = np.concatenate([*waiting, resampler.finish()])
        yield from (rest[start : start + size] for start in range(0, len(rest), size))
        decoder.check_end(keep_torn)

"""The whole way from a recording to its words: sound -> regions of speech -> family -> segments with absolute times.

Each segment leaves as soon as its region is decoded; ten hours of recording need no more memory than a minute. A family
that decodes several regions at once at less cost is given a few minutes of speech at a time, the first ones less, so
that there is something to read soon.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from engine.stt.base import Guidance, Recognizer, guided
from engine.stt.segments import segments_of
from engine.stt.vad import RECORDING, VadOptions, regions
from engine.types import Samples, Segment

Region = tuple[float, Samples]
"""(seconds from the beginning of the recording, float32 [n])"""


def transcribe(
    model: Recognizer,
    blocks: Iterable[Samples],
    language: str = "",
    *,
    start_s: float = 0.0,
    vad: VadOptions | None = None,
    guidance: Guidance | None = None,
    listened: Callable[[float], object] | None = None,
) -> Iterator[Segment]:
    """Transcribe a recording.

    Args:
        model: a loaded family, on its own thread.
        blocks: float32 [n] at the model's rate, blocks of any sizes.
        language: BCP 47 tag; "" is the model's own choice.
        start_s: where the first block stands in the recording; a resumed job begins behind what it has.
        vad: when speech begins and ends; no region is longer than the model takes.
        guidance: what to expect, and whether to translate.
        listened: told, as it grows, up to where in the recording everything is decided, in seconds from its beginning.
            Silence counts: nobody could see otherwise that ten hours of it go by.

    Yields:
        Segment: in order, never empty, times in seconds from the beginning of the recording.

    Raises:
        OptionError: from the family, for a language or a guidance it does not know; before any sound is read.
    """
    model = guided(model, guidance)
    model.recognize((), language)
    options = vad or _usual(model)
    options = replace(options, max_speech_duration_s=min(options.max_speech_duration_s, model.max_region_s))
    batch_s = model.batch_s
    place = _Place(start_s, model.sample_rate, listened)
    found = place.of_regions(regions(place.of_blocks(blocks), model.sample_rate, options))
    for batch in batches(found, model.sample_rate, model.max_region_s, batch_s):
        heard = model.recognize([samples for _, samples in batch], language)
        for (begin_s, _), segment in zip(batch, heard, strict=True):
            # Such a family's regions are long: they are parted at the ends of sentences.
            parts = segments_of(segment.words) if batch_s and segment.words else (segment,)
            for part in parts:
                if part.text:
                    yield moved(replace(part, language=segment.language, measures=segment.measures), start_s + begin_s)
        place.decided(batch[-1][0])


class _Place:
    """Up to where a recording is decided: what was read, unless speech in it waits for the model."""

    def __init__(self, start_s: float, sample_rate: int, listened: Callable[[float], object] | None) -> None:
        self._start_s = start_s
        self._rate = sample_rate
        self._tell = listened or (lambda _: None)
        self._read = 0
        self._waiting: deque[float] = deque()

    def of_blocks(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The blocks, counted once the next one is asked for."""
        for block in blocks:
            yield block
            self._read += len(block)
            self._say()

    def of_regions(self, found: Iterable[Region]) -> Iterator[Region]:
        """The regions; each waits until it is decided."""
        for region in found:
            self._waiting.append(region[0])
            yield region

    def decided(self, last_s: float) -> None:
        """The regions up to the one that begins at `last_s` wait no longer."""
        while self._waiting and self._waiting[0] <= last_s:
            self._waiting.popleft()
        self._say()

    def _say(self) -> None:
        self._tell(self._start_s + (self._waiting[0] if self._waiting else self._read / self._rate))


def batches(found: Iterable[Region], sample_rate: int, first_s: float, batch_s: float) -> Iterator[list[Region]]:
    """Regions in groups to be decoded together.

    Args:
        found: in order.
        sample_rate: Hz.
        first_s: seconds of speech in the first group; each group has twice what the one before it had.
        batch_s: seconds of speech in a group at most; 0 is a region at a time.
    """
    held: list[Region] = []
    held_s, room_s = 0.0, min(first_s, batch_s)
    for region in found:
        length_s = len(region[1]) / sample_rate
        if held and held_s + length_s > room_s:
            yield held
            held, held_s, room_s = [], 0.0, min(2 * room_s, batch_s)
        held.append(region)
        held_s += length_s
        if held_s >= room_s:
            yield held
            held, held_s, room_s = [], 0.0, min(2 * room_s, batch_s)
    if held:
        yield held


def _usual(model: Recognizer) -> VadOptions:
    """Regions as the model likes them: one that hears sentences together likes the pauses between them too."""
    return replace(RECORDING, min_silence_duration_ms=round(1000 * model.pause_s)) if model.pause_s else RECORDING


def moved(segment: Segment, by_s: float) -> Segment:
    """The same segment, later."""
    words = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in segment.words)
    return replace(segment, start_s=segment.start_s + by_s, end_s=segment.end_s + by_s, words=words)

"""The whole way from a recording to its words: sound -> regions of speech -> family -> segments with absolute times.

Each segment leaves as soon as its region is decoded; ten hours of recording need no more memory than a minute. A family
that decodes several regions at once at less cost is given a few minutes of speech at a time, the first ones less, so
that there is something to read soon.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.stt.base import Guidance, Recognizer, guided
from engine.stt.segments import segments_of
from engine.stt.vad import VadOptions, regions
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
) -> Iterator[Segment]:
    """Transcribe a recording.

    Args:
        model: a loaded family, on its own thread.
        blocks: float32 [n] at the model's rate, blocks of any sizes.
        language: BCP 47 tag; "" is the model's own choice.
        start_s: where the first block stands in the recording; a resumed job begins behind what it has.
        vad: when speech begins and ends; no region is longer than the model takes.
        guidance: what to expect, and whether to translate.

    Yields:
        Segment: in order, never empty, times in seconds from the beginning of the recording.

    Raises:
        OptionError: from the family, for a language or a guidance it does not know; before any sound is read.
    """
    model = guided(model, guidance)
    model.recognize((), language)
    options = vad or _usual(model)
    options = replace(options, max_speech_duration_s=min(options.max_speech_duration_s, model.max_region_s))
    batch_s = batch_of(model)
    for batch in batches(regions(blocks, model.sample_rate, options), model.sample_rate, model.max_region_s, batch_s):
        heard = model.recognize([samples for _, samples in batch], language)
        for (begin_s, _), segment in zip(batch, heard, strict=True):
            # Such a family's regions are long: they are parted at the ends of sentences.
            parts = segments_of(segment.words) if batch_s and segment.words else (segment,)
            for part in parts:
                if part.text:
                    yield moved(replace(part, language=segment.language), start_s + begin_s)


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


def batch_of(model: Recognizer) -> float:
    """Seconds of speech a model likes to be given at once; 0 is a region at a time."""
    return float(getattr(model, "batch_s", 0.0))


def _usual(model: Recognizer) -> VadOptions:
    """Regions as the model likes them: one that hears sentences together likes the pauses between them too."""
    pause_s = float(getattr(model, "pause_s", 0.0))
    return VadOptions(min_silence_duration_ms=round(1000 * pause_s)) if pause_s else VadOptions()


def moved(segment: Segment, by_s: float) -> Segment:
    """The same segment, later."""
    words = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in segment.words)
    return replace(segment, start_s=segment.start_s + by_s, end_s=segment.end_s + by_s, words=words)

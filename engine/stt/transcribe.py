"""The whole way from a recording to its words: sound -> regions of speech -> family -> segments with absolute times.

Each segment leaves as soon as its region is decoded; ten hours of recording need no more memory than a minute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.stt.base import Recognizer
from engine.stt.vad import VadOptions, regions
from engine.types import Samples, Segment


def transcribe(
    model: Recognizer,
    blocks: Iterable[Samples],
    language: str = "",
    *,
    start_s: float = 0.0,
    vad: VadOptions | None = None,
) -> Iterator[Segment]:
    """Transcribe a recording.

    Args:
        model: a loaded family, on its own thread.
        blocks: float32 [n] at the model's rate, blocks of any sizes.
        language: BCP 47 tag; "" is the model's own choice.
        start_s: where the first block stands in the recording; a resumed job begins behind what it has.
        vad: when speech begins and ends; no region is longer than the model takes.

    Yields:
        Segment: in order, never empty, times in seconds from the beginning of the recording.

    Raises:
        OptionError: from the family, for a language it does not know; before any sound is read.
    """
    model.recognize((), language)
    options = vad or VadOptions()
    options = replace(options, max_speech_duration_s=min(options.max_speech_duration_s, model.max_region_s))
    for begin_s, samples in regions(blocks, model.sample_rate, options):
        for segment in model.recognize((samples,), language):
            if segment.text:
                yield moved(segment, start_s + begin_s)


def moved(segment: Segment, by_s: float) -> Segment:
    """The same segment, later."""
    words = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in segment.words)
    return replace(segment, start_s=segment.start_s + by_s, end_s=segment.end_s + by_s, words=words)

"""Where somebody speaks: probabilities from Silero's small network, turns from probabilities, regions from turns.

All of it streams, in steps of 32 ms counted from the first sample: the size of the packets changes nothing, and nothing
is kept but the turn in hand. Knows nothing of words.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.audio.resample import StreamingResampler
from engine.stt.silero import SAMPLE_RATE as VAD_RATE
from engine.stt.silero import STEP, SileroNetwork
from engine.types import Samples

STEP_S = STEP / VAD_RATE
_STEPS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class VadOptions:
    """When speech counts as begun and as ended. Names as in faster-whisper, defaults for turns of conversation.

    Attributes:
        threshold: a step at least this probable is speech.
        neg_threshold: a step below this is silence; between the two nothing changes.
        min_speech_duration_ms: less speech than this is a click or a cough, and no turn.
        max_speech_duration_s: a turn longer than this is parted where it is quietest.
        min_silence_duration_ms: silence that ends a turn.
        speech_pad_ms: sound kept on both sides of a turn; no more than the silence that ends it.
    """

    threshold: float = 0.5
    neg_threshold: float = 0.35
    min_speech_duration_ms: int = 128
    max_speech_duration_s: float = 30.0
    min_silence_duration_ms: int = 480
    speech_pad_ms: int = 256


LIVE = VadOptions(min_silence_duration_ms=480)
"""A microphone's turns."""
RECORDING = VadOptions(min_silence_duration_ms=480)
"""The regions of a recording, for families that do not say `Recognizer.pause_s` themselves."""


@dataclass(frozen=True, slots=True)
class SpeechPart:
    """A stretch of a turn. Parts of one turn join without a gap.

    Attributes:
        start: the first sample's place in the recording.
        samples: float32 [n]; empty when the part only ends the turn.
        begins: the turn begins with this part.
        ends_at: where the turn has ended, in samples of the recording; what came behind it was silence. None while it
            lasts.
    """

    start: int
    samples: Samples
    begins: bool = False
    ends_at: int | None = None


class SpeechDetector:
    """Turns of one stream. Belongs to its stream."""

    def __init__(self, sample_rate: int = VAD_RATE, options: VadOptions | None = None) -> None:
        self._options = options or VadOptions()
        self._network = SileroNetwork()
        self._step = round(STEP_S * sample_rate)
        self._resampler = StreamingResampler(sample_rate, VAD_RATE)
        self._sound = _Fifo()
        self._for_network = _Fifo()
        self._turn = _Turn(self._options, self._step, sample_rate)

    def feed(self, samples: Samples) -> list[SpeechPart]:
        """Hear float32 [n], any n, and return the parts of turns that became certain."""
        self._sound.push(samples)
        self._for_network.push(self._resampler.feed(samples))
        parts: list[SpeechPart] = []
        while count := min(len(self._for_network) // STEP, len(self._sound) // self._step, _STEPS_AT_ONCE):
            parts.extend(self._hear(count))
        return parts

    def end_turn(self) -> list[SpeechPart]:
        """End the turn that is open, here and now; the stream goes on."""
        return self._turn.finish()

    def finish(self) -> list[SpeechPart]:
        """The stream has ended: hear the rest, and end the turn that is open."""
        self._for_network.push(self._resampler.finish())
        # A last half step is heard with silence behind it.
        self._for_network.push(np.zeros(STEP, dtype=np.float32))
        parts: list[SpeechPart] = []
        while len(self._sound) and len(self._for_network) >= STEP:
            parts.extend(self._hear(1))
        return [*parts, *self._turn.finish()]

    def _hear(self, steps: int) -> list[SpeechPart]:
        parts: list[SpeechPart] = []
        for probability in self._network.probabilities(self._for_network.pop(steps * STEP)):
            heard = self._sound.pop(min(self._step, len(self._sound)))
            parts.extend(self._turn.hear(heard, float(probability)))
        return parts


class _Turn:
    """From probabilities to turns."""

    def __init__(self, options: VadOptions, step: int, sample_rate: int) -> None:
        def steps(milliseconds: float) -> int:
            return max(1, round(milliseconds / 1000 * sample_rate / step))

        self._options = options
        self._step = step
        self._pad_steps = steps(options.speech_pad_ms)
        self._speech_steps = steps(options.min_speech_duration_ms)
        self._silence_steps = steps(options.min_silence_duration_ms)
        self._pad = min(self._pad_steps, self._silence_steps) * step
        # What may become the beginning of a turn: the pad, and the candidate with its gaps.
        self._before: deque[Samples] = deque(maxlen=self._pad_steps)
        self._candidate: list[Samples] = []
        self._speech_heard = 0
        self._silent_for = 0
        self._heard = 0
        self.is_open = False

    def hear(self, samples: Samples, probability: float) -> list[SpeechPart]:
        start = self._heard
        self._heard += len(samples)
        if self.is_open:
            return self._go_on(samples, start, probability)
        return self._wait(samples, probability)

    def finish(self) -> list[SpeechPart]:
        if not self.is_open:
            return []
        self.is_open = False
        self._forget()
        return [SpeechPart(self._heard, np.zeros(0, dtype=np.float32), ends_at=self._heard)]

    def _wait(self, samples: Samples, probability: float) -> list[SpeechPart]:
        is_speech = probability >= self._options.threshold
        if not self._candidate and not is_speech:
            self._before.append(samples)
            return []
        self._candidate.append(samples)
        self._speech_heard += is_speech
        self._silent_for = 0 if is_speech else self._silent_for + 1
        if self._speech_heard >= self._speech_steps:
            sound = np.concatenate([*self._before, *self._candidate])
            self._forget()
            self.is_open = True
            return [SpeechPart(self._heard - len(sound), sound, begins=True)]
        if self._silent_for > self._speech_steps:
            gone = self._candidate
            self._forget()
            self._before.extend(gone[-self._pad_steps :])
        return []

    def _go_on(self, samples: Samples, start: int, probability: float) -> list[SpeechPart]:
        if probability >= self._options.threshold:
            self._silent_for = 0
        elif probability < self._options.neg_threshold or self._silent_for:
            self._silent_for += 1
        part = SpeechPart(start, samples)
        if self._silent_for < self._silence_steps:
            return [part]
        self.is_open = False
        silence = self._silent_for * self._step
        self._forget()
        return [part, SpeechPart(self._heard, samples[:0], ends_at=self._heard - silence + self._pad)]

    def _forget(self) -> None:
        self._before.clear()
        self._candidate = []
        self._speech_heard = self._silent_for = 0


class _Fifo:
    """Samples in order, pushed and popped in any sizes."""

    def __init__(self) -> None:
        self._chunks: deque[Samples] = deque()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def push(self, samples: Samples) -> None:
        if len(samples):
            self._chunks.append(samples)
            self._length += len(samples)

    def push_back(self, samples: Samples) -> None:
        if len(samples):
            self._chunks.appendleft(samples)
            self._length += len(samples)

    def pop(self, count: int) -> Samples:
        taken: list[Samples] = []
        self._length -= count
        while count:
            chunk = self._chunks.popleft()
            if len(chunk) > count:
                self._chunks.appendleft(chunk[count:])
                chunk = chunk[:count]
            taken.append(chunk)
            count -= len(chunk)
        return taken[0] if len(taken) == 1 else np.concatenate([np.zeros(0, dtype=np.float32), *taken])


def regions(
    blocks: Iterable[Samples], sample_rate: int = VAD_RATE, options: VadOptions | None = None
) -> Iterator[tuple[float, Samples]]:
    """The stretches of a recording where somebody speaks, as soon as each has ended; at constant memory.

    Args:
        blocks: float32 [n] mono, blocks of any sizes.
        sample_rate: Hz of the blocks.
        options: when speech begins and ends; none is longer than `max_speech_duration_s`.

    Yields:
        (seconds from the beginning of the recording, float32 [n]).
    """
    options = options or VadOptions()
    detector = SpeechDetector(sample_rate, options)
    longest = max(sample_rate, round(options.max_speech_duration_s * sample_rate))
    start, held = 0, _Fifo()
    for part in _parts(detector, blocks):
        if part.begins:
            start, held = part.start, _Fifo()
        held.push(part.samples)
        while len(held) > longest:
            long = held.pop(longest)
            cut = quietest(long, sample_rate)
            yield start / sample_rate, long[:cut]
            held.push_back(long[cut:])
            start += cut
        if part.ends_at is not None and part.ends_at > start:
            yield start / sample_rate, held.pop(min(len(held), part.ends_at - start))


def _parts(detector: SpeechDetector, blocks: Iterable[Samples]) -> Iterator[SpeechPart]:
    for block in blocks:
        yield from detector.feed(block)
    yield from detector.finish()


def quietest(samples: Samples, sample_rate: int) -> int:
    """Where to part a stretch of speech that is too long: the quietest 100 ms of its second half."""
    step = max(1, round(0.02 * sample_rate))
    half = len(samples) // 2
    count = (len(samples) - half) // step
    power = np.square(samples[half : half + count * step]).reshape(count, step).mean(axis=1)
    smooth = np.convolve(power, np.ones(5) / 5, mode="valid")
    return half + (int(np.argmin(smooth)) + 2) * step + step // 2

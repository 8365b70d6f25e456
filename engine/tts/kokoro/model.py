"""Kokoro as the studio speaks with it: text -> phonemes -> rows -> network -> sound with word times.

Its decoder normalises over a whole row, so it streams row by row: a segment's sound comes at once.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.controls import SPEED
from engine.errors import GenerationError, VoiceError
from engine.nn.stored.checkpoint import load_arrays
from engine.text.g2p import English, Pronounced
from engine.text.g2p.chinese import Chinese
from engine.text.g2p.extras import missing
from engine.text.g2p.foreign import TIE
from engine.text.g2p.japanese import Japanese
from engine.text.g2p.others import Other
from engine.text.g2p.token import joined
from engine.text.scripts import script_notices
from engine.text.segment import TextSegment, for_voice, segments
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.kokoro.best import BEST
from engine.tts.kokoro.broken import NoNumbers
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.level import gain_of, levelled
from engine.tts.kokoro.network import Kokoro, Spoken
from engine.tts.kokoro.onsets import placed
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.script import Row, rows, unknown
from engine.tts.kokoro.silence import trimmed
from engine.tts.kokoro.tuned import KIND, offset_of, refuse_strange
from engine.tts.kokoro.voices import HALVES, NAMES, Blend, described, is_foreign, language_of, parse
from engine.types import Samples, SpeechRequest, Voice, Word

PHRASE_PAUSE_S, WORD_PAUSE_S = 0.15, 0.02  # where a segment too long for one row is divided
FRAMES_PER_PHONEME = 5  # of 25 ms: 2.5 as spoken, twice that at half speed


class Ipa(Protocol):
    """Who knows every word of every language; `engine.tts.espeak.phonemes`."""

    def __call__(self, text: str, voice: str, tie: str, /) -> str: ...


def load(files: Path | None, ipa: Ipa | None = None) -> "KokoroSynthesizer":
    """Load from a folder in hexgrad's or mlx-community's layout.

    Args:
        files: config.json, weights and voices/.
        ipa: says the words no dictionary has; espeak-ng when None.

    Raises:
        WeightsError: the files are not Kokoro's.
    """
    if files is None:
        raise ValueError("Kokoro does not come with the installation")
    config = KokoroConfig.read(files / "config.json")
    return KokoroSynthesizer(
        config, Kokoro(config, load_arrays(files), release=True), Packs(files, 2 * config.style_dim), ipa or _espeak
    )


def _espeak(text: str, voice: str, tie: str) -> str:
    # By name: families do not import one another, and this one works on where that one is missing.
    return import_module("engine.tts.espeak").phonemes(text, voice, tie)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A segment made ready: its rows, and what the person must know."""

    rows: list[Row]
    notices: tuple[str, ...]


class KokoroSynthesizer(Synthesizer):
    """A loaded Kokoro. Lives on one thread; holds no state of any stream."""

    # The voice is at its best between one and two hundred phonemes.
    limits = SegmentLimits(first_chars=40, target_chars=180, max_chars=400, grows=True)
    name = "Kokoro"
    controls = frozenset({SPEED})
    takes_batches = True
    takes_seed = True
    kinds_of_states = frozenset({KIND})

    def __init__(self, config: KokoroConfig, network: Kokoro, packs: Packs, ipa: Ipa) -> None:
        self.sample_rate = config.sample_rate
        self.voices = packs.voices
        self._config = config
        self._network = network
        self._packs = packs
        self._ipa = ipa
        self._longest = config.bert.max_position_embeddings - 2
        self._readers: dict[str, Callable[[str], list[Pronounced]]] = {}

    @property
    def packs(self) -> Packs:
        """Its voices' styles."""
        return self._packs

    @property
    def network(self) -> Kokoro:
        """Phonemes and styles to sound."""
        return self._network

    def rows_of(self, text: str, language: str) -> list[Row]:
        """What the network reads for a text, normalised as for speaking.

        Raises:
            VoiceError: the language needs an extra that is not installed.
        """
        request = self.check(SpeechRequest(text, voice=self._voice_of(language), language=language))
        told = (for_voice(one, (), phonemes=True)[0] for one in segments(text, request.language, self.limits))
        said = " ".join(one.text for one in told if one is not None)
        return rows(self._read(said, request.language), self._config.vocab, self._longest) if said else []

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill in voice and language, and refuse what cannot be spoken.

        Raises:
            VoiceError: no such voice, a language Kokoro does not speak or one that needs an extra that is not
                installed, a recording to copy, or a tuned voice that is none of this model's.
            OptionError: speed or pitch out of range.
            TextError: the text is in a script that the language is not written in.
        """
        self.refuse_controls(request)
        named = request.voice.strip()
        if request.state is not None:
            refuse_strange(request.state, self._config.style_dim)
            named = request.state.base.strip()  # whatever the person calls it
        name = named or self._voice_of(request.language)
        blend = parse(name)
        self._packs.refuse_unknown(blend)
        if HALVES in name:
            name = blend.spelled
        voice = described(blend.first)
        language = _language(request.language, voice)
        script_notices(request.text, language)
        if extra := missing(language):
            raise VoiceError(
                f"{voice.name} needs more to read {NAMES[language]}: pip install {' '.join(extra.by_hand)}. "
                "Or choose another voice."
            )
        return replace(request, voice=name, language=language)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak one segment; one piece a row, and nearly every segment is one row."""
        blend = parse(request.voice)
        plan = self._plan(segment, request)
        if not plan.rows:
            yield SpeechPiece(np.zeros(0, dtype=np.float32), notices=plan.notices)
            return
        spoken_s, notices = 0.0, plan.notices
        for at, row in enumerate(plan.rows):
            spoken = self._speak([row], blend, request, [_seed(segment, request, at)])[0]
            piece = self._piece(row, spoken, blend, is_last=at + 1 == len(plan.rows), begin_s=spoken_s)
            spoken_s += len(piece.samples) / self.sample_rate
            yield replace(piece, notices=notices)
            notices = ()

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Speak several segments in one pass of the network: what `synthesize` gives for each, at less cost."""
        blend = parse(request.voice)
        plans = [self._plan(segment, request) for segment in segments]
        batch = [(which, at, row) for which, plan in enumerate(plans) for at, row in enumerate(plan.rows)]
        seeds = [_seed(segments[which], request, at) for which, at, _ in batch]
        spoken = self._speak([row for _, _, row in batch], blend, request, seeds) if batch else []
        sounds: list[list[Samples]] = [[] for _ in segments]
        words: list[list[Word]] = [[] for _ in segments]
        for (which, at, row), one in zip(batch, spoken, strict=True):
            begin_s = sum(len(sound) for sound in sounds[which]) / self.sample_rate
            piece = self._piece(row, one, blend, is_last=at + 1 == len(plans[which].rows), begin_s=begin_s)
            sounds[which].append(piece.samples)
            words[which].extend(piece.words)
        return [
            SpeechPiece(
                np.concatenate(sounds[which]) if sounds[which] else np.zeros(0, dtype=np.float32),
                tuple(words[which]),
                notices=plan.notices,
            )
            for which, plan in enumerate(plans)
        ]

    def phonemes(self, request: SpeechRequest) -> str:
        """What it reads for a text, in its own letters.

        Raises:
            InputError: as `check`.
        """
        request = self.check(request)
        told = (for_voice(one, (), phonemes=True)[0] for one in segments(request.text, request.language, self.limits))
        return " ".join(joined(self._read(one.text, request.language)) for one in told if one is not None)

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """What the network takes for the longest rows these can become, spoken as slowly as it may be asked for."""
        return self._network.memory([FRAMES_PER_PHONEME * min(self._longest, _most(one)) for one in segments])

    def _plan(self, segment: TextSegment, request: SpeechRequest) -> _Plan:
        spoken, notices = for_voice(segment, (), phonemes=True)
        voice = described(parse(request.voice).first)
        if segment.index == 0 and is_foreign(voice, request.language):
            who = voice.name if request.state is None else "This voice"
            notices = (*notices, f"{who} speaks {NAMES[request.language]} here, which is not its own language.")
        if segment.index == 0 and request.instructions.strip():
            notices = (*notices, "Kokoro takes no instructions: they were left out.")
        if spoken is None:
            return _Plan([], notices)
        tokens = self._read(spoken.text, request.language)
        if strange := unknown(tokens, self._config.vocab):
            notices = (*notices, f"This voice does not know the sounds “{strange[:40]}”: they were left out.")
        if spoken is not segment:
            tokens = _in_the_segment(tokens, spoken, segment)
        planned = rows(tokens, self._config.vocab, self._longest)
        if planned and segment.ends == "clause":
            planned[-1] = replace(planned[-1], goes_on=True)
        return _Plan(planned, notices)

    def _read(self, text: str, language: str) -> list[Pronounced]:
        if language not in self._readers:
            self._readers[language] = self._reader(language)
        return self._readers[language](text)

    def _reader(self, language: str) -> Callable[[str], list[Pronounced]]:
        if language.startswith("en"):
            return English("gb" if language == "en-gb" else "us", partial(self._say, language))
        if language == "ja":
            return Japanese()
        if language == "zh":
            return Chinese(partial(self._say, "en-us"))
        return Other(partial(self._say, language))

    def _say(self, language: str, text: str) -> str:
        return self._ipa(text, language, TIE)

    def _speak(self, batch: Sequence[Row], blend: Blend, request: SpeechRequest, seeds: Sequence[int]) -> list[Spoken]:
        """Rows through the network. Raises GenerationError where what comes out are no numbers."""
        offset = None if request.state is None else offset_of(request.state)
        styles = np.stack([self._packs.style(blend, len(row.ids), offset) for row in batch])
        with suppress(NoNumbers):
            spoken = self._network([row.ids for row in batch], styles, [request.speed] * len(batch), seeds)
            if all(np.isfinite(one.samples).all() for one in spoken):
                return spoken
        broken = (self._network.first_broken(row.ids, style) for row, style in zip(batch, styles, strict=True))
        part = next((part for part in broken if part), "vocoder")
        raise GenerationError(f"Kokoro made no sound of this text: its {part} gives no numbers. Get the model again.")

    def _piece(self, row: Row, spoken: Spoken, blend: Blend, is_last: bool, begin_s: float) -> SpeechPiece:
        """A row's sound at its voice's loudness, without the silence around it; its words in the segment's time."""
        frame = self._config.samples_per_frame
        last = (row.words[-1].start if row.goes_on else row.words[-1].end) if row.words else len(row.ids)
        bounds = np.cumsum(spoken.durations) * frame
        samples, cut = trimmed(spoken.samples, int(bounds[0]), int(bounds[max(0, last)]), self.sample_rate)
        length_s = len(samples) / self.sample_rate
        told = list(row.times(spoken.durations, frame / self.sample_rate, -cut / self.sample_rate, length_s))
        words = tuple(
            replace(word, start_s=begin_s + word.start_s, end_s=begin_s + word.end_s)
            for word in placed(told, samples, self.sample_rate)
        )
        samples = levelled(samples, gain_of(blend.timbre), self.sample_rate)
        if not is_last:
            pause = round((PHRASE_PAUSE_S if row.ends_phrase else WORD_PAUSE_S) * self.sample_rate)
            samples = np.concatenate([samples, np.zeros(pause, dtype=np.float32)])
        return SpeechPiece(samples, words)

    def _voice_of(self, language: str) -> str:
        """The best voice of a language; the default where none is asked for, or none here is of that language."""
        wanted = language_of(language)
        if BEST.get(wanted) in {voice.id for voice in self.voices}:
            return BEST[wanted]
        native = [voice for voice in self.voices if wanted and not is_foreign(voice, wanted)]
        native.sort(key=lambda voice: voice.language != wanted)
        return native[0].id if native else self._packs.default


def _language(wanted: str, voice: Voice) -> str:
    """What a voice is to speak: its own language where none is asked for.

    Raises:
        VoiceError: Kokoro does not speak it.
    """
    language = language_of(wanted, voice.language) if wanted else voice.language
    if not language:
        raise VoiceError(f"Kokoro does not speak “{wanted[:40]}”. It speaks: {', '.join(NAMES)}.")
    return language


def _most(segment: TextSegment) -> int:
    """How many phonemes a segment may have: about one a letter, up to six a character of Chinese or Japanese."""
    return 2 + sum(6 if ord(letter) >= 0x2E80 else 1 for letter in segment.text) * 5 // 4


def _seed(segment: TextSegment, request: SpeechRequest, row: int) -> int:
    """The noise belongs to what is said and how, not to when."""
    return zlib.crc32(f"{segment.text}\0{request.voice}\0{request.speed}\0{request.seed}\0{row}".encode())


def _in_the_segment(tokens: list[Pronounced], spoken: TextSegment, segment: TextSegment) -> list[Pronounced]:
    """Spans in the text without its tags -> spans in the segment's own text, which stand in the same order."""
    placed: list[Pronounced] = []
    at = 0
    for token in tokens:
        found = segment.text.find(token.text, at)
        if found < 0:
            found = at
        at = min(len(segment.text), found + len(token.text))
        placed.append(replace(token, span=(min(found, at), at)))
    return placed

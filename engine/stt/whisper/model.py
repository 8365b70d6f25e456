"""Whisper as the studio listens with it: regions of speech -> windows -> texts -> words with times."""

import copy
import zlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import mlx.core as mx
import numpy as np

from engine.errors import AudioFormatError, OptionError
from engine.spacing import is_unspaced, text_of
from engine.stt.agreement import AgreedUtterance, AgreementOptions
from engine.stt.base import Guidance, Recognizer, last
from engine.stt.whisper import languages
from engine.stt.whisper.align import Aligner
from engine.stt.whisper.belief import Doubts, Probabilities, is_believed, stretches, uncovered, voice
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.contract import Network, State
from engine.stt.whisper.decode import Decoded, DecodeOptions, WindowDecoder
from engine.stt.whisper.files import load_network
from engine.stt.whisper.host import where_quickest
from engine.stt.whisper.mel import HOP, SAMPLE_RATE, log_mel
from engine.stt.whisper.spelled import TimedWord
from engine.stt.whisper.tokenizer import WhisperTokenizer, read_tokenizer
from engine.stt.whisper.told import Told
from engine.stt.whisper.windows import Piece, Window, pack
from engine.stt.whisper.work import Work
from engine.types import Samples, Segment, Word

# What the keys and values of a batch's sound may take; a window of large-v3 has 245 MB of them, one of turbo 31.
_BATCH_BYTES = 512 * 1024**2
_MOST_WINDOWS = 8
_OTHER_TAGS = {"jw": "jv"}  # Whisper's old word for Javanese
_ATTEMPTS_AGAIN = 3  # temperatures, for what is heard once more
_SHORT_S, _SHORT_CONTEXT_S = 3.0, 10.0  # what is so short is heard once more with so much around it
_SILENT = 1e-4  # of full scale: 80 dB below it nobody speaks


def load(files: Path | None, companions: Mapping[str, Path] | None = None) -> "Whisper":
    """Load from a folder in mlx-community's or Hugging Face's layout.

    Args:
        files: config.json, weights, and mostly a tokenizer.
        companions: folders that have the tokenizer where this one has none.

    Raises:
        WeightsError: the files are not Whisper's, or there is no tokenizer.
    """
    if files is None:
        raise ValueError("Whisper does not come with the installation")
    places = (files, *(companions or {}).values())
    config = WhisperConfig.read(*places)
    tokenizer = read_tokenizer(config.n_vocab, *places)
    network, config = load_network(files, config)
    return Whisper(config, where_quickest(network), tokenizer)


class Whisper(Recognizer):
    """A loaded Whisper. Lives on one thread; holds no state of any stream."""

    sample_rate = SAMPLE_RATE
    takes_steps = True
    hears_better_whole = True
    pause_s = 2.0
    """It hears sentences better with the pauses between them; only a longer one parts two regions."""

    def __init__(self, config: WhisperConfig, network: Network, tokenizer: WhisperTokenizer) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self.work = Work()
        self._decoder = WindowDecoder(network, tokenizer, config.suppressed, self.work)
        self._aligner = Aligner(network, tokenizer, config.alignment_heads)
        self._frames = 2 * config.n_audio_ctx
        self._options = DecodeOptions()
        special = tokenizer.special
        self._known = min(special.languages, len(languages.CODES)) if special.is_multilingual else 0
        self.languages: Sequence[str] = languages.CODES[: self._known] if self._known else ("en",)
        self._can_translate = bool(self._known) and not config.is_turbo_like
        item = 2 if network.dtype in (mx.float16, mx.bfloat16) else 4
        window_bytes = 2 * config.n_text_layer * config.n_audio_ctx * config.n_text_state * item
        self.max_region_s = self._frames * HOP / SAMPLE_RATE  # a window: 30 s
        self._batch = max(1, min(_MOST_WINDOWS, _BATCH_BYTES // window_bytes))
        self.batch_s = self._batch * self.max_region_s

    def guided(self, guidance: Guidance) -> "Whisper":
        """The same model, told what to expect and what to do.

        Raises:
            OptionError: it cannot translate.
        """
        if guidance.translates and not self._can_translate:
            raise OptionError("This Whisper cannot translate. Choose one of the larger ones without “turbo” or “.en”.")
        told = copy.copy(self)
        prompt = self._tokenizer.encode(f" {guidance.text}") if guidance.text else []
        told._options = replace(self._options, translates=guidance.translates, prompt=tuple(prompt))
        told.is_translating = guidance.translates
        return told

    def expecting(self, words: Sequence[Word], language: str, before: Sequence[Word] = ()) -> "Whisper":
        """The same model, quicker where a region begins with `words`, and no less right where it does not.

        `before` is what was said in front of the region: the model takes it for the text that goes on there.

        Raises:
            OptionError: a language it does not know.
        """
        languages.code(language, self._known)
        told = self.following(before)
        return told.with_options(replace(told._options, guess=self._tokens(words)))

    def following(self, words: Sequence[Word]) -> "Whisper":
        """The same model, that knows these words were said before, behind all it knows already."""
        return self.with_options(replace(self._options, before=(*self._options.before, *self._tokens(words))))

    def _tokens(self, words: Sequence[Word]) -> tuple[int, ...]:
        """As the model would write them."""
        text = text_of(words)
        return tuple(self._tokenizer.encode(text if is_unspaced(text[:1]) else f" {text}")) if text else ()

    def with_options(self, options: DecodeOptions) -> "Whisper":
        """The same model, decoding otherwise."""
        told = copy.copy(self)
        told._options = options
        return told

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """Decode speech regions, each float32 [n] at 16 kHz; one Segment each, times from the region's own start.

        Raises:
            OptionError: a language it does not know.
            AudioFormatError: not sound.
        """
        return last(self.recognize_steps(regions, language))

    def recognize_draft(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """As `recognize`, at one attempt: for words that will be heard again. What may be no speech is not sure."""
        options = self._options
        quick = replace(options, temperatures=options.temperatures[:1], context_s=options.draft_context_s)
        return last(self.with_options(quick)._recognized(regions, language, is_draft=True))

    def recognize_steps(self, regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        """As `recognize`, with pauses in which others may have their turn."""
        return self._recognized(regions, language, is_draft=False)

    def _recognized(
        self, regions: Sequence[Samples], language: str, is_draft: bool
    ) -> Generator[None, None, list[Segment]]:
        options = replace(self._options, language=languages.code(language, self._known))
        heard = [_checked(samples) for samples in regions]
        silent = np.zeros(0, dtype=np.float32)
        speech = [samples if np.abs(samples).max(initial=0.0) > _SILENT else silent for samples in heard]
        told = [Told() for _ in heard]
        yield from self._listen(pack(speech, self._frames * HOP, SAMPLE_RATE), options, told)
        if options.doubts is None:
            return [_segment(one) for one in told]
        voices = [voice(samples) if len(samples) else None for samples in speech]
        if not is_draft and not options.translates:
            # What is said in English elsewhere stands at other times than what was spoken.
            yield from self._listen_again(speech, voices, options, options.doubts, told)
        found: list[Segment] = []
        for samples, heard_voice, one in zip(speech, voices, told, strict=True):
            is_sure = heard_voice is None or is_believed(one.evidence(samples, heard_voice), options.doubts)
            found.append(replace(_segment(one), is_sure=is_sure) if is_sure or is_draft else _segment(Told()))
        return found

    def _listen(
        self, windows: Sequence[Window], options: DecodeOptions, told: Sequence[Told]
    ) -> Generator[None, None, None]:
        """Hear windows, and tell each region what was said in it."""
        for at in range(0, len(windows), self._batch):
            batch = windows[at : at + self._batch]
            found = yield from self._batch_words(batch, options)
            for window, (timed, decoded) in zip(batch, found, strict=True):
                language = "en" if options.translates else decoded.language
                for piece in window.pieces:
                    told[piece.region].doubt(decoded, len(window.pieces) == 1)
                for word in timed:
                    piece = window.at((word.start_s + word.end_s) / 2 * SAMPLE_RATE)
                    told[piece.region].add(_placed(word, piece), language)

    def _listen_again(
        self,
        speech: Sequence[Samples],
        voices: Sequence[Probabilities | None],
        options: DecodeOptions,
        doubts: Doubts,
        told: list[Told],
    ) -> Generator[None, None, None]:
        """Hear once more what voice activity takes for speech and no word stands for: together, then each alone.

        A decoder may end its text before its window does, and one that has written a sentence may leave out a word
        that stands apart.
        """
        options = replace(options, guess=(), before=(), temperatures=options.temperatures[:_ATTEMPTS_AGAIN])
        heard_alone: set[tuple[int, int, int]] = set()
        for is_alone in (False, True):
            holes: list[tuple[Piece, float, float]] = []
            for region, (samples, heard_voice) in enumerate(zip(speech, voices, strict=True)):
                if heard_voice is None:
                    continue
                if (
                    is_alone
                    and told[region].is_shared
                    and not is_believed(told[region].evidence(samples, heard_voice), doubts)
                ):
                    # Beside others it is judged by them as well.
                    told[region] = Told()
                words = [(word.start_s, word.end_s) for word in told[region].words]
                for begin_s, end_s in uncovered(stretches(heard_voice), words, doubts):
                    begin = max(0, round((begin_s - doubts.near_s) * SAMPLE_RATE))
                    end = min(round((end_s + doubts.near_s) * SAMPLE_RATE), begin + self._frames * HOP)
                    if (region, begin, end) in heard_alone:
                        continue
                    holes.append((Piece(region, 0, begin, samples[begin:end]), begin_s, end_s))
            if not holes:
                continue
            sounds = [hole.samples for hole, _, _ in holes]
            if is_alone:
                windows = [Window([Piece(at, 0, 0, samples)]) for at, samples in enumerate(sounds)]
            else:
                windows = pack(sounds, self._frames * HOP, SAMPLE_RATE)
                single = [holes[window.pieces[0].region][0] for window in windows if len(window.pieces) == 1]
                heard_alone = {(hole.region, hole.begins, hole.begins + len(hole.samples)) for hole in single}
            again = [Told() for _ in holes]
            # Most are a word or two, and a whole window for those costs as much as a minute's text.
            is_short = max(window.length for window in windows) <= _SHORT_S * SAMPLE_RATE
            context_s = _SHORT_CONTEXT_S if is_short else options.context_s
            yield from self._listen(windows, replace(options, context_s=context_s), again)
            for (hole, begin_s, end_s), one in zip(holes, again, strict=True):
                if is_believed(one.evidence(hole.samples, voice(hole.samples)), doubts):
                    told[hole.region].fill(one, hole.begins / SAMPLE_RATE, begin_s, end_s)

    def detect_language(self, samples: Samples) -> str:
        """The language that is spoken in the first 30 s, a code of `languages`."""
        options = replace(self._options, temperatures=(0.0,), language="", max_tokens=1, guess=(), before=())
        state = self._encode(Window([Piece(0, 0, 0, _checked(samples)[: self._frames * HOP])]), self._frames)
        return last(self._decoder.decode(state, options, [0], [0.0]))[0].language

    def utterance(self, language: str) -> AgreedUtterance:
        """Begin a live decode, by local agreement.

        Raises:
            OptionError: a language it does not know.
        """
        return AgreedUtterance(self, languages.code(language, self._known))

    def utterance_every(self, language: str, partial_interval_s: float) -> AgreedUtterance:
        """As `utterance`, asked again after so many seconds of sound.

        Raises:
            OptionError: a language it does not know, or an interval out of range.
        """
        options = AgreementOptions(partial_interval_ms=partial_interval_s * 1000)
        return AgreedUtterance(self, languages.code(language, self._known), options)

    def close(self) -> None:
        """The arrays go with the object."""

    def _batch_words(
        self, batch: Sequence[Window], options: DecodeOptions
    ) -> Generator[None, None, list[tuple[list[TimedWord], Decoded]]]:
        """The words of each window, and how they were found."""
        states: list[State] = []
        frames = self._frames_for(batch, options)
        for window in batch:
            # One by one: a window fills the processor, and others get their turn between two.
            states.append(self._encode(window, frames))
            yield
        state = states[0] if len(states) == 1 else self._network.together(states)
        mx.eval(state.held())
        del states
        seeds = [zlib.crc32(window.samples.tobytes()) for window in batch]
        lengths_s = [window.length / SAMPLE_RATE for window in batch]
        decoded = yield from self._decoder.decode(state, options, seeds, lengths_s)
        end = self._tokenizer.special.end
        self.work.decoder_passes += 1
        plain = replace(options, prompt=(), before=(), with_stamps=True)
        yield
        words = self._aligner(
            state,
            [self._decoder.prefix(one.language, plain) for one in decoded],
            [[token for token in one.tokens if token < end] for one in decoded],
            [window.samples for window in batch],
        )
        return list(zip(words, decoded, strict=True))

    def _frames_for(self, batch: Sequence[Window], options: DecodeOptions) -> int:
        """How many frames of sound and silence the encoder hears."""
        if options.context_s is None:
            return self._frames
        needed = max(options.context_s * SAMPLE_RATE, *(window.length for window in batch))
        return min(self._frames, 2 * -(-int(needed) // (2 * HOP)))

    def _encode(self, window: Window, frames: int) -> State:
        mel = log_mel([window.samples], self._network.config.n_mels, frames)
        state = self._network.begin(self._network.encode(mel))
        mx.eval(state.held())
        self.work.encoder_passes += 1
        self.work.encoder_frames += frames
        return state


def _checked(samples: Samples) -> Samples:
    if samples.ndim != 1 or not np.isfinite(samples).all():
        raise AudioFormatError("This is not sound: one row of finite numbers is expected.")
    return samples.astype(np.float32, copy=False)


def _placed(word: TimedWord, piece: Piece) -> Word:
    """A word in its region's time, inside the piece it was heard in."""
    shift, length = piece.start / SAMPLE_RATE, len(piece.samples) / SAMPLE_RATE
    start = min(max(word.start_s - shift, 0.0), length) + piece.begins / SAMPLE_RATE
    end = min(max(word.end_s - shift, 0.0), length) + piece.begins / SAMPLE_RATE
    confidence = min(1.0, max(0.0, word.confidence))
    return Word(word.text, start, max(start, end), confidence, space_before=word.space_before)


def _segment(told: Told) -> Segment:
    if not told.words:
        return Segment("", 0.0, 0.0)
    # How the first word follows another region, its text does not say.
    words = (replace(told.words[0], space_before=None), *told.words[1:])
    confidence = sum(word.confidence or 0.0 for word in words) / len(words)
    language = _OTHER_TAGS.get(told.language, told.language)
    first, end = words[0].start_s, words[-1].end_s
    return Segment(text_of(words), first, end, words, confidence, language=language, measures=told.measures)

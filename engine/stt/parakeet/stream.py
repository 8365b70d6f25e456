"""A live stream through a Parakeet model: packets of any size -> tokens that stay and tokens that may still change.

Work is done in steps of `STEP` encoder frames (320 ms; more where a long look-ahead would be heard too often), counted
from the first sample, so packets change nothing. A step hears its new frames and the look-ahead behind the last final
frame, and no more: a second of sound costs the same in the first minute and in the sixtieth. Each frame becomes final
once. Its look-ahead is `depth` times what one layer reaches forward, attention's right context and half a convolution;
the first `depth` layers are exact then.
All state is here; streams of one model know nothing of each other.
"""

from collections.abc import Sequence
from typing import Self

import mlx.core as mx
import numpy as np

from engine.audio.mel import Mel, MelStream
from engine.errors import OptionError
from engine.stt.parakeet import frontend
from engine.stt.parakeet.attention import Window
from engine.stt.parakeet.config import ParakeetConfig
from engine.stt.parakeet.decoder import Decoder
from engine.stt.parakeet.encoder import Encoder, EncoderStream
from engine.stt.parakeet.tokens import (
    Emission,
    SentenceRules,
    Token,
    begins_word,
    is_over,
    segment_of,
    sentences_of,
    timed,
    words_of,
)
from engine.types import Samples, Segment, Transcript, Word

STEP = 4  # encoder frames; more where the look-ahead is long
RECOMPUTED = 8  # times at most that a frame is heard again before it is final
CONTEXT: Window = (256, 8)  # 20 s back, 640 ms forward
WIDEST = 4096


class ParakeetStream:
    """One stream. Lives on the model's thread; end it with `finish` or `cancel`, or leave its `with`.

    Args:
        config, encoder, decoder: the model's.
        context_size: (left, right) encoder frames that attention sees.
        depth: how many layers are exact; each costs its reach in look-ahead.
        keep_original_attention: frames see all that is remembered and looked ahead at, not their window only.
        decoding: where sentences end.

    Raises:
        OptionError: a context or a depth no stream can have.
    """

    def __init__(
        self,
        config: ParakeetConfig,
        encoder: Encoder,
        decoder: Decoder,
        context_size: Window = CONTEXT,
        depth: int = 1,
        *,
        keep_original_attention: bool = False,
        decoding: SentenceRules | None = None,
    ) -> None:
        left, right = context_size
        if not (0 <= left <= WIDEST and 0 <= right <= WIDEST and depth >= 0):
            raise OptionError(f"A stream's context can be 0 to {WIDEST} frames on each side, and its depth 0 or more.")
        self._config, self._encoder, self._decoder = config, encoder, decoder
        self._window = (left, right)
        self._is_local = not keep_original_attention
        reach = right + encoder.config.conv_kernel_size // 2
        self.lookahead = min(depth, encoder.config.n_layers) * reach
        """Encoder frames behind the last final one; what the stream hears it calls final so much later."""
        self.step = max(STEP, -(-self.lookahead // RECOMPUTED))
        """Encoder frames from one draft to the next."""
        if self.lookahead > WIDEST:
            raise OptionError(f"Context and depth together look {self.lookahead} frames ahead; {WIDEST} is the most.")
        self._rules = decoding or SentenceRules()
        self._statistics = frontend.Statistics(config.mel.n_mels, frontend.MEMORY)
        self._heard = 0
        self._frames_before = 0
        self._mel_before = 0
        self._is_over = False
        self._stable: list[Token] = []
        self._words: list[Word] = []
        self._sentences: list[Segment] = []
        self._open_sentence: list[Word] = []
        self._open_word: list[Token] = []
        self._begin()

    @property
    def stable_tokens(self) -> Sequence[Token]:
        """Tokens that are never taken back, in order."""
        return self._stable

    @property
    def draft_tokens(self) -> list[Token]:
        """What the look-ahead sounds like so far; replaced with every step."""
        if self._draft is None:
            self._draft = []
            if self._ahead is not None and self._ahead.shape[1]:
                end = self._final + self._ahead.shape[1]
                said, _ = self._decoder.greedy(self._ahead, [end], self._progress, self._final)
                self._draft = self._timed(said[0])
        return list(self._draft)

    @property
    def stable_words(self) -> Sequence[Word]:
        """Words whose every token is stable; the next one has begun, or a flush has ended them."""
        return self._words

    @property
    def draft_words(self) -> list[Word]:
        """What follows the stable words."""
        return words_of([*self._open_word, *self.draft_tokens], self.heard_s, is_beginning=self._is_wordless)

    @property
    def result(self) -> Transcript:
        """Everything so far, drafts too, in sentences."""
        tail = sentences_of([*self._open_sentence, *self.draft_words], self._rules)
        language = self._config.languages[0] if len(self._config.languages) == 1 else ""
        return Transcript((*self._sentences, *tail), language, self.heard_s)

    @property
    def heard_s(self) -> float:
        """Seconds of sound so far."""
        return self._heard / self._config.mel.sample_rate

    @property
    def mel_frames(self) -> int:
        """Mel frames made so far: one for each whole hop."""
        return self._mel_before + self._mel_made

    @property
    def frames_encoded(self) -> int:
        """Encoder frames computed so far, those looked ahead at counted each time."""
        return self._frames_before + self._frames.frames_encoded

    def add_audio(self, samples: Samples) -> None:
        """Hear float32 [n] at the model's rate, any n.

        Raises:
            OptionError: the stream is over.
        """
        self._check_open()
        clean = frontend.sound(samples)
        self._heard += len(clean)
        self._push(self._mel_stream.feed(clean))
        self._work()

    def flush(self) -> None:
        """A pause: what was heard becomes stable now, and what comes begins anew."""
        self._check_open()
        self._end_part()
        self._forget()

    def finish(self) -> Transcript:
        """The sound has ended: everything becomes stable. Safe to call twice."""
        if not self._is_over:
            self._end_part()
            self.cancel()
        return self.result

    def cancel(self) -> None:
        """End without a last decode: drafts and unheard sound are dropped, what is stable stays."""
        self._is_over = True
        self._forget()

    def held(self) -> list[mx.array]:
        """The arrays this stream keeps."""
        return [*self._frames.held(), *([] if self._ahead is None else [self._ahead])]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def _check_open(self) -> None:
        if self._is_over:
            raise OptionError("This stream is over; begin another one.")

    def _forget(self) -> None:
        """A part is over; nothing is remembered but what was said and what the room sounds like."""
        self._frames_before, self._mel_before = self.frames_encoded, self.mel_frames
        self._begin()

    def _begin(self) -> None:
        self._begin_s = self.heard_s
        self._progress = self._decoder.start(1)
        self._mel_stream: MelStream = self._config.mel.stream()
        self._mel: Mel = np.empty((0, self._config.mel.n_mels), dtype=np.float32)  # of the frames that are not final
        self._mel_made = 0
        self._is_wordless = True  # this part, so far
        self._final = 0  # encoder frames that are final
        self._pending = 0  # encoder frames that were looked ahead at
        self._ahead: mx.array | None = None
        self._draft: list[Token] | None = None
        self._frames: EncoderStream = self._encoder.stream(
            self._window, self.lookahead + self.step, local=self._is_local
        )

    def _push(self, mel: Mel) -> None:
        self._mel_made += len(mel)
        self._mel = np.concatenate((self._mel, mel))

    def _work(self) -> None:
        """All whole steps."""
        factor = self._encoder.config.subsampling_factor
        while len(self._mel) >= (self._pending + self.step) * factor:
            count = self._pending + self.step
            self._step(count * factor, max(0, count - self.lookahead))

    def _step(self, mel_frames: int, keep: int) -> None:
        """Hear the first mel frames of what is not final; `keep` encoder frames become final."""
        factor = self._encoder.config.subsampling_factor
        region = self._mel[:mel_frames]
        self._statistics.add(region[self._pending * factor :])
        features = self._frames.step(mx.array(self._statistics.normalise(region))[None], keep)
        if keep:
            end = self._final + keep
            said, self._progress = self._decoder.greedy(features[:, :keep], [end], self._progress, self._final)
            self._settle(self._timed(said[0]))
        self._final += keep
        self._pending = features.shape[1] - keep
        # A copy: a slice would hold on to the whole.
        self._ahead = mx.contiguous(features[:, keep:]) if self._pending else None
        self._draft = None
        self._mel = self._mel[keep * factor :].copy()

    def _end_part(self) -> None:
        self._push(self._mel_stream.finish())
        self._work()
        if len(self._mel):
            self._step(len(self._mel), self._encoder.frames(len(self._mel)))
        self._end_word(self.heard_s)

    def _timed(self, emissions: Sequence[Emission]) -> list[Token]:
        return timed(emissions, self._config.vocabulary, self._config.frame_s, self._begin_s)

    def _settle(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            self._stable.append(token)
            if begins_word(token.text, self._open_word):
                self._end_word(token.start_s)
            self._open_word.append(token)

    def _end_word(self, end_s: float) -> None:
        for word in words_of(self._open_word, end_s, is_beginning=self._is_wordless):
            self._words.append(word)
            self._is_wordless = False
            if self._open_sentence and is_over(self._open_sentence, word, self._rules):
                self._sentences.append(segment_of(self._open_sentence))
                self._open_sentence = []
            self._open_sentence.append(word)
        self._open_word = []

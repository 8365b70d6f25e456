"""A loaded Parakeet: speech in batches, utterances, streams. Lives on one thread; holds no stream's state."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import mlx.core as mx
import numpy as np

from engine.errors import OptionError
from engine.stt.base import Recognizer, last
from engine.stt.parakeet import frontend
from engine.stt.parakeet.attention import Window
from engine.stt.parakeet.checkpoint import load_parts
from engine.stt.parakeet.config import ParakeetConfig
from engine.stt.parakeet.ctc import Ctc
from engine.stt.parakeet.decoder import Decoder
from engine.stt.parakeet.encoder import Encoder
from engine.stt.parakeet.stream import CONTEXT, ParakeetStream
from engine.stt.parakeet.tokens import SentenceRules, segment_of, timed, words_of
from engine.stt.parakeet.transducer import Transducer
from engine.stt.parakeet.utterance import ParakeetUtterance
from engine.types import Samples, Segment, Word

SILENCE = 3e-4  # of full scale, -70 dB; a region that never is louder has no words in it
BATCH_S = 120.0  # of sound in one pass of the encoder, padding counted


class Parakeet(Recognizer):
    """One checkpoint.

    Attributes:
        config: what its config.json says.
        encoder: sound to frames.
        decoder: frames to tokens.
    """

    max_region_s = 30.0
    batch_s = BATCH_S
    takes_steps = True

    def __init__(self, config: ParakeetConfig, encoder: Encoder, decoder: Decoder) -> None:
        self.config = config
        self.encoder = encoder
        self.decoder = decoder
        self.sample_rate = config.mel.sample_rate
        self.languages = config.languages

    @classmethod
    def from_folder(cls, folder: Path, dtype: mx.Dtype | None = None) -> "Parakeet":
        """Load a checkpoint's folder; the precision is the machine's choice when none is named.

        Raises:
            WeightsError: damaged, or not Parakeet's.
        """
        config = ParakeetConfig.read(folder)
        parts = load_parts(folder, config, dtype)
        encoder = Encoder(parts, config.encoder)
        return cls(config, encoder, Ctc(parts, config) if config.kind == "ctc" else Transducer(parts, config))

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """Decode speech regions together, each float32 [n]; one Segment each, times from the region's own start.

        Raises:
            OptionError: a language it does not know.
        """
        return last(self.recognize_steps(regions, language))

    def recognize_steps(self, regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        """The same, with a pause after every layer and every token in which others may have their turn.

        Raises:
            OptionError: a language it does not know.
        """
        self.check_language(language)
        sounds = [frontend.sound(region) for region in regions]
        hop = self.config.mel.hop_length
        segments = [segment_of(())] * len(sounds)
        audible = [i for i, sound in enumerate(sounds) if len(sound) >= hop and float(np.abs(sound).max()) > SILENCE]
        for batch in self._batches(audible, sounds):
            words = yield from self._decode([sounds[i] for i in batch])
            for index, found in zip(batch, words, strict=True):
                segments[index] = segment_of(found)
        return segments

    def stream(
        self,
        context_size: Window = CONTEXT,
        depth: int = 1,
        *,
        keep_original_attention: bool = False,
        decoding: SentenceRules | None = None,
    ) -> ParakeetStream:
        """Begin a live stream; several may be open at once. See `ParakeetStream`.

        Raises:
            OptionError: a context or a depth no stream can have.
        """
        return ParakeetStream(
            self.config,
            self.encoder,
            self.decoder,
            context_size,
            depth,
            keep_original_attention=keep_original_attention,
            decoding=decoding,
        )

    def utterance(self, language: str) -> ParakeetUtterance:
        """Begin a streaming decode of one utterance.

        Raises:
            OptionError: a language it does not know.
        """
        self.check_language(language)

        def whole(samples: Samples) -> Generator[None, None, Sequence[Word]]:
            segments = yield from self.recognize_steps((samples,), language)
            return segments[0].words

        return ParakeetUtterance(self.stream(), whole)

    def check_language(self, language: str) -> None:
        """Refuse what the model does not know; "" is whatever is spoken.

        Raises:
            OptionError: another language.
        """
        if language and language.lower().replace("_", "-").partition("-")[0] not in self.languages:
            only = {"en": "English only", "ja": "Japanese only"}
            known = f"{len(self.languages)} languages of Europe"
            if len(self.languages) == 1:
                known = only[self.languages[0]]
            raise OptionError(f"This Parakeet understands {known}, not {language[:40]}. Choose another model.")

    def close(self) -> None:
        """Give back MLX's cache."""
        mx.clear_cache()

    def _batches(self, indices: Sequence[int], sounds: Sequence[Samples]) -> Iterator[list[int]]:
        """Regions of like length together, as many as fit."""
        batch: list[int] = []
        for index in sorted(indices, key=lambda i: len(sounds[i]), reverse=True):
            if batch and (len(batch) + 1) * len(sounds[batch[0]]) > BATCH_S * self.sample_rate:
                yield batch
                batch = []
            batch.append(index)
        if batch:
            yield batch

    def _decode(self, sounds: Sequence[Samples]) -> Generator[None, None, list[list[Word]]]:
        mels = [frontend.normalised(self.config.mel(sound)) for sound in sounds]
        lengths = [len(mel) for mel in mels]
        rows = np.zeros((len(mels), max(lengths), self.config.mel.n_mels), dtype=np.float32)
        for row, mel in zip(rows, mels, strict=True):
            row[: len(mel)] = mel
        yield
        features = yield from self.encoder.steps(mx.array(rows), lengths)
        ends = [self.encoder.frames(length) for length in lengths]
        start = self.decoder.start(len(ends))
        said, _ = yield from self.decoder.steps(features, ends, start)
        return [
            words_of(timed(row, self.config.vocabulary, self.config.frame_s), len(sound) / self.sample_rate)
            for row, sound in zip(said, sounds, strict=True)
        ]

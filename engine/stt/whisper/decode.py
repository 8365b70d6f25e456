"""Windows of sound to tokens of text: a batch of rows, greedy first, by chance where that fails, never encoded twice.

A row that has ended leaves the batch. The next step is under way before the tokens of the last are looked at, and that
look is the only wait. What is drawn by chance depends on the row's own seed: a row says the same in any company.

Source: OpenAI, whisper/decoding.py and transcribe.py (MIT).
"""

import zlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import mlx.core as mx

from engine.nn.smooth import log_sum_exp
from engine.spacing import parted
from engine.stt.whisper.belief import DOUBTS, Doubts
from engine.stt.whisper.contract import Network, State
from engine.stt.whisper.guess import GuessChecker, Text
from engine.stt.whisper.languages import CODES
from engine.stt.whisper.rules import Rules, Said
from engine.stt.whisper.tokenizer import WhisperTokenizer
from engine.stt.whisper.work import Work

TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_TURN = 4  # tokens between two chances for others
_MOST_BEFORE = 64  # tokens
_AGAIN = 4  # words that are the same as before are no chance
_FIRST_TOKENS, _TOKENS_PER_S = 24, 12  # nobody says more in so short a time; a loop would


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How windows become text.

    Attributes:
        language: a code of `languages`; "" finds out.
        translates: English text, whatever is spoken.
        prompt: text tokens that stand before the window's own: names, spelling, style.
        before: text tokens of what was said before the window; left out again where they lead the model astray.
        guess: text tokens that a single window probably begins with; the text does not depend on them, the time does.
        temperatures: tried one after the other until a text looks sound; 0.0 takes the likeliest.
        with_stamps: let the model say times, which keeps it to the sound.
        max_compression: a text that packs better than this repeats itself.
        min_logprob: a text less sure than this, on average a token, is doubted.
        silence: where silence is likelier than this and the text is doubted, nothing was said.
        max_tokens: the longest text of a window; None is half of the decoder's memory.
        context_s: how much the encoder hears at least, silence behind the sound. None is all it can, 30 s, as it was
            trained; less costs less, and may cost words.
        draft_context_s: the same for words that will be heard again.
        doubts: what a text of little voice needs to be believed; None believes all.
    """

    language: str = ""
    translates: bool = False
    prompt: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    guess: tuple[int, ...] = ()
    temperatures: tuple[float, ...] = TEMPERATURES
    with_stamps: bool = True
    max_compression: float = 2.4
    min_logprob: float = -1.0
    silence: float = 0.6
    max_tokens: int | None = None
    context_s: float | None = None
    draft_context_s: float | None = 10.0
    doubts: Doubts | None = DOUBTS


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of one window.

    Attributes:
        tokens: without the end, with the times.
        language: a code of `languages`.
        logprob: of a token, on average.
        no_speech: how likely it is that nobody spoke.
        compression: how well the text packs; a loop packs well.
        temperature: at which it was said.
    """

    tokens: tuple[int, ...]
    language: str
    logprob: float
    no_speech: float
    compression: float
    temperature: float


class WindowDecoder:
    """Decodes with one network. Lives on its thread; holds no state of a window."""

    def __init__(
        self,
        network: Network,
        tokenizer: WhisperTokenizer,
        suppressed: Sequence[int] | None = None,
        work: Work | None = None,
    ) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._special = tokenizer.special
        never = tokenizer.not_speech() if suppressed is None else suppressed
        self._rules = Rules(self._special, never, tokenizer.encode(" "))
        self._work = work or Work()
        self._checker = GuessChecker(network, self._special, self._rules, self._work)

    def decode(
        self, state: State, options: DecodeOptions, seeds: Sequence[int], lengths_s: Sequence[float]
    ) -> Generator[None, None, list[Decoded]]:
        """The texts of a batch of windows.

        Args:
            state: of the encoded windows, before any token; it stays as it is.
            options: the same for all rows.
            seeds: a number for each row, of its own sound.
            lengths_s: seconds of sound in each row.

        Yields:
            None, every few tokens.
        """
        languages = self._languages(state, options, len(seeds))
        yield
        best: dict[int, Decoded] = {}
        doubted = list(range(len(seeds)))
        alone = replace(options, before=())
        first = [(options, options.temperatures[0])] if options.before else []
        for told, temperature in [*first, *((alone, temperature) for temperature in options.temperatures)]:
            attempt = _Attempt(state.fresh(doubted), [self.prefix(languages[row], told) for row in doubted])
            most = [self._most(options, lengths_s[row], len(attempt.prefixes[0])) for row in doubted]
            if options.guess and temperature == 0 and len(seeds) == 1:
                said = [(yield from self._checked(attempt, told, most[0]))]
            else:
                said = yield from self._attempt(attempt, told, temperature, [seeds[row] for row in doubted], most)
            still: list[int] = []
            for row, (tokens, logprob, no_speech) in zip(doubted, said, strict=True):
                text = self._tokenizer.decode(tokens)
                found = Decoded(tokens, languages[row], logprob, no_speech, compression(text), temperature)
                if told.before and (not _is_sound(found, options) or self._says_again(tokens, told.before)):
                    # What was said before may have led it there; nothing of this is believed.
                    still.append(row)
                    continue
                if row not in best or _rank(found, options) > _rank(best[row], options):
                    best[row] = found
                if not _is_sound(found, options):
                    still.append(row)
            doubted = still
            if not doubted:
                break
        return [_settled(best[row], options) for row in range(len(seeds))]

    def prefix(self, language: str, options: DecodeOptions) -> list[int]:
        """The tokens before the text: what was said before, the language, the task."""
        special = self._special
        prefix = [special.start]
        if special.is_multilingual:
            task = special.translate if options.translates else special.transcribe
            prefix += [special.first_language + CODES.index(language), task]
        if not options.with_stamps:
            prefix.append(special.no_stamps)
        room = self._network.config.n_text_ctx // 2 - 1 - len(prefix)
        prompt = list(options.prompt)[-max(0, room) :] if room > 0 else []
        left = min(_MOST_BEFORE, room - len(prompt))
        prompt += options.before[-left:] if left > 0 else ()
        return [special.start_of_previous, *prompt, *prefix] if prompt else prefix

    def _says_again(self, tokens: Sequence[int], before: Sequence[int]) -> bool:
        """Whether a text begins with what was just said before it, or is nothing else."""
        said, last = _folded(self._tokenizer.decode(tokens)), _folded(self._tokenizer.decode(before))
        count = min(_AGAIN, len(said))
        return count > 1 and any(last[at : at + count] == said[:count] for at in range(len(last) - count + 1))

    def _languages(self, state: State, options: DecodeOptions, rows: int) -> list[str]:
        """What is spoken in each row."""
        special = self._special
        if not special.is_multilingual:
            return ["en"] * rows
        if options.language:
            return [options.language] * rows
        tokens = mx.full((rows, 1), special.start, dtype=mx.int32)
        hidden = self._network.hidden(tokens, state.fresh(range(rows)))
        self._work.decoder_passes += 1
        count = min(special.languages, len(CODES))
        scores = self._network.logits(hidden[:, -1])[:, special.first_language : special.first_language + count]
        return [CODES[at] for at in _ints(mx.argmax(scores, axis=-1))]

    def _most(self, options: DecodeOptions, length_s: float, prefix: int) -> int:
        """How many tokens a row may have."""
        room = self._network.config.n_text_ctx
        likely = _FIRST_TOKENS + int(_TOKENS_PER_S * length_s)
        return max(1, min(options.max_tokens or room // 2, room - prefix, likely))

    def _checked(self, attempt: "_Attempt", options: DecodeOptions, most: int) -> Generator[None, None, Text]:
        return self._checker.decode(attempt.state, attempt.prefixes[0], options.guess, most, options.with_stamps)

    def _attempt(
        self,
        attempt: "_Attempt",
        options: DecodeOptions,
        temperature: float,
        seeds: Sequence[int],
        most: Sequence[int],
    ) -> Generator[None, None, list[Text]]:
        """Of each row its tokens, its mean log-probability and how likely silence is."""
        network, special, state = self._network, self._special, attempt.state
        prefix = mx.array(attempt.prefixes, dtype=mx.int32)
        hidden = network.hidden(prefix, state)
        self._work.decoder_passes += 1
        start = attempt.prefixes[0].index(special.start)
        silence = mx.softmax(network.logits(hidden[:, start]), axis=-1)[:, special.no_speech]
        said = Said.nothing(len(seeds))
        draw = _Draw(temperature, seeds)
        ruled = self._rules(network.logits(hidden[:, -1]), said, True, options.with_stamps)
        token, score = draw(ruled)
        mx.async_eval(token, score, silence)
        texts: list[list[int]] = [[] for _ in seeds]
        sums = [0.0] * len(seeds)
        rows = list(range(len(seeds)))
        for step in range(1, max(most) + 1):
            said = said.then(token, special.first_stamp)
            ahead: tuple[mx.array, mx.array] | None = None
            if step < max(most[row] for row in rows):
                hidden = network.hidden(token[:, None], state)
                self._work.decoder_passes += 1
                ruled = self._rules(network.logits(hidden[:, 0]), said, False, options.with_stamps)
                ahead = draw(ruled)
                mx.async_eval(*ahead, *said.held())
            keep: list[int] = []
            for at, (row, one, logprob) in enumerate(zip(rows, _ints(token), _floats(score), strict=True)):
                sums[row] += logprob
                if one != special.end:
                    texts[row].append(one)
                    if len(texts[row]) < most[row]:
                        keep.append(at)
            if not keep or ahead is None:
                break
            token, score = ahead
            if len(keep) < len(rows):
                index = mx.array(keep)
                state.rows(keep)
                draw.rows(keep)
                said, token, score = said.rows(index), token[index], score[index]
                rows = [rows[at] for at in keep]
            if step % _TURN == 0:
                yield
        return [
            (tuple(text), total / (len(text) + 1), chance)
            for text, total, chance in zip(texts, sums, _floats(silence), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Attempt:
    state: State
    prefixes: list[list[int]]


class _Draw:
    """Takes a token of each row: the likeliest, or one by chance."""

    def __init__(self, temperature: float, seeds: Sequence[int]) -> None:
        self._temperature = temperature
        # A row has its own chance, whoever is beside it.
        self._keys = [mx.random.key((seed ^ zlib.crc32(f"{temperature:g}".encode())) & 0xFFFFFFFF) for seed in seeds]

    def __call__(self, scores: mx.array) -> tuple[mx.array, mx.array]:
        """float32 [rows, n_vocab] -> the tokens and their log-probabilities, [rows] each."""
        wanted = scores
        if self._temperature > 0:
            pairs = [mx.random.split(key) for key in self._keys]
            self._keys = [pair[0] for pair in pairs]
            chance = mx.stack([mx.random.gumbel((scores.shape[1],), key=pair[1]) for pair in pairs])
            wanted = scores / self._temperature + chance
        token = mx.argmax(wanted, axis=-1).astype(mx.int32)
        score = mx.take_along_axis(scores, token[:, None], axis=-1)[:, 0] - log_sum_exp(scores)[:, 0]
        return token, score

    def rows(self, index: Sequence[int]) -> None:
        """Only these rows go on."""
        self._keys = [self._keys[at] for at in index]


def compression(text: str) -> float:
    """How well a text packs; above 2.4 it repeats itself."""
    plain = text.encode()
    return len(plain) / len(zlib.compress(plain)) if plain else 0.0


def _folded(text: str) -> list[str]:
    return [folded for part in parted(text) if (folded := "".join(filter(str.isalnum, part.text.casefold())))]


def without_loops(tokens: Sequence[int], times: int = 3) -> tuple[int, ...]:
    """A text whose end says the same again and again, with that said once."""
    kept = list(tokens)
    for length in range(1, len(kept) // times + 1):
        loop = kept[-length:]
        count = 1
        while kept[-length * (count + 1) : -length * count] == loop:
            count += 1
        if count >= times:
            return tuple(kept[: len(kept) - length * (count - 1)])
    return tuple(kept)


def _ints(array: mx.array) -> list[int]:
    return cast("list[int]", array.tolist())


def _floats(array: mx.array) -> list[float]:
    return cast("list[float]", array.tolist())


def _is_silence(found: Decoded, options: DecodeOptions) -> bool:
    return found.no_speech > options.silence and found.logprob < options.min_logprob


def _is_sound(found: Decoded, options: DecodeOptions) -> bool:
    """Whether there is no need to try again."""
    if _is_silence(found, options):
        return True
    return found.compression <= options.max_compression and found.logprob >= options.min_logprob


def _rank(found: Decoded, options: DecodeOptions) -> tuple[bool, bool, float]:
    return (_is_sound(found, options), found.compression <= options.max_compression, found.logprob)


def _settled(found: Decoded, options: DecodeOptions) -> Decoded:
    """What is believed in the end: nothing of a silence, and a loop once."""
    if _is_silence(found, options):
        return replace(found, tokens=())
    if found.compression > options.max_compression:
        return replace(found, tokens=without_loops(found.tokens))
    return found

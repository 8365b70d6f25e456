"""The likeliest text of one window, where most of it is known before: a guess is checked in one pass of the decoder.

Live, the sound of the last answer is heard again with a little more behind it, and nearly always the same is said of
it. The tokens of the last answer go through the decoder together; as far as each is the likeliest after those before
it, it stands, and only what differs is decoded one by one. What is said is what would have been said without a guess.

Source: Y. Leviathan, M. Kalman, Y. Matias, "Fast Inference from Transformers via Speculative Decoding" (2023), greedy,
with the last answer for the quick model.
"""

from collections.abc import Generator, Sequence
from itertools import takewhile
from typing import cast

import mlx.core as mx

from engine.nn.smooth import log_sum_exp
from engine.stt.whisper.contract import Network, State
from engine.stt.whisper.rules import Rules, Said
from engine.stt.whisper.tokens import SpecialTokens
from engine.stt.whisper.work import Work

Text = tuple[tuple[int, ...], float, float]
_TURN = 4  # passes between two chances for others


class GuessChecker:
    """Decodes single windows with one network. Lives on its thread; holds no state of a window."""

    def __init__(self, network: Network, special: SpecialTokens, rules: Rules, work: Work) -> None:
        self._network = network
        self._special = special
        self._rules = rules
        self._work = work

    def decode(
        self, state: State, prefix: Sequence[int], guess: Sequence[int], most: int, with_stamps: bool
    ) -> Generator[None, None, Text]:
        """The likeliest tokens, their mean log-probability and how likely silence is.

        Args:
            state: of the encoded window, before any token; it is used up.
            prefix: the tokens before the text.
            guess: tokens of text, no times among them; wrong ones cost time and nothing else.
            most: the longest text, in tokens.
            with_stamps: whether the model may say times.

        Yields:
            None, every few tokens.
        """
        first_stamp, end = self._special.first_stamp, self._special.end
        text: list[int] = []
        total, silence, turns = 0.0, 0.0, 0
        fed, left = list(prefix), list(guess)
        while True:
            left = left[: max(0, most - len(text) - 2)]
            # Before the text comes a time, if it comes with times, and mostly this one.
            times = [first_stamp] if with_stamps and not text else []
            ahead = [*times, *left]
            hidden = self._network.hidden(mx.array([[*fed, *ahead]], dtype=mx.int32), state)
            self._work.decoder_passes += 1
            if not text:
                silence = self._silence(hidden[0, fed.index(self._special.start)])
            tokens, scores = self._likeliest(hidden[0, len(fed) - 1 :], text, ahead, with_stamps)
            agreed = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(tokens, ahead, strict=False)))
            state.shorten(len(ahead) - agreed)
            total += sum(scores[: agreed + 1])
            text += tokens[: agreed + 1]
            if text[-1] == end or len(text) >= most:
                break
            # A time between two words leaves the guess as good as it was; another word begins another text.
            left = left[max(0, agreed - len(times)) :] if text[-1] >= first_stamp else []
            fed = text[-1:]
            turns += 1
            if turns % _TURN == 0:
                yield
        said = tuple(text[:-1] if text[-1] == end else text)
        return said, total / (len(said) + 1), silence

    def _silence(self, hidden: mx.array) -> float:
        chances = mx.softmax(self._network.logits(hidden), axis=-1)
        return cast("float", chances[self._special.no_speech].item())

    def _likeliest(
        self, hidden: mx.array, text: Sequence[int], ahead: Sequence[int], with_stamps: bool
    ) -> tuple[list[int], list[float]]:
        """After the text, and after each more of what is ahead: the likeliest token and its log-probability."""
        said = self._said([[*text, *ahead[:count]] for count in range(len(ahead) + 1)])
        logits = self._network.logits(hidden)
        if text:
            ruled = self._rules(logits, said, False, with_stamps)
        else:
            first = mx.array([0])
            ruled = self._rules(logits[:1], said.rows(first), True, with_stamps)
            if ahead:
                rest = mx.arange(1, len(ahead) + 1)
                ruled = mx.concatenate([ruled, self._rules(logits[1:], said.rows(rest), False, with_stamps)])
        token = mx.argmax(ruled, axis=-1)
        score = mx.take_along_axis(ruled, token[:, None], axis=-1)[:, 0] - log_sum_exp(ruled)[:, 0]
        mx.eval(token, score)
        return cast("list[int]", token.tolist()), cast("list[float]", score.tolist())

    def _said(self, texts: Sequence[Sequence[int]]) -> Said:
        """What matters of each of these texts."""
        padded = [[-1, -1, *text] for text in texts]
        stamps = [[-1, *(token for token in text if token >= self._special.first_stamp)] for text in texts]
        return Said(
            mx.array([text[-1] for text in padded], dtype=mx.int32),
            mx.array([text[-2] for text in padded], dtype=mx.int32),
            mx.array([text[-1] for text in stamps], dtype=mx.int32),
        )

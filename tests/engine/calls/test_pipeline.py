"""`KokoroPipeline`: what is read, how, and its sound."""

from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from engine import KokoroPipeline
from engine.calls.speaking import LoadedVoice
from engine.errors import ModelNotFound, OptionError


def test_each_part_with_its_phonemes_and_its_sound(kokoro: LoadedVoice) -> None:
    pipeline = KokoroPipeline(lang_code="a", model=kokoro, repo_id=kokoro.id)
    parts = list(pipeline("Good morning.\n\nThe harbour is still.", voice="af_heart", speed=1, split_pattern=r"\n+"))
    assert [graphemes for graphemes, _, _ in parts] == ["Good morning.", "The harbour is still."]
    assert parts[0].phonemes == "ɡˈʊd mˈɔɹnɪŋ."
    for (_, _, audio), result in zip(parts, kokoro.generate("Good morning.\n\nThe harbour is still."), strict=True):
        assert isinstance(audio, mx.array)
        assert audio.shape == (1, len(result.samples))
        assert np.array_equal(np.array(audio[0]), result.samples)


def test_the_language_is_heard_in_the_phonemes(kokoro: LoadedVoice) -> None:
    american, british = (next(KokoroPipeline(code, kokoro)("Aluminium.")).phonemes for code in ("a", "b"))
    assert american != british


@pytest.mark.parametrize(
    ("given", "error", "part"),
    [
        ({"lang_code": "q"}, OptionError, "no letter for a language"),
        ({"lang_code": "a", "repo_id": "nobody/nothing"}, ModelNotFound, "nobody/nothing"),
        (
            {"lang_code": "a", "repo_id": "espeak-ng"},
            OptionError,
            "eSpeak NG is none of the models that KokoroPipeline speaks with",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(given: Any, error: type[Exception], part: str) -> None:
    with pytest.raises(error, match=part):
        KokoroPipeline(**given)


def test_other_voices_read_no_phonemes(orpheus: LoadedVoice) -> None:
    with pytest.raises(OptionError, match="reads no phonemes"):
        orpheus.phonemes("Hello.")
    with pytest.raises(OptionError, match="orpheus is none"):
        KokoroPipeline("a", orpheus)

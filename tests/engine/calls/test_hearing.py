"""`generate` of a recogniser: whole and as a stream, of files and of arrays."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

import engine
from engine.audio.files.encode import write_file
from engine.audio.resample import resample
from engine.calls.hearing import LoadedRecogniser
from engine.calls.options import UnknownKeyword
from engine.errors import AudioFormatError, EngineError, OptionError
from engine.types import Samples
from tests.sixty_words import SAMPLE_RATE

Said = tuple[list[str], Samples]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, said: Said) -> Path:
    path = tmp_path_factory.mktemp("sound") / "said.wav"
    write_file(path, [resample(said[1], SAMPLE_RATE, 44100)], "wav", 44100)
    return path


def right(text: str, said: Said) -> bool:
    return len(set(text.split()) & set(said[0])) >= 0.8 * len(set(said[0]))


def test_a_whole_has_text_sentences_and_segments(parakeet: LoadedRecogniser, recording: Path, said: Said) -> None:
    heard = parakeet.generate(str(recording))
    assert right(heard.text, said)
    assert str(heard) == heard.text
    assert heard.language == "en"
    assert len(heard.sentences) == len(heard.segments) == 3
    for sentence, segment in zip(heard.sentences, heard.segments, strict=True):
        assert (segment["text"], segment.start, segment["end"]) == (sentence.text, sentence.start, sentence.end)
        assert sentence.duration == sentence.end - sentence.start > 0
        assert "".join(token.text for token in sentence.tokens).strip() == sentence.text
        assert [word["word"] for word in segment.words] == [token.text for token in sentence.tokens]
    starts = [token.start for token in heard.tokens]
    assert starts == sorted(starts)
    assert all(0 <= (token.confidence or 0) <= 1 for token in heard.tokens)
    assert parakeet.transcribe(recording).text == heard.text


def test_a_stream_joined_is_the_whole(parakeet: LoadedRecogniser, recording: Path) -> None:
    chunks = list(parakeet.generate(recording, stream=True))
    assert len(chunks) == 3
    assert "".join(map(str, chunks)) == "".join(chunk.text for chunk in chunks) == parakeet.generate(recording).text
    assert "".join(parakeet.stream_transcribe(audio=recording)) == parakeet.generate(recording).text
    assert [chunk.index for chunk in chunks] == [0, 1, 2]
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    assert chunks[1].text == f" {chunks[1].sentence.text}"


@pytest.mark.parametrize("kind", ["numpy", "mlx", "bfloat16", "list", "48000 Hz"])
def test_arrays_are_recordings_too(parakeet: LoadedRecogniser, said: Said, kind: str) -> None:
    sound = said[1]
    given: Any = {
        "numpy": sound,
        "mlx": mx.array(sound),
        "bfloat16": mx.array(sound).astype(mx.bfloat16),
        "list": sound.tolist(),
        "48000 Hz": resample(sound, SAMPLE_RATE, 48000),
    }[kind]
    heard = parakeet.generate(given, sample_rate=48000) if kind == "48000 Hz" else parakeet.generate(given)
    assert right(heard.text, said)


@pytest.mark.parametrize(
    ("audio", "given", "error", "part"),
    [
        (np.zeros((2, 3), np.float32), {}, AudioFormatError, "one row"),
        (np.ones(10, np.int16), {}, AudioFormatError, "int16"),
        ("none.wav", {}, AudioFormatError, "not there"),
        (np.zeros(10), {"sample_rate": 12}, AudioFormatError, "12 Hz"),
        (np.zeros(10), {"sample_rate": 16000.5}, OptionError, "sample_rate must be whole numbers"),
        (np.zeros(10), {"stream": 1}, OptionError, "stream must be True or False"),
        (np.zeros(10), {"translate": "yes"}, OptionError, "translate must be True or False"),
        (np.zeros(10), {"translate": True}, OptionError, "cannot translate"),
        (np.zeros(10), {"prompt": "Names"}, OptionError, "prompt"),
        (np.zeros(10), {"hotwords": [3]}, OptionError, "hotwords must be text"),
        (np.zeros(10), {"language": "en", "lang_code": "f"}, OptionError, "they mean the same"),
        (np.zeros(10), {"lang_code": "j"}, OptionError, "English only"),
        (np.zeros(10), {"languag": "en"}, UnknownKeyword, "did you mean language"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    parakeet: LoadedRecogniser, audio: Any, given: dict[str, Any], error: type[EngineError], part: str
) -> None:
    with pytest.raises(error, match=part) as refused:
        parakeet.generate(audio, **given)
    assert "\n" not in str(refused.value)


def test_what_does_nothing_is_told(parakeet: LoadedRecogniser, recording: Path) -> None:
    with pytest.warns(engine.Notice, match="left out max_tokens") as told:
        next(parakeet.stream_transcribe(recording, max_tokens=4096))
    assert told[0].filename == __file__
    with pytest.warns(engine.Notice, match="left out sample_rate"):
        next(parakeet.generate(recording, stream=True, sample_rate=8000))


def test_closing_a_stream_stops_the_model(parakeet: LoadedRecogniser, said: Said) -> None:
    chunks: Any = parakeet.generate(np.tile(said[1], 20), stream=True)
    next(chunks)
    chunks.close()
    assert list(chunks) == []

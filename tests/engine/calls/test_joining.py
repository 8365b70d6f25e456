"""`generate_audio`: which files, of what, and what is said of those that cannot be."""

import math
from pathlib import Path
from typing import Any

import pytest
import soundfile

import engine
from engine.calls.hearing import LoadedRecogniser
from engine.calls.speaking import LoadedVoice
from engine.errors import AudioFormatError, EngineError, ModelNotFound, OptionError

TWO = "One.\n\nTwo is here."


def test_a_file_for_each_paragraph_or_one_for_all(
    kokoro: LoadedVoice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = engine.generate_audio(TWO, model=kokoro, file_prefix=tmp_path / "hello", verbose=False)
    assert [path.name for path in parts] == ["hello_000.wav", "hello_001.wav"]
    assert capsys.readouterr().out == ""
    [whole] = engine.generate_audio(
        TWO, model=kokoro, file_prefix="hello", join_audio=True, output_path=tmp_path / "new"
    )
    assert whole == tmp_path / "new" / "hello.wav"
    assert soundfile.info(whole).frames > max(soundfile.info(part).frames for part in parts)
    assert capsys.readouterr().out.startswith(f"{whole}: ")


@pytest.mark.parametrize(("audio_format", "rate"), [("flac", 16000), ("wav", 48000), ("mp3", None), ("WAV", 8000)])
def test_formats_and_rates(kokoro: LoadedVoice, tmp_path: Path, audio_format: str, rate: int | None) -> None:
    [path] = engine.generate_audio(
        "One.", model=kokoro, file_prefix=tmp_path / "a", audio_format=audio_format, sample_rate=rate, verbose=False
    )
    assert path.suffix == f".{audio_format.lower()}"
    info = soundfile.info(path)
    assert info.samplerate == (rate or 24000)
    [result] = kokoro.generate("One.")
    assert info.duration == pytest.approx(result.duration_s, abs=0.1)


def test_the_model_may_be_named_or_left_out(kokoro: LoadedVoice, tmp_path: Path) -> None:
    pool = kokoro.pool
    for given in ({"model_path": kokoro.id}, {"model": Path(kokoro.id)}, {}, {"language": "Welsh"}):
        [path] = engine.generate_audio("One.", file_prefix=tmp_path / "a", verbose=False, pool=pool, **given)  # type: ignore[arg-type]
        assert soundfile.info(path).samplerate == (24000 if "language" not in given and given else 22050)
    assert kokoro.id in {one.id for one in pool.loaded()}


@pytest.mark.parametrize(
    ("given", "error", "part"),
    [
        ({"audio_format": "wmv"}, OptionError, "wmv"),
        ({"audio_format": 3}, OptionError, "audio_format must be text"),
        ({"sample_rate": 12}, AudioFormatError, "12"),
        ({"sample_rate": math.nan}, OptionError, "sample_rate must be a whole number"),
        ({"sample_rate": True}, OptionError, "sample_rate must be a whole number"),
        ({"join_audio": "no"}, OptionError, "join_audio must be True or False"),
        ({"verbose": 1}, OptionError, "verbose must be True or False"),
        ({"file_prefix": ""}, OptionError, "file_prefix"),
        ({"file_prefix": 3}, OptionError, "file_prefix"),
        ({"file_prefix": "nowhere/a"}, OptionError, "There is no folder nowhere"),
        ({"output_path": 3}, OptionError, "output_path must be a folder"),
        ({"model_path": "espeak-ng"}, OptionError, "model_path says espeak-ng and model says"),
        ({"file_prefx": "a"}, OptionError, "did you mean file_prefix?"),
        ({"stream": True}, OptionError, "generate_audio takes no stream"),
        ({"speed": 9}, OptionError, "speed"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_file(
    kokoro: LoadedVoice,
    given: dict[str, Any],
    error: type[EngineError],
    part: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=part) as refused:
        engine.generate_audio("One.", model=kokoro, **given)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_listens_cannot_speak(parakeet: LoadedRecogniser) -> None:
    with pytest.raises(ModelNotFound, match="listens; it cannot speak"):
        engine.generate_audio("One.", parakeet.id, pool=parakeet.pool)

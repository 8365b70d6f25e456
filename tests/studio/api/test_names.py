"""OpenAI's names, by whoever speaks."""

from pathlib import Path
from typing import Any

import pytest

from engine import registry
from engine.errors import ModelNotFound
from engine.tts.kokoro.best import BEST
from studio.api import names
from studio.library.voices.likeness import VOICES
from studio.settings import Settings
from tests.present import put


def settings(models_dir: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, models_dir=models_dir, **changes)  # type: ignore[call-arg]


@pytest.mark.parametrize("model", ["", "tts-1", "gpt-4o-mini-tts"])
def test_openais_names_are_good_voices_of_kokoro_each_another_one(tmp_path: Path, model: str) -> None:
    here = settings(put(tmp_path, "kokoro"))
    spoken = {name: names.speaker(here, model=model, voice=name).voice for name in VOICES}
    assert len(set(spoken.values())) == len(VOICES)
    assert set(spoken.values()) <= {voice.id for voice in registry.voices("kokoro")}
    assert spoken["alloy"] == BEST["en-us"]


@pytest.mark.parametrize("language", ["fr", "es", "hi", "it", "pt", "en-gb"])
def test_in_another_language_they_are_voices_of_it_and_of_their_sex(tmp_path: Path, language: str) -> None:
    here = settings(put(tmp_path, "kokoro"))
    sexes = {voice.id: voice.gender for voice in registry.voices("kokoro")}
    spoken: set[str] = set()
    for name, (_, english) in VOICES.items():
        who = names.speaker(here, model="tts-1", voice=name, language=language)
        assert who.model == "kokoro"
        assert who.voice == english or who.voice == BEST[who.language] or sexes[who.voice] == sexes[english]
        spoken.add(who.voice)
    if language != "en-gb":  # English is spoken by the voice that is meant
        own = {voice.id for voice in registry.voices("kokoro") if voice.language.startswith(language)}
        assert spoken == own, "all of them take turns"


def test_without_kokoro_they_are_timbres_of_espeak(tmp_path: Path) -> None:
    spoken = {name: names.speaker(settings(tmp_path), voice=name).voice for name in VOICES}
    assert len(set(spoken.values())) == len(VOICES)
    assert (spoken["alloy"], spoken["nova"]) == ("en-us", "en-us+f3")
    assert names.speaker(settings(tmp_path), voice="nova", language="de").voice == "de+f3"


def test_a_voice_that_a_folder_lacks_is_its_best_one(tmp_path: Path) -> None:
    here = settings(put(tmp_path, "mlx-community/Kokoro-82M-bf16", voices=("af_kore", "af_nova")))
    assert names.speaker(here, voice="nova").voice == "af_nova"
    assert names.speaker(here, voice="onyx").voice == "af_kore"


def test_a_name_that_does_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="whisper-1 does not speak"):
        names.speaker(settings(tmp_path), model="whisper-1")
    with pytest.raises(ModelNotFound, match="tts-1 does not transcribe"):
        names.listener("tts-1", settings(tmp_path))


def test_the_listening_names_are_whoever_listens(tmp_path: Path) -> None:
    assert names.listener("whisper-1", settings(tmp_path)).model == "pocketsphinx"
    here = settings(put(tmp_path, "whisper-base"))
    assert names.listener("whisper-1", here).model == "whisper-base"
    assert names.model_id("", "transcribe", here) == "whisper-base"

"""What a request names goes before what the settings name, and that before the rule."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelNotFound, VoiceError
from studio.library.listening import default_listener, listener
from studio.library.voices.dressed import beginning, default_speaker, dressed
from studio.settings import Settings
from tests.present import put
from tests.workers.books import PlainBook, PlainChapter

BF16 = "mlx-community/Kokoro-82M-bf16"
BLEND = "af_heart:0.6+am_michael:0.4"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return put(tmp_path, "kokoro", "whisper-base")


def settings(models_dir: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, models_dir=models_dir, **changes)  # type: ignore[call-arg]


def kept(family: str, voice: str) -> str:
    return BLEND if voice == "Evening" and family in ("", "kokoro") else voice


@pytest.mark.parametrize(
    ("set_to", "asked", "model", "voice"),
    [
        ({}, {}, "kokoro", "af_heart"),
        ({}, {"language": "de"}, "espeak-ng", "de"),
        ({}, {"text": "Привет"}, "espeak-ng", "ru"),
        ({}, {"voice": "bf_emma"}, "kokoro", "bf_emma"),
        ({}, {"voice": "Evening"}, "kokoro", BLEND),
        ({}, {"model": "espeak-ng"}, "espeak-ng", ""),
        ({}, {"model": "espeak-ng", "voice": "Evening"}, "espeak-ng", "Evening"),
        ({"voice": "am_adam"}, {}, "kokoro", "am_adam"),
        ({"voice": "en-us+f3"}, {}, "espeak-ng", "en-us+f3"),
        ({"voice": "Evening"}, {}, "kokoro", BLEND),
        ({"voice": "am_adam"}, {"language": "fr"}, "kokoro", "ff_siwis"),
        ({"voice": "am_adam"}, {"language": "en-gb"}, "kokoro", "am_adam"),
        ({"voice": "am_adam"}, {"text": "Привет"}, "espeak-ng", "ru"),
        ({"voice": "am_adam"}, {"hint": "it"}, "kokoro", "if_sara"),
        ({"voice": "am_adam"}, {"voice": "bf_emma"}, "kokoro", "bf_emma"),
        ({"voice": "am_adam"}, {"model": "espeak-ng"}, "espeak-ng", ""),
        ({"speak_model": "espeak-ng"}, {}, "espeak-ng", ""),
        ({"speak_model": "espeak-ng", "voice": "de+m3"}, {}, "espeak-ng", "de+m3"),
        ({"speak_model": "espeak-ng", "voice": "de+m3"}, {"model": "espeak-ng"}, "espeak-ng", "de+m3"),
        ({"speak_model": "espeak-ng", "voice": "de+m3"}, {"model": "kokoro"}, "kokoro", ""),
        ({"speak_model": BF16}, {"voice": "bf_emma"}, "kokoro", "bf_emma"),
        ({}, {"model": BF16, "voice": "Evening", "exact": True}, BF16, BLEND),
        ({}, {"model": BF16, "voice": "nova", "exact": True}, BF16, "af_nova"),
    ],
)
def test_who_speaks(models: Path, set_to: dict[str, str], asked: dict[str, Any], model: str, voice: str) -> None:
    who = dressed(settings(models, **set_to), own=kept, **asked)
    assert (who.model, who.voice) == (model, voice)


def test_a_blend_keeps_the_name_its_person_gave_it(models: Path) -> None:
    who = dressed(settings(models), voice="Evening", own=kept)
    assert (who.named, who.voice) == ("Evening", BLEND)


def test_what_cannot_be_had_is_told_to_who_asks_and_passed_over_where_nobody_does(models: Path) -> None:
    for wrong, error in (({"voice": "nobody"}, VoiceError), ({"speak_model": "no/thing"}, ModelNotFound)):
        with pytest.raises(error):
            dressed(settings(models, **wrong))
        assert default_speaker(settings(models, **wrong)).model == "kokoro"


def test_who_listens(models: Path, tmp_path: Path) -> None:
    assert listener(settings(models)).model == "whisper-base"
    assert listener(settings(models), model="pocketsphinx").model == "pocketsphinx"
    assert listener(settings(models, transcribe_model="pocketsphinx"), language="en").notice != ""
    assert default_listener(settings(tmp_path / "empty")).model == "pocketsphinx"


def test_as_much_of_a_book_is_looked_at_as_its_language_needs() -> None:
    book = PlainBook("A", (), "", None, (PlainChapter("1", ("a" * 15_000, "b" * 15_000)), PlainChapter("2", ("c",))))
    found = beginning(book)
    assert found.startswith("a") and "b" in found and "c" not in found
    assert len(found) <= 20_001

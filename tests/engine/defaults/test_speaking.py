"""Who speaks where nobody named a model, as a rule on what is here, what is asked and what the text is written in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import registry
from engine.defaults import speaking, who_speaks
from engine.errors import ModelNotDownloaded, ModelNotFound, VoiceError
from engine.text.g2p import extras
from engine.tts.kokoro.best import BEST
from engine.tts.kokoro.voices import described
from engine.tts.kokoro.voices import voices as kokoro_voices
from tests.engine.defaults.conftest import Have

BF16 = "mlx-community/Kokoro-82M-bf16"


@pytest.fixture
def all_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "missing", lambda _: None)


@pytest.fixture
def no_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "missing", lambda tag: extras.EXTRAS.get(tag))


def test_the_table_of_best_voices_has_each_language_of_kokoro_once() -> None:
    assert set(BEST) == set(registry.find("kokoro").languages)
    assert {described(voice).language: voice for voice in BEST.values()} == BEST
    assert set(BEST.values()) <= {voice.id for voice in kokoro_voices()}


@pytest.mark.usefixtures("all_extras")
@pytest.mark.parametrize(
    ("written", "model", "voice", "language"),
    [
        ("", "kokoro", "af_heart", "en-us"),
        ("en", "kokoro", "af_heart", "en-us"),
        ("English", "kokoro", "af_heart", "en-us"),
        ("eng", "kokoro", "af_heart", "en-us"),
        ("en_GB", "kokoro", "bf_emma", "en-gb"),
        ("en-AU", "kokoro", "bf_emma", "en-gb"),
        ("en-ca", "kokoro", "af_heart", "en-us"),
        ("fr", "kokoro", "ff_siwis", "fr-fr"),
        ("fr-FR", "kokoro", "ff_siwis", "fr-fr"),
        ("FRENCH", "kokoro", "ff_siwis", "fr-fr"),
        ("pt", "kokoro", "pf_dora", "pt-br"),
        ("es-MX", "kokoro", "ef_dora", "es"),
        ("ja-JP", "kokoro", "jf_alpha", "ja"),
        ("zh-Hans-CN", "kokoro", "zm_yunxi", "zh"),
        ("cmn", "kokoro", "zm_yunxi", "zh"),
        ("Chinese", "kokoro", "zm_yunxi", "zh"),
        ("yue", "espeak-ng", "yue", "yue"),
        ("de-AT", "espeak-ng", "de", "de-at"),
        ("Russian", "espeak-ng", "ru", "ru"),
        ("cy", "espeak-ng", "cy", "cy"),
    ],
)
def test_kokoro_speaks_the_languages_it_has_and_espeak_all_others(
    have: Have, written: str, model: str, voice: str, language: str
) -> None:
    speaker = who_speaks(written, have("kokoro"))
    assert (speaker.model, speaker.voice, speaker.language, speaker.notice) == (model, voice, language, "")


@given(st.sampled_from(registry.find("espeak-ng").languages))
def test_every_language_of_espeak_has_somebody_who_speaks_it(language: str) -> None:
    speaker = who_speaks(language, Path("/nowhere"))
    assert speaker.model == "espeak-ng"
    assert speaker.voice.split("-")[0] == language.split("-")[0]


@pytest.mark.usefixtures("all_extras")
@pytest.mark.parametrize("language", ["", "fr", "ja"])
def test_without_the_natural_voice_espeak_speaks_and_says_what_to_get(tmp_path: Path, language: str) -> None:
    speaker = who_speaks(language, tmp_path)
    assert (speaker.model, speaker.lacks) == ("espeak-ng", "natural")
    assert "`studio models get natural`" in speaker.notice


def test_what_kokoro_could_not_speak_anyway_is_no_reason_to_speak_of_it(tmp_path: Path) -> None:
    assert who_speaks("de", tmp_path).notice == ""


def test_half_a_natural_voice_does_not_speak(have: Have) -> None:
    models = have("kokoro")
    (models / "natural" / "kokoro" / "config.json").unlink()
    assert who_speaks("", models).model == "espeak-ng"


def test_the_natural_set_goes_before_a_downloaded_kokoro_and_that_before_espeak(have: Have) -> None:
    models = have(BF16)
    assert who_speaks("", models).model == BF16
    have("kokoro")
    assert who_speaks("", models).model == "kokoro"


def test_a_folder_without_the_best_voice_speaks_with_the_next_one_it_has(have: Have) -> None:
    models = have(BF16, voices=("af_kore", "am_adam", "em_alex"))
    assert who_speaks("", models).voice == "af_kore"
    assert who_speaks("es", models).voice == "em_alex"
    assert who_speaks("it", models).model == "espeak-ng"
    assert who_speaks("es", models, model=BF16).voice == "em_alex"


@pytest.mark.usefixtures("no_extras")
@pytest.mark.parametrize(("language", "size"), [("ja", "111 MB"), ("zh", "20 MB")])
def test_without_what_reads_it_espeak_speaks_and_says_how_much_it_is(have: Have, language: str, size: str) -> None:
    speaker = who_speaks(language, have("kokoro"))
    assert (speaker.model, speaker.lacks) == ("espeak-ng", language)
    assert size in speaker.notice and "studio models get" in speaker.notice


@pytest.mark.usefixtures("all_extras")
@pytest.mark.parametrize(
    ("text", "model", "language"),
    [
        ("Привет, мир.", "espeak-ng", "ru"),
        ("Вітаю, світе.", "espeak-ng", "uk"),
        ("مرحبا بالعالم", "espeak-ng", "ar"),
        ("今日は良い天気です。", "kokoro", "ja"),
        ("今天天气很好。", "kokoro", "zh"),
        ("नमस्ते", "kokoro", "hi"),
    ],
)
def test_letters_decide_where_no_language_is_named(have: Have, text: str, model: str, language: str) -> None:
    speaker = who_speaks("", have("kokoro"), text=text)
    assert (speaker.model, speaker.language) == (model, language)
    assert speaker.notice.startswith("The text is in ")
    named = who_speaks("fr", have("whisper-base"), text=text)
    assert (named.language, named.notice) == ("fr-fr", ""), "what is named goes before"


@pytest.mark.parametrize("text", ["Hello.", "Élan vital.", "12:45", "", "A Cyrillic Д in it."])
def test_latin_letters_are_english_unless_a_document_says_otherwise(have: Have, text: str) -> None:
    models = have("kokoro")
    assert who_speaks("", models, text=text).voice == "af_heart"
    assert who_speaks("", models, text=text, hint="fr").voice == "ff_siwis"
    assert who_speaks("", models, text=text, hint="de-DE").voice == "de"
    assert who_speaks("", models, text=text, hint="nobody's").voice == "af_heart"


def test_letters_go_before_what_a_document_says(have: Have) -> None:
    assert who_speaks("", have("kokoro"), text="Война и мир", hint="en").voice == "ru"


@pytest.mark.parametrize(
    ("voice", "model"),
    [
        ("af_heart", "kokoro"),
        ("af_heart:0.6+am_michael:0.4", "kokoro"),
        ("bf_emma + am_adam", "kokoro"),
        ("en-us", "espeak-ng"),
        ("en-us+f3", "espeak-ng"),
        ("fr", "espeak-ng"),
        ("De", "espeak-ng"),
    ],
)
def test_a_voice_alone_names_the_model_that_has_it(have: Have, voice: str, model: str) -> None:
    speaker = who_speaks("", have("kokoro"), voice=voice)
    assert (speaker.model, speaker.voice, speaker.notice) == (model, voice, "")


def test_a_voice_of_a_model_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelNotDownloaded, match="studio models get natural"):
        who_speaks("", tmp_path, voice="af_heart")
    with pytest.raises(ModelNotDownloaded, match=r"Orpheus.*studio models get mlx-community/orpheus"):
        who_speaks("", tmp_path, voice="tara")


@pytest.mark.parametrize("voice", ["bob", "af_heart+bob", "+", ":", "x" * 5000, "\0"])
def test_a_voice_nobody_has_is_one_sentence(have: Have, voice: str) -> None:
    with pytest.raises(VoiceError, match="No model here has a voice"):
        who_speaks("", have("kokoro"), voice=voice)


@pytest.mark.parametrize("language", ["xx-nope", "x" * 5000, "🎉"])
def test_a_language_nobody_speaks_is_one_sentence(have: Have, language: str) -> None:
    with pytest.raises(VoiceError):
        who_speaks(language, have("kokoro"))


@pytest.mark.usefixtures("all_extras")
def test_a_named_model_speaks_and_what_was_left_out_is_filled_in(have: Have, tmp_path: Path) -> None:
    models = have("kokoro")
    assert who_speaks("", models, model="kokoro") == speaking.Speaker("kokoro", "", "")
    assert who_speaks("pt", models, model="kokoro") == speaking.Speaker("kokoro", "pf_dora", "pt-br")
    assert who_speaks("", models, model="kokoro", text="こんにちは").voice == "jf_alpha"
    assert who_speaks("", models, model="kokoro", text="Привет").language == "", "it refuses by itself"
    assert who_speaks("", models, model="espeak-ng", text="Привет").language == "ru"
    assert who_speaks("", models, model="kokoro", voice="am_adam", text="नमस्ते").language == "hi"
    assert who_speaks("de", models, model="espeak-ng", voice="en-us").voice == "en-us"
    assert who_speaks("fr", tmp_path / "empty", model="kokoro").model == "kokoro", "the pool says that it is not here"
    with pytest.raises(ModelNotFound):
        who_speaks("", models, model="nobody/nothing")


def test_a_kokoro_that_is_not_here_is_stood_in_for_by_one_that_is(have: Have, tmp_path: Path) -> None:
    models = have("kokoro")
    speaker = who_speaks("", models, model=BF16.lower(), voice="am_adam")
    assert (speaker.model, speaker.voice) == ("kokoro", "am_adam")
    assert speaker.notice == f"{BF16} is not on this machine, so kokoro, which has the same voices, speaks instead."
    assert who_speaks("fr", models, model=BF16).voice == "ff_siwis"
    assert who_speaks("", models, model=BF16, exact=True).model == BF16, "it is to be got"
    assert who_speaks("", tmp_path / "empty", model=BF16).model == BF16, "none stands in"
    assert who_speaks("", models, model="kokoro").notice == "", "it is here"

"""Who listens where nobody named a model, as a rule on what is here and what is spoken."""

from pathlib import Path

import pytest

from engine.defaults import listening, simple_recogniser, who_listens
from engine.errors import ModelNotDownloaded, OptionError
from tests.engine.defaults.conftest import Have

SMALL, TURBO = "mlx-community/whisper-small-asr-fp16", "mlx-community/whisper-large-v3-turbo-asr-4bit"
SMALL_EN, V3 = "mlx-community/whisper-small.en-asr-fp16", "mlx-community/parakeet-tdt-0.6b-v3"
JAPANESE, V2 = "mlx-community/parakeet-tdt_ctc-0.6b-ja", "mlx-community/parakeet-tdt-0.6b-v2"


@pytest.mark.parametrize(
    ("here", "language", "listens"),
    [
        ((), "", "pocketsphinx"),
        ((), "en-GB", "pocketsphinx"),
        (("whisper-base",), "", "whisper-base"),
        (("whisper-base",), "Welsh", "whisper-base"),
        (("whisper-base",), "auto", "whisper-base"),
        (("whisper-base", SMALL), "", SMALL),
        (("whisper-base", SMALL, TURBO), "fr", TURBO),
        (("whisper-base", SMALL_EN), "en", SMALL_EN),
        (("whisper-base", SMALL_EN), "fr", "whisper-base"),
        (("whisper-base", V3), "", V3),
        (("whisper-base", V3), "fr_FR", V3),
        (("whisper-base", V3), "ja", "whisper-base"),
        (("whisper-base", V2), "", V2),
        (("whisper-base", V2), "de", "whisper-base"),
        (("whisper-base", JAPANESE), "", "whisper-base"),
        (("whisper-base", JAPANESE), "japanese", JAPANESE),
        ((V2, V3), "en", V3),
    ],
)
def test_the_best_that_is_here_and_knows_the_language(
    have: Have, here: tuple[str, ...], language: str, listens: str
) -> None:
    assert who_listens(language, have(*here)).model == listens


def test_who_must_translate_or_take_a_prompt_is_one_who_can(have: Have) -> None:
    models = have("whisper-base", V3)
    assert who_listens("fr", models, needs={"translate"}).model == "whisper-base"
    assert who_listens("", models, needs={"prompt"}).model == "whisper-base"


def test_where_nobody_can_the_best_is_named_and_says_so_itself(have: Have, tmp_path: Path) -> None:
    assert who_listens("", have(V3), needs={"translate"}).model == V3
    assert who_listens("", tmp_path / "empty", needs={"translate"}).model == "pocketsphinx"


def test_a_language_nobody_here_knows_is_one_sentence(tmp_path: Path, have: Have) -> None:
    with pytest.raises(OptionError, match=r"“fr”. Whisper does; `studio models get natural`"):
        who_listens("fr", tmp_path)
    with pytest.raises(OptionError, match="No recogniser knows"):
        who_listens("klingon", have("whisper-base"))


def test_pocketsphinx_always_says_what_it_is(tmp_path: Path, have: Have) -> None:
    notice = who_listens("", tmp_path).notice
    assert "simple recogniser" in notice and "studio models get natural" in notice
    assert who_listens("", have("whisper-base"), model="pocketsphinx").notice == notice, "named too"
    assert who_listens("", have("whisper-base")).notice == ""
    assert simple_recogniser("a model that has gone") == ""


def test_a_machine_without_any_recogniser_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "find_spec", lambda _: None)
    with pytest.raises(ModelNotDownloaded, match="studio models get natural"):
        who_listens("", tmp_path)

"""What the studio knows of Whispers before it loads one."""

from typing import Any

import pytest

from engine import registry
from engine.errors import OptionError
from engine.registry.whispers import CARDS
from engine.stt.whisper import languages
from engine.weights.companions import companion_cards


def test_every_size_is_there_once() -> None:
    ids = [card.id for card in CARDS]
    assert len(set(ids)) == len(ids)
    for size in ("tiny", "base", "small", "medium", "large-v2", "large-v3", "large-v3-turbo"):
        assert any(card.id.removeprefix("mlx-community/whisper-").startswith(size) for card in CARDS), size
    turbo = registry.find("mlx-community/whisper-large-v3-turbo-asr-fp16", "transcribe")
    assert turbo.memory_bytes > turbo.download_bytes > 10**9
    assert "yue" in turbo.languages
    assert "translate" not in turbo.abilities


def test_the_older_ones_bring_a_tokenizer_and_not_another_model() -> None:
    for card in CARDS:
        if "weights.npz" in card.files or "weights.safetensors" in card.files:
            (companion,) = companion_cards(card)
            assert companion.id.startswith("openai/whisper-")
            assert companion.files == ("tokenizer.json", "generation_config.json")
        else:
            assert card.companions == ()
            made = {"config.json", "tokenizer.json", "*.safetensors"}
            assert set(card.files) == (made if card.natural else {"*.json", "*.safetensors"})


def test_english_ones_know_english() -> None:
    for card in CARDS:
        assert (card.languages == ("en",)) is (".en-" in card.id)
        if card.languages == ("en",):
            assert "translate" not in card.abilities


@pytest.mark.parametrize("layout", ["huggingface", "mlx", "npz"])
def test_a_folder_is_known_by_its_config(tiny: Any, layout: str) -> None:
    card = registry.find(str(tiny(layout=layout)))
    assert (card.family, card.task, card.companions) == ("whisper", "transcribe", ())


def test_languages_have_whispers_codes() -> None:
    assert len(languages.CODES) == 100
    assert languages.code("Pt-br") == "pt"
    assert languages.code("cmn-Hans-CN") == "zh"
    assert languages.code("zh-HK") == "yue"
    assert languages.code("auto") == ""
    assert languages.code("en-GB", 0) == "en"
    with pytest.raises(OptionError, match="English only"):
        languages.code("fr", 0)
    with pytest.raises(OptionError):
        languages.code("yue", 99)

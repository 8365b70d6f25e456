"""The house's voices are among Kokoro's: named alike, blended alike, where what they begin with is there."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from engine import registry
from engine.defaults.speaking import voice_language
from engine.errors import VoiceError
from engine.tts.kokoro import house, table
from engine.tts.kokoro.house import HouseVoice
from engine.tts.kokoro.level import gain_of
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.voices import described, parse, voices

OFFSET = np.random.default_rng(0).normal(size=256).astype(np.float32) * 0.1
MADE = {"bf_yew": HouseVoice("bf_emma:0.5+af_heart:0.5~bf_lily", OFFSET, -2.5)}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(house, "_voices", lambda: MADE)
    yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model without voices of its own: it has the studio's."""
    return tmp_path


@pytest.mark.usefixtures("made")
def test_it_is_its_base_and_an_offset_at_every_length(folder: Path) -> None:
    packs = Packs(folder, 256)
    for phonemes in (1, 40, 510, 900):
        base = packs.style(parse(MADE["bf_yew"].base), phonemes)
        assert np.allclose(packs.style(parse("bf_yew"), phonemes), base + OFFSET, atol=1e-6)
    mixed = packs.style(parse("bf_yew~af_heart"), 40)
    assert np.array_equal(mixed[128:], packs.style(parse("af_heart"), 40)[128:])


@pytest.mark.usefixtures("made")
def test_it_is_listed_named_and_found(folder: Path) -> None:
    assert "bf_yew" in {voice.id for voice in Packs(folder, 256).voices}
    voice = next(voice for voice in registry.voices("kokoro") if voice.id == "bf_yew")
    assert (voice.name, voice.language, voice.gender) == ("Yew (British English, house voice)", "en-gb", "female")
    assert voice_language("kokoro", "bf_yew") == "en-gb"
    assert voices()[0].id == "af_heart"
    assert registry.blend("kokoro", "bf_yew+af_heart") == "bf_yew:0.5+af_heart:0.5"


@pytest.mark.usefixtures("made")
def test_it_is_as_loud_as_was_measured() -> None:
    assert 20 * np.log10(gain_of({"bf_yew": 1.0})) == pytest.approx(-2.5)
    half = 20 * np.log10(gain_of({"bf_yew": 0.5, "af_heart": 0.5}))
    assert half == pytest.approx(-1.25 + table.gain_db({"af_heart": 1.0}) / 2)


@pytest.mark.usefixtures("made")
def test_without_its_base_it_is_not_there(tmp_path: Path) -> None:
    import mlx.core as mx

    (tmp_path / "voices").mkdir()
    pack = mx.array(table.pack("af_heart"))
    mx.save_safetensors(str(tmp_path / "voices" / "af_heart.safetensors"), {"voice": pack})
    packs = Packs(tmp_path, 256)
    assert {voice.id for voice in packs.voices} == {"af_heart"}
    with pytest.raises(VoiceError, match="bf_yew"):
        packs.refuse_unknown(parse("bf_yew"))
    # A file of that name is what a person put there.
    for name in ("bf_yew", "bf_emma", "bf_lily"):
        mx.save_safetensors(str(tmp_path / "voices" / f"{name}.safetensors"), {"voice": pack})
    assert np.array_equal(Packs(tmp_path, 256).style(parse("bf_yew"), 9), table.pack("af_heart")[8])


def test_those_that_come_with_the_studio_are_whole() -> None:
    published = set(table.names())
    for name in house.names():
        assert described(name).language in ("en-us", "en-gb") and described(name).gender
        assert name not in published and set(parse(house.base(name)).shares) <= published
        assert house.base(name)[0] == name[0], "its language is its base's"
        assert house.offset(name).shape == (256,) and np.isfinite(house.offset(name)).all()
        assert 0.1 < np.linalg.norm(house.offset(name)) < 10 and abs(house.gain_db(name)) < 20


def test_whose_readings_they_were_is_said() -> None:
    said = files("engine.tts.kokoro.house").joinpath("NOTICE").read_text(encoding="utf-8")
    assert "LibriSpeech" in said and "Creative Commons Attribution 4.0" in said

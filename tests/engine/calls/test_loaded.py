"""`engine.load`: by which names, for how long, and what is said of those it cannot load."""

import warnings
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.calls import names
from engine.calls.hearing import LoadedRecogniser
from engine.calls.speaking import LoadedVoice
from engine.errors import ModelNotDownloaded, ModelNotFound, OptionError
from engine.pool import ModelPool
from tests.present import put


def test_what_it_gives_says_what_it_is(kokoro: LoadedVoice, parakeet: LoadedRecogniser) -> None:
    assert (kokoro.sample_rate, parakeet.sample_rate) == (24000, 16000)
    assert parakeet.preprocessor_config.sample_rate == 16000
    assert parakeet.preprocessor_config["sample_rate"] == 16000
    assert "istftnet" in kokoro.config
    assert kokoro.voices[0].id == "af_heart"


def test_all_its_names_are_the_same_call(pool: ModelPool, kokoro: LoadedVoice) -> None:
    assert engine.load is engine.load_model is engine.from_pretrained
    for given in ({"repo_id": kokoro.id}, {"model_path": Path(kokoro.id)}, {"model": kokoro.id}):
        with engine.load(**given, pool=pool) as again:  # type: ignore[arg-type]
            assert again.id == kokoro.id


def test_the_last_to_close_frees_the_memory() -> None:
    with ModelPool() as own:
        one, other = engine.load("espeak-ng", pool=own), engine.load("espeak-ng", pool=own)
        one.close()
        one.close()
        assert [loaded.id for loaded in own.loaded()] == ["espeak-ng"]
        with pytest.raises(OptionError, match=r"was closed here\. Load it again"):
            one.generate("Hello.")
        with other:
            assert len(next(iter(other.generate("Hello."))).samples)
        assert own.loaded() == []


def test_after_everything_was_closed_it_starts_afresh() -> None:
    model = engine.load("espeak-ng")
    engine.close()
    assert len(next(model.generate("Hello.")).samples)
    model.close()
    engine.close()


@pytest.mark.parametrize("name", ["prince-canuma/Kokoro-82M", "Prince-Canuma/kokoro-82m "])
def test_another_publishers_name_is_the_kokoro_that_is_here(name: str, tmp_path: Path) -> None:
    put(tmp_path, "kokoro")
    known = names.model_known(name, tmp_path)
    assert (known.card.id, known.notice) == ("kokoro", "")


def test_a_kokoro_that_is_not_here_is_stood_in_for_and_told(tmp_path: Path) -> None:
    put(tmp_path, "kokoro")
    known = names.model_known(names.KOKORO, tmp_path)
    assert known.card.id == "kokoro"
    assert known.notice == (
        f"{names.KOKORO} is not on this machine, so kokoro, which has the same voices, speaks instead."
    )
    put(tmp_path, names.KOKORO)
    assert names.model_known(names.KOKORO, tmp_path) == names.Known(names.model_known(names.KOKORO, tmp_path).card)


@pytest.mark.parametrize(
    ("name", "error", "part"),
    [
        ("", OptionError, "No model was named"),
        (3, OptionError, "named by text or by a folder, not by int"),
        ("nobody/nothing", ModelNotFound, "nobody/nothing"),
        ("voice-encoder", OptionError, "Voice encoder tells voices apart: it neither speaks nor listens"),
        ("mlx-community/parakeet-tdt-0.6b-v3", ModelNotDownloaded, "studio models get"),
        ("prince-canuma/Kokoro-82M", ModelNotDownloaded, "not on this machine"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(name: Any, error: type[Exception], part: str, pool: ModelPool) -> None:
    with pytest.raises(error, match=part) as refused:
        engine.load(name, pool=pool)
    assert "\n" not in str(refused.value)


def test_two_names_at_once_are_refused(pool: ModelPool) -> None:
    with pytest.raises(OptionError, match="Name one model"):
        engine.load("espeak-ng", repo_id="kokoro", pool=pool)


def test_nothing_is_said_where_nothing_is_amiss(kokoro: LoadedVoice) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(kokoro.generate("Hello.", "af_heart", stream=True))

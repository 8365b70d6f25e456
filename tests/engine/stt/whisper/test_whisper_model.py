"""A whole Whisper, tiny and random: every layout loads to the same words, a batch says what single calls say."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import AudioFormatError, OptionError, WeightsError
from engine.stt.base import Guidance, language_of
from engine.stt.live import LiveSession
from engine.stt.transcribe import transcribe
from engine.stt.whisper import quantisable
from engine.stt.whisper.decode import DecodeOptions
from engine.stt.whisper.model import Whisper, load
from engine.types import Samples, Segment
from engine.weights.quantisation import quantise

GREEDY = DecodeOptions(doubts=None, temperatures=(0.0,))


def rounded(segment: Segment) -> Any:
    words = [(w.text, round(w.start_s, 2), round(w.end_s, 2), round(w.confidence or 0, 4)) for w in segment.words]
    return segment.text, words


def unpacked(model: Whisper, sounds: list[Samples]) -> list[Any]:
    return [rounded(model.recognize((sound,), "en")[0]) for sound in sounds]


@pytest.mark.parametrize(
    "wishes", [{"layout": "mlx"}, {"layout": "npz"}, {"layout": "huggingface"}], ids=lambda wishes: wishes["layout"]
)
def test_every_layout_says_the_same(tiny: Any, whisper: Whisper, sounds: list[Samples], wishes: Any) -> None:
    model = load(tiny(**wishes))
    heard = model.with_options(GREEDY).recognize(sounds[:2], "de")
    expected = whisper.with_options(GREEDY).recognize(sounds[:2], "de")
    assert [one.text for one in heard] == [one.text for one in expected]
    assert expected[0].text


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("layout", ["mlx", "npz"])
def test_quantised_weights_stay_quantised_and_speak(tiny: Any, sounds: list[Samples], bits: int, layout: str) -> None:
    model = load(tiny(layout=layout, bits=bits))
    assert model._network.decoder.token_embedding.weight.dtype.size == 4  # packed, not numbers
    assert model._network.encoder.blocks[0].mlp1.bits == bits
    assert model.with_options(GREEDY).recognize(sounds[:1], "en")[0].text


@pytest.mark.parametrize("layout", ["huggingface", "mlx"])
def test_a_model_made_smaller_here_loads_again(tiny: Any, tmp_path: Path, sounds: list[Samples], layout: str) -> None:
    small = tmp_path / "small"
    quantise(tiny(layout=layout), small, 8, 32, quantisable)
    model = load(small)
    assert model._network.decoder.token_embedding.bits == 8
    assert model.with_options(GREEDY).recognize(sounds[:1], "en")[0].text


def test_a_batch_says_what_single_calls_say(whisper: Whisper, sounds: list[Samples]) -> None:
    # Each in a window of its own: what shares a window is heard together.
    long = [np.concatenate([sound, np.full(32000 - len(sound), 1e-3, np.float32)]) for sound in sounds]
    model = whisper.with_options(replace(GREEDY, max_tokens=24))
    together = [rounded(segment) for segment in model.recognize(long, "en")]
    assert together == unpacked(model, long)
    assert len({text for text, _ in together}) > 3


def test_chance_is_the_rows_own(whisper: Whisper, sounds: list[Samples]) -> None:
    long = [np.concatenate([sound, np.full(32000 - len(sound), 1e-3, np.float32)]) for sound in sounds[:4]]
    model = whisper.with_options(DecodeOptions(doubts=None, temperatures=(0.8,), max_tokens=12))
    together = [rounded(segment) for segment in model.recognize(long, "en")]
    assert together == unpacked(model, long)
    assert together == [rounded(segment) for segment in model.recognize(long, "en")]


def test_trying_again_does_not_encode_again(whisper: Whisper, sounds: list[Samples]) -> None:
    # Nothing is sure enough: all six temperatures are tried.
    model = whisper.with_options(DecodeOptions(doubts=None, max_tokens=6, min_logprob=0.0, silence=1.0))
    before = replace(whisper.work)
    model.recognize(sounds[:1], "en")
    assert whisper.work.encoder_passes - before.encoder_passes == 1
    assert whisper.work.decoder_passes - before.decoder_passes >= 6


def test_short_regions_share_a_window_and_keep_their_own_times(whisper: Whisper, sounds: list[Samples]) -> None:
    short = [sounds[1], sounds[2], sounds[5][:4000]]
    before = whisper.work.encoder_passes
    heard = whisper.with_options(GREEDY).recognize(short, "en")
    assert whisper.work.encoder_passes - before == 1
    assert len(heard) == 3
    for segment, sound in zip(heard, short, strict=True):
        for word in segment.words:
            assert 0 <= word.start_s <= word.end_s <= len(sound) / 16000
            assert 0 <= (word.confidence or 0) <= 1


def test_a_region_longer_than_a_window_is_parted_and_whole(whisper: Whisper) -> None:
    chance = np.random.default_rng(2)
    sound = (0.1 * chance.normal(size=16000 * 7)).astype(np.float32)
    before = whisper.work.encoder_passes
    segment = whisper.with_options(GREEDY).recognize((sound,), "en")[0]
    assert whisper.work.encoder_passes - before >= 4
    starts = [word.start_s for word in segment.words]
    assert starts == sorted(starts)


@pytest.mark.parametrize("what", ["nothing", "digital silence", "a whisper below hearing"])
def test_silence_says_nothing_and_costs_nothing(whisper: Whisper, what: str) -> None:
    count = 0 if what == "nothing" else 20000
    quiet = np.full(count, 5e-5 if "whisper" in what else 0.0, np.float32)
    before = replace(whisper.work)
    assert whisper.recognize((quiet, quiet), "") == [Segment("", 0.0, 0.0)] * 2
    assert whisper.work == before


def test_what_is_surely_no_speech_says_nothing(whisper: Whisper, sounds: list[Samples]) -> None:
    # Where the model itself finds silence likelier than `silence` and is unsure of its words.
    doubting = whisper.with_options(DecodeOptions(doubts=None, silence=-1.0, min_logprob=0.0, max_tokens=8))
    before = whisper.work.decoder_passes
    assert doubting.recognize(sounds[:1], "en")[0].text == ""
    assert whisper.work.decoder_passes > before


def test_the_language_is_found_where_none_is_named(whisper: Whisper, sounds: list[Samples]) -> None:
    found = whisper.detect_language(sounds[0])
    assert found in whisper.languages
    named = whisper.with_options(GREEDY).recognize(sounds[:1], found)
    assert whisper.with_options(GREEDY).recognize(sounds[:1], "") == named
    assert named[0].language == {"jw": "jv"}.get(found, found)
    assert language_of(named, "", whisper.languages) == named[0].language
    assert language_of(named, "pt", whisper.languages) == "pt"
    assert language_of((), "", whisper.languages) == "en"


def test_languages_are_understood_as_people_write_them(whisper: Whisper, sounds: list[Samples]) -> None:
    model = whisper.with_options(replace(GREEDY, max_tokens=4))
    assert len(whisper.languages) == 99
    for tag in ("en-US", "pt_BR", "DE", " fr ", "auto", "nb-NO", "jv", "fil", "zh-Hant"):
        model.recognize(sounds[1:2], tag)
    for tag in ("klingon", "xx", "e", "yue"):  # Cantonese came with large-v3
        with pytest.raises(OptionError, match=tag):
            model.recognize((), tag)


def test_a_prompt_and_a_task_reach_the_model(whisper: Whisper, sounds: list[Samples]) -> None:
    model = whisper.with_options(replace(GREEDY, max_tokens=16))
    plain = model.recognize(sounds[:1], "de")
    told = model.guided(Guidance(prompt="The rabbit", hotwords=("Kokoro", "Orpheus"))).recognize(sounds[:1], "de")
    translated = model.guided(Guidance(translates=True)).recognize(sounds[:1], "de")
    assert len({str(rounded(one[0])) for one in (plain, told, translated)}) == 3
    endless = model.guided(Guidance(prompt="word " * 5000))
    assert endless.recognize(sounds[:1], "de")[0].text


def test_an_english_or_a_cut_down_model_says_that_it_cannot_translate(tiny: Any) -> None:
    with pytest.raises(OptionError, match="translate"):
        load(tiny(n_text_layer=1)).guided(Guidance(translates=True))


@pytest.mark.parametrize("wrong", ["two rows", "nan", "infinite"])
def test_what_is_not_sound_is_refused(whisper: Whisper, wrong: str) -> None:
    sound = np.zeros((2, 100) if wrong == "two rows" else 100, np.float32)
    if wrong != "two rows":
        sound[5] = np.nan if wrong == "nan" else np.inf
    with pytest.raises(AudioFormatError):
        whisper.recognize((sound,), "en")


def test_a_tokenizer_comes_from_a_companion(tiny: Any, sounds: list[Samples]) -> None:
    bare = tiny(layout="npz", with_tokenizer=False)
    with pytest.raises(WeightsError, match=r"tokenizer\.json"):
        load(bare)
    model = load(bare, {"whisper-tiny": tiny()})
    assert model.with_options(GREEDY).recognize(sounds[:1], "en")[0].text
    # The heads that follow the words come with it.
    assert model._aligner._heads == ((1, 0), (1, 2))


def broken(tiny: Any, tmp_path: Path, name: str, content: bytes | None) -> Path:
    folder = tmp_path / "broken"
    folder.mkdir()
    for path in tiny().iterdir():
        if path.name != name:
            (folder / path.name).write_bytes(path.read_bytes())
    if content is not None:
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", None),
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("config.json", b'{"d_model": 32}'),
        ("config.json", b'{"n_mels": 1e99}'),
        ("model.safetensors", None),
        ("model.safetensors", b"torn"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", b"\xff\xfe"),
        ("generation_config.json", b"nonsense"),
    ],
)
def test_a_damaged_folder_is_a_sentence(tiny: Any, tmp_path: Path, name: str, content: bytes | None) -> None:
    with pytest.raises(WeightsError) as caught:
        load(broken(tiny, tmp_path, name, content))
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"d_model": 48}, {"encoder_layers": 3}, {"vocab_size": 51865}, {"num_mel_bins": 128}, {"d_model": -32}]
)
def test_a_config_of_another_model_is_a_sentence(tiny: Any, tmp_path: Path, change: dict[str, int]) -> None:
    config = json.loads((tiny() / "config.json").read_text()) | change
    with pytest.raises(WeightsError):
        load(broken(tiny, tmp_path, "config.json", json.dumps(config).encode()))


def test_an_older_file_that_holds_a_program_is_refused(tiny: Any, tmp_path: Path) -> None:
    folder = broken(tiny, tmp_path, "model.safetensors", None)
    np.savez(folder / "weights.npz", **{"encoder.conv1.weight": np.array([print], dtype=object)})
    with pytest.raises(WeightsError, match="damaged"):
        load(folder)


def test_a_microphone_is_heard_live(whisper: Whisper, said: Any) -> None:
    session = LiveSession(whisper.with_options(replace(GREEDY, max_tokens=6)), "en", 16000)
    sound = said("Good morning.", pause_s=0.7)
    events = [event for at in range(0, len(sound), 1600) for event in session.add_audio(sound[at : at + 1600])]
    events += session.finish()
    assert events[-1].is_final
    assert any(event.speech for event in events)
    assert [word for event in events for word in event.stable]


def test_a_recording_is_written_down(whisper: Whisper, said: Any) -> None:
    sound = said("Good morning.", "And good evening.", pause_s=0.7)
    segments = list(transcribe(whisper.with_options(replace(GREEDY, max_tokens=8)), [sound], "en"))
    assert segments
    ends = [time for segment in segments for time in (segment.start_s, segment.end_s)]
    assert ends == sorted(ends)
    assert 0 <= ends[0] <= ends[-1] <= len(sound) / 16000

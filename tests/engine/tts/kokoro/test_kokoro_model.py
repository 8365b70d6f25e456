"""Kokoro from the files people have to sound with word times: a small random network, everything else real."""

from dataclasses import replace
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine import registry
from engine.audio import truepeak
from engine.errors import EngineError, GenerationError, ModelError, OptionError, TextError, VoiceError
from engine.pool import ModelPool
from engine.text.g2p import extras
from engine.text.segment import TextSegment, prepare
from engine.tts.kokoro import house, load, voices
from engine.tts.kokoro.level import CEILING
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.table import loudness
from engine.tts.kokoro.voices import parse
from engine.types import AudioChunk, Samples, SpeechRequest, VoicePrompt
from engine.weights import quantise
from tests.engine.tts.kokoro.checkpoints import hexgrad, mlx_community

TEXT = "The wind blew. Dr. Smith paid $20 for 3 books, and he read them all!"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hexgrad(tmp_path_factory.mktemp("models") / "Kokoro-82M")


@pytest.fixture(scope="module")
def model(folder: Path) -> KokoroSynthesizer:
    return load(folder)


def spoken(model: KokoroSynthesizer, text: str, **how: object) -> tuple[Samples, list[str], list[str]]:
    request = model.check(SpeechRequest(text, **how))  # type: ignore[arg-type]
    pieces = [
        piece
        for segment in prepare(text, request.language, model.limits)
        for piece in model.synthesize(segment, request)
    ]
    sound = np.concatenate([piece.samples for piece in pieces])
    return sound, [word.text for p in pieces for word in p.words], [notice for p in pieces for notice in p.notices]


def segment_of(text: str) -> TextSegment:
    return TextSegment(0, text, (0, len(text)), 0.2, "sentence", tuple(range(len(text) + 1)))


def test_it_speaks_through_the_pool_with_words_in_the_persons_text(folder: Path) -> None:
    with ModelPool() as pool:
        chunks: list[AudioChunk] = list(pool.speak(str(folder), SpeechRequest(TEXT)))
    assert chunks[-1].is_final
    assert chunks[-1].sample_rate == 24000
    total = sum(len(chunk.samples) for chunk in chunks) / 24000
    assert chunks[-1].audio_s == pytest.approx(total)
    words = [word for chunk in chunks for word in chunk.words]
    assert [TEXT[slice(*word.span)] for word in words if word.span][:3] == ["The", "wind", "blew"]
    assert {TEXT[slice(*word.span)] for word in words if word.span} >= {"$20", "books", "read", "all"}
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_s <= word.end_s <= total + 1e-6 for word in words)
    assert starts[-1] > 0.3 * total


def test_the_folder_is_known_for_what_it_is_and_the_hubs_names_too(folder: Path) -> None:
    assert registry.find(str(folder)).family == "kokoro"
    for name in ("hexgrad/Kokoro-82M", "mlx-community/Kokoro-82M-bf16", "mlx-community/Kokoro-82M-4bit"):
        card = registry.find(name, "speak")
        assert not card.built_in and card.licence == "Apache-2.0"
        assert len(registry.voices(name)) == 54 + len(house.names())
    with pytest.raises(ModelError, match="Kokoro"), ModelPool(offline=True, models_dir=folder / "nowhere") as pool:
        list(pool.speak("hexgrad/Kokoro-82M", SpeechRequest("Hello.")))


def test_mlx_communitys_files_sound_as_the_published_ones(model: KokoroSynthesizer, tmp_path: Path) -> None:
    other = load(mlx_community(tmp_path / "Kokoro-82M-bf16"))
    assert [voice.id for voice in other.voices] == [voice.id for voice in model.voices]
    for text in ("Good morning, everyone.", "Yes."):
        assert np.abs(spoken(model, text)[0] - spoken(other, text)[0]).max() < 1e-4


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_a_quantised_copy_loads_and_speaks(folder: Path, tmp_path: Path, bits: int) -> None:
    out = tmp_path / f"Kokoro-82M-{bits}bit"
    assert quantise(folder, out, bits=bits, group_size=32) > 20
    sound, words, _ = spoken(load(out), "Good morning.")
    assert words == ["Good", "morning"]
    assert np.isfinite(sound).all() and len(sound) > 1000


def test_a_batch_is_what_each_alone_would_be(model: KokoroSynthesizer) -> None:
    request = model.check(SpeechRequest("x", speed=1.2))
    texts = ["Yes.", "The children left their coats beside the door.", "Why, though?", "…"]
    together = model.synthesize_batch([segment_of(text) for text in texts], request)
    for text, piece in zip(texts, together, strict=True):
        alone = list(model.synthesize(segment_of(text), request))
        sound = np.concatenate([one.samples for one in alone])
        assert piece.samples.shape == sound.shape
        if len(sound):
            assert np.abs(piece.samples - sound).max() < 1e-4
        assert [w.span for w in piece.words] == [w.span for one in alone for w in one.words]


def test_the_same_text_sounds_the_same_whatever_was_said_before(model: KokoroSynthesizer) -> None:
    first = spoken(model, TEXT)[0]
    spoken(model, "Something else altogether.", voice="bf_emma")
    assert np.array_equal(first, spoken(model, TEXT)[0])
    assert not np.array_equal(first, spoken(model, TEXT, seed=3)[0])


def test_speed_makes_it_shorter_and_longer(model: KokoroSynthesizer) -> None:
    slow, plain, fast = (len(spoken(model, TEXT, speed=speed)[0]) for speed in (0.5, 1.0, 2.0))
    assert slow > 1.5 * plain > 2 * fast


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ({"speed": 0.49}, OptionError, "0.5 and 2"),
        ({"speed": float("nan")}, OptionError, "0.5 and 2"),
        ({"pitch": 1.1}, OptionError, "pitch"),
        ({"voice": "af_nobody"}, VoiceError, "af_heart"),
        ({"voice": "af_heart:0.5+am_nobody"}, VoiceError, "am_michael"),
        ({"voice": "af_heart:-1"}, VoiceError, "af_heart:0.6"),
        ({"voice": "af_heart:much"}, VoiceError, "share of af_heart"),
        ({"voice": "../../secret"}, VoiceError, "no voice"),
        ({"voice": "+".join(["af_heart"] * 9)}, VoiceError, "9"),
        ({"voice": "af_heart", "language": "de"}, VoiceError, "“de”.*fr-fr"),
        ({"language": "tlh"}, VoiceError, "tlh"),
        ({"prompt": VoicePrompt(np.zeros(9, dtype=np.float32), 24000)}, VoiceError, "clone"),
    ],
)
def test_what_cannot_be_spoken_is_refused_in_a_sentence(
    model: KokoroSynthesizer, how: dict[str, object], error: type[EngineError], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        model.check(SpeechRequest("Hello.", **how))  # type: ignore[arg-type]
    assert str(caught.value).endswith(".")


def test_a_language_whose_extra_is_absent_says_what_to_install(
    model: KokoroSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    for how in ({"voice": "jf_alpha"}, {"language": "ja"}):
        with pytest.raises(VoiceError, match=r"Japanese: pip install pyopenjtalk-plus\."):
            model.check(SpeechRequest("x", **how))
    assert model.check(SpeechRequest("x", language="fr")).voice == "ff_siwis"


def test_letters_that_a_language_is_not_written_in_are_refused(model: KokoroSynthesizer) -> None:
    for how in ({"voice": "af_heart"}, {"language": "fr"}, {}):
        with pytest.raises(TextError, match="cannot read Cyrillic"):
            model.check(SpeechRequest("Привет, мир.", **how))
    assert model.check(SpeechRequest("He said Привет to me, and then he went home.")).language == "en-us"


def test_voices_are_found_by_language(model: KokoroSynthesizer) -> None:
    assert model.check(SpeechRequest("x")).voice == "af_heart"
    assert model.check(SpeechRequest("x", language="en")).voice == "af_heart"
    assert model.check(SpeechRequest("x", language="en-gb")).voice == "bf_emma"
    french = model.check(SpeechRequest("x", language="fr"))
    assert (french.voice, french.language) == ("ff_siwis", "fr-fr")
    assert model.check(french) == french


@pytest.mark.parametrize("voice", ["af_heart", "jf_alpha", "ff_siwis:0.5+af_heart:0.5"])
@pytest.mark.parametrize(
    ("asked", "language", "text"),
    [
        ("fr-CA", "fr-fr", "Bonjour le monde."),
        ("ES", "es", "Buenos días."),
        ("pt_PT", "pt-br", "Bom dia."),
        ("it", "it", "Buongiorno."),
        ("hi", "hi", "नमस्ते।"),
        ("en-gb", "en-gb", "Good morning."),
    ],
)
def test_every_voice_speaks_every_language(
    model: KokoroSynthesizer, voice: str, asked: str, language: str, text: str
) -> None:
    """The language that is asked for decides who reads the text; that it is not the voice's own is told once."""
    request = model.check(SpeechRequest(text, voice=voice, language=asked))
    assert (request.voice, request.language) == (voice, language)
    assert model.check(request) == request
    first, second = (
        [piece for piece in model.synthesize(replace(segment_of(text), index=index), request)] for index in (0, 1)
    )
    assert [word.text for piece in first for word in piece.words] == text.strip(".।").split()
    foreign = parse(voice).first[0] not in {"en-gb": "ab", "fr-fr": "f"}.get(language, "-")
    told = [notice for piece in first for notice in piece.notices]
    assert bool(told) == foreign
    assert all("not its own language" in notice and notice.endswith(".") for notice in told)
    assert not any(piece.notices for piece in second)


def test_the_reader_is_the_languages_and_not_the_voices(model: KokoroSynthesizer) -> None:
    def ids(voice: str, language: str) -> list[int]:
        request = model.check(SpeechRequest("x", voice=voice, language=language))
        return [number for row in model._plan(segment_of("Police nationale."), request).rows for number in row.ids]

    assert ids("af_heart", "fr") == ids("ff_siwis", "fr") == ids("ff_siwis", "")
    assert ids("ff_siwis", "en") == ids("af_heart", "") != ids("ff_siwis", "fr")
    # Of several Englishes a voice keeps its own.
    assert model.check(SpeechRequest("x", voice="bf_emma", language="en")).language == "en-gb"
    assert model.check(SpeechRequest("x", voice="bf_emma", language="en-AU")).language == "en-gb"
    assert model.check(SpeechRequest("x", voice="jf_alpha", language="en")).language == "en-us"


def test_a_language_no_voice_here_is_of_is_spoken_all_the_same(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "kokoro-v1_0.pth", "voices/af_heart.pt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    few = load(tmp_path)
    request = few.check(SpeechRequest("x", language="fr"))
    assert (request.voice, request.language) == ("af_heart", "fr-fr")


def test_other_languages_are_spoken_too(model: KokoroSynthesizer) -> None:
    sound, words, notices = spoken(model, "Bonjour le monde, comment ça va ?", voice="ff_siwis")
    assert words == ["Bonjour", "le", "monde", "comment", "ça", "va"]
    assert len(sound) > 2000 and not notices


def test_blends_mix_styles_and_not_more(model: KokoroSynthesizer) -> None:
    packs = model._packs
    heart, michael = (packs.style(parse(name), 20) for name in ("af_heart", "am_michael"))
    mixed = packs.style(parse("af_heart:0.6+am_michael:0.4"), 20)
    assert np.allclose(mixed, 0.6 * heart + 0.4 * michael, atol=1e-6)
    assert np.array_equal(packs.style(parse(" af_heart : 3 ".replace(" : ", ":")), 20), heart)
    assert not np.array_equal(packs.style(parse("af_heart"), 21), heart)
    assert np.array_equal(packs.style(parse("af_heart"), 900), packs.style(parse("af_heart"), 510))


def test_a_voice_is_made_louder_by_its_gain_and_no_word_moves(
    model: KokoroSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(gains: dict[str, float], voice: str = "af_heart") -> tuple[Samples, list[tuple[float, float]]]:
        monkeypatch.setattr(loudness, "_measured", lambda: {"gain_db": gains})
        request = model.check(SpeechRequest("x", voice=voice))
        pieces = list(model.synthesize(segment_of("Good morning, everyone."), request))
        words = [(word.start_s, word.end_s) for piece in pieces for word in piece.words]
        return np.concatenate([piece.samples for piece in pieces]), words

    plain, times = said({"af_heart": -40.0})
    for gain in (-46.0, -30.0):
        sound, moved = said({"af_heart": gain})
        assert moved == times
        assert np.allclose(sound, plain * 10 ** ((gain + 40.0) / 20), rtol=1e-5)
    # Bent where it would be too loud, and as long as before.
    loud, moved = said({"af_heart": 20.0})
    assert moved == times and len(loud) == len(plain)
    assert 0.9 * CEILING < truepeak.loudest(loud) <= 1.03 * CEILING
    # A blend is between its voices, and one that nobody measured stays as it is.
    blend = "af_heart:0.25+bf_emma:0.75"
    mixed, _ = said({"af_heart": -36.0, "bf_emma": -44.0}, blend)
    assert np.allclose(mixed, said({"af_heart": -42.0, "bf_emma": -42.0}, blend)[0], rtol=1e-5)
    assert np.array_equal(said({"am_michael": 6.0})[0], said({})[0])


def test_a_batch_is_as_loud_as_each_alone_where_the_limiter_works(
    model: KokoroSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudness, "_measured", lambda: {"gain_db": {"af_heart": 20.0}})
    request = model.check(SpeechRequest("x"))
    texts = ["Yes.", "The children left their coats beside the door.", "Why, though?"]
    together = model.synthesize_batch([segment_of(text) for text in texts], request)
    for text, piece in zip(texts, together, strict=True):
        alone = np.concatenate([one.samples for one in model.synthesize(segment_of(text), request)])
        assert np.abs(alone).max() > 0.5
        assert np.abs(piece.samples - alone).max() < 1e-3  # 1e-4, ten times as loud


@pytest.mark.parametrize(
    ("tensor", "part"),
    [
        ("bert.encoder.albert_layer_groups.0.albert_layers.0.ffn.bias", "prosody"),
        ("predictor.duration_proj.linear_layer.bias", "prosody"),
        ("predictor.F0_proj.bias", "prosody"),
        ("text_encoder.cnn.0.0.bias", "text encoder"),
        ("decoder.encode.conv2.bias", "decoder"),
        ("decoder.generator.conv_post.bias", "vocoder"),
    ],
)
def test_a_voice_that_makes_no_sound_says_which_part_broke(tmp_path: Path, tensor: str, part: str) -> None:
    folder = mlx_community(tmp_path / "Kokoro-82M")
    arrays = dict(mx.load(str(folder / "kokoro-v1_0.safetensors")))
    arrays[tensor] = mx.full(arrays[tensor].shape, float("nan"))
    mx.save_safetensors(str(folder / "kokoro-v1_0.safetensors"), arrays)
    broken = load(folder)
    request = broken.check(SpeechRequest("x"))
    for speak in (broken.synthesize, lambda segment, how: broken.synthesize_batch([segment], how)):
        with pytest.raises(GenerationError, match=f"made no sound .* its {part} "):
            list(speak(segment_of("Yes."), request))


def test_the_published_voices_have_their_grades() -> None:
    table = {voice.id: voice for voice in voices()}
    assert len(table) == 54 + len(house.names()) and next(iter(table)) == "af_heart"
    assert (table["af_heart"].grade, table["af_bella"].grade, table["am_adam"].grade) == ("A", "A-", "F+")
    assert (table["bm_george"].language, table["bm_george"].gender) == ("en-gb", "male")
    assert {voice.language for voice in table.values()} == {
        "en-us", "en-gb", "es", "fr-fr", "hi", "it", "ja", "pt-br", "zh",
    }  # fmt: skip


def test_nothing_of_a_segment_longer_than_a_row_is_lost_and_its_joins_are_silent(model: KokoroSynthesizer) -> None:
    text = "They went over the hill and through the valley, and so on and on; " * 14
    request = model.check(SpeechRequest(text))
    pieces = list(model.synthesize(segment_of(text.strip()), request))
    assert len(pieces) >= 2
    words = [word for piece in pieces for word in piece.words]
    assert [word.text for word in words] == text.replace(",", "").replace(";", "").split()
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    sound = np.concatenate([piece.samples for piece in pieces])
    steps = np.abs(np.diff(sound))
    near = round(0.005 * 24000)
    joins = np.cumsum([len(piece.samples) for piece in pieces])[:-1]
    at_joins = np.zeros(len(steps), dtype=bool)
    for join in joins:
        at_joins[join - near : join + near] = True
        assert np.abs(sound[join - 2 : join + 1]).max() < 1e-2
    assert steps[at_joins].max() <= steps[~at_joins].max()


def test_sounds_typed_by_hand_are_said_and_unknown_ones_reported(model: KokoroSynthesizer) -> None:
    request = model.check(SpeechRequest("x"))
    by_hand = list(model.synthesize(segment_of("I say [tomato](/təmˈɑːtO/)."), request))
    assert [(word.text, word.span) for piece in by_hand for word in piece.words][-1] == ("tomato", (7, 13))
    assert not by_hand[0].notices
    strange = list(model.synthesize(segment_of("I say [x](/ʘa/)."), request))
    assert "ʘ" in strange[0].notices[0]


def test_tags_and_instructions_it_cannot_do_are_reported(model: KokoroSynthesizer) -> None:
    _, words, notices = spoken(model, "Well <laugh> that is it.", instructions="whisper")
    assert words == ["Well", "that", "is", "it"]
    assert any("<laugh>" in notice for notice in notices) and any("instructions" in notice for notice in notices)
    request = model.check(SpeechRequest("x"))
    piece = next(model.synthesize(segment_of("Well <laugh> that is it."), request))
    assert [word.span for word in piece.words] == [(0, 4), (13, 17), (18, 20), (21, 23)]


def test_files_that_are_not_kokoros_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        load(tmp_path)
    (tmp_path / "config.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match=r"config\.json"):
        load(tmp_path)
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    with pytest.raises(ModelError, match="weights"):
        load(tmp_path)
    (tmp_path / "kokoro-v1_0.pth").write_bytes((folder / "kokoro-v1_0.pth").read_bytes())
    (tmp_path / "voices").mkdir()
    with pytest.raises(ModelError, match="voices"):
        load(tmp_path)


def test_a_folder_without_voices_speaks_in_all_that_come_with_the_studio(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "kokoro-v1_0.pth"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    model = load(tmp_path)
    assert len(model.voices) == 54 + len(house.names())
    assert spoken(model, "Yes.", voice="am_puck")[1] == ["Yes"]


def test_a_text_without_words_makes_no_fault(model: KokoroSynthesizer) -> None:
    request = model.check(SpeechRequest("x"))
    for text in ("!!!", "<laugh>", "\u200b", "—"):
        pieces = list(model.synthesize(replace(segment_of("x"), text=text, offsets=range(len(text) + 1)), request))
        assert all(np.isfinite(piece.samples).all() for piece in pieces)

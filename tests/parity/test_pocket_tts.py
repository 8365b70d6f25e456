"""Pocket TTS equals its reference, stage by stage, in four shapes. The fixture comes from make_pocket_tts.py."""

import re
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.codecs import seanet
from engine.codecs.mimi import canonical
from engine.errors import WeightsError
from engine.nn.parts import Parts
from engine.nn.tokens.sentence_pieces import read_sentence_pieces
from engine.tts.pocket_tts.backbone import Backbone
from engine.tts.pocket_tts.codec import FADE_IN, Codec
from engine.tts.pocket_tts.head import FlowHead
from engine.tts.pocket_tts.ready import read_voice
from engine.tts.pocket_tts.recording import ended_on_pause
from engine.tts.pocket_tts.releases import BY_NAME
from engine.tts.pocket_tts.text import MAX_TOKENS, Part, Reader
from engine.tts.pocket_tts.writing import Line, Writer, budget

RELEASES = ("english_2026-01", "english_2026-10", "english_18m_2026-10", "english_2m_2026-10")
HEADS, CODEC_HEADS, WINDOW = 3, 2, 40
FRAMES = 10
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def everything() -> Arrays:
    with np.load(Path(__file__).parent / "fixtures" / "pocket_tts.npz") as file:
        return dict(file)


@pytest.fixture(scope="module", params=RELEASES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def arrays(everything: Arrays, name: str) -> Arrays:
    return {key.removeprefix(f"{name}/"): array for key, array in everything.items() if key.startswith(f"{name}/")}


@pytest.fixture(scope="module")
def parts(arrays: Arrays) -> Parts:
    return Parts({k.removeprefix("weights/"): mx.array(v) for k, v in arrays.items() if k.startswith("weights/")}, "it")


@pytest.fixture(scope="module")
def backbone(parts: Parts) -> Backbone:
    return Backbone(parts, HEADS)


@pytest.fixture(scope="module")
def codec(arrays: Arrays) -> Codec:
    inner = {k.removeprefix("weights/mimi."): mx.array(v) for k, v in arrays.items() if k.startswith("weights/mimi.")}
    return Codec(Parts(canonical(inner, CODEC_HEADS), "it"), CODEC_HEADS, WINDOW)


def speech(length: int) -> np.ndarray:
    at = np.arange(length) / 24000
    return (0.3 * np.sin(2 * np.pi * 220 * at) * np.sin(2 * np.pi * 1.7 * at) + 0.05 * np.sin(at * at * 9000)).astype(
        np.float32
    )


def away(found: np.ndarray, expected: np.ndarray) -> float:
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def test_a_recording_becomes_the_voice_it_was(backbone: Backbone, codec: Codec, arrays: Arrays) -> None:
    encoded = codec.encoded(speech(FRAMES * 1920 - 700))
    assert away(encoded, arrays["encoded"][0]) < 1e-5
    assert away(backbone.voiced(encoded), arrays["prefix"][0]) < 1e-5


def test_what_the_model_says_of_each_frame(backbone: Backbone, arrays: Arrays) -> None:
    """Teacher forced: the reference's latents are fed."""
    state = backbone.begun(arrays["prefix"][0])
    backbone.read([arrays["text"][0].tolist()], [state])
    fed = np.concatenate([backbone.first[None], arrays["latents"][0][:-1]])
    for step, latent in enumerate(fed):
        hidden, ends = backbone.step(latent[None], [state])
        assert away(hidden, arrays["hidden"][step : step + 1]) < 1e-4
        assert abs(float(ends[0] - arrays["ends"][step, 0])) < 1e-4


def test_the_head(parts: Parts, arrays: Arrays, name: str) -> None:
    flow = BY_NAME[name].flow
    assert away(FlowHead(parts, flow, 1)(arrays["hidden"], arrays["noise"]), arrays["latents"][0]) < 1e-5
    for steps in (1, 2, 4) if flow == "lsd" else ():
        found = FlowHead(parts, flow, steps)(arrays["hidden"], arrays["noise"])
        assert away(found, arrays[f"flow/{steps}"]) < 1e-5


def test_flow_matching_goes_in_steps_of_one_time(parts: Parts, arrays: Arrays, name: str) -> None:
    """Nothing with it was released; a head with one embedder, half of what two would add."""
    if BY_NAME[name].flow != "lsd":
        pytest.skip("this head has no times")
    head = FlowHead(parts, "flow_matching", 4)
    x = arrays["noise"]
    for step in range(4):
        one = FlowHead(parts, "flow_matching", 4)
        one._times = [head._times[step]]
        x = one(arrays["hidden"], x)
    assert away(head(arrays["hidden"], arrays["noise"]), x) < 1e-4


def test_the_whole_loop(backbone: Backbone, parts: Parts, arrays: Arrays, name: str) -> None:
    """The reference's noise, and the model's own latents."""
    state = backbone.begun(arrays["prefix"][0])
    backbone.read([arrays["text"][0].tolist()], [state])
    head, latent, found = FlowHead(parts, BY_NAME[name].flow, 1), backbone.first, []
    for noise in arrays["noise"]:
        hidden, _ = backbone.step(latent[None], [state])
        latent = head(hidden, noise[None])[0]
        found.append(latent)
    assert away(np.stack(found), arrays["latents"][0]) < 1e-4


@pytest.mark.parametrize("sizes", [[8], [1] * 8, [1, 2, 0, 5]])
def test_latents_sound_as_they_did_in_calls_of_any_size(codec: Codec, arrays: Arrays, sizes: list[int]) -> None:
    latents, expected = arrays["decoded/latents"][0], arrays["decoded/audio"][0, 0].copy()
    expected[:FADE_IN] *= np.linspace(0, 1, FADE_IN, dtype=np.float32)
    stream, dropped, at, out = codec.stream(), codec.stream(), 0, []
    for n in sizes:
        out.append(stream.step(latents[at : at + n]))
        dropped.step(latents[:1])
        at += n
    assert away(np.concatenate(out), expected) < 1e-5


def test_a_decoder_keeps_no_more_than_its_window(codec: Codec, arrays: Arrays) -> None:
    stream = codec.stream()
    for _ in range(12):
        stream.step(arrays["decoded/latents"][0])
    assert stream.held <= WINDOW + 8 * 16


def test_a_voice_that_was_kept_is_the_voice(backbone: Backbone, arrays: Arrays, tmp_path: Path) -> None:
    """Both formats of files, and places that were not used."""
    kept = {k.removeprefix("voice/"): v for k, v in arrays.items() if k.startswith("voice/")}
    padded = {
        key: np.pad(v, [(0, 0), (0, 0), (0, 7), (0, 0), (0, 0)], constant_values=np.nan) if v.ndim == 5 else v
        for key, v in kept.items()
    }
    older = {
        key.replace("/offset", "/current_end"): np.zeros(int(v[0]), dtype=np.float32) if v.ndim == 1 else v
        for key, v in padded.items()
    }
    fresh = backbone.begun(arrays["prefix"][0]).arrays
    for at, found in enumerate((padded, older, {"audio_prompt": arrays["prefix"]})):
        path = tmp_path / f"{at}.safetensors"
        mx.save_safetensors(str(path), {key: mx.array(v) for key, v in found.items()})
        assert away(read_voice(path, backbone).arrays, fresh) < 1e-5


def test_a_voice_of_another_release_is_refused(
    everything: Arrays, backbone: Backbone, name: str, tmp_path: Path
) -> None:
    other = "english_2m_2026-10" if name.startswith("english_2026") else "english_2026-10"
    kept = {k.removeprefix(f"{other}/voice/"): v for k, v in everything.items() if k.startswith(f"{other}/voice/")}
    path = tmp_path / "her.safetensors"
    mx.save_safetensors(str(path), {key: mx.array(v) for key, v in kept.items()})
    with pytest.raises(WeightsError, match="her was made for another release"):
        read_voice(path, backbone)


def test_rows_side_by_side_are_the_rows_alone(backbone: Backbone, parts: Parts, arrays: Arrays, name: str) -> None:
    """Voices of 3 and 10 frames, texts of 5, 30 and 1 tokens, ends at different frames."""
    release = BY_NAME[name]
    writer = Writer(backbone, FlowHead(parts, release.flow, 1), threshold=0.2)
    voices = [backbone.begun(arrays["prefix"][0][:3]), backbone.begun(arrays["prefix"][0])]
    tokens = [tuple(range(5)), tuple(range(30)), (7,)]

    def lines() -> list[Line]:
        return [
            Line(Part(ids, "", 2), (at, 5), at, voices[at % 2].copy(), most=14 + at) for at, ids in enumerate(tokens)
        ]

    alone: list[list[np.ndarray]] = []
    for at in range(3):
        line = lines()[at]
        alone.append([latent for frame in writer.write([line], 0.3) for _, latent in frame])
    together: list[list[np.ndarray]] = [[], [], []]
    for frame in writer.write(lines(), 0.3):
        for row, latent in frame:
            together[row].append(latent)
    for one, other in zip(alone, together, strict=True):
        assert away(np.stack(other), np.stack(one)) < 1e-4


@pytest.mark.parametrize(
    ("ends", "after", "frames", "why"),
    [
        ({2}, 3, 20, "budget"),
        ({5}, 3, 20, "budget"),
        ({2, 6}, 3, 9, "spoken"),
        ({6, 7}, 5, 11, "spoken"),
        ({12}, 3, 15, "spoken"),
        ({19}, 3, 20, "budget"),
        (set(), 3, 20, "budget"),
    ],
)
def test_the_end_is_where_the_reference_has_it(ends: set[int], after: int, frames: int, why: str) -> None:
    """An end before frame 6 counts for nothing; `after` frames follow it, less the one that is not given."""
    line = Line(Part((), "", after), (0, 0), 0, None, most=20)  # pyright: ignore[reportArgumentType]
    given = 0
    while line.why is None:
        if line.heard(1.0 if line.frame in ends else -1.0, 0.0):
            given += 1
            line.frame += 1
            if line.frame >= line.most:
                line.why = "budget"
    assert (given, line.why) == (frames, why)


@pytest.mark.parametrize(("tokens", "frames"), [(1, 30), (3, 38), (50, 234)])
def test_the_budget(tokens: int, frames: int) -> None:
    assert budget(Part(tuple(range(tokens)), "", 3)) == frames


@pytest.fixture(scope="module")
def tokenizer_file(everything: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.model"
    path.write_bytes(everything["text/tokenizer"].tobytes())
    return path


def test_texts_are_prepared_and_divided_as_the_reference_does(everything: Arrays, tokenizer_file: Path) -> None:
    tokenizer, texts = read_sentence_pieces(tokenizer_file), everything["text/texts"]
    expected: dict[tuple[str, str], list[tuple[str, int, str]]] = {}
    for line in everything["text/parts"]:
        release, at, text, after, ids = line.split("\t")
        expected.setdefault((release, texts[int(at)]), []).append((text, int(after), ids))
    seen = 0
    for (release, text), parts in expected.items():
        if any(len(ids.split()) > MAX_TOKENS or "⁇" in one for one, _, ids in parts):
            continue  # where the reference warns that words will be skipped, we divide; and it loses what it knows not
        found = Reader(tokenizer, BY_NAME[release]).parts(text)
        assert [(one.text, one.after, " ".join(map(str, one.ids))) for one in found] == parts
        seen += 1
    assert seen > 70


def test_a_sentence_without_commas_is_divided_at_words(tokenizer_file: Path) -> None:
    reader = Reader(read_sentence_pieces(tokenizer_file), BY_NAME["english_2026-10"])
    text = "the fox and the crow " * 30
    parts = reader.parts(text)
    assert all(len(part.ids) <= MAX_TOKENS for part in parts)
    said = " ".join(part.text for part in parts).casefold().replace(".", "")
    assert said.split() == text.split()


@pytest.mark.parametrize("text", ["", "  ", "“”"])
def test_nothing_to_say_is_no_part(tokenizer_file: Path, text: str) -> None:
    assert Reader(read_sentence_pieces(tokenizer_file), BY_NAME["french"]).parts(text) == []


@pytest.mark.parametrize("kind", ["loud", "quiet", "short"])
def test_a_recording_ends_on_a_pause(everything: Arrays, kind: str) -> None:
    samples = {
        "loud": speech(5000),
        "quiet": np.concatenate([speech(5000), np.float32(1e-4) * speech(4000)]),
        "short": speech(300),
    }[kind]
    found, expected = ended_on_pause(samples), everything[f"pause/{kind}"]
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-6


@pytest.mark.parametrize("published", [*RELEASES, "french_24l"])
def test_published_tensors_all_have_their_place(everything: Arrays, published: str) -> None:
    """Every name is asked for, and nothing that is asked for is missing."""
    shapes = dict(line.split(" ") for line in everything[f"published/{published}"])
    lazy = {
        name: mx.broadcast_to(mx.zeros(()), tuple(int(size) for size in told.split(",") if size))
        for name, told in shapes.items()
    }
    inner = {name.removeprefix("mimi."): array for name, array in lazy.items() if name.startswith("mimi.")}
    parts = Parts(canonical(inner, 8), "it")
    known = set()
    for side in ("encoder", "decoder"):
        for kind, layer in seanet.layout(parts, side, side == "encoder"):
            blocks = (f"{layer}.block.1.conv", f"{layer}.block.3.conv") if kind == "residual" else (layer,)
            known |= {f"{block}.{what}" for block in blocks for what in ("weight", "bias") if kind != "elu"}
    rest = {re.sub(r"\.\d+\.", ".N.", name) for name in canonical(inner, 8).keys() - known}
    of_layers = ("self_attn.in_proj.weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.weight")
    norms = ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias")
    scales = ("layer_scale_1.scale", "layer_scale_2.scale")
    transformers = {
        f"{side}_transformer.transformer.layers.N.{what}"
        for side in ("encoder", "decoder")
        for what in (*of_layers, *norms, *scales)
    }
    assert rest == transformers | {"quantizer.output_proj.weight", "downsample.conv.weight", "upsample.conv.weight"}
    assert lazy["flow_lm.transformer.layers.0.self_attn.out_proj.weight"].shape[1] % 64 == 0

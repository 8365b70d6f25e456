"""Qwen3-TTS equals its reference stage by stage, and whole greedy runs of each kind. See make_qwen3_tts.py."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from mlx.utils import tree_flatten

from engine.codecs.qwen3 import CodecConfig, Qwen3Decoder
from engine.codecs.qwen3_encoder import EncoderConfig, Qwen3Encoder
from engine.nn.sampling import Sampling, filtered, keys_at, noise_of
from engine.tts.qwen3_tts.config import QwenConfig
from engine.tts.qwen3_tts.loading import talker_of
from engine.tts.qwen3_tts.prompt import Prompt, Spoken, Tokens, prompt
from engine.tts.qwen3_tts.speaker import SpeakerEncoder, mel
from engine.tts.qwen3_tts.talker import Talker, compiled
from engine.tts.qwen3_tts.writing import Drawing, Ending, Line, write

FIXTURES = Path(__file__).parent / "fixtures"
GREEDY = Sampling(temperature=0.0, top_p=1.0, top_k=0, repetition_penalty=1.05, repetition_window=0)
FRAMES = 5

Arrays = dict[str, np.ndarray]


def read(name: str) -> Arrays:
    with np.load(FIXTURES / f"qwen3_tts_{name}.npz") as file:
        return dict(file)


def weights_of(kept: Arrays) -> dict[str, mx.array]:
    found = {name.removeprefix("weights."): value for name, value in kept.items() if name.startswith("weights.")}
    return {name: mx.array(value).astype(mx.float32) for name, value in found.items() if value.dtype == np.float16}


def far(made: Any, expected: np.ndarray) -> float:
    return float(np.abs(np.array(made) - expected).max())


class Checkpoint:
    """A tiny talker, and the fixture it came with."""

    def __init__(self, name: str) -> None:
        self.kept = read(name)
        self.config = QwenConfig.parse(json.loads(str(self.kept["config"])))
        self.weights = weights_of(self.kept)
        self.talker: Talker = talker_of(self.config, self.weights)

    def tokens(self, text: str = "text", told: bool = False, heard: bool = False) -> Tokens:
        def ids(name: str) -> list[int]:
            return self.kept[name][0].tolist()

        return Tokens([181], [183], [182], ids(text), ids("told") if told else (), ids("heard") if heard else ())


@pytest.fixture(scope="module")
def small() -> Checkpoint:
    return Checkpoint("small")


@pytest.fixture(scope="module")
def large() -> Checkpoint:
    return Checkpoint("large")


@pytest.fixture(scope="module")
def codec() -> Arrays:
    return read("codec")


@pytest.fixture(scope="module")
def decoder(codec: Arrays) -> Qwen3Decoder:
    config = json.loads(str(codec["config"]))["decoder_config"]
    return Qwen3Decoder(CodecConfig.parse(config), weights_of(codec))


def cases(of: Checkpoint) -> Iterator[tuple[str, Prompt]]:
    """Every prompt of a checkpoint's fixture."""
    if of.config.kind == "base":
        vector = mx.array(of.kept["vector"])
        for fed, end in ((False, ""), (True, "_fed")):
            yield f"vector{end}", prompt(of.talker, of.tokens(), Spoken("english", vector=vector), fed=fed)
            for length in ("long", "brief"):
                codes = mx.array(of.kept[f"codes_{length}"].astype(np.int32))
                spoken = Spoken("auto", vector=vector, codes=codes)
                yield f"{length}{end}", prompt(of.talker, of.tokens(heard=True), spoken, fed=fed)
        return
    for label, spoken in (
        ("auto", Spoken("auto", "ryan")),
        ("english", Spoken("english", "ryan")),
        ("dialect_auto", Spoken("auto", "dylan")),
        ("dialect_chinese", Spoken("chinese", "eric")),
        ("dialect_overruled", Spoken("english", "eric")),
    ):
        yield label, prompt(of.talker, of.tokens(), spoken)
    yield "fed", prompt(of.talker, of.tokens(), Spoken("english", "ryan"), fed=True)
    yield "told", prompt(of.talker, of.tokens(told=True), Spoken("english", "ryan"))
    yield "designed", prompt(of.talker, of.tokens(told=True), Spoken("auto"))
    yield "alone", prompt(of.talker, of.tokens("short"), Spoken("auto", "vivian"))


def frames_of(talker: Talker, *prompts: Prompt) -> list[np.ndarray]:
    """Greedy frames of a batch."""
    found: list[list[tuple[int, ...]]] = [[] for _ in prompts]
    for row, event in write(talker, [Line(one, FRAMES, 0) for one in prompts], Drawing(GREEDY, GREEDY)):
        if not isinstance(event, Ending):
            found[row].append(event)
    return [np.array(one) for one in found]


@pytest.mark.parametrize("name", ["small", "large"])
def test_prompts_and_greedy_frames_of_every_kind(name: str, request: pytest.FixtureRequest) -> None:
    of: Checkpoint = request.getfixturevalue(name)
    for label, made in cases(of):
        assert far(made.rows[None], of.kept[f"{label}.rows"]) < 5e-6, label
        trailing = of.kept[f"{label}.trailing"][0]
        assert far(made.trailing[: len(trailing)], trailing) < 5e-6, label
        (frames,) = frames_of(of.talker, made)
        assert np.array_equal(frames, of.kept[f"{label}.frames0"]), label


def test_a_batch_writes_what_each_writes_alone(large: Checkpoint) -> None:
    made = dict(cases(large))
    rows = frames_of(large.talker, made["english"], made["alone"])
    assert np.array_equal(rows[0], large.kept["batch.frames0"])
    assert np.array_equal(rows[1], large.kept["batch.frames1"])
    assert np.array_equal(rows[1], large.kept["alone.frames0"])


def test_an_eager_end_is_heard_after_two_frames(large: Checkpoint) -> None:
    head = large.talker.codec_head.weight
    eager = mx.array(head)
    eager[large.config.codec.eos] = mx.array(large.kept["ended.row"])
    large.talker.codec_head.weight = eager
    try:
        (frames,) = frames_of(large.talker, dict(cases(large))["english"])
    finally:
        large.talker.codec_head.weight = head
    assert np.array_equal(frames, large.kept["ended.frames0"]) and len(frames) == 2


@pytest.mark.parametrize("name", ["small", "large"])
def test_both_decoders_alone(name: str, request: pytest.FixtureRequest) -> None:
    of: Checkpoint = request.getfixturevalue(name)
    rows = mx.array(of.kept["talker.rows"])
    assert far(of.talker.hidden(rows, of.talker.caches()), of.kept["talker.hidden"]) < 2e-5
    frames = mx.array(of.kept["predictor.frames"])
    predictor = of.talker.code_predictor
    tables = [of.talker.model.codec_embedding, *predictor.model.codec_embedding]
    inputs = [mx.array(of.kept["predictor.hidden"])] + [tables[book](frames[:, book]) for book in range(15)]
    x = mx.stack(inputs, axis=1)
    hidden = predictor.model.hidden(predictor.projected(x), of.talker.caches()[:2])
    made = mx.stack([head(hidden[:, book + 1]) for book, head in enumerate(predictor.lm_head)], axis=1)
    assert far(made, of.kept["predictor.logits"]) < 2e-5


@pytest.mark.parametrize("temperature", [0.0, 0.9])
def test_the_predictor_can_be_one_graph(small: Checkpoint, temperature: float) -> None:
    how = Sampling(temperature=temperature, top_p=1.0, top_k=20, repetition_penalty=1.0, repetition_window=0)
    graph = compiled(small.talker.predicting(how), how)
    for rows in (1, 2):
        hidden, first = mx.zeros((rows, 1, small.config.talker.hidden_size)), mx.arange(rows, dtype=mx.int32)
        noise = noise_of(keys_at(range(rows), range(1, 16)), small.config.codes)
        # Made and not computed: a processor would build every kernel of it with a compiler of C++.
        assert graph(hidden, first, noise).shape == (rows, 15)


def test_chances_of_the_first_code(large: Checkpoint, codec: Arrays) -> None:
    end = large.config.codec.eos
    scores = mx.array(codec["sampler.scores"])
    own = mx.concatenate([scores[:, : large.config.codes], scores[:, end : end + 1]], axis=1)
    seen = np.zeros(own.shape, dtype=bool)
    seen[0, codec["sampler.drawn"][0]] = True
    worse = mx.where(own < 0, own * 1.05, own / 1.05)
    own = mx.where(mx.array(seen), worse, own)
    for name, top_p in (("chances", 1.0), ("nucleus", 0.8)):
        made = mx.softmax(filtered(own, Sampling(temperature=0.9, top_k=50, top_p=top_p)), axis=-1)
        expected = codec[f"sampler.{name}"]
        assert far(made, np.concatenate([expected[:, : large.config.codes], expected[:, end : end + 1]], 1)) < 1e-6


def test_the_speakers_vector(small: Checkpoint) -> None:
    wave = small.kept["speaker.wave"].astype(np.float32)
    assert far(mel(wave).T, small.kept["speaker.mel"]) < 5e-5
    for turned in (False, True):
        # mlx-community's layout of the same convolutions.
        weights = {
            name: value.transpose(0, 2, 1) if turned and value.ndim == 3 else value
            for name, value in small.weights.items()
        }
        encoder = SpeakerEncoder(weights, small.config.speaker)
        assert far(encoder(wave), small.kept["speaker.vector"]) < 1e-5 * np.abs(small.kept["speaker.vector"]).max()


def test_every_stage_of_the_codecs_decoder(codec: Arrays, decoder: Qwen3Decoder) -> None:
    codes = mx.array(codec["codes"].astype(np.int32))[None]
    x = decoder.latents(codes)
    assert far(x[0], codec["latents"]) < 1e-5
    for place in range(7):
        x, _ = decoder.stages[place](x, decoder.stages[place].begin(1))
        expected = codec[f"stage{place}"]
        assert far(x[0][:2000], expected) < 1e-5 * max(1.0, np.abs(expected).max()), place
    assert far(decoder.decode(codes)[0], codec["wave"]) < 1e-4


@pytest.mark.parametrize("size", [1, 3])
def test_the_codec_streams_exactly_by_a_state_that_does_not_grow(
    codec: Arrays, decoder: Qwen3Decoder, size: int
) -> None:
    codes = mx.array(codec["codes"].astype(np.int32))[None]
    state, made = decoder.begin(), []
    shapes = [array.shape for array in state]
    for start in range(0, codes.shape[1], size):
        samples, state = decoder.step(codes[:, start : start + size], state)
        made.append(samples)
        assert [array.shape for array in state] == shapes
    assert far(mx.concatenate(made, axis=1)[0], codec["wave"]) < 1e-4


def test_every_stage_of_the_codecs_encoder(codec: Arrays) -> None:
    config = EncoderConfig.parse(json.loads(str(codec["config"]))["encoder_config"])
    encoder = Qwen3Encoder(config, weights_of(codec))
    x = encoder.convolved(mx.array(codec["sound"].astype(np.float32))[None, :, None])
    assert far(x[0], codec["convolved"]) < 2e-5
    x = encoder.attended(x, None)  # the reference has no window where attention is eager
    assert far(x[0], codec["attended"]) < 2e-5
    x = encoder.downsampled(x)
    assert far(x[0], codec["downsampled"]) < 2e-5
    assert np.array_equal(np.array(encoder.quantised(x)), codec["encoded"])


def test_the_codec_reads_all_that_its_file_has(codec: Arrays) -> None:
    class Read(dict[str, mx.array]):
        def __init__(self, held: dict[str, mx.array]) -> None:
            super().__init__(held)
            self.names: set[str] = set()

        def __getitem__(self, name: str) -> mx.array:
            self.names.add(name)
            return super().__getitem__(name)

    held, said = Read(weights_of(codec)), json.loads(str(codec["config"]))
    Qwen3Decoder(CodecConfig.parse(said["decoder_config"]), held)
    Qwen3Encoder(EncoderConfig.parse(said["encoder_config"]), held).encode(np.zeros(4000, dtype=np.float32))
    unread = {name for name in set(held) - held.names if "initialized" not in name}
    # Training's own: what leads into a codebook of the decoder, out of one of the encoder, and its last sixteen.
    spare = {name for name in unread if name.startswith("decoder.") and name.endswith("input_proj.weight")}
    spare |= {name for name in unread if name.startswith("encoder.") and name.endswith("output_proj.weight")}
    spare |= {name for name in unread if ".layers." in name and "acoustic" in name}
    assert unread == spare


# Of the names and shapes of the published checkpoints, `name [shape]` a line, in order.
PUBLISHED = {
    ("0b6", 1024, 3072): (402, "d0d3449a757be69f"),
    ("1b7", 2048, 6144): (404, "895986a06edd89e8"),
}


@pytest.mark.parametrize(("size", "hidden", "inner"), PUBLISHED)
def test_names_and_shapes_are_those_of_the_published_checkpoints(
    large: Checkpoint, size: str, hidden: int, inner: int
) -> None:
    said = json.loads(str(large.kept["config"]))
    talker = said["talker_config"]
    both = {"num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128}
    talker |= both | {"num_hidden_layers": 28, "hidden_size": hidden, "intermediate_size": inner, "vocab_size": 3072}
    talker |= {"text_hidden_size": 2048, "text_vocab_size": 151936, "codec_eos_token_id": 2150}
    shapes = {"num_hidden_layers": 5, "hidden_size": 1024, "intermediate_size": 3072, "vocab_size": 2048}
    talker["code_predictor_config"] |= both | shapes
    # Nothing is computed, so nothing takes memory.
    made: Any = tree_flatten(Talker(QwenConfig.parse(said)).parameters())
    lines = sorted(f"talker.{name} {list(array.shape)}" for name, array in made)
    assert (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]) == PUBLISHED[size, hidden, inner]

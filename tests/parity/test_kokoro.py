"""Kokoro equals its reference stage by stage, alone and in company. The fixture comes from make_kokoro.py."""

import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.errors import WeightsError
from engine.nn import conv, lstm, periodic
from engine.tts.kokoro import network, style_rows, vocoder
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.network import Kokoro
from engine.tts.kokoro.prosody import Prosody
from tests.parity.kokoro_weights import CONFIG, draw, draw_noise, draw_style, draw_tokens

HALF = CONFIG["style_dim"]
CLOSE, LOOSE = 1e-5, 1e-4


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parent / "fixtures" / "kokoro.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def weights(reference: dict[str, np.ndarray]) -> dict[str, mx.array]:
    shapes = json.loads(bytes(reference["shapes"]))
    return {name: mx.array(array) for name, array in draw(shapes).items()}


@pytest.fixture(scope="module")
def model(weights: dict[str, mx.array]) -> Kokoro:
    return Kokoro(KokoroConfig.parse(CONFIG), weights)


@pytest.fixture(scope="module")
def tokens(reference: dict[str, np.ndarray]) -> mx.array:
    return mx.array([[0, *draw_tokens(reference["bert"].shape[1] - 2), 0]])


SOUND, PROSODY = mx.array(draw_style(1)[:, :HALF]), mx.array(draw_style(1)[:, HALF:])


@pytest.fixture(scope="module")
def given(reference: dict[str, np.ndarray]) -> Prosody:
    """The reference's own prosody, so that each later stage is judged by itself."""
    durations = reference["durations.1.0"]
    aligned = np.repeat(reference["text"], durations[0], axis=1)
    return Prosody(
        durations,
        mx.array(aligned),
        mx.array(reference["f0"]),
        mx.array(reference["energy"]),
        Lengths([int(durations.sum())]),
    )


def far(ours: mx.array, theirs: np.ndarray) -> float:
    """The largest difference, as a share of the largest value where that is above 1 (a pitch is around 150)."""
    assert ours.shape == theirs.shape
    return float(np.abs(np.array(ours, dtype=np.float64) - theirs).max() / max(1.0, np.abs(theirs).max()))


def only(lengths: int) -> Lengths:
    return Lengths([lengths])


def test_bert_and_the_encoders_equal_the_reference(model, reference, tokens) -> None:
    rows, n = model.prosody, only(tokens.shape[1])
    assert far(rows._bert(tokens, n), reference["bert"]) < CLOSE
    narrow = rows._narrow(mx.array(reference["bert"]))
    assert far(rows._encoder(narrow, PROSODY, n, None), reference["encoded"]) < CLOSE
    assert far(rows._lstm(mx.array(reference["encoded"])), reference["lstm"]) < CLOSE
    assert far(rows._text(tokens, n, None), reference["text"]) < CLOSE


@pytest.mark.parametrize("speed", [1.0, 0.6, 1.7])
def test_durations_equal_the_reference(model, reference, speed) -> None:
    encoded = mx.array(reference["encoded"])
    ours = model.prosody.durations(encoded, only(encoded.shape[1]), None, mx.array([speed]))
    assert ours.tolist() == reference[f"durations.{speed}"].tolist()
    assert len(set(ours[0].tolist())) > 1


def test_pitch_and_energy_equal_the_reference(model, reference, given) -> None:
    stretched = np.repeat(reference["encoded"], given.durations[0], axis=1)
    f0, energy = model.prosody.curves(mx.array(stretched), PROSODY, given.lengths)
    assert far(f0, reference["f0"]) < CLOSE
    assert far(energy, reference["energy"]) < CLOSE


def test_decoder_blocks_equal_the_reference(model, reference, given) -> None:
    decoded, lengths = model.vocoder.decode(given, SOUND)
    assert lengths.lengths == [2 * n for n in given.lengths.lengths]
    assert far(decoded, reference["decoded"]) < CLOSE


def test_the_source_takes_its_noise_from_outside(model, reference, given) -> None:
    vocoder = model.vocoder
    noise = mx.array(draw_noise(reference["source.noisy"].shape[1]))
    for name, given_noise in (("silent", None), ("noisy", noise)):
        source = mx.tanh(vocoder._merge(vocoder._harmonics(given.f0, given_noise)))[:, :, 0]
        # The reference sums the phase in single precision and drifts; ours does not.
        assert far(source, reference[f"source.{name}"]) < LOOSE
    assert np.abs(reference["source.noisy"] - reference["source.silent"]).max() > 10 * LOOSE


def test_the_transform_equals_the_reference_but_for_the_turn_of_pi(model, reference, given) -> None:
    source = mx.array(reference["source.silent"])
    magnitude, phase = model.vocoder._stft.analyse(source, only(source.shape[1]))
    assert far(magnitude, reference["magnitude"]) < CLOSE
    # Where there is almost nothing, a phase is rounding; and where the imaginary part is nothing but rounding (DC,
    # Nyquist, the mirrored frames at both ends) the reference has plus or minus pi by chance, and ours plus pi.
    difference = np.abs(np.array(phase) - reference["phase"])
    heard = reference["magnitude"] > 1e-2
    turned = np.minimum(difference, np.abs(2 * np.pi - difference))
    assert turned[heard].max() < LOOSE
    certain = heard & (np.abs(np.sin(reference["phase"])) > 1e-4)
    assert certain.mean() > 0.1
    assert difference[certain].max() < LOOSE


def test_the_generator_equals_the_reference(model, reference, given) -> None:
    decoded, magnitude, phase = (mx.array(reference[name]) for name in ("decoded", "magnitude", "phase"))
    samples = model.vocoder.generate(decoded, SOUND, magnitude, phase, only(decoded.shape[1]))
    assert far(samples, reference["generated"]) < LOOSE


def test_the_whole_way_equals_the_reference(model, reference, tokens, monkeypatch) -> None:
    # Where a phase is rounding noise (see above) the reference has either sign of pi; its own are given here.
    spectrum = mx.array(reference["magnitude"]), mx.array(reference["phase"])
    monkeypatch.setattr(model.vocoder, "excitation", lambda *_: spectrum)
    spoken = model([tokens[0, 1:-1].tolist()], draw_style(1), [1.0], None)[0]
    assert spoken.durations.tolist() == reference["audio.durations"].tolist()
    assert far(mx.array(spoken.samples), reference["audio"]) < LOOSE


def rows_of(*lengths: int) -> list[list[int]]:
    drawn = draw_tokens(sum(lengths))
    return [[drawn.pop() for _ in range(length)] for length in lengths]


def test_a_batch_gives_what_single_rows_give(model) -> None:
    rows, styles, speeds, seeds = rows_of(5, 17, 1, 9), draw_style(4), [1.0, 1.3, 0.7, 1.0], [1, 2, 3, 4]
    together = model(rows, styles, speeds, seeds)
    for i, row in enumerate(rows):
        alone = model([row], styles[i : i + 1], speeds[i : i + 1], seeds[i : i + 1])[0]
        assert together[i].durations.tolist() == alone.durations.tolist()
        assert together[i].samples.shape == alone.samples.shape
        assert np.abs(together[i].samples - alone.samples).max() < LOOSE * max(1.0, np.abs(alone.samples).max())


def test_in_one_pass_every_stage_gives_what_single_rows_give(model) -> None:
    """As on the GPU. Judged by stages: pitch known to 1e-5 Hz is a phase known to less by the end of a row."""
    rows, styles = rows_of(5, 17, 1, 9, 16), mx.array(draw_style(5))
    lengths = Lengths([len(row) + 2 for row in rows])
    ids = mx.array([[0, *row, *[0] * (lengths.longest - len(row) - 1)] for row in rows])
    prosody = model.prosody(ids, lengths, styles[:, HALF:], mx.array([1.0, 1.3, 0.7, 1.0, 1.0]))
    alone = [
        model.prosody(ids[i : i + 1, :n], only(n), styles[i : i + 1, HALF:], mx.array([[1.0, 1.3, 0.7, 1.0, 1.0][i]]))
        for i, n in enumerate(lengths.lengths)
    ]
    for i, single in enumerate(alone):
        n = single.lengths.longest
        assert prosody.lengths.lengths[i] == n
        for ours, theirs in (
            (prosody.aligned[i, :n], single.aligned[0]),
            (prosody.f0[i, : 2 * n], single.f0[0]),
            (prosody.energy[i, : 2 * n], single.energy[0]),
        ):
            assert far(ours, np.array(theirs)) < LOOSE * max(1.0, float(mx.abs(theirs).max()))
    which = [0, 1, 3, 4]
    part = prosody.rows(which)
    x, n = model.vocoder.decode(part, styles[mx.array(which), :HALF])
    spectrum = model.vocoder.excitation(part, None)
    sound = model.vocoder.generate(x, styles[mx.array(which), :HALF], *spectrum, n)
    for at, i in enumerate(which):
        single = prosody.rows([i])
        y, m = model.vocoder.decode(single, styles[i : i + 1, :HALF])
        assert far(x[at, : m.longest], np.array(y[0])) < LOOSE
        samples = single.lengths.longest * model.config.samples_per_frame
        columns = [one[at : at + 1, : samples // 5 + 1] for one in spectrum]
        one = model.vocoder.generate(y, styles[i : i + 1, :HALF], *columns, m)
        assert far(sound[at, :samples], np.array(one[0])) < LOOSE * max(1.0, float(mx.abs(one).max()))


def test_a_batch_in_one_pass_is_as_long_as_its_rows_and_sounds(model, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(5, 17, 1, 9)
    apart = model(rows, draw_style(4), [1.0] * 4, [1, 2, 3, 4])
    monkeypatch.setattr(model, "together", True)
    together = model(rows, draw_style(4), [1.0] * 4, [1, 2, 3, 4])
    for one, other in zip(apart, together, strict=True):
        assert one.durations.tolist() == other.durations.tolist()
        assert one.samples.shape == other.samples.shape
        # A voice's phase may turn over in a few frames; nearly all of it is the same sound.
        assert np.median(np.abs(one.samples - other.samples)) < 1e-3 * np.abs(one.samples).max()


def test_what_runs_on_a_gpu_gives_what_runs_on_the_cpu(model, weights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways on this machine's processor: whole convolutions and compiled sines, and those of shifted products."""
    for module in (conv, lstm, network, periodic, style_rows, vocoder):
        monkeypatch.setattr(module, "on_gpu", lambda: True)
    other = Kokoro(KokoroConfig.parse(CONFIG), weights)
    assert other.together and not model.together
    rows, styles = rows_of(9, 12), mx.array(draw_style(2))
    ids, lengths = mx.array([[0, *rows[0], 0]]), only(11)
    ours, theirs = (one.prosody(ids, lengths, styles[:1, HALF:], mx.array([1.0])) for one in (model, other))
    assert ours.durations.tolist() == theirs.durations.tolist()
    assert far(theirs.f0, np.array(ours.f0)) < LOOSE * float(mx.abs(ours.f0).max())
    spectrum = model.vocoder.excitation(ours, None)
    sound, same = (
        one.vocoder.generate(*one.vocoder.decode(ours, styles[:1, :HALF])[:1], styles[:1, :HALF], *spectrum, n)
        for one, n in ((model, only(2 * ours.lengths.longest)), (other, only(2 * ours.lengths.longest)))
    )
    assert far(same, np.array(sound)) < LOOSE * max(1.0, float(mx.abs(sound).max()))
    assert len(other(rows, draw_style(2), [1.0, 1.0], [1, 2])) == 2


def test_the_same_seed_gives_the_same_noise_and_another_does_not(model) -> None:
    row, style = rows_of(6), draw_style(1)
    first, again, other = (model(row, style, [1.0], [seed])[0].samples for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def as_mlx_community(weights: dict[str, mx.array]) -> dict[str, mx.array]:
    """The names and layouts of mlx-community's files, as its manifest of the published model shows them."""
    names = {
        "weight_ih_l0": "Wx_forward",
        "weight_hh_l0": "Wh_forward",
        "bias_ih_l0": "bias_ih_forward",
        "bias_hh_l0": "bias_hh_forward",
        "weight_ih_l0_reverse": "Wx_backward",
        "weight_hh_l0_reverse": "Wh_backward",
        "bias_ih_l0_reverse": "bias_ih_backward",
        "bias_hh_l0_reverse": "bias_hh_backward",
    }
    renamed: dict[str, mx.array] = {}
    for name, array in weights.items():
        name = name.replace("parametrizations.weight.original0", "weight_g")
        name = name.replace("parametrizations.weight.original1", "weight_v")
        stem, _, end = name.rpartition(".")
        name = f"{stem}.{names.get(end, {'gamma': 'weight', 'beta': 'bias'}.get(end, end))}"
        if ".norm.weight" in name or ".norm.bias" in name:
            continue  # the instance norms' own weights are not kept there; see the next test
        is_convolution = array.ndim == 3 and end != "weight_g" and ".alpha" not in name
        renamed[name] = array.transpose(0, 2, 1) if is_convolution and "original0" not in end else array
    return renamed


def test_mlx_communitys_names_and_layouts_load_too(weights, tokens) -> None:
    # There the instance norms have no weights of their own, so they must be one and zero for both to agree.
    plain = {
        name: (mx.ones_like(array) if name.endswith("weight") else mx.zeros_like(array)) if ".norm." in name else array
        for name, array in weights.items()
    }
    config, ids = KokoroConfig.parse(CONFIG), [tokens[0, 1:-1].tolist()]
    published = Kokoro(config, plain)(ids, draw_style(1), [1.0], None)[0]
    converted = Kokoro(config, as_mlx_community(plain))(ids, draw_style(1), [1.0], None)[0]
    assert np.abs(published.samples - converted.samples).max() < LOOSE


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_quantised_layers_load_and_run(weights, tokens, bits) -> None:
    quantised: dict[str, mx.array] = {}
    count = 0
    for name, array in weights.items():
        if array.ndim == 2 and name.endswith(".weight") and array.shape[1] % 32 == 0:
            packed, scales, biases = mx.quantize(array, group_size=32, bits=bits)
            stem = name.removesuffix(".weight")
            quantised |= {name: packed, f"{stem}.scales": scales, f"{stem}.biases": biases}
            count += 1
        else:
            quantised[name] = array
    assert count > 20
    config = KokoroConfig.parse(CONFIG | {"quantization": {"bits": bits, "group_size": 32}})
    whole = Kokoro(KokoroConfig.parse(CONFIG), weights).prosody
    packed_model = Kokoro(config, quantised)
    n = only(tokens.shape[1])
    exact, near = whole._bert(tokens, n), packed_model.prosody._bert(tokens, n)
    assert float(mx.abs(exact - near).max()) < {4: 1.5, 6: 0.4, 8: 0.1}[bits]
    spoken = packed_model([tokens[0, 1:-1].tolist()], draw_style(1), [1.0], [0])[0]
    assert len(spoken.samples) == spoken.durations.sum() * packed_model.config.samples_per_frame
    assert np.isfinite(spoken.samples).all()


def test_a_missing_tensor_is_named(weights) -> None:
    torn = {name: array for name, array in weights.items() if name != "bert_encoder.weight"}
    with pytest.raises(WeightsError, match=r"bert_encoder\.weight"):
        Kokoro(KokoroConfig.parse(CONFIG), torn)


def test_tensors_are_let_go_of_as_their_layers_are_made(weights, tokens) -> None:
    """The file's half precision and the network's single never stand in memory together."""
    taken = {name: array.astype(mx.bfloat16) for name, array in weights.items()}
    kept = dict(taken)
    config, ids = KokoroConfig.parse(CONFIG), [tokens[0, 1:-1].tolist()]
    one, other = Kokoro(config, taken, release=True), Kokoro(config, kept)
    assert len(kept) == len(weights)
    left = {name for name in taken if "bert.pooler" not in name and "bert.embeddings" not in name}
    assert not left
    spoken, same = (model(ids, draw_style(1), [1.0], [3])[0].samples for model in (one, other))
    assert np.array_equal(spoken, same)

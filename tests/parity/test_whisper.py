"""Whisper equals its reference stage by stage, alone and in company. The fixture comes from make_whisper.py."""

import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.stt.whisper.align import smoothed, warp
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.contract import Network
from engine.stt.whisper.files import renamed
from engine.stt.whisper.host import HostNetwork
from engine.stt.whisper.mel import log_mel
from engine.stt.whisper.network import WhisperNetwork
from engine.stt.whisper.rules import Rules, Said
from engine.stt.whisper.tokens import SpecialTokens
from tests.parity.whisper_weights import COLUMNS, CONFIG, draw, draw_mel, draw_sound, random

CLOSE = 1e-5


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parent / "fixtures" / "whisper.npz") as file:
        return dict(file)


@pytest.fixture(scope="module", params=["mlx", "numpy"])
def network(request: pytest.FixtureRequest, reference: dict[str, np.ndarray]) -> Network:
    shapes = json.loads(bytes(reference["shapes"]))
    weights = renamed({name: mx.array(array) for name, array in draw(shapes).items()})
    del weights["encoder.positions"]  # the published ones are the sinusoids we compute
    network = WhisperNetwork(WhisperConfig.parse(CONFIG))
    network.load_weights(list(weights.items()), strict=True)
    return HostNetwork(network) if request.param == "numpy" else network


def logits(network: Network, tokens: np.ndarray, mel: np.ndarray) -> np.ndarray:
    state = network.begin(network.encode(mx.array(mel)))
    return np.array(network.logits(network.hidden(mx.array(tokens), state)))


def test_features_equal_the_reference(network: Network, reference: dict[str, np.ndarray]) -> None:
    features = np.array(network.encode(mx.array(draw_mel())))
    assert np.abs(features - reference["features"]).max() < CLOSE


def test_logits_equal_the_reference(network: Network, reference: dict[str, np.ndarray]) -> None:
    found = logits(network, reference["tokens"], draw_mel())
    assert np.abs(found[:, :, COLUMNS] - reference["logits"]).max() < CLOSE
    assert (found.argmax(-1) == reference["best"]).all()


def test_a_row_alone_has_the_logits_it_has_in_company(network: Network, reference: dict[str, np.ndarray]) -> None:
    together = logits(network, reference["tokens"], draw_mel())
    for row in range(2):
        alone = logits(network, reference["tokens"][row : row + 1], draw_mel()[row : row + 1])
        assert np.abs(alone[0] - together[row]).max() < CLOSE


@pytest.mark.parametrize("cut", range(1, 9))
def test_tokens_in_two_pieces_give_the_same_logits(
    network: Network, reference: dict[str, np.ndarray], cut: int
) -> None:
    state = network.begin(network.encode(mx.array(draw_mel())))
    tokens = mx.array(reference["tokens"])
    pieces = [network.hidden(piece, state) for piece in (tokens[:, :cut], tokens[:, cut:]) if piece.shape[1]]
    found = np.array(network.logits(mx.concatenate(pieces, axis=1)))
    assert np.abs(found[:, :, COLUMNS] - reference["logits"]).max() < CLOSE


def test_rows_that_leave_do_not_change_the_others(network: Network, reference: dict[str, np.ndarray]) -> None:
    state = network.begin(network.encode(mx.array(draw_mel())))
    network.hidden(mx.array(reference["tokens"][:, :4]), state)
    state.rows([1])
    found = np.array(network.logits(network.hidden(mx.array(reference["tokens"][1:, 4:]), state)))
    assert np.abs(found[0][:, COLUMNS] - reference["logits"][1, 4:]).max() < CLOSE


def test_where_the_decoder_listens_equals_the_reference(network: Network, reference: dict[str, np.ndarray]) -> None:
    heads = [(2, 1), (0, 0), (1, 1)]
    state = network.begin(network.encode(mx.array(draw_mel())))
    _, scores = network.attended(mx.array(reference["tokens"]), state, heads)
    for (layer, head), found in zip(heads, scores, strict=True):
        weights = np.array(mx.softmax(found, axis=-1))
        assert np.abs(weights - reference["cross"][:, layer, head]).max() < CLOSE


@pytest.mark.parametrize("n_mels", [80, 128])
def test_mel_equals_the_reference(reference: dict[str, np.ndarray], n_mels: int) -> None:
    found = np.array(log_mel([draw_sound(), draw_sound()[:8000]], n_mels, 3000))
    assert found.shape == (2, 3000, n_mels)
    assert np.abs(found[0, :270] - reference[f"mel_{n_mels}"]).max() < 2e-5
    assert np.abs(found[0, 270:] - reference[f"mel_{n_mels}_rest"].mean()).max() < 2e-5
    alone = np.array(log_mel([draw_sound()[:8000]], n_mels, 3000))
    assert np.abs(found[1] - alone[0]).max() < 1e-6


@pytest.mark.parametrize("case", range(8))
@pytest.mark.parametrize("lean", [0, 6])
def test_what_may_follow_equals_the_reference(reference: dict[str, np.ndarray], case: int, lean: int) -> None:
    special = SpecialTokens.of(51865)
    rules = Rules(special, (), ())
    sequence = reference[f"said_{case}"].tolist()
    said = Said.nothing(1)
    for token in sequence:
        said = said.then(mx.array([token]), special.first_stamp)
    scores = random(f"scores {case} {float(lean)}").normal(size=(1, 51865)).astype(np.float32)
    scores[:, special.first_stamp :] += lean
    ruled = rules(mx.array(scores), said, is_first=not sequence, with_stamps=True)
    may = np.isfinite(np.array(ruled)[0])
    expected = np.unpackbits(reference[f"rule_{case}_{lean}"])[:51865].astype(bool)
    # The special tokens between the words and the times are never said; the reference has another rule for them.
    expected[special.start : special.first_stamp] = False
    if not sequence:
        expected[special.end] = False
    assert (may == expected).all()


def test_smoothing_and_path_equal_the_reference(reference: dict[str, np.ndarray]) -> None:
    weights = random("attention").normal(size=(3, 9, 60)).astype(np.float32)
    assert np.abs(smoothed(weights) - reference["smooth"]).max() < 1e-6
    text, time = warp(-weights.mean(0))
    assert (text == reference["path_text"]).all()
    assert (time == reference["path_time"]).all()

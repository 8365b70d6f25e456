"""On a GPU models are kept in 16 bits, on a processor in 32: each by a stub of the device, the numbers the same."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import mlx.core as mx
import pytest

from engine import allowance, blas
from engine.nn import smooth
from engine.nn.conv import on_gpu
from engine.nn.home import at_home
from engine.stt.parakeet import checkpoint as parakeet
from engine.stt.parakeet.config import ParakeetConfig
from engine.stt.whisper import files as whisper
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.host import HostNetwork, where_quickest
from engine.stt.whisper.network import WhisperNetwork
from engine.text.segment import TextSegment
from engine.tts.orpheus.model import CODEC_BYTES_PER_FRAME, WHOLE_STEP, OrpheusSynthesizer
from engine.tts.qwen3_tts import model as qwen
from engine.tts.qwen3_tts import talker
from studio.cli import doctor
from studio.settings import Settings

On = Callable[[mx.DeviceType], None]
CPU, GPU = mx.cpu, mx.gpu


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """MLX says that it computes there."""

    def put(kind: mx.DeviceType) -> None:
        monkeypatch.setattr(mx, "default_device", lambda: mx.Device(kind))

    return put


def test_the_device_is_asked_each_time(on: On) -> None:
    on(GPU)
    assert on_gpu()
    on(CPU)
    assert not on_gpu()


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (GPU, mx.float32, mx.bfloat16),
        (GPU, mx.float16, mx.float16),
        (GPU, mx.bfloat16, mx.bfloat16),
        (CPU, mx.float16, mx.float32),
        (CPU, mx.bfloat16, mx.float32),
        (GPU, mx.uint32, mx.uint32),
        (CPU, mx.uint32, mx.uint32),
    ],
)
def test_orpheus_is_kept_in_the_numbers_the_device_is_quick_in(
    kind: mx.DeviceType, given: mx.Dtype, kept: mx.Dtype, on: On
) -> None:
    on(kind)
    assert at_home(mx.zeros((2, 2), given)).dtype == kept


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (GPU, mx.float16, mx.float16),
        (GPU, mx.float32, mx.float32),
        (CPU, mx.float16, mx.float32),
        (CPU, mx.uint32, mx.uint32),
        (GPU, mx.uint32, mx.uint32),
    ],
)
def test_whisper_too(kind: mx.DeviceType, given: mx.Dtype, kept: mx.Dtype, on: On) -> None:
    on(kind)
    assert whisper._at_home("encoder.conv1.weight", mx.zeros((2, 2), given)).dtype == kept


@pytest.mark.parametrize(("kind", "kept"), [(GPU, mx.bfloat16), (CPU, mx.float32)])
def test_parakeet_too(kind: mx.DeviceType, kept: mx.Dtype, on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parakeet, "load_arrays", lambda folder: {"encoder.a.weight": mx.ones((2, 2), mx.float32)})
    cast_to: list[mx.Dtype] = []
    monkeypatch.setattr(parakeet, "_cast", lambda name, array, dtype: cast_to.append(dtype) or array)
    model = Path(__file__).parents[2] / "examples" / "tiny_parakeet" / "model"
    on(kind)
    parakeet.load_parts(model, ParakeetConfig.read(model))
    assert cast_to == [kept]


def test_a_batch_of_orpheus_takes_half_the_memory_on_a_gpu(on: On) -> None:
    shape = SimpleNamespace(num_hidden_layers=2, num_key_value_heads=2, head_dim=8)
    model = SimpleNamespace(_llama=SimpleNamespace(config=shape))
    segments = [TextSegment(0, "One line.", (0, 9), 0.0, "sentence", range(10))]
    needs: dict[mx.DeviceType, int] = {}
    for kind in (GPU, CPU):
        on(kind)
        needs[kind] = OrpheusSynthesizer.batch_memory(model, segments) - WHOLE_STEP * CODEC_BYTES_PER_FRAME  # type: ignore[arg-type]
    assert 0 < needs[GPU] == needs[CPU] / 2


def test_a_batch_of_qwen_takes_half_the_memory_on_a_gpu(on: On) -> None:
    shape = SimpleNamespace(num_hidden_layers=2, num_key_value_heads=2, head_dim=8)
    model = SimpleNamespace(_config=SimpleNamespace(talker=shape))
    segments = [TextSegment(0, "One line.", (0, 9), 0.0, "sentence", range(10))]
    needs: dict[mx.DeviceType, int] = {}
    for kind in (GPU, CPU):
        on(kind)
        codec = qwen.WHOLE_STEP * qwen.CODEC_BYTES_PER_FRAME
        needs[kind] = qwen.QwenSynthesizer.batch_memory(model, segments) - codec  # type: ignore[arg-type]
    assert 0 < needs[GPU] == pytest.approx(needs[CPU] / 2, abs=1)


def test_a_frame_of_qwen_is_one_graph_on_a_gpu(on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talker, "compiled", lambda predict, sampling: "one graph")
    for kind, is_one in ((GPU, True), (CPU, False)):
        on(kind)
        model = SimpleNamespace(_predicting={})
        made = talker.Talker.predicting(model, "sampling")  # type: ignore[arg-type]
        assert (made == "one graph") is is_one


@pytest.mark.parametrize(("system", "kind"), [("darwin", GPU), ("linux", GPU), ("darwin", CPU)])
def test_the_doctor_names_the_device_and_sends_nobody_for_what_only_a_processor_needs(
    system: str, kind: mx.DeviceType, on: On, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blas, "sys", SimpleNamespace(platform=system, modules={}))
    monkeypatch.setattr(doctor, "chosen", blas.chosen.__wrapped__)
    on(kind)
    found = doctor._mlx(Settings())
    assert found.ok
    assert ("gpu" if kind == GPU else "cpu") in found.found
    assert found.mend == ""


def test_numpy_stands_in_on_a_processor_only(on: On) -> None:
    large = mx.zeros((1 << 14,))
    for kind, expected in ((CPU, True), (GPU, False)):
        on(kind)
        assert smooth._on_host(large) is expected


def test_cores_are_counted_where_the_system_does_not_say_which_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "os", SimpleNamespace(cpu_count=lambda: 8))
    assert allowance.usable_cores() == 8


def test_whisper_is_numpys_on_a_processor_unless_its_weights_are_whole_numbers(on: On) -> None:
    for kind, quantised, moved in ((GPU, False, False), (CPU, True, False)):
        on(kind)
        network = SimpleNamespace(config=SimpleNamespace(quantization=object() if quantised else None))
        assert (where_quickest(network) is not network) is moved  # type: ignore[arg-type]
    tiny = WhisperNetwork(WhisperConfig(80, 4, 8, 2, 1, 16, 8, 8, 2, 1))
    on(CPU)
    assert isinstance(where_quickest(tiny), HostNetwork)

"""Small random Kokoros on the disk, in the layouts people download."""

import json
import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from tests.parity.kokoro_weights import CONFIG, draw
from tests.parity.test_kokoro import as_mlx_community

FIXTURE = Path(__file__).parents[3] / "parity" / "fixtures" / "kokoro.npz"
# The letters the published model was taught, by their published numbers.
VOCABULARY = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13, "“": 14, "”": 15,
    " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22, "ꭧ": 23, "A": 24, "I": 25, "O": 31, "Q": 33,
    "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "c": 45, "d": 46, "e": 47, "f": 48, "h": 50, "i": 51,
    "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "q": 59, "r": 60, "s": 61, "t": 62, "u": 63, "v": 64,
    "w": 65, "x": 66, "y": 67, "z": 68, "ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80,
    "ð": 81,
    "ʤ": 82, "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103, "ɯ": 110,
    "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116, "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125,
    "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131, "ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138, "ɣ": 139,
    "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158, "ʰ": 162, "ʲ": 164, "↓": 169,
    "→": 171, "↗": 172, "↘": 173, "ᵻ": 177,
}  # fmt: skip
VOICES = ("am_michael", "af_heart", "bf_emma", "ff_siwis", "jf_alpha", "zf_xiaobei")


def weights() -> dict[str, np.ndarray]:
    """By the reference's names; instance norms without weights of their own, as in mlx-community's files."""
    with np.load(FIXTURE) as file:
        shapes = json.loads(bytes(file["shapes"]))
    drawn = draw(shapes)
    return {name: array for name, array in drawn.items() if ".norm." not in name}


def packs() -> dict[str, np.ndarray]:
    width = 2 * CONFIG["style_dim"]
    random = np.random.default_rng(5)
    return {name: (random.normal(size=(510, 1, width)) * 0.3).astype(np.float32) for name in VOICES}


def hexgrad(folder: Path) -> Path:
    """config.json, kokoro-v1_0.pth with a table a part, voices/*.pt."""
    (folder / "voices").mkdir(parents=True)
    write_config(folder)
    parts: dict[str, dict[str, np.ndarray]] = {}
    for name, array in weights().items():
        part, _, rest = name.partition(".")
        parts.setdefault(part, {})[f"module.{rest}"] = array
    write_torch(folder / "kokoro-v1_0.pth", parts)
    for name, pack in packs().items():
        write_torch(folder / "voices" / f"{name}.pt", pack)
    return folder


def mlx_community(folder: Path) -> Path:
    """config.json, kokoro-v1_0.safetensors in MLX's layouts, voices/*.safetensors."""
    (folder / "voices").mkdir(parents=True)
    write_config(folder)
    arrays = as_mlx_community({name: mx.array(array) for name, array in weights().items()})
    mx.save_safetensors(str(folder / "kokoro-v1_0.safetensors"), arrays)
    for name, pack in packs().items():
        mx.save_safetensors(str(folder / "voices" / f"{name}.safetensors"), {"voice": mx.array(pack)})
    return folder


def write_config(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(CONFIG | {"vocab": VOCABULARY}), encoding="utf-8")


def write_torch(path: Path, content: Any) -> None:
    """What torch.save writes, without torch: NumPy arrays stand for its tensors."""
    torch, inner = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        pass

    def _rebuild_tensor_v2() -> None:
        pass

    FloatStorage.__module__, FloatStorage.__qualname__ = "torch", "FloatStorage"
    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    torch.FloatStorage, inner._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2  # type: ignore[attr-defined]

    class Bytes:
        def __init__(self, key: str, array: np.ndarray) -> None:
            self.key, self.array = key, array

    class Tensor:
        def __init__(self, key: str, array: np.ndarray) -> None:
            self.array, self.bytes = array, Bytes(key, array)

        def __reduce__(self) -> Any:
            strides = tuple(step // self.array.itemsize for step in self.array.strides)
            return _rebuild_tensor_v2, (self.bytes, 0, self.array.shape, strides, False, OrderedDict())

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: Any) -> Any:
            if isinstance(obj, Bytes):
                return ("storage", FloatStorage, obj.key, "cpu", obj.array.size)
            return None

    kept: list[np.ndarray] = []

    def wrapped(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: wrapped(one) for name, one in value.items()}
        array = np.ascontiguousarray(value, dtype=np.float32)
        kept.append(array)
        return Tensor(str(len(kept) - 1), array)

    import io

    buffer = io.BytesIO()
    before = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": inner})
    try:
        Pickler(buffer, protocol=2).dump(wrapped(content))
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{path.stem}/data.pkl", buffer.getvalue())
        archive.writestr(f"{path.stem}/byteorder", "little")
        for key, array in enumerate(kept):
            archive.writestr(f"{path.stem}/data/{key}", array.tobytes())
        archive.writestr(f"{path.stem}/version", "3\n")

"""parakeet-mlx, in a process of its own: makes random weights, hears a recording, hears a live stream.

Run by benchmarks.parakeet with a peer's Python; knows nothing of this repository. Its local attention needs Metal; on
other machines the original attention is kept.
"""

import json
import resource
import sys
import time
from pathlib import Path

import mlx.core as mx
import numpy as np
import parakeet_mlx.parakeet as theirs
from mlx.utils import tree_flatten
from parakeet_mlx.audio import get_logmel
from parakeet_mlx.utils import from_config


def main(folder: Path, job: dict) -> dict:
    """One job."""
    mx.random.seed(0)
    model = from_config(json.loads((folder / "config.json").read_text()))
    if job.get("make"):
        weights = {name: _spread(name, array) for name, array in tree_flatten(model.parameters())}
        mx.save_safetensors(str(folder / "model.safetensors"), weights)
        return {"parameters": sum(array.size for array in weights.values())}
    model.load_weights(str(folder / "model.safetensors"))
    mx.eval(model.parameters())
    sound = np.load(folder / "sound.npy")
    mx.reset_peak_memory()
    return offline(model, sound, job) if job["mode"] == "offline" else live(model, sound, job)


def offline(model, sound: np.ndarray, job: dict) -> dict:
    """A recording of so many seconds, `repeats` times."""
    samples = mx.array(sound[: round(job["seconds"] * 16000)])
    times = []
    for _ in range(job["repeats"]):
        started = _now()
        result = model.generate(get_logmel(samples, model.preprocessor_config))[0]
        times.append(_now() - started)
    return _with_memory({"seconds": min(times), "tokens": len(result.tokens)})


def live(model, sound: np.ndarray, job: dict) -> dict:
    """Small packets at the end of minute 1 and in minute `minute`; large ones up to there."""
    counts = {"mel": 0, "encoded": 0}
    logmel, encode = theirs.get_logmel, type(model.encoder).__call__

    def counted_mel(samples, args):
        mel = logmel(samples, args)
        counts["mel"] += mel.shape[1]
        return mel

    def counted_encoder(self, *args, **kwargs):
        features, lengths = encode(self, *args, **kwargs)
        counts["encoded"] += features.shape[1]
        return features, lengths

    theirs.get_logmel = counted_mel
    type(model.encoder).__call__ = counted_encoder
    packet = round(job["packet_s"] * 16000)
    with model.transcribe_stream(
        context_size=tuple(job["context"]), depth=job["depth"], keep_original_attention=not job["local"]
    ) as stream:

        def heard(seconds: float, size: int) -> list[float]:
            times = []
            for start in range(0, round(seconds * 16000), size):
                part = mx.array(np.take(sound, range(start, start + size), mode="wrap"))
                started = _now()
                stream.add_audio(part)
                times.append(_now() - started)
            return times

        heard(60 - job["measured_s"], 160000)
        before = dict(counts)
        first = heard(job["measured_s"], packet)
        work = {name: (counts[name] - before[name]) / job["measured_s"] for name in counts}
        heard(60 * (job["minute"] - 2), 480000)
        late = heard(job["measured_s"], packet)
    return _with_memory(
        {"mel_ratio": work["mel"] / 100, "encoded_per_s": work["encoded"], "first": _times(first), "late": _times(late)}
    )


def _spread(name: str, array: mx.array) -> mx.array:
    """Wider last layers and a love of silence, so that a random model says about as much as a speaker does."""
    if name == "joint.joint_net.2.bias":
        durations = 5
        bias = np.zeros(array.shape, np.float32)
        bias[-durations - 1] = 4.0  # the blank
        bias[-durations] = -50.0  # a duration of 0
        return mx.array(bias)
    if name.startswith(("joint.joint_net", "decoder.prediction.embed")):
        return array * 4
    return mx.random.normal(array.shape) * 0.3 if "pos_bias" in name else array


def _now() -> float:
    """On a CPU the processor's time, which a busy machine does not stretch."""
    return time.process_time() if mx.default_device().type == mx.DeviceType.cpu else time.perf_counter()


def _times(seconds: list[float]) -> dict:
    ordered = sorted(seconds)
    return {"mean": sum(ordered) / len(ordered), "p95": ordered[int(0.95 * (len(ordered) - 1))]}


def _with_memory(found: dict) -> dict:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return found | {"peak_bytes": peak, "mlx_peak_bytes": mx.get_peak_memory()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))

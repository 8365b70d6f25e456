"""The reference `pocket_tts` in torch, in a process of its own: makes the weights, and speaks against the clock.

Run by benchmarks.pocket_tts with a peer's Python; knows nothing of this repository.
"""

import json
import sys
import threading
import time
from pathlib import Path

import pocket_tts.modules.text_conditioner as text_conditioner
import torch
import yaml
from safetensors.torch import load_file, save_file


class Tokens:
    """The real tokenizer would be downloaded: so many tokens, whatever the text."""

    count = 40

    def __call__(self, text: str) -> torch.Tensor:
        return torch.arange(self.count)[None]


text_conditioner.build_tokenizer = lambda *_, **__: Tokens()

from pocket_tts.models.mimi import build_mimi  # noqa: E402
from pocket_tts.models.tts_model import TTSModel, stamp_state_names  # noqa: E402
from pocket_tts.modules.stateful_module import init_states  # noqa: E402
from pocket_tts.utils.config import CONFIGS_DIR, Config  # noqa: E402

NEVER = 1e9
"""No logit is as high: every part is spoken to its budget."""


def built(release: str) -> TTSModel:
    """The release's shape."""
    config = Config(**yaml.safe_load((CONFIGS_DIR / f"{release}.yaml").read_text()))
    torch.manual_seed(0)
    model = TTSModel._from_pydantic_config(config, 0.3, 1, None, NEVER, None)
    inner = config.mimi.inner_dim or config.mimi.seanet.dimension
    model.flow_lm.speaker_proj_weight = torch.nn.Parameter(torch.zeros(config.flow_lm.transformer.d_model, inner))
    model.mimi = build_mimi(config.mimi)
    stamp_state_names(model)
    return model.eval()


@torch.no_grad()
def main(folder: Path, job: dict) -> dict:
    """`make` writes the weights; otherwise speak, `repeats` times over."""
    model, path = built(job["release"]), folder / "model.safetensors"
    if job.get("make"):
        for tensor in model.state_dict().values():
            if tensor.ndim >= 2:
                tensor.copy_(torch.randn_like(tensor) * tensor[0].numel() ** -0.5)
        save_file({name: tensor.clone().contiguous() for name, tensor in model.state_dict().items()}, path)
        return {"torch": torch.__version__}
    model.load_state_dict(load_file(path), strict=True)
    Tokens.count = job["tokens"]
    state = init_states(model.flow_lm, batch_size=1, sequence_length=job["voice"])
    prefix = torch.randn(1, job["voice"], model.flow_lm.dim)
    model._run_flow_lm_and_increment_step(model_state=state, audio_conditioning=prefix)
    found = []
    for _ in range(job["repeats"]):
        begun, worked, first, samples = time.perf_counter(), time.process_time(), None, 0
        for chunk in model._generate_audio_stream_short_text(state, "", 3, True, threading.Event()):
            first = time.perf_counter() - begun if first is None else first
            samples += chunk.shape[-1]
        seconds, work = time.perf_counter() - begun, time.process_time() - worked
        found.append({"first_s": first, "seconds": seconds, "work": work, "sound_s": samples / 24000})
    return {"rounds": found}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))

"""Makes the torch files beside it, with torch itself (any 2.x): python make_torch_files.py

The values follow a rule, so that the test needs no torch: element i of a tensor is i, in its dtype.
"""

from collections import OrderedDict
from pathlib import Path

import torch

HERE = Path(__file__).parent
KINDS = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")


def counted(kind: str, *shape: int) -> torch.Tensor:
    return torch.arange(torch.Size(shape).numel()).reshape(shape).to(getattr(torch, kind))


def main() -> None:
    base = counted("float32", 4, 6)
    nested = {
        "kinds": OrderedDict((kind, counted(kind, 3, 5)) for kind in KINDS),
        "bert": OrderedDict([("module.layer.weight", torch.nn.Parameter(base)), ("module.tied", base)]),
        "views": {
            "transposed": base.t(),
            "row": base[1],
            "every_other": base[:, ::2],
            "channels_last": counted("float32", 2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
        },
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
        "epoch": 12,
        "name": "not a tensor",
    }
    torch.save(nested, HERE / "nested.pth")
    torch.save(counted("float32", 10, 1, 8), HERE / "voice.pt")
    torch.save({"old": counted("float32", 3)}, HERE / "old_format.pth", _use_new_zipfile_serialization=False)
    layer = torch.nn.Linear(2, 2)
    torch.save(layer, HERE / "whole_module.pth")


if __name__ == "__main__":
    main()

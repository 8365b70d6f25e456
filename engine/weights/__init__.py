"""A card -> verified files on this machine -> arrays. Downloads only when `fetch` is called.

`companions` knows what else a model needs, `store` where files lie, `hub` what the hub says, `download` and `transfer`
bring bytes, `check` looks for damage, `quantisation` makes them smaller; reading them is
`engine.nn.stored.checkpoint`. Knows no family and no loaded model.
"""

from engine.nn.stored.checkpoint import load_arrays, load_file, weight_files
from engine.weights.acquire import fetch
from engine.weights.check import verify, verify_companions
from engine.weights.identity import identity
from engine.weights.quantisation import quantise
from engine.weights.store import (
    companion_folder,
    companion_folders,
    folder_of,
    free_bytes,
    is_present,
    natural_root,
    remove,
    size_on_disk,
)

__all__ = [
    "companion_folder",
    "companion_folders",
    "fetch",
    "folder_of",
    "free_bytes",
    "identity",
    "is_present",
    "load_arrays",
    "load_file",
    "natural_root",
    "quantise",
    "remove",
    "size_on_disk",
    "verify",
    "verify_companions",
    "weight_files",
]

"""A finished file signed by the C2PA's rules (Content Credentials), where the extra `c2pa` is installed.

What is signed: that a trained model made the sound, by which software, model and kind of voice. Whoever changes the
file breaks the signature. Who signed it is told by a certificate, which is the caller's. No network is asked.
"""

import json
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.audio.files.provenance import DIGITAL_SOURCE_TYPE, SOFTWARE, Provenance
from engine.audio.files.wholefile import whole_file
from engine.errors import EngineError

MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".m4b": "audio/mp4"}
"""Files that can be signed, by their endings. FLAC has no place of its own for it, and Ogg and AAC none at all."""

_ASSERTION = "org.speech-studio.voice"


class SigningError(EngineError):
    """A file could not be signed; it is as it was."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs.

    Attributes:
        chain: PEM, the signer's certificate (P-256) and then those above it.
        key: PEM, PKCS 8, of the first one.
    """

    chain: bytes
    key: bytes


def is_here() -> bool:
    """Whether the extra is installed."""
    return find_spec("c2pa") is not None


def sign(path: Path, made_by: Provenance, signer: Signer, title: str = "", ending: str = "") -> None:
    """Sign a finished file in place; it is there whole at any time, signed or not.

    Args:
        path: the file.
        made_by: what is signed.
        signer: by whom.
        title: of the file; its name when "".
        ending: of its kind, where its own name does not say.

    Raises:
        SigningError: the extra is missing, or cannot sign this file.
        EngineError: the disk is full or refuses.
    """
    media_type = MEDIA_TYPES.get((ending or path.suffix).lower())
    if media_type is None:
        raise SigningError(f"A file of type “{(ending or path.suffix).lstrip('.')[:20]}” cannot be signed.")
    if not is_here():
        raise SigningError("The extra `c2pa` is not installed.")
    c2pa: Any = import_module("c2pa")
    told = manifest(made_by, title or path.name, media_type)
    with whole_file(path) as temporary:
        try:
            info = c2pa.C2paSignerInfo(b"es256", signer.chain, signer.key, None)
            with (
                c2pa.Signer.from_info(info) as hand,
                c2pa.Builder(json.dumps(told)) as builder,
                path.open("rb") as source,
                temporary.open("w+b") as target,
            ):
                builder.sign(hand, media_type, source, target)
        except OSError:
            raise
        except Exception as exc:  # its own errors have no common parent that is promised
            raise SigningError("The file could not be signed by the C2PA's library.") from exc


def manifest(made_by: Provenance, title: str, media_type: str) -> dict[str, Any]:
    """What is signed, in the C2PA's words."""
    action = {"action": "c2pa.created", "digitalSourceType": DIGITAL_SOURCE_TYPE, "softwareAgent": {"name": SOFTWARE}}
    voice = {"model": made_by.model, "voice": made_by.voice, "voice_kind": made_by.kind, "licence": made_by.licence}
    return {
        "claim_generator_info": [{"name": SOFTWARE}],
        "title": title,
        "format": media_type,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [action]}},
            {"label": _ASSERTION, "data": {name: value for name, value in voice.items() if value}},
        ],
    }

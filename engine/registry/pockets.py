"""Pocket TTS, a card for each release: with the encoder that copies voices (gated), and the newest ones without. Data.

Releases differ in how they speak, and upstream's answer to a fault is another one: so each is a card.
"""

from engine.registry.card import FolderSigns, ModelCard
from engine.tts.pocket_tts.releases import GATED, LATEST_OPEN, OPEN, RELEASES, Release
from engine.tts.pocket_tts.voices import names
from engine.types import Sampling

_LICENCE = "CC-BY-4.0"
"""As reported: the publisher's page could not be read where this was written. The code is MIT."""
_BESIDE_WEIGHTS_BYTES = 250 * 10**6  # states of voices and sound in work
_VOICE_BYTES = {1310: 30 * 10**6}  # a ready voice of the large ones; the others have 8 MB at most
_OPEN_TOO = 13
"""Of the list, from the newest: those that are offered without the encoder as well."""


def _card(release: Release, is_open: bool) -> ModelCard:
    weights = release.megabytes * 10**6
    voices = [f"languages/{release.name}/embeddings/{name}.safetensors" for name in names(release)]
    return ModelCard(
        id=f"{OPEN if is_open else GATED}/{release.name}",
        name=f"Pocket-TTS {release.label}{', ready voices only' if is_open else ''}",
        task="speak",
        family="pocket_tts",
        licence=_LICENCE,
        languages=(release.language,),
        sample_rate=24000,
        files=("model.safetensors",),
        download_bytes=weights + len(voices) * _VOICE_BYTES.get(release.megabytes, 8 * 10**6),
        memory_bytes=weights + _BESIDE_WEIGHTS_BYTES,
        abilities=frozenset({"batch", "codec"} if is_open else {"batch", "codec", "clone"}),
        sampling=Sampling(temperature=release.temperature),
        revision=release.open if is_open else release.gated,
        companions=(OPEN,),
        companion_files=(release.tokenizer, *voices),
        companion_revision=LATEST_OPEN,
        companions_for_folders=False,
        repository=OPEN if is_open else GATED,
        within=f"languages/{release.name}",
    )


CARDS: tuple[ModelCard, ...] = (
    *(_card(release, is_open=False) for release in RELEASES),
    *(_card(release, is_open=True) for release in RELEASES[:_OPEN_TOO]),
)


def is_pocket(signs: FolderSigns) -> bool:
    """A config.json of ours beside the weights says so: they bring none."""
    return signs.model_type == "pocket_tts"

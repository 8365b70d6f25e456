"""A model's voices, a style vector for every length of a sentence: its folder's files, or the studio's own table.

The house's voices are blends of these with an offset, wherever what they are blended of is there.
"""

from pathlib import Path

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.errors import VoiceError, WeightsError
from engine.nn.stored.checkpoint import load_file
from engine.tts.kokoro import house, table
from engine.tts.kokoro.voices import DEFAULT_VOICE, Blend, Shares, described, parse, voices
from engine.types import Voice

Pack = npt.NDArray[np.float32]
"""[lengths, 2 * style_dim]: row n - 1 is for n phonemes, sound half first."""

SUFFIXES = (".pt", ".safetensors")


class Packs:
    """The voices of one model, read when they are first used.

    Args:
        folder: the model's; its voices are in `voices/`. Without that folder it speaks with the table's.
        width: 2 * style_dim.

    Raises:
        WeightsError: there are none.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._width = width
        found = sorted(path for path in (folder / "voices").glob("*") if path.suffix in SUFFIXES and path.is_file())
        # The later wins: safetensors where a voice is there twice.
        self._files = {path.stem: path for path in sorted(found, key=lambda path: SUFFIXES.index(path.suffix))}
        self._names = set(self._files)
        self._read: dict[str, Pack] = {}
        if width == table.WIDTH and not (folder / "voices").exists():
            self._names = set(table.names())
        if not self._names:
            raise WeightsError(f"{folder.name} has no voices: its folder voices/ is empty. Get the model again.")
        if width == table.WIDTH:
            self._names |= {name for name in house.names() if set(parse(house.base(name)).shares) <= self._names}

    @property
    def voices(self) -> list[Voice]:
        """The voices that are here: published ones first, the default before all."""
        known = [voice for voice in voices() if voice.id in self._names]
        names = {voice.id for voice in known}
        return known + [described(name) for name in sorted(self._names) if name not in names]

    @property
    def default(self) -> str:
        """Who speaks when nobody is named."""
        return DEFAULT_VOICE if DEFAULT_VOICE in self._names else self.voices[0].id

    def refuse_unknown(self, blend: Blend) -> None:
        """Raises VoiceError for a voice that is not here."""
        for name in blend.shares:
            if name not in self._names:
                near = ", ".join(voice.id for voice in self.voices if voice.id[:1] == name[:1]) or self.default
                raise VoiceError(f"Kokoro has no voice called “{name[:60]}” here. It has: {near[:300]}.")

    def style(self, blend: Blend, phonemes: int, offset: Pack | None = None) -> Pack:
        """The style of a sentence of so many phonemes: [2 * style_dim].

        Args:
            blend: of whom.
            phonemes: how many.
            offset: what is added, [2 * style_dim].
        """
        half = self._width // 2
        style = np.concatenate(
            [self._mixed(blend.timbre, phonemes)[:half], self._mixed(blend.prosody, phonemes)[half:]]
        )
        return style if offset is None else style + offset

    def _mixed(self, shares: Shares, phonemes: int) -> Pack:
        mixed = np.zeros(self._width, dtype=np.float32)
        for name, share in shares.items():
            pack = self._pack(name)
            mixed += np.float32(share) * pack[min(max(phonemes, 1), len(pack)) - 1]
        return mixed

    def _pack(self, name: str) -> Pack:
        if name not in self._read:
            self._read[name] = self._made(name)
        return self._read[name]

    def _made(self, name: str) -> Pack:
        if name in self._files:
            return self._load(self._files[name])
        if name not in house.names():
            return table.pack(name)
        base = parse(house.base(name))
        longest = max(len(self._pack(part)) for part in base.shares)
        return np.stack([self.style(base, phonemes + 1, house.offset(name)) for phonemes in range(longest)])

    def _load(self, path: Path) -> Pack:
        arrays = list(load_file(path).values())
        if len(arrays) != 1 or arrays[0].size == 0 or arrays[0].shape[-1] != self._width:
            raise WeightsError(f"{path.name} is no voice of this model. Get the model again.")
        pack = np.array(arrays[0].astype(mx.float32)).reshape(-1, self._width)
        if not np.isfinite(pack).all():
            raise WeightsError(f"{path.name} is damaged: not all of it are numbers. Get the model again.")
        return pack

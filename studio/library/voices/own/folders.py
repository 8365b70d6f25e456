"""Where the files of one voice are, below `outputs/voices/<id>`. Knows no row."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from studio.library.storage import Storage


@dataclass(frozen=True, slots=True)
class VoiceFolder:
    """The places in it; nothing is made before it is asked for."""

    root: Path

    @classmethod
    def of(cls, storage: Storage, voice_id: str) -> "VoiceFolder":
        """The folder of a voice."""
        return cls(storage.voice_folder(voice_id))

    def recording(self, recording_id: str, cleaned: bool = False) -> Path:
        """The sound of a recording, as it came or cleaned: WAV."""
        return self.root / ("cleaned" if cleaned else "recordings") / f"{recording_id}.wav"

    def consent(self, consent_id: str) -> Path:
        """A consent that was read aloud: WAV."""
        return self.root / "consent" / f"{consent_id}.wav"

    @property
    def states(self) -> Path:
        """What models made of the recordings."""
        return self.root / "states"

    @property
    def tuned(self) -> Path:
        """A Kokoro voice that was fitted to the recording."""
        return self.root / "tuned.npz"

    @property
    def tuning(self) -> Path:
        """The same on its way, for who wants to hear it early."""
        return self.root / "tuning.npz"

    @property
    def previews(self) -> Path:
        """What the voice sounds like."""
        return self.root / "previews"

    def forget_states(self) -> None:
        """Remove all that was made of the recordings: they are others now."""
        for folder in (self.states, self.previews):
            shutil.rmtree(folder, ignore_errors=True)

    def forget_sound(self) -> None:
        """Remove the recordings and everything made of them; consents stay."""
        self.forget_states()
        for folder in (self.root / "recordings", self.root / "cleaned"):
            shutil.rmtree(folder, ignore_errors=True)
        self.tuned.unlink(missing_ok=True)
        self.tuning.unlink(missing_ok=True)

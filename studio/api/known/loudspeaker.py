"""What this machine plays aloud: one sound at a time, a new one in place of the old."""

import logging
import threading
from pathlib import Path

from engine.audio.files.io import probe, read_blocks
from engine.audio.player import AudioStreamPlayer
from engine.errors import EngineError

log = logging.getLogger(__name__)


class Loudspeaker:
    """Its methods may be called from any thread; they block for as long as it takes to open what plays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._player: AudioStreamPlayer | None = None

    def play(self, path: Path) -> str:
        """Begin to play a file; what played before falls silent.

        Returns:
            What plays it: "the sound device", a program's name.

        Raises:
            DeviceError: nothing here plays sound.
        """
        rate = probe(path).sample_rate
        player = AudioStreamPlayer(rate)
        with self._lock:
            self._silence()
            player.start()
            self._player = player
        threading.Thread(target=self._feed, args=(player, path, rate), name="studio-loudspeaker", daemon=True).start()
        return player.output

    def stop(self) -> bool:
        """Be silent; whether something played."""
        with self._lock:
            return self._silence()

    def _silence(self) -> bool:
        player, self._player = self._player, None
        if player is None:
            return False
        player.stop()
        return True

    def _feed(self, player: AudioStreamPlayer, path: Path, rate: int) -> None:
        try:
            for block in read_blocks(path, rate):
                player.enqueue(block)
            player.drain()
        except EngineError as exc:
            # Who stopped it knows; whatever else ended it is for the log.
            log.info("a sound was not played to its end: %s", exc)
        finally:
            with self._lock:
                if self._player is player:
                    self._silence()

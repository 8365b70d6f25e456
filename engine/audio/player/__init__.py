"""Sound that is heard while it is made: `AudioStreamPlayer` over whatever this machine plays with."""

from engine.audio.player.stream_player import AudioStreamPlayer

__all__ = ["AudioStreamPlayer"]

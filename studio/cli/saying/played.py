"""Chunks that are heard while they pass."""

from collections.abc import Callable, Generator, Iterator
from functools import partial

from engine.audio.player import AudioStreamPlayer
from engine.errors import DeviceError
from engine.types import AudioChunk

WAY_OUT = "Write a file instead: --out speech.wav"


def held(first: AudioChunk, rest: Iterator[AudioChunk]) -> list[AudioChunk]:
    """What must be there before a player begins, so that it need not stop in the middle."""
    found = [first]
    while found[-1].lead_s > 0 and (chunk := next(rest, None)) is not None:
        found.append(chunk)
    return found


def played(chunks: Iterator[AudioChunk], sample_rate: int, tell: Callable[[str], None] | None) -> Generator[AudioChunk]:
    """Play chunks and pass them on; closing the iterator is silence at once.

    Args:
        chunks: of one text.
        sample_rate: Hz of all of them.
        tell: where they are written as well, so that a player that fails costs no sound: it is told of the failure.

    Raises:
        DeviceError: nothing here plays sound; or the player failed, and nobody writes.
    """
    player = AudioStreamPlayer(sample_rate)
    is_heard = True

    def safely(step: Callable[[], None]) -> bool:
        try:
            step()
        except DeviceError as exc:
            if tell is None:
                raise DeviceError(f"{exc} {WAY_OUT}") from exc
            tell(str(exc))
            return False
        return True

    try:
        player.start()
    except DeviceError as exc:
        raise DeviceError(f"{exc} {WAY_OUT}") from exc
    try:
        for chunk in chunks:
            is_heard = is_heard and safely(partial(player.enqueue, chunk.samples))
            yield chunk
        if is_heard:
            safely(player.drain)
    finally:
        player.stop()

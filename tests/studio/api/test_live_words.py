"""What a client of a live session appends is the text, letter for letter."""

import asyncio
from typing import Any

import numpy as np
from pydantic import BaseModel

from engine.types import TranscriptEvent, Word
from studio.api.live_session import ResumableSession
from studio.library.jobs.options import TranscriptionOptions

SAID = [
    [Word("It", 0, 1)],
    [],
    [Word("is", 1, 2, space_before=True), Word("$3.50,", 2, 3, space_before=True)],
    [Word("你", 3, 4, space_before=False), Word("好", 4, 5, space_before=False)],
    [Word("Yes.", 5, 6)],
]
TEXT = "It is $3.50,你好 Yes."


class Ear:
    """Says the next words whenever it hears something."""

    def __init__(self) -> None:
        self._left = [TranscriptEvent(tuple(words), (Word("and", 9, 9),), n + 1.0) for n, words in enumerate(SAID)]

    def add_audio(self, samples: Any) -> list[TranscriptEvent]:
        return [self._left.pop(0)]

    def flush(self) -> list[TranscriptEvent]:
        return []

    def finish(self) -> list[TranscriptEvent]:
        return [TranscriptEvent((), (), 9.0, is_final=True)]

    def close(self) -> None: ...


class Client:
    """Appends what it is told, in both ways."""

    def __init__(self) -> None:
        self.deltas = self.words = self.whole = ""
        self.count = 0

    async def send(self, message: Any) -> bool:
        told = message.model_dump() if isinstance(message, BaseModel) else message
        if told.get("type") == "delta":
            self.deltas += told["delta"]
        elif told.get("type") == "partial":
            self.count += len(told["stable"])
            for word in told["stable"]:
                self.words += " " * word["space_before"] + word["text"]
        elif told.get("type") == "complete":
            self.whole = told["text"]
        return True

    def replaced(self) -> None: ...


async def heard(leaves_after: int) -> tuple[Client, Client]:
    """The one who was there first, and one who came in its place."""
    slot: Any = type("Slot", (), {"close": lambda self: None})()
    ear: Any = Ear()
    session = ResumableSession("ann", ear, slot, TranscriptionOptions(), 16000, True, None)
    first, second = Client(), Client()
    await session.attach(first)
    for n in range(len(SAID)):
        if n == leaves_after:
            session.detach(first)
            second.deltas, second.words, second.count = first.deltas, first.words, first.count
            await session.attach(second, first.count)
        await session.take(np.zeros(1600, "<i2").tobytes())
        await asyncio.sleep(0.05)
    await session.ask("stop")
    await session.ended.wait()
    return first, second


def test_deltas_words_and_the_whole_are_one_text() -> None:
    for leaves_after in range(len(SAID) + 1):
        first, second = asyncio.run(heard(leaves_after))
        last = first if leaves_after == len(SAID) else second
        assert last.whole == last.deltas == last.words == TEXT

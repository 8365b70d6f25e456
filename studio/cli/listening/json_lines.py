"""A microphone's words as lines of JSON, in the messages of the live socket (`studio/api/live.py`)."""

import json
from collections.abc import Iterable
from typing import Any

from engine.spacing import gap, text_of
from engine.types import TranscriptEvent, Word
from studio.cli.listening.running import written


class JsonLines:
    """`{"type": "delta"}` and `{"type": "partial"}` for every change, `{"type": "complete"}` at the end."""

    def __init__(self) -> None:
        self._words: list[Word] = []
        self._audio_s = 0.0
        self._before: dict[str, Any] = {}
        self._is_corrected = False

    def show(self, events: Iterable[TranscriptEvent]) -> None:
        """What came with a packet; a guess that has not changed is not told again."""
        for event in events:
            last = self._words[-1].text if self._words else ""
            self._audio_s = round(event.audio_s, 3)
            if event.stable:
                text = text_of(event.stable)
                self._tell({"type": "delta", "delta": gap(last, text, event.stable[0].space_before) + text})
            told = _row([*event.stable, *event.draft], last)
            partial = {
                "type": "partial",
                "stable": told[: len(event.stable)],
                "draft": told[len(event.stable) :],
                "audio": self._audio_s,
                "speech": event.speech,
            }
            self._words = event.after(self._words)
            self._is_corrected = event.corrected is not None
            if {**partial, "audio": 0.0} != self._before:
                self._tell(partial)
            self._before = {**partial, "audio": 0.0}

    def end(self) -> None:
        """The whole text."""
        self._tell(
            {
                "type": "complete",
                "text": text_of(self._words),
                "words": _row(self._words),
                "audio": self._audio_s,
                "corrected": self._is_corrected,
            }
        )

    @staticmethod
    def _tell(message: dict[str, Any]) -> None:
        written(json.dumps(message, ensure_ascii=False) + "\n")


def _row(words: Iterable[Word], last: str = "") -> list[dict[str, Any]]:
    """Words as the socket writes them; `last` is the word before them."""
    found: list[dict[str, Any]] = []
    for word in words:
        found.append(
            {
                "text": word.text,
                "start": round(word.start_s, 3),
                "end": round(word.end_s, 3),
                "confidence": word.confidence,
                "space_before": bool(gap(last, word.text, word.space_before)),
            }
        )
        last = word.text
    return found

"""A segment comes by its sound: from the cache, else from the voice, alone or in a batch with those that follow.

Every attempt is in the part's journal before it begins, so that whoever comes after a dead worker knows what it died
over. A batch that fails or dies is spoken one by one: a bad segment takes no others with it.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, delete, select

from engine.errors import EngineError, GenerationError, ModelError, OptionError, OutOfMemory, VoiceError
from engine.pool.places import is_memory_fault
from engine.text.segment import TextSegment
from engine.tts import fingerprint
from engine.tts.base import SpeechPiece, Synthesizer
from engine.tts.toned import Toned
from engine.types import SpeechRequest
from studio.library.db import session
from studio.library.errors import LibraryError
from studio.library.narration.scores import Journal
from studio.library.narration.segments import SegmentCache, SpokenSegment, segment_key
from studio.library.tables import FailedSegment
from studio.library.tries import DEATHS, TRIES
from studio.library.voices import worn
from workers.lines import Line
from workers.progress import Interrupted
from workers.task import Task, patiently

log = logging.getLogger(__name__)

MOST_AT_ONCE, FIRST_AT_ONCE = 16, 4
"""Segments in a batch at most, and in the first one, while nobody knows how fast the machine is."""

WINDOW = 4 * MOST_AT_ONCE
"""How many lines are looked at together, so that a batch has segments of about one length."""

BATCH_S = 20.0
"""How long a batch should take at most: so long may a pause have to wait, and so much may a kill cost."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is spoken already of lines whose turn has not come."""

    words: int = 0
    samples: int = 0


class Voicing:
    """Speaks the segments of one part. Use once, line by line in order; call `look_at` before each window of lines."""

    def __init__(
        self,
        task: Task,
        model: Synthesizer,
        request: SpeechRequest,
        identity: Mapping[str, Any],
        room: Callable[[], int],
    ) -> None:
        """Prepare.

        Args:
            task: the part in hand.
            model: the loaded voice.
            request: as the model has checked it.
            identity: all that decides how the model sounds, besides what it is asked.
            room: how many bytes a batch may take now.
        """
        self._task = task
        self._model = Toned(model, request)
        self._request = request
        self._room = room
        self._sound = dict(identity) | {
            "owner": task.held.job.owner,  # nobody learns from a fast answer what somebody else had spoken
            "sample_rate": model.sample_rate,
            "request": fingerprint.of_request(request),
        }
        self._cache = SegmentCache(task.storage.segment_cache)
        self._journal = Journal(task.storage.job_folder(task.held.job.id), task.held.part.number)
        self._deaths = self._journal.deaths()
        self._failed_before = self._known_failures()
        self._at_once = FIRST_AT_ONCE
        self._together: dict[str, dict[str, Line]] = {}
        self._ahead: dict[str, Ahead] = {}

    @property
    def window(self) -> int:
        """How many lines `look_at` wants at a time."""
        return WINDOW if self._model.takes_batches else 1

    def look_at(self, lines: Sequence[Line]) -> None:
        """Group those of the next lines that have no sound yet with others of about their length."""
        self._together, self._ahead = {}, {}
        if not self._model.takes_batches:
            return
        missing = {key: line for line in lines if self._may_join(key := self._key(line), line)}
        in_order = sorted(missing.items(), key=lambda item: len(item[1].segment.text))
        groups = -(-len(in_order) // MOST_AT_ONCE)
        for number in range(groups):
            group = dict(in_order[len(in_order) * number // groups : len(in_order) * (number + 1) // groups])
            self._together |= dict.fromkeys(group, group)

    def ahead(self) -> Ahead:
        """How much is spoken beyond the line in hand."""
        ahead = self._ahead.values()
        return Ahead(sum(one.words for one in ahead), sum(one.samples for one in ahead))

    def speak(self, line: Line) -> tuple[str, SpokenSegment | None]:
        """A line's name in the cache and its sound; None when nobody can speak it.

        Raises:
            Interrupted: the job was stopped.
            EngineError: nothing can be spoken like this.
        """
        key = self._key(line)
        spoken = self._cache.read(key)
        if spoken is None and key in self._together:
            self._speak_together(key, line)
            spoken = self._cache.read(key)
        if spoken is None:
            spoken = self._speak_alone(key, line)
        self._ahead.pop(key, None)
        if spoken is not None:
            self._task.heart.notice(spoken.notices)
        return key, spoken

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _key(self, line: Line) -> str:
        return segment_key(self._sound | {"segment": fingerprint.of_segment(line.segment)})

    def _may_join(self, key: str, line: Line) -> bool:
        return line.index not in self._failed_before and key not in self._deaths and not self._cache.has(key)

    # --- Several at once

    def _speak_together(self, key: str, line: Line) -> None:
        """Speak a line with others of its group into the cache; whatever goes wrong is left to be spoken alone."""
        batch = self._batch(key, line)
        if len(batch) == 1:
            return
        heart = self._task.heart
        self._task.storage.check_room()
        heart.check()
        self._check_voice()
        unfinished = dict(batch)
        self._journal.begin_batch(list(batch), line.index)
        begun_at = time.monotonic()
        try:
            pieces = self._model.synthesize_batch([one.segment for one in batch.values()], self._request)
            for (one_key, one), piece in zip(batch.items(), pieces, strict=True):
                if not len(piece.samples):
                    continue
                spoken = self._keep(one_key, one, piece)
                del unfinished[one_key]
                if one_key != key:
                    self._ahead[one_key] = Ahead(one.words, len(spoken.samples))
            self._set_size(len(batch), time.monotonic() - begun_at)
        except (Interrupted, LibraryError):
            raise
        except Exception as exc:
            log.warning("a batch of %d segments goes one by one", len(batch), exc_info=exc)
            if isinstance(exc, OutOfMemory) or is_memory_fault(exc):
                self._at_once = max(1, len(batch) // 2)
        finally:
            for one_key, one in unfinished.items():
                self._journal.fail(one_key, one.index)

    def _batch(self, key: str, line: Line) -> dict[str, Line]:
        """The line and as many of its group as time and memory allow, the nearest in length first; they leave it."""
        group = self._together[key]
        room = self._room()
        length = len(line.segment.text)
        nearest = sorted(group.items(), key=lambda item: abs(len(item[1].segment.text) - length))
        batch = {key: line}
        for other_key, other in nearest:
            if len(batch) >= self._at_once:
                break
            if other_key == key:
                continue
            segments = [one.segment for one in (*batch.values(), other)]
            if self._model.batch_memory(segments) > room:
                break
            batch[other_key] = other
        for one_key in batch:
            del self._together[one_key], group[one_key]
        return batch

    def _set_size(self, count: int, took_s: float) -> None:
        """The next batch is larger on a fast machine, smaller on a slow one."""
        if took_s > BATCH_S:
            self._at_once = max(1, count // 2)
        elif took_s < BATCH_S / 2 and count >= self._at_once:
            self._at_once = min(MOST_AT_ONCE, 2 * self._at_once)

    # --- One alone

    def _speak_alone(self, key: str, line: Line) -> SpokenSegment | None:
        """Speak a segment and keep it; None when it cannot be done."""
        if line.index in self._failed_before:
            return None
        if self._deaths.get(key, 0) >= DEATHS:
            self._mark_failed(line, f"The worker stopped unexpectedly {DEATHS} times while speaking this.")
            return None
        reason = ""
        self._task.storage.check_room()
        for _attempt in range(TRIES):
            self._task.heart.check()
            self._check_voice()
            self._journal.begin(key, line.index)
            try:
                piece = self._say(line.segment)
            except (VoiceError, OptionError, ModelError, LibraryError, Interrupted):
                self._journal.fail(key, line.index)
                raise
            except EngineError as exc:
                reason = str(exc)
            except Exception:
                log.exception("segment %d of part %d", line.index, self._task.held.part.number)
                reason = "The voice failed on this sentence."
            else:
                return self._keep(key, line, piece)
            self._journal.fail(key, line.index)
        self._mark_failed(line, reason)
        return None

    def _check_voice(self) -> None:
        """Before each sentence: a voice of one's own may have been deleted, or consent taken back."""
        job = self._task.held.job
        patiently(lambda: worn.check(self._task.library.db, job.owner, str(job.options.get("voice", ""))))

    def _say(self, segment: TextSegment) -> SpeechPiece:
        piece = self._model.render(segment, self._request)
        if not len(piece.samples):
            raise GenerationError("The voice made no sound for this sentence.")
        return piece

    def _keep(self, key: str, line: Line, piece: SpeechPiece) -> SpokenSegment:
        spoken = self._cache.write(key, piece.samples, self._model.sample_rate, piece.words, piece.notices)
        self._journal.end(key, line.index)
        self._task.heart.has_advanced = True
        return spoken

    # --- What nobody could speak

    def _known_failures(self) -> set[int]:
        held = self._task.held
        with session(self._task.library.db) as rows:
            query = select(FailedSegment.segment_index).where(
                FailedSegment.job_id == held.job.id, FailedSegment.part_number == held.part.number
            )
            return set(rows.exec(query).all())

    def _mark_failed(self, line: Line, reason: str) -> None:
        held = self._task.held

        def write() -> None:
            with session(self._task.library.db, write=True) as rows:
                same = (
                    col(FailedSegment.job_id) == held.job.id,
                    col(FailedSegment.part_number) == held.part.number,
                    col(FailedSegment.segment_index) == line.index,
                )
                rows.exec(delete(FailedSegment).where(*same))
                rows.add(
                    FailedSegment(
                        job_id=held.job.id,
                        part_number=held.part.number,
                        segment_index=line.index,
                        text=line.text,
                        attempts=TRIES,
                        error=reason,
                    )
                )

        patiently(write)

"""One chapter, narrated: its lines in order through a voice into its score, and the sound for whoever measures it.

A segment that is cached already is read instead of spoken, so a chapter that was interrupted anywhere goes on there.
How a segment comes by its sound is `workers.voicing`.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from engine.tts.base import SegmentLimits, Synthesizer
from engine.types import Samples, SpeechRequest
from studio.library.jobs.options import BookOptions
from studio.library.narration.manuscripts import Manuscript
from studio.library.narration.playback import silence
from studio.library.narration.scores import Note, ScoreWriter
from studio.library.voices.worn import worn
from workers.lines import Line, chapter_lines
from workers.task import Task
from workers.voicing import Voicing

_SILENT_SECONDS_A_WORD = 0.4


class Narrator:
    """Narrates one part of a job. Use once."""

    def __init__(
        self,
        task: Task,
        model: Synthesizer,
        identity: dict[str, Any],
        manuscript: Manuscript,
        room: Callable[[], int],
    ) -> None:
        """Prepare.

        Args:
            task: the part in hand.
            model: the loaded voice.
            identity: all that decides how the model sounds, besides what it is asked.
            manuscript: the book's text.
            room: how many bytes a pass over several segments may take now.

        Raises:
            VoiceError, OptionError, TextError: the model cannot speak as asked.
        NotFound: a voice of one's own that is gone.
        """
        self._task = task
        self._model = model
        self._number = task.held.part.number
        options = BookOptions.from_json(task.held.job.options)
        # Nobody waits for the first sound of a book: its first segments may have their full size.
        limits = SegmentLimits(model.limits.target_chars, model.limits.target_chars, model.limits.max_chars)
        job = task.held.job
        # The job's card has told its notices.
        asked = SpeechRequest.of(options, text=manuscript.chapter_title(self._number) or manuscript.title, notices=())
        request = model.check(worn(task.library.db, task.storage, job.owner, options.model, asked))
        task.heart.notice(model.left_out(request))
        self._lines = chapter_lines(manuscript, self._number, options, request, limits)
        self._voicing = Voicing(task, model, request, identity, room)
        self._score = ScoreWriter(task.storage.job_folder(task.held.job.id), self._number, model.sample_rate)
        self.failed = 0
        """Segments of this part that nobody could speak."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the voice had to say about the text so far, each sentence once."""
        return self._task.heart.notices

    def blocks(self) -> Iterator[Samples]:
        """Narrate, giving each segment's samples and pauses as they become certain, for whoever measures them.

        Raises:
            Interrupted: between two segments, or two batches of them.
            EngineError: nothing of the chapter can be spoken like this (no such voice, disk full, ...).
        """
        heart, rate = self._task.heart, self._model.sample_rate
        words_done, samples_done = 0, 0
        try:
            while window := list(islice(self._lines, self._voicing.window)):
                self._voicing.look_at(window)
                for line in window:
                    heart.check()
                    note, sound = self._speak(line)
                    self._score.add(note)
                    words_done += line.words
                    samples_done += note.samples + note.pause
                    # What a batch has spoken beyond this line counts too: it is safe on the disk.
                    ahead = self._voicing.ahead()
                    heart.words_done = max(heart.words_done, words_done + ahead.words)
                    heart.audio_s = max(heart.audio_s, (samples_done + ahead.samples) / rate)
                    yield sound
                    yield from silence(note.pause, rate)
            heart.audio_s = samples_done / rate
        finally:
            self._score.close()
            self._voicing.close()

    def _speak(self, line: Line) -> tuple[Note, Samples]:
        pause = round(line.pause_s * self._model.sample_rate)
        key, spoken = self._voicing.speak(line)
        if spoken is None:
            self.failed += 1
            length = round(_SILENT_SECONDS_A_WORD * max(line.words, 1) * self._model.sample_rate)
            return Note(line.index, "", length, pause, line.text, ()), np.zeros(length, dtype=np.float32)
        words = line.in_the_book(spoken.words)
        return Note(line.index, key, len(spoken.samples), pause, line.text, words), spoken.samples

"""A voice's ticket: a Kokoro voice fitted to its recording. A worker that dies leaves nothing; the next begins anew."""

from typing import Any

from engine import registry, weights
from engine.errors import Cancelled, VoiceError
from engine.tts.prepared import write
from engine.types import VoiceState
from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.tables import OwnVoice, VoiceRecording
from studio.library.voices import worn
from studio.library.voices.own import names, recordings
from studio.library.voices.own import rows as own_rows
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.tunings import TuningOptions
from workers.models import fetched
from workers.task import Task, patiently, run


def tune_voice(job_id: str, part_number: int) -> None:
    """Fit a Kokoro voice to a recording."""
    run(job_id, part_number, _tune)


def _tune(task: Task) -> dict[str, Any]:
    options = TuningOptions.from_json(task.held.job.options)
    owner, voice_id = task.held.job.owner, names.id_of(options.voice)
    recording = patiently(lambda: _recording(task, owner, voice_id))
    prompt = recordings.prompt(task.storage, recording)
    card = registry.find(options.model, "speak")
    fetched(task, card)
    folder = weights.folder_of(card, task.settings.models_dir, offline=task.settings.offline)
    place = VoiceFolder.of(task.storage, voice_id)
    heart = task.heart
    heart.total_s = 1.0

    def progress(share: float, sentence: str) -> None:
        heart.audio_s, heart.message = min(max(share, 0.0), 1.0), _stage(sentence)
        heart.has_advanced = heart.has_advanced or share > 0.5

    def early(state: VoiceState) -> None:
        write(place.tuning, state)

    from engine.tts.kokoro import tuning

    assert folder is not None  # Kokoro is not built in
    try:
        state = tuning.tune(
            folder,
            prompt,
            options.halves,
            progress,
            heart.should_stop,
            early,
            language=recording.language,
            models_dir=task.settings.models_dir,
        )
    except Cancelled:
        heart.check()
        raise
    finally:
        place.tuning.unlink(missing_ok=True)
    heart.check()
    patiently(lambda: _keep(task, owner, voice_id, recording.id, options, state))
    heart.message = ""
    return {"audio_s": 1.0, "total_s": 1.0, "report": {"notices": list(heart.notices)}}


def _stage(sentence: str) -> str:
    return f"Fitting the voice to the recording: {sentence}" if sentence else ""


def _recording(task: Task, owner: str, voice_id: str) -> VoiceRecording:
    """What is fitted to.

    Raises:
        NotFound: the voice is gone.
        VoiceError: consent was taken back, or it has no recording.
    """
    worn.check(task.library.db, owner, names.token(voice_id))
    with session(task.library.db) as rows:
        plain = recordings.plain_of(recordings.of(rows, voice_id))
    if plain is None:
        raise VoiceError("This voice has no recording that could be fitted to; add one first.")
    return plain


def _keep(task: Task, owner: str, voice_id: str, recording_id: str, options: TuningOptions, state: VoiceState) -> None:
    """Put the fitted voice where it is found, unless the voice or its consent went meanwhile."""
    worn.check(task.library.db, owner, names.token(voice_id))
    with session(task.library.db, write=True) as rows:
        row = rows.get(OwnVoice, voice_id)
        if row is None or row.owner != owner:
            raise NotFound("The voice was deleted while it was being tuned.")
        if not any(one.id == recording_id for one in recordings.of(rows, voice_id)):
            raise VoiceError("The recording was deleted while the voice was being fitted to it. Tune it again.")
        place = VoiceFolder.of(task.storage, voice_id)
        write(place.tuned, state)
        row.tuned = options.halves
        own_rows.touch(rows, row)

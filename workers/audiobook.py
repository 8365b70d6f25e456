"""A book's tickets: one a chapter, and one for putting all chapters together. RQ finds these functions by name."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from engine.audio import master
from engine.types import Samples
from studio.library.jobs.options import BookOptions
from studio.library.narration.manuscripts import open_manuscript
from studio.library.tables import PartStatus
from studio.library.tries import after_all_tries
from workers.models import batch_room, identity, load_voice
from workers.narration import Narrator
from workers.task import Task, run


def narrate_chapter(job_id: str, part_number: int) -> None:
    """Speak one chapter into the cache and measure it."""
    run(job_id, part_number, _narrate)


def assemble(job_id: str, part_number: int) -> None:
    """Master all chapters and write the book's files."""
    run(job_id, part_number, _assemble)


def _assemble(task: Task) -> dict[str, Any]:
    # ffmpeg, zip and subtitles are of no use to the many tickets that narrate.
    from workers.assembly import assemble_book

    return assemble_book(task)


def _narrate(task: Task) -> dict[str, Any]:
    held = task.held
    options = BookOptions.from_json(held.job.options)
    manuscript = open_manuscript(task.storage.job_folder(held.job.id))
    model = load_voice(task, options.model)
    try:
        room = partial(batch_room, task.settings, options.model)
        narrator = Narrator(task, model, identity(task, options.model), manuscript, room)
        report = _listen(narrator.blocks(), model.sample_rate, options) | {"notices": list(narrator.notices)}
    finally:
        model.close()
    changes: dict[str, Any] = {"audio_s": task.heart.audio_s, "total_s": task.heart.audio_s, "report": report}
    if narrator.failed and not options.silence_for_failed:
        what = "1 sentence" if narrator.failed == 1 else f"{narrator.failed} sentences"
        return changes | {"status": PartStatus.FAILED, "error": f"{what} could not be spoken {after_all_tries()}."}
    return changes | {"words_done": held.part.words_total}


def _listen(sound: Iterator[Samples], sample_rate: int, options: BookOptions) -> dict[str, Any]:
    """Measure a chapter while it is narrated, for the gain it will need; nobody needs that for a gain of nothing."""
    if options.loudness == "none":
        for _block in sound:
            pass
        return {}
    return {"narrated": asdict(master.measure(sound, sample_rate))}

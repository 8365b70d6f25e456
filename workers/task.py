"""What every ticket does around its work: take the part, beat, and see that the rows tell how it ended.

A ticket whose part is finished, taken or unwanted does nothing. The work itself is given as a function.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from redis.exceptions import RedisError

from engine.errors import Cancelled, EngineError
from studio.library.db import session
from studio.library.errors import DatabaseBusy, StorageError
from studio.library.jobs.leases import Claim, claim, fail, finish, release
from studio.library.jobs.queue import arrange, enqueue, wanted_tickets
from studio.library.jobs.rq_inside import connection_here
from studio.library.library import Library, open_library
from studio.library.storage import DISK_FULL, FULL, Storage
from studio.logs import about_this_process
from studio.settings import Settings
from workers.progress import Heart, Interrupted, end_on_sigterm

log = logging.getLogger(__name__)

T = TypeVar("T")

_PATIENCE_S = 300.0
"""How long a finished part waits for a locked database before it leaves the rows to the next worker."""


@dataclass(frozen=True)
class Task:
    """One part in hand.

    Attributes:
        held: job and part as they were when they were taken.
        heart: progress and the wish to stop.
        library: rows and files.
        settings: of this worker.
    """

    held: Claim
    heart: Heart
    library: Library
    settings: Settings

    @property
    def storage(self) -> Storage:
        """Where files go."""
        return self.library.storage


Work = Callable[[Task], dict[str, Any]]
"""Does the part; gives what to set in its row when it is done."""


def run(job_id: str, number: int, work: Work) -> None:
    """Take a part, work on it, and leave the rows telling the truth, whatever happens."""
    with about_this_process(job_id=job_id, part=number):
        _run(job_id, number, work)


def _run(job_id: str, number: int, work: Work) -> None:
    end_on_sigterm()
    settings, library = _surroundings()
    held = patiently(lambda: claim(library.db, job_id, number))
    if held is None:
        return
    began = time.monotonic()
    log.info("a part begins: %s", held.part.kind)
    with Heart(library.db, held) as heart:
        ending = _ending(Task(held, heart, library, settings), work)
    # The heart is still now, so nothing overwrites what is said last.
    patiently(lambda: ending(heart))
    log.info("a part ends after %.1f s", time.monotonic() - began)
    _follow_up(library, job_id)


def _ending(task: Task, work: Work) -> Callable[[Heart], object]:
    db, held = task.library.db, task.held
    try:
        changes = work(task)
    except (Interrupted, Cancelled):
        return lambda _heart: release(db, held)
    except DatabaseBusy as exc:
        # Not the job's fault: the part goes back, and the next worker goes on when the database is free.
        log.warning("part %d of %s goes back: %s", held.part.number, held.job.id, exc)
        return lambda _heart: release(db, held)
    except EngineError as exc:
        sentence = str(exc)
    except OSError as exc:
        log.exception("job %s", held.job.id)
        sentence = DISK_FULL if exc.errno in FULL else "A file could not be read or written. Press Retry to go on."
    except Exception:
        log.exception("job %s, part %d", held.job.id, held.part.number)
        sentence = "Something unexpected happened; the studio's log says what. Press Retry to go on."
    else:
        return lambda heart: finish(db, held, heart.owed_s, **changes)
    return lambda _heart: fail(db, held, sentence)


def patiently(ask: Callable[[], T]) -> T:
    """Ask the database again while somebody else holds it, or while its disk has no room.

    Raises:
        DatabaseBusy, StorageError: it stayed like that for minutes.
    """
    give_up_at = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return ask()
        except (DatabaseBusy, StorageError):
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.5)


def _follow_up(library: Library, job_id: str) -> None:
    """Tickets for what this job can do next, so that the assembly need not wait for the supervisor's next look."""
    redis = connection_here()
    if redis is None:
        return
    try:
        with session(library.db) as rows:
            wanted = wanted_tickets(rows)
        enqueue(redis, [one for one in wanted if one.job_id == job_id])
        arrange(redis, wanted)
    except (RedisError, OSError, DatabaseBusy) as exc:
        log.warning("the supervisor will queue what comes next: %s", exc)


@cache
def _surroundings() -> tuple[Settings, Library]:
    settings = Settings()
    return settings, open_library(settings.outputs, settings.resolved_database_url)

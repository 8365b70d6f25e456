"""The queue as the terminal sees it: the library, with somebody at work on it while a command waits."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from studio.library.db import migrate
from studio.library.jobs.views import JobView
from studio.library.library import Library, open_library
from studio.settings import OWNER, Settings
from workers.redis_server import running_url
from workers.supervisor import Supervisor

POLL_S = 0.25


@contextmanager
def opened(settings: Settings) -> Generator[Library]:
    """The library, with the queue of a studio that runs here, if one does."""
    from redis import Redis

    migrate(settings.resolved_database_url)
    url = settings.redis_url or running_url(settings.outputs)
    library = open_library(settings.outputs, settings.resolved_database_url, Redis.from_url(url) if url else None)
    try:
        yield library
    finally:
        library.close()


@contextmanager
def staffed(settings: Settings) -> Generator[Library]:
    """The library, with workers: those of a studio that runs here, or our own for as long as this takes."""
    migrate(settings.resolved_database_url)
    library = open_library(settings.outputs, settings.resolved_database_url)
    try:
        with Supervisor(settings, library, workers=max(1, settings.workers)):
            yield library
    finally:
        library.close()


def watch(library: Library, job_id: str, console: Console) -> JobView:
    """Show a job's progress until it ends or is paused."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rest]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task: TaskID = bar.add_task("", total=1.0, rest="")
        while True:
            job = library.view(OWNER, job_id)
            bar.update(task, completed=job.progress, description=job.stage or job.status, rest=_rest(job))
            if job.is_finished or job.status == "paused":
                return job
            time.sleep(POLL_S)


def clock(seconds: float) -> str:
    """4:05, 1:02:03"""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02}:{s:02}" if hours else f"{m}:{s:02}"


def _rest(job: JobView) -> str:
    parts = [f"{clock(job.audio_s)} of sound"]
    if job.speed > 0:
        parts.append(f"{job.speed:.0f}x")
    if job.eta_s is not None:
        parts.append(f"{clock(job.eta_s)} to go")
    return ", ".join(parts)

"""`studio jobs`: look after books and recordings in the queue."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.wording import size_text
from studio.cli import queue
from studio.library.errors import NotFound
from studio.library.jobs.views import JobView
from studio.library.library import Library
from studio.settings import OWNER, Settings

app = typer.Typer(invoke_without_command=True)
JobId = Annotated[str, typer.Argument(help="A job's id, or enough of its beginning.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.callback()
def jobs(context: typer.Context, as_json: AsJson = False) -> None:
    """Look after books and recordings in the queue."""
    if context.invoked_subcommand is None:
        list_jobs(as_json)


@app.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """Every job, those that wait or run first."""
    with queue.opened(Settings()) as library:
        found = library.list_jobs(OWNER)
    console = Console(highlight=False)
    if as_json:
        console.print_json(json.dumps([_as_dict(job) for job in found], default=str))
        return
    table = Table("id", "what", "status", "done", "title", box=None, header_style="bold")
    for job in found:
        table.add_row(job.id[:8], job.kind, job.status, f"{job.progress:.0%}", job.title)
    console.print(table)


@app.command("show")
def show(job_id: JobId, as_json: AsJson = False) -> None:
    """One job, chapter by chapter."""
    with queue.opened(Settings()) as library:
        job = _find(library, job_id)
    console = Console(highlight=False)
    if as_json:
        console.print_json(json.dumps(_as_dict(job), default=str))
        return
    console.print(f"{job.title}: {job.stage or job.status}", markup=False)
    if job.error:
        console.print(job.error, markup=False, soft_wrap=True)
    for part in job.parts:
        console.print(f"  {part.number + 1:>3}  {part.status:<8} {part.progress:>4.0%}  {part.title}", markup=False)
    for failed in job.failed:
        console.print(f"  could not be spoken: {failed.text} ({failed.error})", markup=False, soft_wrap=True)
    for result in job.results:
        console.print(f"  {result.name}  {size_text(result.size_bytes)}", markup=False)


@app.command("pause")
def pause(job_id: JobId) -> None:
    """Stop after the sentence in hand and keep everything."""
    _act(job_id, Library.pause)


@app.command("resume")
def resume(job_id: JobId, wait: Annotated[bool, typer.Option("--wait", help="Stay until it is done.")] = False) -> None:
    """Go on where a paused job stopped."""
    _act(job_id, Library.resume, wait)


@app.command("cancel")
def cancel(job_id: JobId) -> None:
    """End a job; what it made is kept until it is deleted."""
    _act(job_id, Library.cancel)


@app.command("retry")
def retry(job_id: JobId, wait: Annotated[bool, typer.Option("--wait", help="Stay until it is done.")] = False) -> None:
    """Do again only what is missing of a failed or cancelled job."""
    _act(job_id, Library.retry, wait)


@app.command("delete")
def delete(job_id: JobId) -> None:
    """Remove a job and its files."""
    with queue.opened(Settings()) as library:
        job = _find(library, job_id)
        library.delete(OWNER, job.id)
    Console(stderr=True, highlight=False).print(f"“{job.title}” is deleted.", markup=False)


def _act(job_id: str, action: Callable[[Library, str, str], JobView], wait: bool = False) -> None:
    settings = Settings()
    console = Console(stderr=True, highlight=False)
    with (queue.staffed if wait else queue.opened)(settings) as library:
        job = action(library, OWNER, _find(library, job_id).id)
        if wait:
            job = queue.watch(library, job.id, console)
        elif library.redis is None and not job.is_finished and job.status != "paused":
            console.print("It waits for `studio run` or `studio worker`.", soft_wrap=True)
    console.print(f"“{job.title}” is {job.status}.", markup=False, soft_wrap=True)


def _find(library: Library, job_id: str) -> JobView:
    """By id, or by the beginning of one when it is the only one."""
    matching = [job for job in library.list_jobs(OWNER) if job.id.startswith(job_id)] if len(job_id) >= 4 else []
    if len(matching) > 1:
        raise NotFound(f"Several jobs begin with {job_id!r}; type more of the id.")
    return matching[0] if matching else library.view(OWNER, job_id)


def _as_dict(job: JobView) -> dict[str, Any]:
    return asdict(job) | {"actions": sorted(job.actions)}

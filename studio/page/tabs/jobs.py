"""The Jobs tab: a place for assets/jobs/, which follows /v1/jobs, and the same jobs for programs."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import gradio as gr

from engine.errors import OptionError
from studio.library.jobs.views import JobView
from studio.page.context import PageContext
from studio.page.doorway import endpoint, hidden, owner_of, part

JOBS = """
<section class="st-jobs" aria-label="Jobs">
  <p class="st-away" data-st="away" role="status" hidden></p>
  <p class="st-empty" data-st="empty">No jobs yet. Books and recordings that you submit appear here,
    and stay until you delete them.</p>
  <ol data-st="list"></ol>
</section>
"""


def build(context: PageContext) -> None:
    """Lay the tab out."""
    part("jobs", JOBS, elem_id="jobs")
    _endpoints(context)


def _endpoints(context: PageContext) -> None:
    """`/jobs` and `/job_action` for programs."""
    library = context.library

    def jobs(request: gr.Request) -> list[dict[str, Any]]:
        """All jobs of the person: the queue in order, then what is finished."""
        return [_plain(view) for view in library.list_jobs(owner_of(request))]

    def job_action(job_id: str, action: str, request: gr.Request) -> dict[str, Any]:
        """Steer a job: pause, resume, cancel, retry, move_up, move_down, silence or delete."""
        owner = owner_of(request)
        if action == "delete":
            library.delete(owner, job_id)
            return {"id": job_id, "deleted": True}
        moves: dict[str, Callable[[str, str], JobView]] = {
            "pause": library.pause,
            "resume": library.resume,
            "cancel": library.cancel,
            "retry": library.retry,
            "move_up": library.move_up,
            "move_down": library.move_down,
            "silence": library.allow_silence,
        }
        if action not in moves:
            raise OptionError(f"A job cannot {action[:40]!r}: choose one of {', '.join(moves)} and delete.")
        return _plain(moves[action](owner, job_id))

    endpoint(jobs, [], [hidden(gr.JSON, "Jobs")], "jobs")
    endpoint(
        job_action,
        [hidden(gr.Textbox, "Job id"), hidden(gr.Textbox, "Action")],
        [hidden(gr.JSON, "Job")],
        "job_action",
    )


def _plain(view: JobView) -> dict[str, Any]:
    """A job as JSON; times in ISO 8601."""
    body = asdict(view)
    body["actions"] = sorted(view.actions)
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in body.items()}

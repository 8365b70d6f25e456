"""The question on the page whether a model may be got for a job, with its size; assets/jobs/consent.js asks it."""

import secrets
from typing import Any

import gradio as gr

from engine.weights.missing import is_missing
from engine.wording import size_text
from studio.library.jobs.consent import NeedsDownload
from studio.page.context import PageContext
from studio.page.doorway import part


def consent_place(name: str) -> gr.HTML:
    """Where the question stands: below the button that submits the job, which has the id `<name>-submit`."""
    return part("consent", "", elem_id=f"{name}-consent", value={"name": name, "question": None})


def question(name: str, missing: NeedsDownload) -> dict[str, Any]:
    """What `consent_place` shows for a job that was not submitted."""
    size = f", {size_text(missing.size_bytes)}" if missing.size_bytes else ""
    sentence = f"{is_missing(missing.name)}. Get it first{size}?"
    # Asked again, it is another question.
    return {
        "name": name,
        "question": {"sentence": sentence, "size": size.removeprefix(", "), "id": secrets.token_hex(4)},
    }


def nothing(name: str) -> dict[str, Any]:
    """No question stands."""
    return {"name": name, "question": None}


def may_get(context: PageContext, person: str) -> bool:
    """Whether somebody gets models here."""
    return context.settings.keeper in ("", person)

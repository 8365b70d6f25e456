"""The Transcribe tab: a recording goes to the queue as a job; assets/jobs/ shows it, its words and its files."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from engine import registry
from engine.errors import AudioFormatError, OptionError
from engine.registry import ModelCard
from engine.registry.guidance import can_be_told, can_translate, check_guidance
from engine.stt.base import Guidance
from studio.access import check_model_name
from studio.library.errors import QueueFull
from studio.library.jobs import consent
from studio.library.jobs.options import MAX_PROMPT_CHARS, TranscriptionOptions
from studio.library.listening import default_listener, listener
from studio.page.consent import consent_place, may_get, nothing, question
from studio.page.context import PageContext
from studio.page.doorway import endpoint, escape, hidden, kindly, need_queue, owner_of, part
from studio.page.tabs import editor
from studio.page.voices import Choice, language_names, models

# The first two are what browsers know by kind; the rest is what they are unsure of and ffmpeg is not.
RECORDINGS = [
    "audio",
    "video",
    ".opus",
    ".oga",
    ".m4b",
    ".mka",
    ".mkv",
    ".amr",
    ".caf",
    ".ac3",
    ".wma",
    ".aiff",
    ".spx",
]

TRANSCRIPTS = """
<section class="st-jobs" aria-label="Transcripts">
  <p class="st-away" data-st="away" role="status" hidden></p>
  <p class="st-empty" data-st="empty">Transcripts appear here while they are made, and stay until you delete them.</p>
  <ol data-st="list"></ol>
</section>
"""


def is_recording(path: str) -> bool:
    """Whether a file of a folder is worth asking ffmpeg about, by its name.

    What a Mac hides beside a recording ("._talk.mp3") has its ending and no sound.
    """
    name = Path(path).name.lower()
    if name.startswith("."):
        return False
    kind = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    return kind in {"audio", "video"} or name.endswith(tuple(one for one in RECORDINGS if one.startswith(".")))


def languages(model_id: str) -> list[Choice]:
    """(name, BCP 47 tag) of what a recogniser understands, its default first; of one that knows many, to find out."""
    found = [(language_names().get(tag, tag), tag) for tag in registry.find(model_id, "transcribe").languages]
    return [("Found by itself", ""), *found] if len(found) > 1 else found


@dataclass(frozen=True, slots=True)
class ListeningPicker:
    """The components that choose who listens, and how."""

    model: gr.Dropdown
    language: gr.Dropdown
    translate: gr.Checkbox
    prompt: gr.Textbox
    hotwords: gr.Textbox

    @property
    def components(self) -> list[Any]:
        """All, in the order of `shown`."""
        return [self.model, self.language, self.translate, self.prompt, self.hotwords]

    @property
    def told(self) -> list[Any]:
        """What a recogniser is told."""
        return [self.translate, self.prompt, self.hotwords]


def listening_start(context: PageContext) -> str:
    """The model the pickers begin with: whoever listens where nobody is named."""
    return default_listener(context.settings).model


def shown(context: PageContext, model_id: str) -> list[Any]:
    """A picker's components with a model chosen."""
    settings, known = context.settings, languages(model_id)
    choices = models("transcribe", settings.models_dir, settings.transcribe_model)
    return [
        gr.Dropdown(choices, value=model_id),
        gr.Dropdown(known, value=known[0][1] if known else None),
        *_told(registry.find(model_id, "transcribe")),
    ]


def _told(card: ModelCard) -> tuple[gr.Checkbox, gr.Textbox, gr.Textbox]:
    # What is not shown must not be sent.
    tick = gr.Checkbox(visible=True) if can_translate(card) else gr.Checkbox(False, visible=False)
    texts = [gr.Textbox(visible=True) if can_be_told(card) else gr.Textbox("", visible=False) for _ in range(2)]
    return tick, texts[0], texts[1]


def listening_picker(context: PageContext, prefix: str) -> ListeningPicker:
    """Who listens, in which language, and what it is told; another model brings its own."""
    model, language = _model_and_language(context, prefix)
    return ListeningPicker(model, language, *guidance_fields(model, prefix))


def _model_and_language(context: PageContext, prefix: str) -> tuple[gr.Dropdown, gr.Dropdown]:
    settings = context.settings
    start = listening_start(context)
    known = languages(start)
    choices = models("transcribe", settings.models_dir, settings.transcribe_model)
    model = gr.Dropdown(choices, value=start, label="Model", elem_id=f"{prefix}-model")
    language = gr.Dropdown(known, value=known[0][1] if known else None, label="Language", elem_id=f"{prefix}-language")

    @kindly
    def other_model(model_id: str) -> gr.Dropdown:
        found = languages(model_id)
        return gr.Dropdown(found, value=found[0][1] if found else None)

    model.input(other_model, [model], [language], api_visibility="private", show_progress="hidden")
    return model, language


def guidance_fields(model: gr.Dropdown, prefix: str) -> tuple[gr.Checkbox, gr.Textbox, gr.Textbox]:
    """Translate, prompt and words to expect; each is shown while the chosen model can do it."""
    card = registry.find(str(model.value), "transcribe")
    translate = gr.Checkbox(
        False, label="Write it in English", visible=can_translate(card), elem_id=f"{prefix}-translate"
    )
    prompt = gr.Textbox(
        label="Prompt: text of this kind", placeholder="Names, spelling, punctuation", lines=2,
        max_length=MAX_PROMPT_CHARS, visible=can_be_told(card), elem_id=f"{prefix}-prompt",
    )  # fmt: skip
    hotwords = gr.Textbox(
        label="Words to expect", placeholder="Kokoro, Orpheus", max_length=MAX_PROMPT_CHARS,
        visible=can_be_told(card), elem_id=f"{prefix}-hotwords",
    )  # fmt: skip

    @kindly
    def other_model(model_id: str) -> tuple[gr.Checkbox, gr.Textbox, gr.Textbox]:
        return _told(registry.find(model_id, "transcribe"))

    fields = translate, prompt, hotwords
    model.input(other_model, [model], list(fields), api_visibility="private", show_progress="hidden")
    return fields


def build(context: PageContext) -> ListeningPicker:
    """Lay the tab out."""
    settings = context.settings
    with gr.Row(elem_classes="st-speak"):
        with gr.Column(scale=7, min_width=300, elem_classes="st-stage"):
            files = gr.File(
                label="Recordings: any audio or video", file_types=RECORDINGS, file_count="multiple",
                elem_id="recording-file", height=160,
            )  # fmt: skip
            with gr.Accordion("Or a whole folder", open=False, elem_id="recording-folder-fold"):
                folder = gr.File(
                    label="Folder: its recordings are taken, the rest is left", file_count="directory",
                    elem_id="recording-folder", height=120,
                )  # fmt: skip
        with gr.Column(scale=3, min_width=260, elem_classes="st-side"):
            picker = listening_picker(context, "recording")
            submit = gr.Button("Transcribe", variant="primary", size="lg", elem_id="recording-submit")
            asked = consent_place("recording")
    allowed = gr.JSON(visible="hidden", elem_id="recording-allowed")
    editor.build()
    part("transcripts", TRANSCRIPTS, elem_id="transcripts")

    def queue(owner: str, path: str, model_id: str, tag: str, guidance: Guidance, allowed: bool) -> dict[str, Any]:
        need_queue(context.library)
        if model_id:
            check_model_name(model_id, settings)
        model_id = listener(settings, model=model_id, language=tag or "", needs=guidance.needs).model
        check_guidance(registry.find(model_id, "transcribe"), guidance)
        consent.check(settings, model_id, allowed=allowed, may_get=may_get(context, owner))
        options = TranscriptionOptions(
            model_id,
            tag or "",
            translate=guidance.translates,
            prompt=guidance.prompt,
            hotwords=guidance.hotwords,
            allow_download=allowed,
        )
        source = Path(path)
        job = context.library.submit_transcription(
            owner, source, source.name, options, max_queued=settings.max_queued_jobs
        )
        return {"id": job.id, "title": job.title, "status": str(job.status)}

    @kindly
    def transcribe_files(
        paths: list[str] | None,
        inside: list[str] | None,
        model_id: str,
        tag: str,
        translate: bool,
        prompt: str,
        hotwords: str,
        may_download: Any,
        request: gr.Request,
    ) -> tuple[Any, Any, Any]:
        owner = owner_of(request)
        guidance = Guidance.written(translate, prompt or "", hotwords or "")
        found = [path for path in inside or [] if is_recording(path)]
        if inside and not found and not paths:
            raise OptionError("There is no audio or video in this folder.")
        if not paths and not found:
            raise OptionError("There is no recording yet: drop one in first.")
        wanted: list[str] = [*(paths or []), *found]
        for number, path in enumerate(wanted):
            try:
                queue(owner, path, model_id, tag, guidance, may_download is True)
            except consent.NeedsDownload as missing:
                if not may_get(context, owner):
                    raise
                return gr.skip(), gr.skip(), question("recording", missing)
            except QueueFull as exc:
                raise QueueFull(f"{number} recordings were queued, and no more: {exc}") from exc
            except AudioFormatError as exc:
                # One empty file in a folder must not keep the others from being heard.
                gr.Warning(escape(str(exc)))
        return None, None, nothing("recording")

    progress: dict[str, Any] = {
        "show_progress": "minimal",
        "show_progress_on": [files, folder],
        "api_visibility": "private",
    }
    done = submit.click(
        transcribe_files,
        [files, folder, *picker.components, allowed],
        [files, folder, asked],
        js="(...all) => [...all.slice(0, -1), window.studio.mayDownload('recording')]",
        **progress,
    )
    done.success(None, None, None, js="() => { window.studio.transcripts?.look(); }", api_visibility="private")

    def transcribe(
        recording: str | None,
        model: str,
        language: str,
        translate: bool,
        prompt: str,
        hotwords: str,
        request: gr.Request,
    ) -> dict[str, Any]:
        """Queue a recording; its id is what jobs and job_action take. "" takes the defaults; hotwords have commas."""
        if not recording:
            raise OptionError("There is no recording; send one.")
        guidance = Guidance.written(translate, prompt, hotwords)
        return queue(owner_of(request), recording, str(model or ""), language, guidance, False)

    endpoint(
        transcribe,
        [
            hidden(gr.File, "Recording"),
            hidden(gr.Textbox, "Model", value=""),
            hidden(gr.Textbox, "Language", value=""),
            hidden(gr.Checkbox, "Translate", value=False),
            hidden(gr.Textbox, "Prompt", value=""),
            hidden(gr.Textbox, "Hotwords", value=""),
        ],
        [hidden(gr.JSON, "Job")],
        "transcribe",
    )
    return picker

"""The Audiobook tab: a document comes in, is looked at, chosen from and heard, and goes to the queue as a job."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from engine import controls, registry
from engine.errors import EngineError, OptionError
from engine.text.pronunciation import used
from engine.types import Pronunciation, Sampling
from studio.access import check_model_name
from studio.books import Book, read_text
from studio.library.jobs import consent
from studio.library.jobs.options import BookOptions
from studio.library.voices import saved
from studio.library.voices.dressed import Dressed, beginning, default_speaker, dressed
from studio.library.words import pronunciations
from studio.page.consent import consent_place, may_get, nothing, question
from studio.page.context import PageContext
from studio.page.desk import Desk, outline, planned
from studio.page.doorway import endpoint, escape, hidden, kindly, log, mirror, need_queue, owner_of, part
from studio.page.drawing import manner_fields, own_sampling
from studio.page.tabs.speak import VoicePicker, voice_picker
from studio.page.tags import tag_palette
from studio.page.turning import slider

DOCUMENTS = [".epub", ".pdf", ".docx", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt", ".text", ".fb2"]
MAX_PARAGRAPHS = 100

FORMATS = [
    ("M4B, one file with chapters and cover", "m4b"),
    ("MP3, one file", "mp3"),
    ("MP3, a file for each chapter", "mp3-chapters"),
    ("FLAC, lossless", "flac"),
    ("WAV, uncompressed", "wav"),
    ("Opus, smallest", "opus"),
]
LOUDNESS = [
    ("ACX and Audible: RMS −23 to −18 dB", "acx"),
    ("Podcast: −16 LUFS", "podcast"),
    ("As spoken", "none"),
]


def build(context: PageContext, tabs: gr.Tabs) -> VoicePicker:
    """Lay the tab out."""
    settings = context.settings
    desk = Desk()
    with gr.Row(elem_classes="st-speak"):
        with gr.Column(scale=7, min_width=300, elem_classes="st-stage"):
            file = gr.File(
                label="Book: EPUB, PDF, DOCX, HTML, Markdown or text", file_types=DOCUMENTS, file_count="single",
                elem_id="book-file", height=132,
            )  # fmt: skip
            with gr.Accordion("Or paste a text", open=False, elem_id="book-paste"):
                text = gr.Textbox(label="Text of the book", lines=8, max_lines=16, elem_id="book-text",
                                  placeholder="A line such as “Chapter 1” begins a chapter.")  # fmt: skip
                tag_palette("book", "book-text", settings)
                use_text = gr.Button("Use this text", elem_id="book-use-text")
            book = part("book", "", elem_id="book", server_functions=[_paragraphs(desk)])
        with gr.Column(scale=3, min_width=260, elem_classes="st-side"):
            picker = voice_picker(context, "book")
            manner = manner_fields(picker.start.model, picker.model, "book")
            format = gr.Dropdown(FORMATS, value="m4b", label="Format", filterable=False, elem_id="book-format")
            loudness = gr.Dropdown(LOUDNESS, value="acx", label="Loudness", filterable=False, elem_id="book-loudness")
            with gr.Accordion("Pauses and narrator", open=False, elem_id="book-pauses"):
                sentence, paragraph, chapter = (slider(pause) for pause in controls.PAUSES)
                silence = gr.Checkbox(False, label="Leave a sentence silent if it cannot be spoken")
                narrator = gr.Textbox(
                    "", label="Narrator, for the file's tags", max_length=200, placeholder="The voice's name"
                )
            submit = gr.Button("Narrate", variant="primary", size="lg", elem_id="book-submit")
            asked = consent_place("book")

    book.value = {"choices": picker.initial() | manner.initial, "book": None}
    mirrored = {"model": picker.model, "voice": picker.voice, "timbre": picker.timbre}
    mirror("book", {**mirrored, **manner.mirrored, "sentence_pause_s": sentence, "paragraph_pause_s": paragraph})

    def opened(owner: str, document: Book) -> dict[str, Any]:
        return {"book": outline(desk.put(owner, document), document) | _reader(context, owner, document)}

    @kindly
    def read_file(path: str, request: gr.Request) -> dict[str, Any]:
        return opened(owner_of(request), _read(context, path, request))

    @kindly
    def read_pasted(pasted: str, request: gr.Request) -> tuple[dict[str, Any], None]:
        return opened(owner_of(request), read_text(pasted, settings.max_book_chars)), None

    progress: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal", "show_progress_on": [file]}
    # Not on every change: using a pasted text empties the file's place.
    # The line before the readers says how many are read at once, and whose turn it is.
    file.upload(read_file, [file], [book], concurrency_limit=None, **progress)
    file.clear(lambda: {"book": None}, None, [book], **progress)
    use_text.click(read_pasted, [text], [book, file], api_visibility="private", show_progress="minimal")

    @kindly
    def narrate_plan(
        plan: dict[str, Any] | None, model: str, voice: str, timbre: str, speed: float, format: Any, loudness: Any,
        sentence: float, paragraph: float, chapter: float, silence: bool, narrator: str,
        temperature: float, top_p: float, seed: int | None, request: gr.Request,
    ) -> Any:  # fmt: skip
        if not plan or not plan.get("book"):
            raise OptionError("There is no book yet: drop a file in, or paste a text.")
        need_queue(context.library)
        owner = owner_of(request)
        document, chapters = planned(desk.get(owner, str(plan["book"])), plan)
        # The script names nobody while the choice is the one the page began with.
        whole = f"{voice}+{timbre}" if timbre and voice else str(voice or "")
        who = _narrator(context, owner, document, str(model or ""), whole)
        # A blend has a name in the file's tags too.
        reader = narrator.strip() or (who.named if who.voice != who.named else "")
        allowed = plan.get("allow_download") is True
        try:
            consent.check(settings, who.model, allowed=allowed, may_get=may_get(context, owner))
        except consent.NeedsDownload as missing:
            if not may_get(context, owner):
                raise
            return gr.skip(), question("book", missing)
        draws = own_sampling(who.model) is not None
        options = BookOptions(
            sampling=Sampling(temperature, top_p) if draws else Sampling(),
            seed=(seed or 0) if draws else 0,
            model=who.model, voice=who.voice, language=who.language, notices=who.notices,
            speed=speed, format=format, loudness=loudness,
            sentence_pause_s=sentence, paragraph_pause_s=paragraph, chapter_pause_s=chapter, chapters=chapters,
            silence_for_failed=silence, narrator=reader or (who.named if who.kind else ""), allow_download=allowed,
            voice_kind=who.kind,
            pronunciations=_said(context, owner, plan, document),
        )  # fmt: skip
        context.library.submit_book(owner, document, options, max_queued=settings.max_queued_jobs)
        gr.Info(f"“{escape(document.title)}” will be narrated.", title="In the queue")
        return gr.Tabs(selected="jobs"), nothing("book")

    submit.click(
        narrate_plan,
        [
            book,
            picker.model,
            picker.voice,
            picker.timbre,
            manner.speed,
            format,
            loudness,
            sentence,
            paragraph,
            chapter,
            silence,
            narrator,
            manner.temperature,
            manner.top_p,
            manner.seed,
        ],
        [tabs, asked],
        js="(book, ...rest) => [{ ...window.studio.book.plan(), allow_download: window.studio.mayDownload('book') }, "
        "...window.studio.book.who(), ...rest.slice(2)]",
        api_visibility="private",
        show_progress="hidden",
    )
    _endpoints(context, desk)
    return picker


def _narrator(context: PageContext, owner: str, document: Book, model: str, voice: str) -> Dressed:
    """Who reads a book; of nobody named, who speaks the book's language."""
    if model:
        check_model_name(model, context.settings)
    return dressed(
        context.settings,
        model=model,
        voice=voice,
        text=beginning(document),
        hint=document.language,
        own=saved.own(context.library.db, owner),
        exact=True,  # the page asks, and gets what was chosen
    )


def _reader(context: PageContext, owner: str, document: Book) -> dict[str, Any]:
    """Who reads a book while nobody is chosen, and a sentence where that is another voice than the pickers show."""
    notices = list(document.notices)
    try:
        who, usual = _narrator(context, owner, document, "", ""), default_speaker(context.settings)
    except EngineError:
        return {}
    if (who.model, who.voice) != (usual.model, usual.voice):
        voice = next((one.name for one in registry.voices(who.model) if one.id == who.voice), who.voice)
        notices.append(f"By its language this book is read by {voice} ({registry.find(who.model).name}) unless you "
                       "choose another voice.")  # fmt: skip
    return {"reader": {"model": who.model, "voice": who.voice}, "notices": [*notices, *who.notices]}


def _said(context: PageContext, owner: str, plan: Mapping[str, Any], document: Book) -> tuple[Pronunciation, ...]:
    """The person's pronunciations that the book has use for: those for all texts and, if one is named, a book's own."""
    chosen = plan.get("pronunciations")
    if chosen is False:
        return ()
    kept = pronunciations.spoken(context.library.db, owner, chosen if isinstance(chosen, str) else "")
    return used(kept, (text for chapter in document.chapters for text in (chapter.title, *chapter.paragraphs)))


def _read(context: PageContext, path: str, request: gr.Request) -> Book:
    source, session = Path(path), str(getattr(request, "session_hash", None) or "")
    owner, most = owner_of(request), context.settings.max_book_chars
    return context.readings.read(owner, source, source.name, most, session=session)


def _paragraphs(desk: Desk) -> Any:
    """What the page's script asks for when a chapter is unfolded."""

    def paragraphs(wanted: dict[str, Any], request: gr.Request) -> dict[str, Any]:
        try:
            book = desk.get(owner_of(request), str(wanted.get("book")))
            sources = [
                index
                for index in wanted.get("sources", [])
                if isinstance(index, int) and 0 <= index < len(book.chapters)
            ]
            start, count = max(0, int(wanted.get("start", 0))), min(MAX_PARAGRAPHS, int(wanted.get("count", 25)))
            texts = [text for index in sources for text in book.chapters[index].paragraphs]
            return {"paragraphs": texts[start : start + count], "total": len(texts)}
        except EngineError as exc:
            return {"error": str(exc)}
        except Exception:
            log.exception("the paragraphs of a book could not be shown")
            return {"error": "Something went wrong inside the studio; its log says more. Open the book again."}

    return paragraphs


def _endpoints(context: PageContext, desk: Desk) -> None:
    """`/read_book` and `/narrate` for programs."""
    settings = context.settings

    def read(document: str | None, text: str, request: gr.Request) -> dict[str, Any]:
        """Open a document, or a text, and list its chapters. Its id is what narrate takes; nothing is queued yet."""
        if document:
            book = _read(context, document, request)
        else:
            book = read_text(text, settings.max_book_chars)
        answer = outline(desk.put(owner_of(request), book), book)
        return {key: value for key, value in answer.items() if key != "cover"}

    def narrate(
        book_id: str,
        chapters: Any,
        voice: str,
        speed: Any,
        format: Any,
        loudness: Any,
        model: str,
        request: gr.Request,
    ) -> dict[str, Any]:
        """Queue an opened book. chapters are indices from read_book, [] the ticked ones; "" takes the defaults."""
        need_queue(context.library)
        owner = owner_of(request)
        book = desk.get(owner, book_id)
        who = _narrator(context, owner, book, str(model or ""), voice or "")
        consent.check(settings, who.model, allowed=False)
        if not isinstance(speed, int | float):
            raise OptionError("The speed is a number; 1 is the voice's own.")
        if not (chapters is None or isinstance(chapters, list)) or any(
            not isinstance(one, int) for one in chapters or []
        ):
            raise OptionError("The chapters are a list of numbers, as in [0, 2]; [] takes those that are ticked.")
        picked = chapters or [
            index for index, entry in enumerate(outline(book_id, book)["chapters"]) if entry["ticked"]
        ]
        options = BookOptions(
            model=who.model,
            voice=who.voice,
            language=who.language,
            notices=who.notices,
            speed=speed,
            format=format,
            loudness=loudness,
            chapters=picked,
            pronunciations=_said(context, owner, {}, book),
            narrator=who.named if who.kind else "",
            voice_kind=who.kind,
        )
        job = context.library.submit_book(owner, book, options, max_queued=settings.max_queued_jobs)
        return {"id": job.id, "title": job.title, "status": str(job.status)}

    endpoint(
        read,
        [hidden(gr.File, "Document"), hidden(gr.Textbox, "Text", value="")],
        [hidden(gr.JSON, "Book")],
        "read_book",
    )
    endpoint(
        narrate,
        [
            hidden(gr.Textbox, "Book id"),
            hidden(gr.JSON, "Chapters"),
            hidden(gr.Textbox, "Voice", value=""),
            hidden(gr.Number, "Speed", value=1.0),
            hidden(gr.Textbox, "Format", value="m4b"),
            hidden(gr.Textbox, "Loudness", value="acx"),
            hidden(gr.Textbox, "Model", value=""),
        ],
        [hidden(gr.JSON, "Job")],
        "narrate",
    )

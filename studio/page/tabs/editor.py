"""The transcript editor: a place for assets/editor/, opened over the list of the Transcribe tab."""

from engine.stt.captions import STYLE
from engine.stt.exports import FORMATS, caption_formats
from engine.wording import listed
from studio.page.doorway import part

KEYS = (
    ("Ctrl Space", "play or pause"),
    ("Alt ← →", "3 seconds back or on"),
    ("Enter", "split at the cursor"),
    ("Backspace", "at the beginning: merge with the one before"),
    ("Ctrl Z, Ctrl Shift Z", "undo, redo"),
    ("Ctrl F", "find and replace"),
    ("Ctrl S", "save now"),
)


def build() -> None:
    """Lay it out."""
    part("editor", _markup(), elem_id="editor")


def _markup() -> str:
    captions = caption_formats()
    links = "".join(
        f'<a class="st-button" data-kind="{name}"{" data-captions" if name in captions else ""} href="#" download>'
        f"{kind.label}</a>"
        for name, kind in FORMATS.items()
    )
    shown = listed(kind.label for kind in captions.values())
    keys = "".join(f"<dt>{key}</dt><dd>{what}</dd>" for key, what in KEYS)
    return f"""
<section class="st-editor" data-st="root" aria-label="Transcript editor" hidden>
  <div class="st-editor-head">
    <button type="button" class="st-button" data-st="back">Transcripts</button>
    <input class="st-title" data-st="title" aria-label="Title" maxlength="300">
    <span class="st-status" data-st="saved" role="status" aria-live="polite"></span>
  </div>
  <p class="st-away" data-st="trouble" role="alert" hidden></p>
  <div class="st-editor-bar">
    <button type="button" class="st-icon-button st-round" data-st="play-pause" aria-label="Play or pause"
      title="Play or pause (Ctrl Space)"></button>
    <audio data-st="audio" controls preload="metadata" aria-label="Recording"></audio>
    <select data-st="rate" aria-label="Playback speed">
      <option value="0.5">0.5×</option><option value="0.75">0.75×</option><option value="1" selected>1×</option>
      <option value="1.25">1.25×</option><option value="1.5">1.5×</option><option value="2">2×</option>
    </select>
    <button type="button" class="st-icon-button" data-st="undo" aria-label="Undo" title="Undo (Ctrl Z)"></button>
    <button type="button" class="st-icon-button" data-st="redo" aria-label="Redo" title="Redo (Ctrl Shift Z)"></button>
    <button type="button" class="st-chip" data-st="find">Find</button>
    <button type="button" class="st-chip" data-st="next-doubt">Next doubtful word</button>
    <button type="button" class="st-chip" data-st="names" aria-pressed="false">Name speakers</button>
  </div>
  <div class="st-editor-find" data-st="search-box" role="search" hidden>
    <input data-st="search" type="search" aria-label="Find" placeholder="Find" maxlength="200">
    <input data-st="replacement" aria-label="Replace with" placeholder="Replace with" maxlength="200">
    <label><input data-st="exact" type="checkbox"> Match capitals</label>
    <button type="button" class="st-button" data-st="next-hit">Next</button>
    <button type="button" class="st-button" data-st="replace-all">Replace all</button>
    <output data-st="found"></output>
  </div>
  <div class="st-editor-speakers" data-st="speakers" hidden></div>
  <p class="st-empty" data-st="empty" hidden>Nobody was heard in this recording.</p>
  <ol class="st-lines" data-st="list"></ol>
  <details class="st-editor-export" data-st="exports">
    <summary>Export</summary>
    <div class="st-ticks">{links}</div>
    <fieldset><legend>Captions ({shown})</legend>
      <label>Characters in a line <input type="number" data-st="line_length" min="10" max="200"
        value="{STYLE.line_length}"></label>
      <label>Lines <input type="number" data-st="lines" min="1" max="6" value="{STYLE.lines}"></label>
      <label>Characters a second <input type="number" data-st="chars_per_second" min="3" max="100"
        value="{STYLE.chars_per_second:g}"></label>
      <label><input type="checkbox" data-st="word_level"> A time for every word</label>
    </fieldset>
  </details>
  <details class="st-editor-keys"><summary>Keys</summary><dl>{keys}</dl></details>
</section>
"""

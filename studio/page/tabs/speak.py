"""The Speak tab: text, voice, speed, and the place where assets/speak/ plays it. No sound passes through Gradio."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from engine import registry
from engine.audio.files.encode import FormatName
from studio.library.voices.dressed import default_speaker
from studio.page import offers
from studio.page.context import PageContext
from studio.page.doorway import kindly, mirror, owner_of, part
from studio.page.drawing import manner_fields
from studio.page.tags import tag_palette
from studio.page.voices import Choice, VoiceList, models, offered, own_voices, voice_list

DOWNLOADS: tuple[FormatName, ...] = ("wav", "mp3", "flac", "opus")

WELCOME = (
    "Good evening. This is your own machine speaking: nothing you write here leaves it. "
    "Change these words, pick a voice, and press Play."
)

PLAYER = """
<div class="st-player" role="group" aria-label="Playback">
  <div class="st-transport">
    <button type="button" class="st-play" data-st="play"
      aria-keyshortcuts="Control+Enter Meta+Enter"><span>Play</span></button>
    <button type="button" class="st-stop" data-st="stop" aria-keyshortcuts="Escape" disabled><span>Stop</span></button>
  </div>
  <div class="st-scope">
    <canvas class="st-wave" data-st="wave" role="img" aria-label="Waveform of what is heard"></canvas>
    <div class="st-level" data-st="level" role="meter" aria-label="Level in decibels"
      aria-valuemin="-60" aria-valuemax="0" aria-valuenow="-60"></div>
  </div>
  <div class="st-readout">
    <output class="st-time" data-st="time" aria-label="Heard and made so far">0:00 / 0:00</output>
    <small class="st-facts" data-st="facts"></small>
    <span class="st-status" data-st="status" role="status" aria-live="polite"></span>
  </div>
  <div class="st-download" data-st="download" role="group"
    aria-label="Download the speech"><small>Download</small></div>
</div>
"""

PREVIEW = """<div class="st-preview" data-st="preview"></div>"""

CLIPS = """
<section class="st-clips" aria-label="Recent clips">
  <h2>Recent</h2>
  <p class="st-empty" data-st="empty">What you play is kept here, with its text.</p>
  <ul></ul>
</section>
"""


@dataclass(frozen=True, slots=True)
class VoicePicker:
    """The three components that choose who speaks, and what they start with."""

    model: gr.Dropdown
    voice: gr.Dropdown
    timbre: gr.Dropdown
    start: "Start"

    @property
    def components(self) -> list[gr.Dropdown]:
        """The three, in the order of `Start.shown`."""
        return [self.model, self.voice, self.timbre]

    def initial(self) -> dict[str, Any]:
        """What a script knows before anything was changed."""
        return self.start.initial()


@dataclass(frozen=True, slots=True)
class Start:
    """What the pickers begin with: whoever speaks where nobody is named, and the lists beside them.

    Attributes:
        model: its id.
        voices: its lists.
        timbre: of the voice; "" is the natural one.
        models: all models, (name, id).
    """

    model: str
    voices: VoiceList
    timbre: str
    models: list[Choice]

    @classmethod
    def of(cls, context: PageContext, owner: str = "") -> "Start":
        """As it is now: a model that came meanwhile may be whoever speaks.

        Args:
            context: for the settings and the blends.
            owner: whose blends are listed; "" is nobody's.
        """
        settings = context.settings
        who = default_speaker(settings)
        own = own_voices(context.library, owner, who.model) if owner else []
        lists = voice_list(who.model, who.named, own)
        timbre = who.named.partition("+")[2]
        is_known = timbre in {value for _, value in lists.timbres}
        choices = models("speak", settings.models_dir, settings.speak_model)
        return cls(who.model, lists, timbre if is_known else "", choices)

    def initial(self) -> dict[str, Any]:
        """What a script knows before anything was changed: the choices, each model's rate in Hz, the voices' names.

        While the choices are what they were at the `start`, the script names nobody, and the studio's rule holds.
        """
        named = [*self.voices.voices, *self.voices.timbres[1:]]
        whole = f"{self.voices.default}+{self.timbre}" if self.timbre else self.voices.default
        return {
            "model": self.model,
            "voice": self.voices.default,
            "timbre": self.timbre,
            "start": {"model": self.model, "voice": whole},
            "rates": {card.id: card.sample_rate for card in offered("speak", self.model)},
            "names": {voice: name for name, voice in named},
        }

    def shown(self) -> tuple[gr.Dropdown, gr.Dropdown, gr.Dropdown]:
        """The three components with it."""
        return (
            gr.Dropdown(self.models, value=self.model),
            gr.Dropdown(self.voices.voices, value=self.voices.default or None),
            gr.Dropdown(self.voices.timbres, value=self.timbre, visible=len(self.voices.timbres) > 1),
        )


def voice_picker(context: PageContext, prefix: str) -> VoicePicker:
    """Model, voice and timbre. Choosing another model fills the other two again.

    Args:
        context: for the defaults.
        prefix: of the elements' ids.
    """
    settings = context.settings
    begin = Start.of(context)
    start = begin.voices
    voice = gr.Dropdown(
        start.voices, value=start.default, label="Voice", info="Type a language or a name", filterable=True,
        num_choices_shown=None, elem_id=f"{prefix}-voice",
    )  # fmt: skip
    timbre = gr.Dropdown(
        start.timbres, value=begin.timbre, label="Timbre", filterable=True, num_choices_shown=None,
        visible=len(start.timbres) > 1, elem_id=f"{prefix}-timbre",
    )  # fmt: skip
    model = gr.Dropdown(begin.models, value=begin.model, label="Model", visible=True, elem_id=f"{prefix}-model")

    part("preview", PREVIEW, elem_id=f"{prefix}-preview", value={"place": prefix})
    refresh = gr.Button("Refresh the voices", visible="hidden", elem_id=f"{prefix}-voices")

    @kindly
    def other_model(model_id: str, request: gr.Request) -> tuple[gr.Dropdown, gr.Dropdown]:
        voices = voice_list(model_id, settings.voice, own_voices(context.library, owner_of(request), model_id))
        return (
            gr.Dropdown(voices.voices, value=voices.default or None),
            gr.Dropdown(voices.timbres, value="", visible=len(voices.timbres) > 1),
        )

    @kindly
    def own_changed(model_id: str, chosen: str, request: gr.Request) -> gr.Dropdown:
        voices = voice_list(model_id, chosen, own_voices(context.library, owner_of(request), model_id))
        return gr.Dropdown(voices.voices, value=voices.default or None)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    model.input(other_model, [model], [voice, timbre], **quiet)
    # The script presses it when a blend was kept or deleted, and may name the voice to choose. Not from the picker
    # itself: a voice it does not list yet is refused there.
    wanted = gr.Textbox(visible="hidden", elem_id=f"{prefix}-wanted")
    script = f"(model) => [model, window.studio.{prefix}?.choose?.() ?? window.studio.{prefix}?.choices.voice ?? '']"
    refresh.click(own_changed, [model, wanted], [voice], js=script, **quiet)
    return VoicePicker(model, voice, timbre, begin)


def build(context: PageContext) -> VoicePicker:
    """Lay the tab out."""
    settings = context.settings
    with gr.Row(elem_classes="st-speak"):
        with gr.Column(scale=7, min_width=300, elem_classes="st-stage"):
            gr.Textbox(
                WELCOME, label="Text", lines=7, max_lines=14, elem_id="speak-text", interactive=True,
                placeholder="Write or paste what should be spoken.", max_length=settings.max_speech_chars,
            )  # fmt: skip
            tag_palette("speak", "speak-text", settings)
            with gr.Column(elem_classes="st-console"):
                player = part("speak", PLAYER, elem_id="speak-player", value={})
        with gr.Column(scale=3, min_width=260, elem_classes="st-side"):
            picker = voice_picker(context, "speak")
            offers.build(context)
            blends = [card.id for card in registry.cards("speak") if "blend" in card.abilities]
            part("blend", "", elem_id="speak-blend", value={"models": blends})
            manner = manner_fields(picker.start.model, picker.model, "speak")
    part("clips", CLIPS, elem_id="speak-clips")

    # The choices are mirrored in the browser, so that Play asks nobody before it speaks.
    player.value = picker.initial() | manner.initial
    mirror("speak", {"model": picker.model, "voice": picker.voice, "timbre": picker.timbre, **manner.mirrored})
    return picker

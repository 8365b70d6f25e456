// @ts-check
/* The form of a voice: what it is called and how it is marked, its tone, and whether others in the studio may use it. */
import { h } from "../shared/elements.js";
import { say, sentenceOf, stand } from "../shared/messages.js";
import { asking, of } from "./addresses.js";
import { change } from "./changing.js";
import { soundButton } from "./one_sound.js";
import { languagePick } from "./source.js";
import { signed } from "./wording.js";

/** @type {{ name: keyof VoiceTone, label: string, most: number, least: number, step: number, said: (value: number) => string }[]} */
const TONES = [
  { name: "pitch_semitones", label: "Pitch", least: -4, most: 4, step: 0.5, said: (value) => signed(value, "semitone") },
  { name: "low_db", label: "Low tones", least: -12, most: 12, step: 0.5, said: (value) => signed(value, "dB") },
  { name: "mid_db", label: "Middle", least: -12, most: 12, step: 0.5, said: (value) => signed(value, "dB") },
  { name: "high_db", label: "High tones", least: -12, most: 12, step: 0.5, said: (value) => signed(value, "dB") },
  { name: "room", label: "Room", least: 0, most: 1, step: 0.05, said: (value) => (value ? `${Math.round(value * 100)} %` : "none") },
];
let forms = 0;

/** @param {OwnVoice} voice @param {VoicesPlace} place @returns {VoicePanel} */
export const editPanel = (voice, place) => {
  const key = `st-voice-${++forms}`;
  let seen = voice; // the version that is changed
  const name = h("input", { type: "text", maxlength: place.limits.name, autocomplete: "off", value: voice.name });
  const language = languagePick(place.languages, voice.language);
  const tags = h("input", { type: "text", maxlength: place.limits.tags, autocomplete: "off", value: voice.tags.join(", "), placeholder: "narrator, evening" });
  const notes = h("textarea", { rows: 2, maxlength: place.limits.notes }, voice.notes);
  const colours = [...new Set([...place.colours, voice.colour].filter(Boolean))];
  const swatches = h("fieldset", { class: "st-swatches" }, h("legend", {}, "Colour"), colours.map((colour, at) => {
    const swatch = h("input", { type: "radio", name: `${key}-colour`, value: colour, checked: colour === voice.colour, "aria-label": `Colour ${at + 1}` });
    swatch.style.setProperty("--st-voice", colour);
    return swatch;
  }));
  const shared = h("input", { type: "checkbox", checked: voice.shared });
  const sliders = TONES.map(({ name: which, label, least, most, step, said }) => {
    const output = h("output", {}, said(voice.tone[which] ?? 0));
    const input = h("input", { type: "range", min: least, max: most, step, value: voice.tone[which] ?? 0, "aria-valuetext": said(voice.tone[which] ?? 0),
      oninput: () => {
        const words = said(Number(input.value));
        output.textContent = words;
        input.setAttribute("aria-valuetext", words);
      } });
    return { which, input, line: h("label", { class: "st-tone" }, h("span", {}, label), input, output) };
  });
  const toneNow = () => Object.fromEntries(sliders.map(({ which, input }) => [which, Number(input.value)]));
  const plain = h("button", { type: "button", class: "st-chip", onclick: () => {
    for (const { input } of sliders) {
      input.value = "0";
      input.dispatchEvent(new Event("input"));
    }
  } }, "As it was recorded");
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
  const save = h("button", { type: "submit", class: "st-button st-button-main" }, "Save");

  const values = () => ({
    name: name.value.trim(), language: language.value, notes: notes.value, shared: shared.checked, tone: toneNow(),
    tags: tags.value.split(",").map((one) => one.trim()).filter(Boolean),
    colour: /** @type {HTMLInputElement | null} */ (swatches.querySelector("input:checked"))?.value ?? voice.colour,
  });
  const keep = async () => {
    const kept = await change(seen, values(), place);
    if (!kept) return null;
    seen = kept;
    stand(trouble, "");
    place.changed(kept);
    return kept;
  };
  const hear = soundButton({ label: "Save and hear it", word: "Save and hear it", piece: async () => {
    if (!(await keep())) throw new DOMException("shown anew", "AbortError");
    return { sound: asking(of(seen, "preview"), { v: String(seen.version) }) };
  } });
  hear.hidden = !voice.speaks;
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (!name.value.trim()) {
      stand(trouble, "A voice needs a name.");
      return name.focus();
    }
    save.disabled = true;
    try {
      if (await keep()) say(`“${seen.name}” is changed.`);
    } catch (error) {
      stand(trouble, sentenceOf(error));
    } finally {
      save.disabled = false;
    }
  };
  const form = h("form", { class: "st-panel-form", novalidate: true, "aria-label": `Change ${voice.name}`, onsubmit: submit },
    h("div", { class: "st-panel-row" }, h("label", { class: "st-field" }, h("small", {}, "Name"), name), h("label", { class: "st-field" }, h("small", {}, "Language"), language)),
    h("div", { class: "st-panel-row" }, h("label", { class: "st-field" }, h("small", {}, "Tags, with commas between"), tags), swatches),
    h("label", { class: "st-field" }, h("small", {}, "Notes"), notes),
    h("fieldset", { class: "st-tones" }, h("legend", {}, "Tone"), sliders.map(({ line }) => line), plain),
    place.around.now.may_share && h("label", { class: "st-field-tick" }, shared, h("span", {}, "Everybody with a login in this studio may use it; guests never")),
    h("div", { class: "st-panel-tools" }, save, hear), trouble);
  return { item: form, update: (now) => {
    if (now.version > seen.version) seen = now;
    hear.hidden = !now.speaks;
  } };
};

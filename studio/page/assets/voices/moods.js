// @ts-check
/* The recordings of a voice. Each further one is a mood, which a line or a tag of a text asks for. */
import { ask, askJson, sendJson } from "../shared/asking.js";
import { h, iconButton } from "../shared/elements.js";
import { fail, say, sentenceOf, stand } from "../shared/messages.js";
import { VOICES, asking, below, of } from "./addresses.js";
import { draftForm } from "./draft.js";
import { soundButton } from "./one_sound.js";
import { recordingSource } from "./source.js";
import { moodName, seconds } from "./wording.js";

let lists = 0;

/** @param {OwnVoice} voice @param {VoicesPlace} place @returns {VoicePanel} */
export const moodsPanel = (voice, place) => {
  const key = `st-moods-${++lists}`;
  let now = voice;
  let leave = () => {};
  const known = h("datalist", { id: key }, place.moods.map((mood) => h("option", { value: mood })));
  const list = h("ol", { class: "st-recordings", "aria-label": `Recordings of ${voice.name}` });
  const adding = h("div", {});
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
  const add = h("button", { type: "button", class: "st-button", onclick: () => begin() }, "Add a mood");

  const fresh = async () => {
    now = await askJson(below(VOICES, voice.id));
    place.changed(now);
    show();
  };
  /** @param {Promise<unknown>} done @param {string} sentence */
  const after = async (done, sentence) => {
    try {
      await done;
      if (sentence) say(sentence);
      await fresh();
    } catch (error) {
      fail(error);
    }
  };
  /** @param {VoiceRecording} one */
  const row = (one) => {
    const mood = /** @type {HTMLInputElement} */ (h("input", { type: "text", list: key, value: one.mood, maxlength: place.limits.mood, placeholder: "plain", "aria-label": `Mood of the recording “${one.text.slice(0, 40)}”`,
      onchange: () => after(sendJson(of(voice, "recordings", one.id), { mood: mood.value.trim() }, { method: "PATCH" }), "") }));
    const cleaned = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", checked: one.uses_cleaned, onchange: () =>
      after(sendJson(of(voice, "recordings", one.id), { cleaned: cleaned.checked }, { method: "PATCH" }), "") }));
    return h("li", {},
      soundButton({ label: `Listen to the ${moodName(one.mood)} recording`, piece: () => ({ sound: asking(of(voice, "recordings", one.id, "audio"), { cleaned: one.uses_cleaned }), from_s: one.start_s, to_s: one.end_s }) }),
      h("div", { class: "st-recording-name" }, mood, h("p", {}, one.text || "No transcript"), h("small", {}, seconds(one.end_s - one.start_s))),
      one.has_cleaned && h("label", { class: "st-field-tick" }, cleaned, h("span", {}, "Cleaned")),
      now.recordings.length > 1 && iconButton("trash", `Delete the ${moodName(one.mood)} recording`, () =>
        after(ask(of(voice, "recordings", one.id), { method: "DELETE" }), "The recording is deleted.")));
  };
  const show = () => {
    list.replaceChildren(...now.recordings.map(row));
    add.hidden = adding.childElementCount > 0;
  };
  const end = () => {
    leave();
    leave = () => {};
    adding.replaceChildren();
    stand(trouble, "");
    show();
    add.focus();
  };
  const cancel = () => h("button", { type: "button", class: "st-button", onclick: end }, "Cancel");
  const begin = () => {
    const source = recordingSource(place, (draft) => {
      source.leave();
      leave = () => {};
      look(draft);
    });
    leave = source.leave;
    adding.replaceChildren(source.item, cancel());
    add.hidden = true;
  };
  /** @param {VoiceDraft} draft */
  const look = (draft) => {
    const form = draftForm(draft, place);
    const mood = h("input", { type: "text", list: key, maxlength: place.limits.mood, autocomplete: "off", placeholder: place.moods[0] ?? "calm" });
    const save = h("button", { type: "submit", class: "st-button st-button-main" }, "Add it");
    const keep = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!mood.value.trim()) {
        stand(trouble, "Name the mood first, such as calm or bright.");
        return mood.focus();
      }
      save.disabled = true;
      try {
        await sendJson(of(voice, "recordings"), { mood: mood.value.trim(), ...(await form.value()) });
        end();
        await fresh();
      } catch (error) {
        stand(trouble, sentenceOf(error));
      } finally {
        save.disabled = false;
      }
    };
    adding.replaceChildren(form.item, h("form", { class: "st-voice-name", novalidate: true, onsubmit: keep },
      h("label", { class: "st-field" }, h("small", {}, "Mood"), mood), save, cancel()));
  };
  show();
  return {
    item: h("div", {}, h("p", { class: "st-hint" }, "A tag with a mood's name, such as [calm], chooses its recording for what follows."), list, adding, trouble, h("div", { class: "st-panel-tools" }, add), known),
    leave: () => leave(),
    update: (fresher) => {
      if (fresher.version <= now.version) return;
      now = fresher;
      show();
    },
  };
};

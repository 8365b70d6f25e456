// @ts-check
/* A voice says a sentence, through any model here that can use it; where none is here, what could be got. */
import { h } from "../shared/elements.js";
import { stand } from "../shared/messages.js";
import { asking, of } from "./addresses.js";
import { missingModels } from "./around.js";
import { soundButton } from "./one_sound.js";

const SENTENCE = "Good evening. This is how I sound when I read a story aloud.";

/** @param {OwnVoice} voice @param {VoicesPlace} place @returns {VoicePanel} */
export const tryPanel = (voice, { around, limits }) => {
  let now = voice;
  const text = h("textarea", { rows: 2, maxlength: limits.sentence }, SENTENCE);
  const model = h("select", { onchange: () => void showNote() });
  const note = h("small", { class: "st-hint" });
  const hear = soundButton({ label: `Hear ${voice.name}`, word: "Hear it", attributes: { class: "st-button st-button-main" },
    piece: () => ({ sound: asking(of(now, "preview"), { model: model.value, text: text.value.trim(), v: String(now.version) }) }) });
  const speaking = h("div", { class: "st-panel-form" },
    h("label", { class: "st-field" }, h("small", {}, "A sentence"), text),
    h("label", { class: "st-field st-field-short" }, h("small", {}, "Spoken by"), model), note, h("div", { class: "st-panel-tools" }, hear));
  const missing = missingModels(around, voice.kind === "blend" ? "blend" : "clone", "No model that speaks with such a voice is on this machine yet. The recording is kept; get one of these, and the voice speaks.", voice.language);
  const showNote = () => void stand(note, now.models.find((one) => one.id === model.value)?.note ?? "");
  const show = () => {
    const here = now.models.filter((one) => one.here);
    const before = model.value;
    model.replaceChildren(...here.map((one) => h("option", { value: one.id, selected: one.id === before }, one.name)));
    speaking.hidden = !here.length;
    missing.item.hidden = here.length > 0;
    hear.disabled = !now.speaks;
    showNote();
  };
  const leave = around.follow(() => {
    missing.show();
    show();
  });
  show();
  return { item: h("div", {}, speaking, missing.item), leave, update: (fresh) => {
    now = fresh;
    show();
  } };
};

// @ts-check
/* A blend of a model's voices, kept here: shares for the timbre, and where one wants it others for pace and melody. */
import { askJson, sendJson } from "../shared/asking.js";
import { h, iconButton } from "../shared/elements.js";
import { fail, sentenceOf, stand } from "../shared/messages.js";
import { playOrStop } from "../sound/play_button.js";
import { mixer } from "../speak/mix.js";
import { VOICES } from "./addresses.js";
import { missingModels } from "./around.js";

const SENTENCE = "Two voices went into this one. Which of them do you hear?";

/** As a request writes it: one blend, or one for each half. @param {string} timbre @param {string} prosody */
export const halves = (timbre, prosody) => (prosody && prosody !== timbre ? `${timbre}~${prosody}` : timbre);

/** @param {VoicesPlace} place @param {() => void} close */
export const blending = (place, close) => {
  const said = h("code", { class: "st-blend-said" });
  const tell = () => {
    said.textContent = spelled();
  };
  const [timbre, prosody] = [mixer(() => tell()), mixer(() => tell())];
  const spelled = () => halves(timbre.spelled(), apart.checked ? prosody.spelled() : "");
  const apart = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", onchange: () => {
    second.hidden = !apart.checked;
    if (apart.checked && prosody.isEmpty()) prosody.begin("");
    tell();
  } }));
  const second = h("div", { hidden: true }, h("h5", {}, "Pace and melody"), prosody.list, prosody.more);
  const model = h("select", { onchange: () => know().catch(fail) });
  const modelField = h("label", { class: "st-field st-field-short" }, h("small", {}, "Voices of"), model);
  const name = h("input", { type: "text", maxlength: place.limits.name, autocomplete: "off", placeholder: "Evening narrator" });
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
  const hear = iconButton("play", "Hear the blend", () => playOrStop(hear, { idle: "Hear the blend", stop: "Stop" },
    { body: { model: model.value, voice: spelled(), input: SENTENCE } }), { class: "st-icon-button st-round" });
  const keep = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    if (!name.value.trim()) {
      stand(trouble, "Give the blend a name first.");
      return name.focus();
    }
    try {
      const voice = await sendJson(VOICES, { name: name.value.trim(), blend: spelled(), model: model.value });
      close();
      place.changed(voice, "try");
    } catch (error) {
      stand(trouble, sentenceOf(error));
    }
  };
  const know = async () => {
    if (!model.value) return;
    /** @type {{ data: ListedVoice[] }} */
    const { data } = await askJson(`/v1/audio/voices?model=${encodeURIComponent(model.value)}`);
    const voices = data.filter((one) => !one.saved && !one.id.startsWith("voice_"));
    for (const mix of [timbre, prosody]) {
      mix.clear();
      mix.know(voices);
    }
    timbre.begin("");
    if (apart.checked) prosody.begin("");
    tell();
  };
  const missing = missingModels(place.around, "blend", "No model whose voices can be blended is on this machine yet.");
  const form = h("form", { class: "st-blend st-panel-form", novalidate: true, onsubmit: keep }, modelField, h("h5", {}, "Timbre"), timbre.list, timbre.more,
    h("label", { class: "st-field-tick" }, apart, h("span", {}, "Other shares for pace and melody")), second,
    h("div", { class: "st-blend-tools" }, hear, said),
    h("div", { class: "st-blend-name" }, h("label", { class: "st-field" }, h("small", {}, "Keep it as"), name),
      h("button", { type: "submit", class: "st-button st-button-main" }, "Save")), trouble);
  let known = "";
  const show = () => {
    const here = place.around.who("blend").filter((one) => one.here);
    const ids = here.map((one) => one.id).join();
    missing.show();
    form.hidden = !here.length;
    modelField.hidden = here.length < 2;
    if (ids === known) return;
    known = ids;
    model.replaceChildren(...here.map((one) => h("option", { value: one.id }, one.name)));
    know().catch(fail);
  };
  const leave = place.around.follow(show);
  show();
  return { item: h("div", {}, form, missing.item), leave };
};

// @ts-check
/* A voice designed in words: a description, three candidates that say one's own sentence, one of them kept. */
import { sendJson } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import { preferred } from "../shared/languages.js";
import { isAbort, sentenceOf, stand } from "../shared/messages.js";
import { DESIGNS, below } from "./addresses.js";
import { missingModels } from "./around.js";
import { soundButton, still } from "./one_sound.js";
import { languagePick } from "./source.js";

const SENTENCE = "The lamps were lit along the river, and somebody began to sing.";
const OTHERS = ["a bit older", "a bit younger", "a bit slower", "a bit faster", "a bit deeper", "a bit brighter", "warmer", "calmer"];

/** The description with another wish at its end. @param {string} description @param {string} wish */
const withWish = (description, wish) => `${description.trim().replace(/[.,;\s]+$/, "")}, ${wish}`;

/** @param {VoicesPlace} place @param {() => void} close */
export const designing = (place, close) => {
  /** @type {AbortController | null} */
  let asked = null;
  /** @type {DesignedCandidates | null} */
  let made = null;
  const description = h("textarea", { rows: 3, maxlength: place.limits.description, placeholder: place.examples[0] });
  const examples = h("div", { class: "st-chips", role: "group", "aria-label": "Descriptions to start from" }, place.examples.map((one) =>
    h("button", { type: "button", class: "st-chip", onclick: () => {
      description.value = one;
      description.focus();
    } }, one)));
  const text = h("textarea", { rows: 2, maxlength: place.limits.sentence }, SENTENCE);
  const language = languagePick(place.languages, preferred(place.languages));
  const model = h("select", {});
  const go = h("button", { type: "submit", class: "st-button st-button-main" }, "Make three");
  const stop = h("button", { type: "button", class: "st-button", hidden: true, onclick: () => asked?.abort() }, "Stop");
  const status = h("p", { class: "st-hint", role: "status", "aria-live": "polite", hidden: true });
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
  const list = h("ol", { class: "st-candidates", "aria-label": "Candidates" });
  const name = h("input", { type: "text", maxlength: place.limits.name, autocomplete: "off", placeholder: "Storyteller" });
  const others = h("div", { class: "st-chips", role: "group", "aria-label": "Another three" }, OTHERS.map((wish) =>
    h("button", { type: "button", class: "st-chip", onclick: () => {
      description.value = withWish(description.value, wish).slice(0, place.limits.description);
      make();
    } }, wish)));
  const result = h("div", { hidden: true },
    h("label", { class: "st-field st-field-short" }, h("small", {}, "Name of the voice you keep"), name), list,
    h("p", { class: "st-hint" }, "The next three, but"), others);

  /** @param {number} n @param {HTMLButtonElement} button */
  const keep = async (n, button) => {
    if (!made) return;
    if (!name.value.trim()) {
      stand(trouble, "Give the voice a name first.");
      return name.focus();
    }
    button.disabled = true;
    try {
      const voice = await sendJson(below(DESIGNS, made.id, "keep"), { n, name: name.value.trim() });
      still();
      close();
      place.changed(voice, "try");
    } catch (error) {
      stand(trouble, sentenceOf(error));
      button.disabled = false;
    }
  };
  const make = async () => {
    if (!description.value.trim()) {
      stand(trouble, "Describe the voice first.");
      return description.focus();
    }
    asked?.abort();
    still();
    const mine = new AbortController();
    asked = mine;
    stand(trouble, "");
    stand(status, "Three voices are being made; on a processor that takes a while.");
    stop.hidden = false;
    go.disabled = true;
    try {
      const order = { description: description.value.trim(), text: text.value.trim(), language: language.value, model: model.value || undefined };
      made = await sendJson(DESIGNS, order, { signal: mine.signal });
      show();
    } catch (error) {
      if (!isAbort(error)) stand(trouble, sentenceOf(error));
    } finally {
      if (asked === mine) {
        stand(status, "");
        stop.hidden = true;
        go.disabled = !model.options.length;
      }
    }
  };
  const show = () => {
    result.hidden = !made;
    list.replaceChildren(...(made?.candidates ?? []).map(({ n, url }, at) => {
      const label = `Candidate ${at + 1}`;
      const take = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "st-button", "aria-label": `Keep ${label.toLowerCase()}`, onclick: () => void keep(n, take) }, "Keep this one"));
      return h("li", {}, soundButton({ label, piece: () => ({ sound: url }) }), h("span", {}, label), take);
    }));
    list.querySelector("button")?.focus();
  };
  const missing = missingModels(place.around, "design", "No model that designs voices is on this machine yet.");
  const showModels = () => {
    const here = place.around.who("design").filter((one) => one.here);
    const before = model.value;
    model.replaceChildren(...here.map((one) => h("option", { value: one.id, selected: one.id === before }, one.name)));
    modelField.hidden = here.length < 2;
    missing.show();
    go.disabled = !here.length;
  };
  const modelField = h("label", { class: "st-field" }, h("small", {}, "Made by"), model);
  const unfollow = place.around.follow(showModels);
  showModels();
  const form = h("form", { class: "st-panel-form", novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    make();
  } }, h("label", { class: "st-field" }, h("small", {}, "Describe the sound: age, pitch, pace, accent, mood. No names of people."), description), examples,
    h("label", { class: "st-field" }, h("small", {}, "The sentence they say"), text),
    h("div", { class: "st-panel-row" }, h("label", { class: "st-field" }, h("small", {}, "Language"), language), modelField),
    h("div", { class: "st-panel-tools" }, go, stop, status));
  return { item: h("div", {}, form, missing.item, trouble, result), leave: () => {
    asked?.abort();
    unfollow();
  } };
};

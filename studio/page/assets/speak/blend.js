// @ts-check
/* Blends of voices: mixed with sliders, heard while they are open, and kept under a name. The pickers are asked to look again. */
import { ask, askJson, sendJson } from "../shared/asking.js";
import { speak } from "../shared/choices.js";
import { h, iconButton, press } from "../shared/elements.js";
import { fail, say, sentenceOf, stand } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import { mixer } from "./mix.js";

/** The voice that the picker is to choose once it knows it. @type {string | null} */
let wanted = null;
speak.choose = () => {
  const voice = wanted;
  wanted = null;
  return voice;
};

/** Have both pickers look at the person's blends again, and the one here choose a voice. @param {string | null} voice */
const refresh = (voice = null) => {
  wanted = voice;
  for (const place of ["speak", "book"]) press(`${place}-voices`);
};

part("blend", ({ element, props }) => {
  const models = props.value?.models || [];
  const { choices } = speak;
  let model = "";
  const said = h("code", { class: "st-blend-said" });
  const tell = () => {
    said.textContent = mix.spelled();
    choices.blend = panel.open && !box.hidden ? mix.spelled() : "";
  };
  const mix = mixer(() => tell());
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
  const name = h("input", { type: "text", maxlength: 60, placeholder: "Evening narrator", autocomplete: "off" });
  const kept = h("ul", { class: "st-blend-kept", "aria-label": "Your blends" });

  /** @param {Event} event */
  const keep = async (event) => {
    event.preventDefault();
    if (!name.value.trim()) {
      stand(trouble, "Give the blend a name first.");
      return name.focus();
    }
    try {
      const voice = await sendJson("/v1/audio/voices", { model, name: name.value, blend: mix.spelled() });
      stand(trouble, "");
      name.value = "";
      panel.open = false;
      await changed(voice.id);
      say(`“${voice.name}” is among your voices now.`);
    } catch (error) {
      stand(trouble, sentenceOf(error));
    }
  };
  const panel = h("details", { class: "st-blend", ontoggle: () => {
    if (panel.open && mix.isEmpty()) mix.begin(choices.voice);
    else tell();
  } }, h("summary", {}, "Blend voices"),
    h("div", { class: "st-card" }, h("p", { class: "st-hint" }, "While this is open, Play speaks with the blend."), mix.list,
      h("div", { class: "st-blend-tools" }, mix.more, said),
      h("form", { class: "st-blend-name", novalidate: true, onsubmit: keep },
        h("label", { class: "st-field" }, h("small", {}, "Keep it as"), name), h("button", { type: "submit", class: "st-button" }, "Save")),
      trouble));
  const box = h("div", {}, panel, kept);

  /** @param {ListedVoice} voice */
  const forget = async (voice) => {
    try {
      await ask(`/v1/audio/voices/${encodeURIComponent(voice.saved ?? "")}`, { method: "DELETE" });
      await changed();
    } catch (error) {
      fail(error);
    }
  };
  /** @param {ListedVoice[]} own */
  const showOwn = (own) => {
    const choose = (/** @type {ListedVoice} */ { id, name: label, blend }) =>
      h("button", { type: "button", class: "st-chip", title: blend, "aria-label": `Speak as ${label}`, onclick: () => refresh(id) }, label);
    kept.replaceChildren(...own.map((voice) => h("li", {}, choose(voice),
      iconButton("trash", `Delete the blend ${voice.name}`, () => forget(voice)))));
    kept.hidden = !own.length;
  };

  const again = async () => {
    const asked = choices.model;
    /** @type {{ data: ListedVoice[] }} */
    const { data } = await askJson(`/v1/audio/voices?model=${encodeURIComponent(asked)}`);
    if (asked !== choices.model) return;
    model = asked;
    const voices = data.filter((one) => !one.saved && !one.id.startsWith("voice_"));
    mix.know(voices);
    for (const voice of voices) choices.names[voice.id] = voice.name;
    showOwn(data.filter((one) => one.saved && one.blend));
    if (panel.open && mix.isEmpty()) mix.begin(choices.voice);
  };

  /** The blends are others now. Not after a mere look: the pickers' late answer would undo what was chosen meanwhile. @param {string | null} voice */
  const changed = async (voice = null) => {
    await again();
    refresh(voice);
  };

  const look = () => {
    box.hidden = !models.includes(choices.model);
    if (model === choices.model) return tell();
    panel.open = false;
    mix.clear();
    model = "";
    tell();
    if (!box.hidden) again().catch(fail);
  };
  speak.changed = look;
  element.replaceChildren(box);
  look();
});

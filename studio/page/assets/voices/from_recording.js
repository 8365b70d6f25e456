// @ts-check
/* A new voice from a recording: the recording, its stretch, a name. What follows, consent and hearing it, is on the voice's own card. */
import { sendJson } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import { sentenceOf, stand } from "../shared/messages.js";
import { VOICES } from "./addresses.js";
import { draftForm } from "./draft.js";
import { recordingSource } from "./source.js";

/** @param {VoicesPlace} place @param {() => void} close */
export const fromRecording = (place, close) => {
  const box = h("div", {});
  const step = h("p", { class: "st-step" });
  let leave = () => {};

  const begin = () => {
    step.textContent = "Step 1 of 4: a recording";
    const source = recordingSource(place, (draft) => {
      source.leave();
      look(draft);
    });
    leave = source.leave;
    box.replaceChildren(source.item);
  };
  /** @param {VoiceDraft} draft */
  const look = (draft) => {
    step.textContent = "Step 2 of 4: the stretch, its words and a name";
    leave = () => {};
    const form = draftForm(draft, place);
    const name = h("input", { type: "text", maxlength: place.limits.name, autocomplete: "off", required: true, placeholder: "Grandmother" });
    const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
    const save = h("button", { type: "submit", class: "st-button st-button-main" }, "Save and go on");
    const keep = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!name.value.trim()) {
        stand(trouble, "Give the voice a name first.");
        return name.focus();
      }
      save.disabled = true;
      try {
        const voice = await sendJson(VOICES, { name: name.value.trim(), ...(await form.value()) });
        close();
        place.changed(voice, "consent");
      } catch (error) {
        stand(trouble, sentenceOf(error));
      } finally {
        save.disabled = false;
      }
    };
    box.replaceChildren(form.item, h("form", { class: "st-voice-name", novalidate: true, onsubmit: keep },
      h("label", { class: "st-field" }, h("small", {}, "Name of the voice"), name), save,
      h("button", { type: "button", class: "st-button", onclick: begin }, "Another recording")), trouble);
    form.item.querySelector("button")?.focus();
  };
  begin();
  return { item: h("div", {}, step, box), leave: () => leave() };
};

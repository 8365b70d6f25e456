// @ts-check
/* Where a recording comes from: read aloud into the microphone, dropped, or chosen. It ends as a draft that the studio has looked at. */
import { askJson } from "../shared/asking.js";
import { h, icon } from "../shared/elements.js";
import { languageName, preferred } from "../shared/languages.js";
import { fail, stand } from "../shared/messages.js";
import { DRAFTS } from "./addresses.js";
import { recorder } from "./recorder.js";

const MOST_S = 60;

/** A choice of languages. @param {string[]} tags @param {string} chosen @param {Attributes} attributes */
export const languagePick = (tags, chosen, attributes = {}) =>
  h("select", attributes, [...new Set([...tags, chosen].filter(Boolean))].map((tag) => h("option", { value: tag, selected: tag === chosen }, languageName(tag))));

/** @param {VoicesPlace} place @param {(draft: VoiceDraft) => void} taken */
export const recordingSource = ({ languages, readings }, taken) => {
  const busy = h("p", { class: "st-hint", role: "status", "aria-live": "polite", hidden: true });
  let turn = 0;

  /** @param {Blob} sound @param {string} name */
  const send = async (sound, name) => {
    const mine = ++turn;
    const body = new FormData();
    body.append("file", sound, name);
    body.append("language", language.value);
    body.append("transcribe", "true");
    stand(busy, "The studio listens to it.");
    drop.disabled = true;
    try {
      const draft = await askJson(DRAFTS, { method: "POST", body });
      if (mine === turn) taken(draft);
    } finally {
      drop.disabled = false;
      stand(busy, "");
    }
  };
  const reading = h("blockquote", { class: "st-reading" });
  const showReading = () => {
    reading.textContent = readings[language.value] || readings[language.value.split("-")[0]] || "";
    reading.lang = language.value;
    asked.hidden = !reading.textContent;
  };
  const language = languagePick(languages, preferred(languages), { onchange: () => showReading() });
  const asked = h("div", {}, h("p", {}, "Read this aloud in a quiet room, a hand's width from the microphone; or say something of your own for ten seconds."), reading);
  const mine = recorder({ take: "Use this recording", most_s: MOST_S, taken: (recording) => send(recording, "recording.wav") });

  const file = h("input", { type: "file", accept: "audio/*,video/*", hidden: true, tabindex: -1, "aria-label": "A recording", onchange: () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (chosen) send(chosen, chosen.name).catch(fail);
  } });
  const drop = h("button", { type: "button", class: "st-drop", onclick: () => file.click() }, icon("download"),
    h("span", {}, "Drop a recording here, or choose a file"), h("small", {}, "The best 5 to 20 seconds of one person are taken."));
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.dataset.over = "yes";
  });
  drop.addEventListener("dragleave", () => delete drop.dataset.over);
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    const dropped = event.dataTransfer?.files[0];
    if (dropped && !drop.disabled) send(dropped, dropped.name).catch(fail);
  });
  showReading();
  return {
    item: h("div", { class: "st-source" },
      h("label", { class: "st-field st-field-short" }, h("small", {}, "Language of the recording"), language),
      h("div", { class: "st-source-ways" }, h("div", {}, asked, mine.item), drop, file), busy),
    leave: () => {
      turn++;
      mine.leave();
    },
  };
};

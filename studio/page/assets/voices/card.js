// @ts-check
/* One voice as a card that is changed in place: what it is, why it does not speak yet, and a panel for each thing one can do to it. */
import { h, icon, iconButton, write } from "../shared/elements.js";
import { stand } from "../shared/messages.js";
import { asking, of } from "./addresses.js";
import { consentPanel } from "./consent.js";
import { deletePanel } from "./deleting.js";
import { editPanel } from "./editing.js";
import { moodsPanel } from "./moods.js";
import { soundButton } from "./one_sound.js";
import { tryPanel } from "./trying.js";
import { tunePanel } from "./tuning.js";
import { factsOf } from "./wording.js";

/** @type {Record<VoicePanelName, string>} */
const TITLES = { consent: "Consent", try: "Hear it", tune: "A Kokoro voice like it", moods: "Moods", edit: "Change", delete: "Delete" };

/** @param {OwnVoice} voice */
const panelsOf = ({ mine, kind, recordings }) => {
  /** @type {VoicePanelName[]} */
  const all = ["try"];
  if (!mine) return all;
  if (kind !== "blend" && kind !== "designed") all.push("consent");
  if (recordings.length) all.push("tune", "moods");
  return [...all, ...(/** @type {VoicePanelName[]} */ (["edit", "delete"]))];
};

/** @param {OwnVoice} first @param {VoicesPlace} place */
export const voiceCard = (first, place) => {
  let voice = first;
  /** @type {{ name: VoicePanelName, panel: VoicePanel } | null} */
  let open = null;
  const heading = h("h3", {});
  const facts = h("small", {});
  const badges = h("div", { class: "st-voice-badges" });
  const notes = h("p", { class: "st-voice-notes" });
  const why = h("p", { class: "st-voice-why", hidden: true });
  const body = h("div", { class: "st-voice-panel", hidden: true });
  const listen = soundButton({ label: `Hear ${voice.name}`, piece: () => ({ sound: asking(of(voice, "preview"), { v: String(voice.version) }) }) });
  const tabs = h("div", { class: "st-voice-tabs", role: "group" });
  const exported = h("a", { class: "st-icon-button", href: of(voice, "export"), download: "" }, icon("download"));
  const tools = h("div", { class: "st-job-tools" });
  const item = h("li", { class: "st-card st-voice", "data-voice": voice.id, tabindex: -1 },
    h("div", { class: "st-voice-head" }, listen, h("div", { class: "st-job-name" }, heading, facts), tools), badges, notes, why, tabs, body);

  /** @param {VoicePanelName} name */
  const built = (name) => {
    const make = { consent: consentPanel, try: tryPanel, tune: tunePanel, moods: moodsPanel, edit: editPanel,
      delete: (/** @type {OwnVoice} */ one, /** @type {VoicesPlace} */ where) => deletePanel(one, where, close) };
    return make[name](voice, place);
  };
  const close = () => {
    const was = open;
    leave();
    show();
    if (was) button(was.name)?.focus();
  };
  const leave = () => {
    open?.panel.leave?.();
    open = null;
    body.replaceChildren();
    body.hidden = true;
  };
  /** @param {VoicePanelName} name */
  const button = (name) => /** @type {HTMLElement | null} */ (item.querySelector(`[data-panel="${name}"]`));
  /** @param {VoicePanelName} name */
  const openPanel = (name) => {
    leave();
    const panel = built(name);
    open = { name, panel };
    const title = h("h4", { tabindex: -1 }, TITLES[name]);
    body.replaceChildren(h("div", { class: "st-panel-head" }, title, iconButton("close", `Close: ${TITLES[name]}`, close)), panel.item);
    body.hidden = false;
    show();
    if (name !== "delete") title.focus({ preventScroll: true });
    body.scrollIntoView({ block: "nearest" });
  };
  const showTools = () => {
    const has = panelsOf(voice);
    const wanted = has.join();
    if (tabs.dataset.has === wanted) return;
    tabs.dataset.has = wanted;
    const toggle = (/** @type {VoicePanelName} */ name) => (open?.name === name ? close() : openPanel(name));
    tabs.replaceChildren(...has.filter((name) => name !== "edit" && name !== "delete").map((name) =>
      h("button", { type: "button", class: "st-chip", "data-panel": name, "aria-expanded": "false", onclick: () => toggle(name) }, TITLES[name])));
    tools.replaceChildren(...(voice.mine ? [
      iconButton("edit", "", () => toggle("edit"), { "data-panel": "edit", "aria-expanded": "false" }), exported,
      iconButton("trash", "", () => toggle("delete"), { "data-panel": "delete", "aria-expanded": "false" })] : []));
  };
  const named = (/** @type {HTMLElement | null} */ element, /** @type {string} */ label) => {
    element?.setAttribute("aria-label", label);
    element?.setAttribute("title", label);
  };
  const show = () => {
    item.style.setProperty("--st-voice", voice.colour || "var(--st-accent)");
    item.dataset.speaks = voice.speaks ? "yes" : "no";
    item.toggleAttribute("data-open", Boolean(open));
    write(heading, voice.name);
    write(facts, factsOf(voice));
    const moods = voice.recordings.map((one) => one.mood).filter(Boolean);
    badges.replaceChildren(...[voice.tuned && "tuned", !voice.mine && "shared with you", voice.mine && voice.shared && "shared", ...moods].filter(Boolean)
      .map((text) => h("span", { class: "st-badge" }, text || "")), ...voice.tags.map((tag) => h("span", { class: "st-badge st-badge-tag" }, tag)));
    stand(notes, voice.notes);
    stand(why, voice.speaks ? "" : voice.why_not);
    listen.disabled = !voice.speaks;
    exported.setAttribute("href", of(voice, "export"));
    showTools();
    tabs.setAttribute("aria-label", `What can be done with ${voice.name}`);
    named(button("edit"), `Change ${voice.name}`);
    named(button("delete"), `Delete ${voice.name}`);
    named(exported, `Export ${voice.name}`);
    for (const one of item.querySelectorAll("[data-panel]")) one.setAttribute("aria-expanded", String(open?.name === one.getAttribute("data-panel")));
  };
  show();
  return {
    item,
    get voice() {
      return voice;
    },
    /** @param {OwnVoice} now */
    update: (now) => {
      voice = now;
      show();
      open?.panel.update?.(now);
    },
    open: openPanel,
    leave,
  };
};

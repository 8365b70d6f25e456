// @ts-check
/* The Voices tab: voices of one's own as cards, and the three ways to make one. The voices are the studio's, asked for by /v1. */
import { askJson } from "../shared/asking.js";
import { finder, h, icon, iconButton, isShown } from "../shared/elements.js";
import { fail, say, sentenceOf, stand } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import { VOICES } from "./addresses.js";
import { aroundVoices } from "./around.js";
import { blending } from "./blending.js";
import { voiceCard } from "./card.js";
import { designing } from "./designing.js";
import { fromRecording } from "./from_recording.js";
import { still } from "./one_sound.js";
import { tellPickers } from "./pickers.js";

const CALM_MS = 5000;
const HIDDEN_MS = 400;

/** @type {{ name: string, icon: string, title: string, make: (place: VoicesPlace, close: () => void) => { item: HTMLElement, leave: () => void } }[]} */
const WAYS = [
  { name: "recording", icon: "microphone", title: "From a recording", make: fromRecording },
  { name: "design", icon: "edit", title: "Designed in words", make: designing },
  { name: "blend", icon: "merge", title: "A blend", make: blending },
];

/** One's own before what others share, the newest first. @param {OwnVoice} a @param {OwnVoice} b */
const newest = (a, b) => Number(b.mine) - Number(a.mine) || b.created_at - a.created_at;

part("voices", ({ element, props, server }) => {
  const find = finder(element);
  const [bar, making, list, empty, away] = ["bar", "making", "list", "empty", "away"].map((name) => find(name));
  /** @type {Map<string, ReturnType<typeof voiceCard>>} */
  const cards = new Map();
  let timer = 0;
  let turn = 0;
  /** @type {{ name: string, leave: () => void } | null} */
  let made = null;

  /* The ways to make one. */
  const close = () => {
    if (!made) return;
    const { name, leave } = made;
    made = null;
    leave();
    still();
    making.replaceChildren();
    making.hidden = true;
    mark();
    bar.querySelector(`[data-way="${name}"]`)?.removeAttribute("aria-busy");
  };
  const mark = () => {
    for (const one of bar.querySelectorAll("[data-way]")) one.setAttribute("aria-expanded", String(made?.name === one.getAttribute("data-way")));
  };
  /** @param {typeof WAYS[number]} way */
  const open = ({ name, title, make }) => {
    const isOpen = made?.name === name;
    close();
    if (isOpen) return;
    const { item, leave } = make(place, close);
    made = { name, leave };
    const heading = h("h3", { tabindex: -1 }, title);
    const leaving = () => {
      close();
      /** @type {HTMLElement | null} */ (bar.querySelector(`[data-way="${name}"]`))?.focus();
    };
    making.replaceChildren(h("section", { class: "st-card st-making", "aria-label": title },
      h("div", { class: "st-panel-head" }, heading, iconButton("close", `Close: ${title}`, leaving)), item));
    making.hidden = false;
    mark();
    heading.focus();
  };
  const file = h("input", { type: "file", accept: ".voice,application/zip", hidden: true, tabindex: -1, "aria-label": "A .voice file", onchange: () => take() });
  const bringIn = h("button", { type: "button", class: "st-button", onclick: () => file.click() }, icon("share"), "Import a voice");
  const search = h("input", { type: "search", placeholder: "Find a voice", "aria-label": "Find a voice", maxlength: 60, oninput: () => sift() });
  bar.append(...WAYS.map((way) => h("button", { type: "button", class: "st-button", "data-way": way.name, "aria-expanded": "false", onclick: () => open(way) }, icon(way.icon), way.title)),
    bringIn, file, search);

  const take = async () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (!chosen) return;
    const body = new FormData();
    body.append("file", chosen);
    bringIn.disabled = true;
    try {
      const voice = /** @type {OwnVoice} */ (await askJson(`${VOICES}/import`, { method: "POST", body }));
      say(`“${voice.name}” is among your voices now.`);
      place.changed(voice);
    } catch (error) {
      say(`${chosen.name} was not taken in. ${sentenceOf(error)}`, "error");
    } finally {
      bringIn.disabled = false;
    }
  };

  /* The cards. */
  const tally = () => {
    empty.hidden = cards.size > 0;
    search.hidden = cards.size < 6;
  };
  const sift = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { item, voice } of cards.values()) {
      const knowledge = [voice.name, voice.language, voice.kind, voice.notes, ...voice.tags].join(" ").toLowerCase();
      item.hidden = !words.every((word) => knowledge.includes(word));
    }
  };
  /** @param {OwnVoice} voice */
  const put = (voice) => {
    const known = cards.get(voice.id);
    if (known) {
      known.update(voice);
      return known;
    }
    const card = voiceCard(voice, place);
    cards.set(voice.id, card);
    return card;
  };
  /** @param {string} id */
  const drop = (id) => {
    const card = cards.get(id);
    if (!card) return;
    card.leave();
    card.item.remove();
    cards.delete(id);
  };
  let listed = "";
  const show = (/** @type {OwnVoice[]} */ voices) => {
    for (const id of [...cards.keys()]) if (!voices.some((voice) => voice.id === id)) drop(id);
    voices.forEach((voice, at) => {
      const { item } = put(voice);
      if (list.children[at] === item) return;
      const focused = document.activeElement;
      const isInside = item.contains(focused);
      list.insertBefore(item, list.children[at] || null);
      if (isInside && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    });
    tally();
    sift();
    const now = voices.map((voice) => `${voice.id} ${voice.name} ${voice.speaks} ${voice.models.map((model) => model.here)}`).join("\n");
    if (listed && listed !== now) tellPickers(voices);
    listed = now || " ";
  };
  const look = async () => {
    clearTimeout(timer);
    const mine = ++turn;
    try {
      const { data } = await askJson(VOICES);
      if (mine !== turn) return;
      show(data.toSorted(newest));
      stand(away, "");
    } catch (error) {
      if (mine === turn) stand(away, sentenceOf(error));
    }
    if (mine === turn) timer = setTimeout(soon, CALM_MS);
  };
  const soon = () => {
    if (document.hidden || !isShown(element)) timer = setTimeout(soon, HIDDEN_MS);
    else look();
  };

  /** @type {VoicesPlace} */
  const place = {
    ...props.value,
    around: aroundVoices(server, props.value.around),
    look,
    changed: (voice, panel) => {
      turn++; // an answer that is under way knows less
      const isNew = !cards.has(voice.id);
      const card = put(voice);
      if (isNew) list.prepend(card.item);
      tally();
      if (panel) card.open(panel);
      if (isNew || panel) card.item.scrollIntoView({ block: "nearest" });
      look();
    },
    gone: (voice) => {
      turn++;
      const card = cards.get(voice.id);
      const next = /** @type {HTMLElement | null} */ (card?.item.nextElementSibling ?? card?.item.previousElementSibling ?? bar.querySelector("button"));
      drop(voice.id);
      tally();
      next?.focus();
      look();
    },
  };
  place.around.follow(() => void look());
  window.addEventListener("pagehide", () => close());
  look();
  place.around.look().catch(fail);
});

// @ts-check
/* Tags such as <laugh> in a text box: a palette that inserts them, light behind those that were typed, and a sentence about
   what the chosen voice cannot do, before anything is spoken. The box stays a plain one: the light lies in a mirror over it. */
import { voiced } from "../shared/choices.js";
import { h, textBox, write } from "../shared/elements.js";
import { part } from "../shared/parts.js";
import { moodsOf } from "../voices/pickers.js";
import { fitTo, layOver } from "./mirror.js";
import { learn, missing, tagsIn } from "./tag_words.js";

const LOOK_MS = 300; // Gradio, clips and undo change a box without an event

/** One stop for the Tab key, arrows inside. @param {HTMLElement} bar @param {HTMLButtonElement[]} buttons */
const asToolbar = (bar, buttons) => {
  bar.replaceChildren(...buttons);
  buttons[0].tabIndex = 0;
  bar.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays in the box
  bar.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button === document.activeElement);
    /** @type {Record<string, number>} */
    const places = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 };
    const to = places[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    for (const button of buttons) button.tabIndex = -1;
    const next = buttons[(to + buttons.length) % buttons.length];
    next.tabIndex = 0;
    next.focus();
  });
};

/**
 * At the cursor, in place of what is selected, with spaces where words would touch; Ctrl-Z takes it back.
 * @param {HTMLTextAreaElement} area
 * @param {string} tag as it is written
 */
const insertTag = (area, tag) => {
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  const words = `${/\S$/.test(before) ? " " : ""}${tag}${/^[\p{L}\p{N}<[]/u.test(after) ? " " : ""}`;
  // The only way to change a text box that its undo knows of.
  if (document.execCommand("insertText", false, words)) return;
  area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

part("tags", ({ element, props }) => {
  const { place, box, tags, models } = props.value;
  learn(props.value);
  const markup = new Set(props.value.markup);
  const [bar, note] = /** @type {HTMLElement[]} */ ([element.querySelector(".st-tags"), element.querySelector(".st-tags-note")]);
  const mirror = h("div", { class: "st-tag-mirror", "aria-hidden": "true" });
  /** @type {HTMLTextAreaElement | null} */
  let area = null;
  /** @type {string | null} the text the mirror holds */
  let shown = null;
  /** @type {string | null} */
  let model = null;

  const chosen = () => models[voiced[place]?.choices.model];
  const can = (/** @type {string} */ name) => !chosen() || chosen().tags.includes(name);

  const insert = (/** @type {string} */ tag) => {
    look();
    if (!area) return;
    insertTag(area, tag);
    look();
  };
  const buttons = tags.map((/** @type {string} */ name) =>
    h("button", { type: "button", class: "st-chip st-tag-button", "data-tag": name, tabindex: "-1", onclick: () => insert(`<${name}>`) }, `<${name}>`));
  asToolbar(bar, buttons);

  /* The moods of a voice of one's own, where one is chosen that has some. */
  const moods = h("div", { class: "st-tags st-moods", role: "group", "aria-label": "Moods to insert at the cursor", hidden: true });
  bar.after(moods);
  moods.addEventListener("mousedown", (event) => event.preventDefault());
  let listed = "";
  const showMoods = () => {
    const names = moodsOf(voiced[place]?.choices.voice ?? "");
    if (names.join("\n") === listed) return;
    listed = names.join("\n");
    moods.hidden = !names.length;
    moods.replaceChildren(...names.map((name) => h("button", { type: "button", class: "st-chip st-tag-button", "data-mood": name,
      "aria-label": `Insert [${name}], for what follows`, onclick: () => insert(`[${name}]`) }, `[${name}]`)));
  };

  /* The light. */
  const fit = () => {
    if (!area) return;
    // Without the scroll bar, and to the fraction of a pixel, or a line breaks elsewhere.
    const scroller = area.offsetWidth - area.clientWidth - area.clientLeft * 2;
    fitTo(mirror, area, area.getBoundingClientRect().width - scroller);
  };
  const scrolled = () => (mirror.scrollTop = area?.scrollTop ?? 0);
  const resized = new ResizeObserver(fit);

  /** @param {HTMLTextAreaElement | null} found */
  const attach = (found) => {
    area?.removeEventListener("input", look);
    area?.removeEventListener("scroll", scrolled);
    resized.disconnect();
    mirror.remove();
    area = found;
    shown = null;
    if (!area) return;
    layOver(mirror, area);
    area.addEventListener("input", look);
    area.addEventListener("scroll", scrolled, { passive: true });
    resized.observe(area);
    fit();
  };

  /** @param {string} text */
  const show = (text) => {
    const found = tagsIn(text, markup);
    const pieces = [];
    let end = 0;
    for (const { name, at, written } of found) {
      pieces.push(document.createTextNode(text.slice(end, at)), h("mark", { class: can(name) ? "st-tag" : "st-tag st-tag-off", "data-tag": name }, written));
      end = at + written.length;
    }
    mirror.replaceChildren(...pieces, document.createTextNode(pieces.length ? `${text.slice(end)}\n` : ""));
    fit();
    write(note, missing(chosen(), tags, new Set(found.map(({ name }) => name))));
  };

  const showButtons = () => {
    for (const button of buttons) {
      const name = button.dataset.tag;
      button.classList.toggle("st-tag-off", !can(name));
      const label = can(name) ? `Insert <${name}>` : `Insert <${name}>, which ${chosen().name} cannot do`;
      button.title = label;
      button.setAttribute("aria-label", label);
    }
  };

  const look = () => {
    const found = textBox(box);
    if (found !== area || (area && !mirror.isConnected)) attach(found);
    if (!area) return;
    showMoods();
    const now = voiced[place]?.choices.model;
    if (now !== model) {
      model = now;
      shown = null;
      showButtons();
    }
    if (area.value !== shown) {
      shown = area.value;
      show(shown);
    }
  };
  const ticking = setInterval(() => (element.isConnected ? look() : clearInterval(ticking)), LOOK_MS);
  showButtons();
  look();
});

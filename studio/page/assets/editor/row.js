// @ts-check
/* One line of the editor: a time, a speaker, a text that is written in. It is told its segment and tells what a person does. */
import { h, iconButton } from "../shared/elements.js";
import * as wording from "../shared/wording.js";
import { caretIn, isCollapsed } from "./caret.js";
import { placesOf } from "./segments.js";

/**
 * @typedef {object} Row
 * @property {HTMLElement} node
 * @property {HTMLElement} text
 * @property {KeyedSegment} segment
 * @property {number} caret where the cursor was when the text lost it
 * @property {(next: KeyedSegment, namesShown: boolean) => void} update
 *
 * @typedef {object} Doings
 * @property {(seconds: number, play?: boolean) => void} jump
 * @property {(row: Row) => void} split
 * @property {(row: Row) => void} mergeNext
 * @property {(row: Row) => boolean} mergeBefore whether there was one before
 * @property {(row: Row, by: number) => void} go
 * @property {(row: Row, news: Partial<Segment>, burst: string) => void} replace
 */

const unspaced = (/** @type {string} */ text) => text.trim().split(/\s+/).join(" ");

/** An editable text without formatting; where that is unknown, none may come in by pasting. */
const plainText = () => {
  const text = h("div", { class: "st-line-text", role: "textbox", "aria-multiline": "true", spellcheck: "true", tabindex: 0 });
  text.contentEditable = "plaintext-only";
  if (text.contentEditable !== "plaintext-only") text.contentEditable = "true";
  text.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData?.getData("text/plain").replace(/\s+/g, " "));
  });
  return text;
};

/** @param {KeyedSegment} segment @param {boolean} namesShown @param {Doings} on @returns {Row} */
export const makeRow = (segment, namesShown, on) => {
  const text = plainText();
  const time = h("button", { type: "button", class: "st-line-time", onclick: () => void on.jump(row.segment.start_s, true) });
  const speaker = h("input", { class: "st-line-speaker", "aria-label": "Speaker", placeholder: "Speaker", list: "st-speaker-names", maxlength: 100,
    onchange: () => void on.replace(row, { speaker: speaker.value.trim() }, "") });
  const tools = h("div", { class: "st-line-tools" },
    iconButton("split", "Split here, at the cursor (Enter)", () => on.split(row)),
    iconButton("merge", "Merge with the next (Backspace at its beginning)", () => on.mergeNext(row)));
  const node = h("li", { class: "st-line" }, time, h("div", { class: "st-line-body" }, speaker, text), tools);

  /** @param {KeyedSegment} next @param {boolean} isNamed */
  const update = (next, isNamed) => {
    row.segment = next;
    // What a person is writing in is left alone while only its spaces differ.
    const isWriting = document.activeElement === text && unspaced(text.textContent ?? "") === next.text;
    if (text.textContent !== next.text && !isWriting) text.textContent = next.text;
    const clock = wording.clock(next.start_s);
    if (time.textContent !== clock) {
      time.textContent = clock;
      time.setAttribute("aria-label", `Play from ${clock}`);
      text.setAttribute("aria-label", `Text at ${clock}`);
    }
    if (document.activeElement !== speaker) speaker.value = next.speaker || "";
    speaker.hidden = !isNamed && !next.speaker;
  };

  text.addEventListener("input", () => {
    const written = (text.textContent ?? "").replace(/\s+/g, " ");
    if (written !== row.segment.text) on.replace(row, { text: written }, `type ${row.segment.key}`);
  });
  text.addEventListener("blur", () => (row.caret = caretIn(text) ?? row.caret));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      row.caret = caretIn(text) ?? 0;
      on.split(row);
    } else if (event.key === "Backspace" && isCollapsed() && caretIn(text) === 0) {
      if (on.mergeBefore(row)) event.preventDefault();
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && event.altKey) {
      event.preventDefault();
      on.go(row, event.key === "ArrowUp" ? -1 : 1);
    }
  });
  text.addEventListener("click", () => {
    const at = caretIn(text);
    if (at === null || !isCollapsed()) return;
    const word = placesOf(row.segment).findIndex((place) => place && at >= place[0] && at <= place[1]);
    if (word >= 0) on.jump(row.segment.words[word].start_s);
  });

  /** @type {Row} */
  const row = { node, text, segment, caret: 0, update };
  update(segment, namesShown);
  return row;
};

// @ts-check
/* One pronunciation as a row of the table, and the table around its rows. */
import { h, iconButton } from "../shared/elements.js";
import { hear } from "./hear.js";

/** Where it holds, in badges. @param {Pronunciation} entry */
const conditions = (entry) =>
  [entry.part_of_speech, entry.match_case && "exact capitals", entry.language, entry.book && `“${entry.book}”`].filter(Boolean);

/**
 * @param {Pronunciation} entry
 * @param {{ change: (line: HTMLElement) => void, remove: (line: HTMLElement) => void }} on
 */
export const entryRow = (entry, on) => {
  const listen = iconButton("play", `Listen to ${entry.word}`, () => hear(listen, entry), { class: "st-icon-button st-round" });
  const line = h("tr", { "data-word": entry.word },
    h("td", {}, listen),
    h("th", { scope: "row" }, entry.word),
    h("td", {}, entry.phonemes && h("span", { class: "st-sounds", lang: "und-fonipa" }, `/${entry.phonemes}/`),
      entry.respelling && h("span", { class: "st-respelled" }, `“${entry.respelling}”`)),
    h("td", {}, conditions(entry).map((text) => h("span", { class: "st-badge" }, text || ""))),
    h("td", { class: "st-word-tools" },
      iconButton("edit", `Change ${entry.word}`, () => void on.change(line)),
      iconButton("trash", `Delete ${entry.word}`, () => void on.remove(line))));
  return line;
};

/** The button in a row that changes it. @param {Element | null | undefined} line @returns {HTMLElement | null} */
export const changeButton = (line) => line?.querySelector("td:last-child button") ?? null;

const unseen = (/** @type {string} */ text) => h("th", { scope: "col" }, h("span", { class: "st-unseen" }, text));

/** @param {HTMLElement[]} rows */
export const entryTable = (rows) =>
  h("table", { class: "st-table" },
    h("thead", {}, h("tr", {}, unseen("Listen"), ["Word", "Is said", "Only"].map((name) => h("th", { scope: "col" }, name)), unseen("Change"))),
    h("tbody", {}, rows));

// @ts-check
/* The question before a voice goes, with the books that it reads. */
import { askJson } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import { fail, say, stand } from "../shared/messages.js";
import { of } from "./addresses.js";
import { still } from "./one_sound.js";

/** @typedef {{ id: string, title: string }} Reads */

/** @param {Reads[]} books */
const titles = (books) => books.map(({ id, title }) => (id ? `“${title}”` : title)).join(", ");

/** @param {OwnVoice} voice @param {VoicesPlace} place @param {() => void} close @returns {VoicePanel} */
export const deletePanel = (voice, place, close) => {
  const no = h("button", { type: "button", class: "st-button", onclick: close }, "Keep");
  const reads = h("span", { hidden: true });
  const yes = h("button", { type: "button", class: "st-button st-button-bad", onclick: async () => {
    yes.disabled = true;
    still();
    try {
      await askJson(of(voice), { method: "DELETE" });
      say(`“${voice.name}” is deleted.`);
      place.gone(voice);
    } catch (error) {
      fail(error);
      yes.disabled = false;
    }
  } }, "Delete");
  setTimeout(() => no.focus());
  askJson(of(voice, "books")).then((/** @type {{ books: Reads[] }} */ { books }) =>
    stand(reads, books.length ? `These books are read by it, and cannot go on without it: ${titles(books)}.` : "No book is read by it."), fail);
  return { item: h("div", { class: "st-confirm", role: "alertdialog", "aria-label": `Delete ${voice.name}` },
    h("span", {}, "Delete this voice with its recordings and everything that was kept of it?"), reads, yes, no) };
};

// @ts-check
/* The question before a voice goes, with the books that it reads. */
import { askJson } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import { fail, say } from "../shared/messages.js";
import { of } from "./addresses.js";
import { still } from "./one_sound.js";

/** @param {{ title: string }[]} books */
const titles = (books) => books.map(({ title }) => `“${title}”`).join(", ");

/** @param {OwnVoice} voice @param {VoicesPlace} place @param {() => void} close @returns {VoicePanel} */
export const deletePanel = (voice, place, close) => {
  const no = h("button", { type: "button", class: "st-button", onclick: close }, "Keep");
  const yes = h("button", { type: "button", class: "st-button st-button-bad", onclick: async () => {
    yes.disabled = true;
    still();
    try {
      const { books } = await askJson(of(voice), { method: "DELETE" });
      say(books?.length ? `“${voice.name}” is deleted. Books that it reads: ${titles(books)}.` : `“${voice.name}” is deleted.`);
      place.gone(voice);
    } catch (error) {
      fail(error);
      yes.disabled = false;
    }
  } }, "Delete");
  setTimeout(() => no.focus());
  return { item: h("div", { class: "st-confirm", role: "alertdialog", "aria-label": `Delete ${voice.name}` },
    h("span", {}, "Delete this voice with its recordings and everything that was kept of it?"), yes, no) };
};

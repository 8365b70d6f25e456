// @ts-check
/* The paragraphs of a chapter, some at a time, each to be heard in the chosen voice. */
import { askServer } from "../shared/asking.js";
import { h, iconButton } from "../shared/elements.js";
import { fail } from "../shared/messages.js";
import * as wording from "../shared/wording.js";

const AT_ONCE = 25;

/**
 * @param {Tools["server"]} server
 * @param {{ book: string, sources: () => number[], hear: (button: HTMLButtonElement, text: string, label: string) => void }} chapter
 */
export const paragraphList = (server, { book, sources, hear }) => {
  const list = h("ol", { class: "st-paragraphs" });
  let next = 0;
  const more = async () => {
    list.querySelector("[data-st=more]")?.remove();
    try {
      const { paragraphs, total } = await askServer(server, "paragraphs", { book, sources: sources(), start: next, count: AT_ONCE });
      for (const text of paragraphs) {
        const label = `Hear paragraph ${++next}`;
        const button = iconButton("play", label, () => hear(button, text, label), { class: "st-icon-button st-round" });
        list.append(h("li", {}, button, h("p", {}, text)));
      }
      if (next < total)
        list.append(h("li", { "data-st": "more" },
          h("button", { type: "button", class: "st-button", onclick: more }, `Show more of ${wording.count(total, "paragraph")}`)));
    } catch (error) {
      fail(error);
    }
  };
  return { list, more };
};

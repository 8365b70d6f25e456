// @ts-check
/* The words of the captions on the page: those that are certain stay, in paragraphs, and the draft behind them is replaced each time. */
import { h } from "../shared/elements.js";
import * as wording from "../shared/wording.js";

const PARAGRAPH_S = 2; // a silence this long begins a new paragraph
const MOST_PARAGRAPHS = 2000; // on the page; the studio has all of them
const FOLLOWS_PX = 60; // who has scrolled up further is reading

/** @param {LiveWord} word */
const spaced = (word) => (word.space_before === false ? word.text : ` ${word.text}`);

/** @param {HTMLElement} stable @param {HTMLElement} draft */
export const wordLog = (stable, draft) => {
  /** @type {HTMLElement | null} */
  let paragraph = null;
  let lastEnd = 0;
  const box = /** @type {HTMLElement} */ (stable.parentElement);

  /** @param {LiveWord} word */
  const keep = (word) => {
    if (!paragraph || word.start - lastEnd > PARAGRAPH_S) {
      paragraph = h("p", {}, h("time", {}, wording.clock(word.start)), " ");
      stable.append(paragraph);
      if (stable.childElementCount > MOST_PARAGRAPHS) stable.firstElementChild?.remove();
    }
    paragraph.append(paragraph.childNodes.length > 2 ? spaced(word) : word.text);
    lastEnd = word.end;
  };
  const clear = () => {
    stable.replaceChildren();
    draft.textContent = "";
    paragraph = null;
  };
  return {
    isEmpty: () => stable.childElementCount === 0,
    /** @param {LivePartial} message */
    hear: (message) => {
      const follows = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOWS_PX;
      message.stable.forEach(keep);
      draft.textContent = message.draft.map(spaced).join("").trimStart();
      if (follows) box.scrollTop = box.scrollHeight;
    },
    /** The end has heard all of it once more. @param {LiveWord[]} all */
    replace: (all) => {
      clear();
      lastEnd = 0;
      all.forEach(keep);
      box.scrollTop = box.scrollHeight;
    },
    clear,
    /** A new session, whose times begin anew. */
    begin: () => {
      clear();
      lastEnd = 0;
    },
    dropDraft: () => (draft.textContent = ""),
    /** All that is certain, without the times. */
    text: () =>
      [...stable.children].map((one) => [...one.childNodes].slice(1).map((node) => node.textContent).join("").trim()).join("\n\n"),
  };
};

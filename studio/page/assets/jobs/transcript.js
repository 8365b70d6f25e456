// @ts-check
/* The words of a recording on its card, which fill in while it is transcribed. */
import { askJson } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import * as wording from "../shared/wording.js";

/** @type {Set<{ id: string, box: HTMLElement, reread: () => void }>} */
const shown = new Set();

/** A transcript was changed by hand: whoever shows it reads it anew. @param {string} id */
export const changedTranscript = (id) => {
  for (const one of shown)
    if (!one.box.isConnected) shown.delete(one);
    else if (one.id === id) one.reread();
};

/** @param {string} id @param {string} label */
export const transcriptBox = (id, label) => {
  const box = h("div", { class: "st-transcript", tabindex: 0, role: "region", "aria-label": label, hidden: true });
  let read = 0;
  /** @type {Segment | null} */
  let last = null;
  let isReading = false;
  /** Only what is new is asked for. */
  const readOn = async () => {
    if (isReading) return;
    isReading = true;
    try {
      /** @type {Transcript} */
      const news = await askJson(`/v1/transcripts/${encodeURIComponent(id)}?from=${read}`);
      for (const segment of news.segments) {
        box.append(`${wording.gap(last, segment)}${segment.text}`);
        last = segment;
      }
      read = news.count;
      box.hidden = !box.textContent;
    } catch {
      /* the next look asks again */
    } finally {
      isReading = false;
    }
  };
  const reread = () => {
    [read, last] = [0, null];
    box.replaceChildren();
    readOn();
  };
  shown.add({ id, box, reread });
  return { box, readOn };
};

// @ts-check
/* Taking a transcript along: links that wait until everything that was written is answered. */
import { finder } from "../shared/elements.js";

/**
 * Gives what points the links at a transcript.
 * @param {HTMLElement} box
 * @param {() => Promise<void>} settle
 */
export const exportLinks = (box, settle) => {
  const find = finder(box);
  let id = "";
  const point = () => {
    const options = new URLSearchParams();
    for (const name of ["line_length", "lines", "chars_per_second"]) options.set(name, find.input(name).value);
    if (find.input("word_level").checked) options.set("word_level", "true");
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (box.querySelectorAll("a[data-kind]"))) {
      const captions = "captions" in link.dataset ? `&${options}` : "";
      link.href = `/v1/transcripts/${id}/export?format=${link.dataset.kind}${captions}`;
    }
  };
  /** @type {HTMLAnchorElement | null} */
  let ready = null;
  box.addEventListener("change", point);
  box.addEventListener("click", async (event) => {
    const link = event.target instanceof Element ? /** @type {HTMLAnchorElement | null} */ (event.target.closest("a[data-kind]")) : null;
    if (!link || link === ready) return;
    event.preventDefault();
    await settle();
    ready = link;
    link.click();
    ready = null;
  });
  return (/** @type {string} */ which) => {
    id = which;
    point();
  };
};

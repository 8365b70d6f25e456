// @ts-check
/* Light behind words, where the browser can: the one that is heard, those in doubt, those that were found. */

/** @typedef {"st-now" | "st-doubt" | "st-found"} Mark */

const canMark = Boolean(window.CSS?.highlights && window.Highlight);

/** These and no others have this light. @param {Mark} name @param {(AbstractRange | null)[]} ranges */
export const mark = (name, ranges) => {
  if (canMark) CSS.highlights.set(name, new Highlight(...ranges.filter((range) => range !== null)));
};

export const clearMarks = () => /** @type {Mark[]} */ (["st-now", "st-doubt", "st-found"]).forEach((name) => mark(name, []));

/** Letters of an element that holds one text; null where they are not there. @param {HTMLElement} element @param {[number, number]} place */
export const rangeIn = (element, [begin, end]) => {
  const node = element.firstChild;
  if (!(node instanceof Text) || end > node.length) return null;
  return new StaticRange({ startContainer: node, startOffset: begin, endContainer: node, endOffset: end });
};

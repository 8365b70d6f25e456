// @ts-check
/* The lines of the editor: one a segment, made when it comes and kept while it stays. It knows which of them are before the person. */
import { makeRow } from "./row.js";

/** @typedef {import("./row.js").Row} Row */

/**
 * @param {HTMLElement} list
 * @param {import("./row.js").Doings} doings
 * @param {() => void} scrolled others are before the person
 */
export const rowList = (list, doings, scrolled) => {
  /** @type {Map<number, Row>} */
  const rows = new Map();
  /** @type {Map<Element, Row>} */
  const byNode = new Map();
  /** @type {Set<Row>} */
  const seen = new Set();
  let namesShown = false;

  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const row = byNode.get(target);
      if (row && isIntersecting) seen.add(row);
      else if (row) seen.delete(row);
    }
    scrolled();
  }, { rootMargin: "300px" });

  /** @param {KeyedSegment} segment */
  const add = (segment) => {
    const row = makeRow(segment, namesShown, doings);
    rows.set(segment.key, row);
    byNode.set(row.node, row);
    watcher.observe(row.node);
    return row;
  };
  /** @param {number} key @param {Row} row */
  const remove = (key, row) => {
    watcher.unobserve(row.node);
    seen.delete(row);
    byNode.delete(row.node);
    row.node.remove();
    rows.delete(key);
  };

  return {
    /** Those that are before the person. @type {ReadonlySet<Row>} */
    seen,
    /** @param {KeyedSegment | undefined} segment */
    of: (segment) => (segment ? rows.get(segment.key) : undefined),
    /** @param {KeyedSegment[]} segments */
    show: (segments) => {
      const wanted = new Set(segments.map((segment) => segment.key));
      for (const [key, row] of rows) if (!wanted.has(key)) remove(key, row);
      let before = list.firstElementChild;
      for (const segment of segments) {
        const known = rows.get(segment.key);
        if (known && known.segment !== segment) known.update(segment, namesShown);
        const row = known ?? add(segment);
        if (row.node === before) before = before.nextElementSibling;
        else list.insertBefore(row.node, before);
      }
    },
    clear: () => {
      for (const [key, row] of rows) remove(key, row);
    },
    /** Whether every line has a place for its speaker's name. @param {boolean} are */
    showNames: (are) => {
      namesShown = are;
      for (const row of rows.values()) row.update(row.segment, namesShown);
    },
  };
};

// @ts-check
/* Find and replace. */
import { finder } from "../shared/elements.js";
import { say } from "../shared/messages.js";
import * as wording from "../shared/wording.js";

/**
 * @param {HTMLElement} element
 * @param {import("./history.js").History} history
 * @param {{ change: (next: KeyedSegment[]) => void, show: (segment: KeyedSegment) => void, mark: () => void }} tell
 */
export const finding = (element, history, tell) => {
  const find = finder(element);
  const [box, found] = ["search-box", "found"].map((name) => find(name));
  const [search, replacement, exact] = ["search", "replacement", "exact"].map(find.input);
  let hitAt = -1;

  /** What is looked for; null where nothing is. */
  const needle = () => {
    const wanted = box.hidden ? "" : search.value;
    return wanted ? new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), exact.checked ? "gu" : "giu") : null;
  };
  const look = () => {
    const wanted = needle();
    const count = wanted ? history.now.reduce((sum, { text }) => sum + [...text.matchAll(wanted)].length, 0) : 0;
    found.textContent = wanted ? wording.count(count, "place") : "";
    tell.mark();
  };
  const next = () => {
    const wanted = needle();
    if (!wanted) return;
    for (let n = 1; n <= history.now.length; n++) {
      const index = (hitAt + n) % history.now.length;
      if (!history.now[index].text.match(wanted)) continue;
      hitAt = index;
      return tell.show(history.now[index]);
    }
  };
  const replaceAll = () => {
    const wanted = needle();
    if (!wanted) return;
    let count = 0;
    const replaced = history.now.map((segment) => {
      const text = segment.text.replace(wanted, () => (count++, replacement.value));
      return text === segment.text ? segment : { ...segment, text: text.replace(/\s+/g, " ").trim() };
    });
    if (count) tell.change(replaced);
    say(count ? `Replaced in ${wording.count(count, "place")}.` : "It is nowhere in this transcript.");
    look();
  };
  /** @param {boolean} is */
  const show = (is) => {
    box.hidden = !is;
    if (is) search.focus();
    look();
  };
  search.addEventListener("input", look);
  exact.addEventListener("change", look);
  search.addEventListener("keydown", (event) => event.key === "Enter" && next());
  find("next-hit").addEventListener("click", next);
  find("replace-all").addEventListener("click", replaceAll);
  find("find").addEventListener("click", () => show(box.hidden));
  return { needle, show, isShown: () => !box.hidden, restart: () => (hitAt = -1) };
};

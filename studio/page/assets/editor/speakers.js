// @ts-check
/* Who speaks in the transcript: a field a name, which renames it everywhere. */
import { h } from "../shared/elements.js";

/**
 * @param {HTMLElement} box
 * @param {(from: string, to: string) => void} rename
 */
export const speakerFields = (box, rename) => {
  /** @type {string | null} */
  let shown = null;
  /** @param {string} name */
  const fieldOf = (name) => {
    const field = h("input", { class: "st-line-speaker", value: name, "aria-label": `Rename ${name} everywhere`, maxlength: 100, onchange: () => {
      const wanted = field.value.trim();
      if (wanted) rename(name, wanted);
      else field.value = name;
    } });
    return field;
  };
  return {
    /** @param {KeyedSegment[]} segments */
    show: (segments) => {
      const names = [...new Set(segments.map((segment) => segment.speaker ?? "").filter(Boolean))];
      if (names.join("\n") === shown) return;
      shown = names.join("\n");
      box.hidden = names.length === 0;
      box.replaceChildren(h("span", {}, "Speakers"), ...names.map(fieldOf),
        h("datalist", { id: "st-speaker-names" }, names.map((name) => h("option", { value: name }))));
    },
    forget: () => (shown = null),
  };
};

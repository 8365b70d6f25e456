// @ts-check
/* Whose pronunciations the book is narrated with: false is nobody's, "" those for all texts, else a book's too. */
import { h } from "../shared/elements.js";
import { books, lookAtBooks, whenChanged, writeFor } from "../pronunciations/books.js";

/** A line to choose it in. @param {() => string} title of the book, as it stands on the page */
export const pronunciationsPick = (title) => {
  let isTouched = false;
  const pick = h("select", { "aria-label": "Pronunciations", onchange: () => (isTouched = true) });
  const edit = h("button", { type: "button", class: "st-chip", onclick: () => writeFor(title()) }, "Write them");
  const fill = () => {
    const before = pick.value;
    pick.replaceChildren(h("option", { value: "=" }, "Yours for all texts"),
      ...books.titles.map((one) => h("option", { value: `=${one}` }, `Yours, and those for “${one}”`)), h("option", { value: "" }, "None"));
    const own = `=${title()}`;
    const has = (/** @type {string} */ value) => [...pick.options].some((one) => one.value === value);
    pick.value = isTouched && has(before) ? before : has(own) ? own : "=";
  };
  fill();
  lookAtBooks().then(fill, () => {});
  whenChanged.add(fill);
  return {
    line: h("label", { class: "st-field st-said" }, h("small", {}, "Pronunciations"), h("span", {}, pick, edit)),
    fill,
    value: () => (pick.value ? pick.value.slice(1) : false),
    /** Another book is open. */
    leave: () => whenChanged.delete(fill),
  };
};

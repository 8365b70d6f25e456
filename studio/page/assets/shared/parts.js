// @ts-check
/* The parts of the page. Gradio draws their places when it likes, and calls `mount` for each; a part is built then. */

/** @typedef {(tools: Tools) => void} Build */

/** @type {Record<string, Build>} */
const parts = {};
/** @type {[string, Tools][]} */
const waiting = [];

/** How often each part was built: once, unless Gradio draws its place anew. @type {Record<string, number>} */
export const built = {};

/* On a busy machine a part's markup may stand there some time before it is built: who presses a button meanwhile is heard then. */
/** @type {WeakSet<Element>} */
const places = new WeakSet();
/** @type {HTMLElement | null} */
let early = null;
document.addEventListener(
  "click",
  ({ target }) => {
    const button = target instanceof Element ? target.closest("button[data-st]") : null;
    if (!(button instanceof HTMLElement)) return;
    for (let place = /** @type {Element | null} */ (button); place; place = place.parentElement) if (places.has(place)) return;
    early = button;
  },
  true,
);

/** Say what is built at the places of this name. @param {string} name @param {Build} build */
export const part = (name, build) => {
  parts[name] = build;
  for (const [wanted, tools] of waiting.splice(0)) mount(wanted, tools);
};

/** A place is there (studio/page/doorway.py calls this). @param {string} name @param {Tools} tools */
export const mount = (name, tools) => {
  if (!parts[name]) return void waiting.push([name, tools]);
  built[name] = (built[name] || 0) + 1;
  parts[name](tools);
  places.add(tools.element);
  if (early && tools.element.contains(early)) {
    const pressed = early;
    early = null;
    pressed.click();
  }
};

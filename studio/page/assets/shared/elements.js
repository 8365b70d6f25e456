// @ts-check
/* Building and finding elements. Text from people or the studio only ever becomes text nodes here, never markup. */
import { ICONS } from "./icons.js";

/**
 * An element: h("button", {class: "st-button", onclick: f}, "Play", child, ...). Strings become text nodes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} attributes
 * @param {(Child | Child[])[]} children
 */
export const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name in element && typeof value === "boolean") Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
};

/** A decorative icon; the button that holds it carries the words. @param {string} name */
export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "st-icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
};

/**
 * A small button that shows an icon and, to those who cannot see it, its name.
 * @param {string} name of the icon
 * @param {string} label
 * @param {Attributes["onclick"]} onclick
 * @param {Attributes} attributes
 */
export const iconButton = (name, label, onclick, attributes = {}) =>
  h("button", { type: "button", class: "st-icon-button", "aria-label": label, title: label, onclick, ...attributes }, icon(name));

/**
 * The pieces of a part, by what stands in their `data-st`, and of which kind they are.
 * @param {ParentNode} element
 */
export const finder = (element) => {
  /**
   * @template {HTMLElement} T
   * @param {string} name
   * @param {new () => T} kind
   */
  const find = (name, kind) => {
    const piece = element.querySelector(`[data-st="${name}"]`);
    if (!(piece instanceof kind)) throw new Error(`The page has no ${name}.`);
    return piece;
  };
  return Object.assign((/** @type {string} */ name) => find(name, HTMLElement), {
    kind: find,
    button: (/** @type {string} */ name) => find(name, HTMLButtonElement),
    input: (/** @type {string} */ name) => find(name, HTMLInputElement),
  });
};

/** Set only what changed: screen readers and selections are left alone. @param {Node} node @param {string} text */
export const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

/** Whether the person has it before them; what lies in another tab is hidden. @param {HTMLElement} element */
export const isShown = (element) => element.isConnected && element.offsetParent !== null;

/** Gradio's button of a tab; null until Gradio has drawn it. @param {string} name */
export const tabButton = (name) =>
  /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#st-tabs [role=tab]")]).find((tab) => tab.textContent?.trim() === name) ?? null;

/** Press a button of Gradio's that stands for something on the server. @param {string} id */
export const press = (id) => document.getElementById(id)?.click();

/** The text box of Gradio's that has this id. @param {string} id @returns {HTMLTextAreaElement | null} */
export const textBox = (id) => document.querySelector(`#${id} textarea`);

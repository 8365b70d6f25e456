// @ts-check
/* The question whether a model may be downloaded for a job. It is asked where the job is submitted, and a yes is for one job. */
import { h, press } from "../shared/elements.js";
import { part } from "../shared/parts.js";

/** @type {Set<string>} */
const given = new Set();

/** Whether the next job of this tab may download its model; asking uses it up. @param {string} name */
export const mayDownload = (name) => given.delete(name);

part("consent", ({ element, props, watch }) => {
  const show = () => {
    const { name, question } = props.value || {};
    if (!question) return element.replaceChildren();
    const close = () => element.replaceChildren();
    const get = () => {
      given.add(name);
      close();
      press(`${name}-submit`);
    };
    const yes = h("button", { type: "button", class: "st-button", onclick: get }, question.size ? `Get it, ${question.size}` : "Get it");
    const no = h("button", { type: "button", class: "st-button", onclick: close }, "Not now");
    const box = h("div", { class: "st-offer", role: "alertdialog", "aria-label": "Download" },
      h("span", {}, question.sentence), h("div", { class: "st-offer-tools" }, yes, no));
    element.replaceChildren(box);
    yes.focus();
  };
  watch("value", show);
  show();
});

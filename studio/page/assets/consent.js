/* The question whether a model may be downloaded for a job. It is asked where the job is submitted, and a yes is for one job. */
"use strict";
(() => {
  const studio = window.studio;
  const { h } = studio;
  const given = new Set();

  /** Whether the next job of this tab may download its model; asking uses it up. */
  studio.mayDownload = (name) => given.delete(name);

  studio.part("consent", ({ element, props, watch }) => {
    const show = () => {
      const { name, question } = props.value || {};
      if (!question) return element.replaceChildren();
      const close = () => element.replaceChildren();
      const get = () => {
        given.add(name);
        close();
        document.querySelector(`#${name}-submit`).click();
      };
      const yes = h("button", { type: "button", class: "st-button", onclick: get }, question.size ? `Get it, ${question.size}` : "Get it");
      const no = h("button", { type: "button", class: "st-button", onclick: close }, "Not now");
      const box = h("div", { class: "st-offer", role: "alertdialog", "aria-label": "Download" }, h("span", {}, question.sentence), h("div", { class: "st-offer-tools" }, yes, no));
      element.replaceChildren(box);
      yes.focus();
    };
    watch("value", show);
    show();
  });
})();

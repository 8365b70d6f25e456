// @ts-check
/* The page's head: the way out, and the theme, which this browser remembers. */
import { icon } from "./shared/elements.js";
import { part } from "./shared/parts.js";

const REMEMBERED = "studio-theme";

part("header", ({ element, props }) => {
  const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (element.querySelector(id));
  find("#st-leave").hidden = !props.value?.login;
  const button = find("#st-theme");
  const dark = () => document.body.classList.contains("dark");
  const show = () => {
    const label = dark() ? "Use the light theme" : "Use the dark theme";
    button.replaceChildren(icon(dark() ? "sun" : "moon"));
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered && !new URL(location.href).searchParams.has("__theme")) document.body.classList.toggle("dark", remembered === "dark");
  button.addEventListener("click", () => {
    document.body.classList.toggle("dark");
    localStorage.setItem(REMEMBERED, dark() ? "dark" : "light");
  });
  new MutationObserver(show).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  show();
});

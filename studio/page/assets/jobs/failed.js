// @ts-check
/* The sentences of a job that could not be spoken, and what to do about them. */
import { send } from "../shared/asking.js";
import { h, icon } from "../shared/elements.js";
import { fail } from "../shared/messages.js";
import * as wording from "../shared/wording.js";
import { address } from "./steering.js";

/**
 * A button that has the studio do something and shows what came of it.
 * @param {string} where
 * @param {() => Promise<void>} refresh
 * @param {(string | Node)[]} words
 */
const doing = (where, refresh, ...words) => {
  const button = h("button", { type: "button", class: "st-button", onclick: () => {
    button.disabled = true;
    send(where, {}).then(refresh, fail).finally(() => (button.disabled = false));
  } }, ...words);
  return button;
};

/** @param {Job} job @param {() => Promise<void>} refresh */
export const failedSentences = (job, refresh) => [
  h("h4", {}, `${wording.count(job.failed.length, "sentence")} could not be spoken`),
  h("ul", {}, job.failed.map((one) => h("li", {},
    h("div", {}, h("p", {}, one.text), h("small", {}, [one.part_title, one.error].filter(Boolean).join(" · "))),
    doing(address(job, "failed", one.id, "retry"), refresh, icon("retry"), "Retry")))),
  doing(address(job, "silence"), refresh, "Leave them silent and finish"),
];

// @ts-check
/* The line of the Speak tab about what would sound better and is not here, and the button that gets it. One line at a
   time, the one that fits the text; whoever hides it does not see it again in this browser. */
import { UNREACHABLE, askServer } from "../shared/asking.js";
import { h, icon, iconButton, press } from "../shared/elements.js";
import { say, sentenceOf } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import * as wording from "../shared/wording.js";
import { box } from "./request.js";

/** @typedef {{ id: string, for: string, sentence: string, notice: string, size_bytes: number, done_bytes: number, is_running: boolean, error: string }} Offer */

const BUSY_MS = 700;
const KANA = /[\u3041-\u30ff]/u;
const HAN = /[\u3400-\u9fff]/u;

/** Whether a notice is what the line says anyway, shown or hidden; nobody knows before it is built. @type {{ shows: ((notice: string) => boolean) | null }} */
export const offers = { shows: null };

/** Which language's letters a text has that need more to be read; "" for any other. @param {string} text */
const languageOf = (text) => (KANA.test(text) ? "ja" : HAN.test(text) ? "zh" : "");
/** @param {string} id */
const key = (id) => `studio-offer-${id}`;
/** @param {string} id */
const isHidden = (id) => {
  try {
    return localStorage.getItem(key(id)) === "hidden";
  } catch {
    return false;
  }
};
/** @param {string} id */
const hide = (id) => {
  try {
    localStorage.setItem(key(id), "hidden");
  } catch {
    /* a browser that keeps nothing is told again */
  }
};
/** @param {Offer} offer */
const progressOf = ({ error, is_running, done_bytes }) =>
  error || (is_running ? (done_bytes ? `Getting it: ${wording.size(done_bytes)}` : "Getting it.") : "");

part("offers", ({ element, server }) => {
  /** @type {Offer[]} */
  let known = [];
  let canGet = false;
  let shown = "";
  let timer = 0;

  const sentence = h("span", {});
  const far = h("small", { role: "status", "aria-live": "polite" });
  const get = h("button", { type: "button", class: "st-button", onclick: () => look(shown) });
  const close = iconButton("close", "Do not show this again", () => {
    hide(shown);
    fill();
  });
  const line = h("div", { class: "st-offer", role: "note", hidden: true }, sentence, far, h("div", { class: "st-offer-tools" }, get, close));
  element.replaceChildren(line);

  const fill = () => {
    const language = languageOf(box()?.value ?? "");
    const offer = known.find((one) => one.is_running || ((one.for === "" || one.for === language) && !isHidden(one.id)));
    line.hidden = !offer;
    if (!offer) return;
    shown = offer.id;
    sentence.textContent = offer.sentence;
    get.replaceChildren(icon("download"), `Get it, ${wording.size(offer.size_bytes)}`);
    get.hidden = !canGet || offer.is_running;
    close.hidden = offer.is_running;
    far.textContent = progressOf(offer);
  };

  const look = async (id = "") => {
    clearTimeout(timer);
    get.disabled = true;
    try {
      const before = known.filter((one) => one.is_running).map((one) => one.id);
      const answer = await askServer(server, "offer", { id });
      known = answer.offers;
      canGet = answer.can_get;
      if (before.some((one) => !known.some((left) => left.id === one))) {
        say("It is here, and speaks from now on.");
        press("st-models-changed");
      }
      fill();
      if (known.some((one) => one.is_running)) timer = setTimeout(look, BUSY_MS);
    } catch (error) {
      if (id || sentenceOf(error) !== UNREACHABLE) say(sentenceOf(error), "error");
    } finally {
      get.disabled = false;
    }
  };

  offers.shows = (notice) => known.some((one) => one.notice === notice);
  document.addEventListener("input", (event) => {
    if (event.target === box()) fill();
  });
  look();
});

// @ts-check
/* Every message of the page is drawn here: news in the line at the top, which goes by itself, and what stands beside the thing it is about. */
import { h, iconButton, write } from "./elements.js";

const NOTE_MS = 6000;
const ERROR_MS = 20000;
const REMEMBERED = 20;

/** The last sentences that were said, for whoever asks why nothing happened. @type {string[]} */
export const said = [];
let timer = 0;

/**
 * Say something to everyone: in a line that screen readers follow, and that goes when it is no longer news.
 * @param {string} sentence
 * @param {"note" | "error"} kind
 */
export const say = (sentence, kind = "note") => {
  said.push(sentence);
  if (said.length > REMEMBERED) said.shift();
  const line = document.getElementById("st-notice");
  if (!line) return;
  line.className = `st-notice st-notice-${kind}`;
  line.replaceChildren(h("span", {}, sentence), iconButton("close", "Dismiss this message", () => line.replaceChildren()));
  clearTimeout(timer);
  timer = setTimeout(() => line.replaceChildren(), kind === "error" ? ERROR_MS : NOTE_MS);
};

/** Say what went wrong; what the person stopped did not. @param {unknown} error */
export const fail = (error) => {
  if (!isAbort(error)) say(sentenceOf(error), "error");
};

/**
 * Have a line beside its thing say a sentence for as long as it is true; "" takes it away. Buttons that answer it may follow.
 * @param {HTMLElement} line
 * @param {string} sentence
 * @param {HTMLElement[]} answers
 */
export const stand = (line, sentence, ...answers) => {
  if (answers.length) line.replaceChildren(h("span", {}, sentence), ...answers);
  else write(line, sentence);
  line.hidden = !sentence;
};

/** @param {unknown} error */
export const sentenceOf = (error) => (error instanceof Error && error.message ? error.message : String(error));

/** @param {unknown} error */
export const isAbort = (error) => error instanceof Error && error.name === "AbortError";

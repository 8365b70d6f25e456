// @ts-check
/* A small button that has something said while it shows Stop. There is one loudspeaker: who presses another lets the first go. */
import { icon } from "../shared/elements.js";
import { say } from "../shared/messages.js";
import { player } from "./player.js";

/** @type {HTMLButtonElement | null} */
let playing = null;

/** Whether this one is being heard. @param {HTMLButtonElement} button */
export const isHeard = (button) => playing === button && player.current !== null;

/**
 * It was pressed: say it, or be still.
 * @param {HTMLButtonElement} button
 * @param {{ idle: string, stop: string }} labels
 * @param {PlayOrder} order
 */
export const playOrStop = (button, labels, order) => {
  if (isHeard(button)) return player.stop();
  const idle = () => {
    button.replaceChildren(icon("play"));
    button.setAttribute("aria-label", labels.idle);
    if (playing === button) playing = null;
  };
  player.play({ ...order, on: { end: idle, notice: (sentence) => say(sentence) } });
  playing = button;
  button.replaceChildren(icon("stop"));
  button.setAttribute("aria-label", labels.stop);
};

// @ts-check
/* Buttons that play a sound of the studio, or one that was just recorded. One sounds at a time; whoever presses another lets the first go. */
import { ask } from "../shared/asking.js";
import { h, icon } from "../shared/elements.js";
import { fail } from "../shared/messages.js";
import { player } from "../sound/player.js";

/** @typedef {{ sound: Blob | string, from_s?: number, to_s?: number }} Piece */

/** @type {(() => void) | null} */
let playing = null;

/** Whatever of ours sounds is still. */
export const still = () => playing?.();

/** The bytes behind an address, which may refuse with a sentence. @param {string} address @param {AbortSignal} [signal] */
const fetched = async (address, signal) => (await ask(address, { signal })).blob();

/**
 * A button with a word on it, or a round one where `label` is only told to those who cannot see the icon.
 * @param {{ label: string, stop?: string, word?: string, piece: () => Piece | Promise<Piece>, attributes?: Attributes }} what
 */
export const soundButton = ({ label, stop = "Stop", word = "", piece, attributes = {} }) => {
  const button = h("button", { type: "button", class: word ? "st-button" : "st-icon-button st-round", "aria-pressed": "false", ...attributes });
  /** @param {string} name @param {string} text @param {string} spoken */
  const draw = (name, text, spoken) => {
    button.replaceChildren(icon(name), ...(word ? [text] : []));
    button.setAttribute("aria-label", spoken);
    if (!word) button.title = spoken;
  };
  const idle = () => draw("play", word, label);
  const hear = async () => {
    if (button.getAttribute("aria-pressed") === "true") return still();
    still();
    player.stop();
    const audio = new Audio();
    const abort = new AbortController();
    let frame = 0;
    const over = () => {
      cancelAnimationFrame(frame);
      abort.abort();
      audio.pause();
      if (audio.src) URL.revokeObjectURL(audio.src);
      button.setAttribute("aria-pressed", "false");
      button.removeAttribute("aria-busy");
      idle();
      if (playing === over) playing = null;
    };
    playing = over;
    button.setAttribute("aria-pressed", "true");
    button.setAttribute("aria-busy", "true");
    draw("stop", stop, `${stop}: ${label}`);
    try {
      const { sound, from_s = 0, to_s = Infinity } = await piece();
      const blob = sound instanceof Blob ? sound : await fetched(sound, abort.signal);
      if (playing !== over) return;
      audio.src = URL.createObjectURL(blob);
      audio.addEventListener("ended", over);
      audio.addEventListener("error", () => {
        if (playing === over) fail("This sound cannot be played here.");
        over();
      });
      if (from_s) audio.currentTime = from_s;
      button.removeAttribute("aria-busy");
      await audio.play();
      const look = () => {
        if (audio.currentTime >= to_s || !button.isConnected) over();
        else if (playing === over) frame = requestAnimationFrame(look);
      };
      look();
    } catch (error) {
      if (playing !== over) return;
      over();
      fail(error);
    }
  };
  button.addEventListener("click", hear);
  idle();
  return button;
};

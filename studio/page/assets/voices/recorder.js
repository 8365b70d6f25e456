// @ts-check
/* The microphone for a moment: a count-down, a meter while one speaks, then what was recorded to hear, to do again, or to take. */
import { h, icon, write } from "../shared/elements.js";
import { fail, say } from "../shared/messages.js";
import * as wording from "../shared/wording.js";
import { openMicrophone } from "../sound/microphone.js";
import { drawLevel } from "../sound/scope.js";
import { soundButton, still } from "./one_sound.js";
import { wavOf } from "./wav.js";

const COUNTED_FROM = 3;
const COUNT_MS = 800;

/**
 * @param {{ take: string, most_s: number, taken: (recording: Blob) => Promise<void> }} what the word on the button that takes it, and how
 *   long it may be; the button waits until it was taken.
 */
export const recorder = ({ take, most_s, taken }) => {
  /** @type {Awaited<ReturnType<typeof openMicrophone>> | null} */
  let microphone = null;
  /** @type {Int16Array[]} */
  let packets = [];
  let samples = 0;
  /** @type {Blob | null} */
  let recorded = null;
  let state = /** @type {"idle" | "opening" | "counting" | "recording" | "recorded"} */ ("idle");
  let turn = 0;

  const level = h("div", { class: "st-level", role: "meter", "aria-label": "Level in decibels", "aria-valuemin": -60, "aria-valuemax": 0, "aria-valuenow": -60 });
  const count = h("output", { class: "st-count", "aria-live": "assertive" });
  const time = h("span", { class: "st-time" });
  const status = h("span", { class: "st-hint", role: "status", "aria-live": "polite" });
  const main = h("button", { type: "button", class: "st-button st-button-main", "data-st": "record", onclick: () => (isOn() ? stop() : begin()) });
  const listen = soundButton({ label: "Listen to what was recorded", word: "Listen", piece: () => ({ sound: /** @type {Blob} */ (recorded) }) });
  const use = h("button", { type: "button", class: "st-button st-button-main", "data-st": "take", onclick: () => give() }, take);
  const item = h("div", { class: "st-recorder" },
    h("div", { class: "st-recorder-meter" }, level, time, count),
    h("div", { class: "st-recorder-tools" }, main, listen, use, status));

  const isOn = () => state === "opening" || state === "counting" || state === "recording";
  /** @param {typeof state} next @param {string} sentence */
  const show = (next, sentence = "") => {
    state = next;
    item.dataset.state = next;
    main.replaceChildren(icon(isOn() ? "stop" : "microphone"), isOn() ? (next === "recording" ? "Stop" : "Cancel") : next === "recorded" ? "Record again" : "Record");
    main.classList.toggle("st-button-main", next !== "recorded");
    listen.hidden = use.hidden = next !== "recorded";
    count.hidden = next !== "counting";
    time.hidden = next !== "recording" && next !== "recorded";
    write(status, sentence);
    if (!isOn()) drawLevel(level, 0);
  };
  const close = () => {
    microphone?.close();
    microphone = null;
  };
  /** @param {Int16Array<ArrayBuffer>} pcm16 @param {number} loudest */
  const hear = (pcm16, loudest) => {
    drawLevel(level, loudest);
    if (state !== "recording" || !microphone) return;
    packets.push(pcm16);
    samples += pcm16.length;
    const length_s = samples / microphone.sampleRate;
    write(time, `${wording.clock(length_s)} of at most ${wording.clock(most_s)}`);
    if (length_s >= most_s) stop();
  };
  const begin = async () => {
    const mine = ++turn;
    still();
    show("opening", "Opening the microphone.");
    try {
      const opened = await openMicrophone({ packet: hear, ended: (sentence) => {
        say(sentence, "error");
        stop();
      } });
      if (mine !== turn) return opened.close();
      microphone = opened;
    } catch (error) {
      if (mine === turn) show(recorded ? "recorded" : "idle");
      return fail(error);
    }
    show("counting", "Recording begins in a moment.");
    for (let left = COUNTED_FROM; left > 0; left--) {
      write(count, String(left));
      await new Promise((done) => setTimeout(done, COUNT_MS));
      if (mine !== turn) return;
    }
    [packets, samples, recorded] = [[], 0, null];
    write(time, "");
    show("recording", "Recording. Speak now.");
  };
  const stop = () => {
    turn++;
    const wasRecording = state === "recording";
    const rate = microphone?.sampleRate ?? 0;
    close();
    if (wasRecording && samples) {
      recorded = wavOf(packets, rate);
      write(time, wording.clock(samples / rate));
    }
    show(recorded ? "recorded" : "idle", wasRecording && !samples ? "Nothing was heard. Try again." : "");
    if (recorded && wasRecording) use.focus();
  };
  const give = async () => {
    if (!recorded) return;
    still();
    use.disabled = main.disabled = true;
    try {
      await taken(recorded);
    } catch (error) {
      fail(error);
    } finally {
      use.disabled = main.disabled = false;
    }
  };
  show("idle");
  return {
    item,
    /** The microphone is let go; what was recorded stays. */
    leave: () => {
      if (isOn()) stop();
    },
    /** Ready for the next. */
    clear: () => {
      recorded = null;
      show("idle");
    },
  };
};

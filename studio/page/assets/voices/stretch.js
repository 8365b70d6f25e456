// @ts-check
/* A recording's waveform, with the stretch that is taken between two handles. Mouse, finger and arrow keys move them. */
import { h } from "../shared/elements.js";
import { paint } from "../sound/scope.js";
import { seconds } from "./wording.js";

const SHORTEST_S = 1;
const LONGEST_S = 30;
const STEP_S = 0.1;
const LEAP_S = 1;

/** @type {Record<string, number>} */
const KEYS = { ArrowLeft: -STEP_S, ArrowDown: -STEP_S, ArrowRight: STEP_S, ArrowUp: STEP_S, PageDown: -LEAP_S, PageUp: LEAP_S, Home: -Infinity, End: Infinity };

/**
 * `moved` hears of each rest of a handle, and not of what lies between.
 * @param {Pick<VoiceDraft, "duration_s" | "peaks" | "start_s" | "end_s">} recording
 * @param {(start_s: number, end_s: number) => void} moved
 */
export const stretchPicker = ({ duration_s, peaks, start_s, end_s }, moved) => {
  const ends = { start_s, end_s };
  const least = Math.min(SHORTEST_S, duration_s);
  const canvas = h("canvas", { class: "st-stretch-wave", role: "img", "aria-label": `Waveform of ${seconds(duration_s)}` });
  const taken = h("div", { class: "st-stretch-taken", "aria-hidden": "true" });
  const told = h("output", { class: "st-time" });
  const share = (/** @type {number} */ at) => (duration_s > 0 ? at / duration_s : 0);

  /** @param {"start_s" | "end_s"} which */
  const boundsOf = (which) => which === "start_s"
    ? [Math.max(0, ends.end_s - LONGEST_S), ends.end_s - least]
    : [ends.start_s + least, Math.min(duration_s, ends.start_s + LONGEST_S)];
  /** @param {"start_s" | "end_s"} which @param {number} at */
  const put = (which, at) => {
    const [low, high] = boundsOf(which);
    ends[which] = Math.round(Math.max(low, Math.min(high, at)) * 100) / 100;
    show();
  };
  /** @param {"start_s" | "end_s"} which @param {string} label */
  const handle = (which, label) => {
    const at = (/** @type {PointerEvent} */ event) => {
      const { left, width } = canvas.getBoundingClientRect();
      return ((event.clientX - left) / width) * duration_s;
    };
    const made = h("div", { class: "st-stretch-handle", role: "slider", tabindex: 0, "aria-label": label, "aria-orientation": "horizontal", "data-end": which,
      onkeydown: (event) => {
        const by = KEYS[event.key];
        if (by === undefined) return;
        event.preventDefault();
        put(which, ends[which] + (event.shiftKey ? by * 10 : by));
        moved(ends.start_s, ends.end_s);
      } });
    made.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      made.focus();
      made.setPointerCapture(event.pointerId);
    });
    made.addEventListener("pointermove", (event) => made.hasPointerCapture(event.pointerId) && put(which, at(event)));
    made.addEventListener("pointerup", () => moved(ends.start_s, ends.end_s));
    return made;
  };
  const [first, last] = [handle("start_s", "Where the stretch begins"), handle("end_s", "Where the stretch ends")];

  const draw = () =>
    paint(canvas, (pen, width, height) => {
      const style = getComputedStyle(canvas);
      const [ink, grey] = ["--st-accent", "--st-soft"].map((name) => style.getPropertyValue(name).trim() || "#888");
      const wide = width / Math.max(1, peaks.length);
      const loudest = Math.max(0.01, ...peaks);
      peaks.forEach((peak, n) => {
        const at = (n / peaks.length) * duration_s;
        const tall = Math.max(1, (peak / loudest) * height * 0.9);
        const isTaken = at >= ends.start_s && at <= ends.end_s;
        pen.fillStyle = isTaken ? ink : grey;
        pen.globalAlpha = isTaken ? 1 : 0.45;
        pen.fillRect(n * wide, (height - tall) / 2, Math.max(1, wide - 0.7), tall);
      });
    });
  const show = () => {
    for (const [one, which] of /** @type {[HTMLElement, "start_s" | "end_s"][]} */ ([[first, "start_s"], [last, "end_s"]])) {
      const [low, high] = boundsOf(which);
      one.style.left = `${share(ends[which]) * 100}%`;
      one.setAttribute("aria-valuemin", low.toFixed(1));
      one.setAttribute("aria-valuemax", high.toFixed(1));
      one.setAttribute("aria-valuenow", ends[which].toFixed(1));
      one.setAttribute("aria-valuetext", seconds(ends[which]));
    }
    taken.style.left = `${share(ends.start_s) * 100}%`;
    taken.style.width = `${share(ends.end_s - ends.start_s) * 100}%`;
    told.textContent = `${seconds(ends.start_s)} to ${seconds(ends.end_s)}: ${seconds(ends.end_s - ends.start_s)} of ${seconds(duration_s)}`;
    draw();
  };
  const item = h("div", { class: "st-stretch" }, h("div", { class: "st-stretch-box" }, canvas, taken, first, last), told);
  new ResizeObserver(draw).observe(canvas);
  show();
  return { item, value: () => ({ ...ends }) };
};

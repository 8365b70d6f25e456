// @ts-check
/* Lights the spoken word up in a text box: a mirror of the box lies over it, and a highlight moves in the mirror. */
import { h } from "../shared/elements.js";
import { metrics } from "../sound/metrics.js";
import { fitTo, layOver } from "./mirror.js";

const HANDS_OFF_MS = 4000; // after a touch of the box, which then does not scroll by itself
const MARGIN_PX = 12;

/**
 * @param {HTMLTextAreaElement | null} area
 * @param {import("../sound/play.js").Play} play
 */
export const wordLight = (area, play) => {
  if (!area || !window.Highlight || !CSS.highlights) return null;
  const text = area.value;
  const mirror = h("div", { class: "st-mirror", "aria-hidden": "true" });
  const node = document.createTextNode(`${text}\n`);
  mirror.append(node);
  layOver(mirror, area);
  const fit = () => fitTo(mirror, area, area.clientWidth + area.clientLeft * 2);
  fit();
  const light = new Highlight();
  CSS.highlights.set("st-spoken", light);
  const watch = new ResizeObserver(fit);
  watch.observe(area);
  let touched = 0;
  const scrolled = () => (mirror.scrollTop = area.scrollTop);
  const reached = () => (touched = performance.now());
  area.addEventListener("scroll", scrolled, { passive: true });
  area.addEventListener("wheel", reached, { passive: true });
  area.addEventListener("pointerdown", reached, { passive: true });
  let at = -1;
  let shown = -1;

  const clear = () => {
    light.clear();
    watch.disconnect();
    area.removeEventListener("scroll", scrolled);
    area.removeEventListener("wheel", reached);
    area.removeEventListener("pointerdown", reached);
    mirror.remove();
  };
  /** @param {number} position_s */
  const move = (position_s) => {
    if (area.value !== text) return clear(); // edited meanwhile: the places no longer fit
    while (at + 1 < play.words.length && play.words[at + 1].start <= position_s) at++;
    if (at === shown || at < 0) return;
    shown = at;
    const { from, to } = play.words[at];
    light.clear();
    if (from < 0 || to <= from) return;
    const range = new Range();
    range.setStart(node, Math.min(from, text.length));
    range.setEnd(node, Math.min(to, text.length));
    light.add(range);
    metrics.wordsLit++;
    metrics.word = text.slice(from, to);
    const [place, frame] = [range.getBoundingClientRect(), area.getBoundingClientRect()];
    if (performance.now() - touched > HANDS_OFF_MS && (place.bottom > frame.bottom - MARGIN_PX || place.top < frame.top + MARGIN_PX))
      area.scrollTop += place.top - frame.top - frame.height / 3;
  };
  return { move, clear };
};

// @ts-check
/* The takes of a comparison side by side: their measures, a way to hear each, and one picture. */
import { h, icon, iconButton } from "../shared/elements.js";
import { player } from "../sound/player.js";

/** @typedef {{ name: string, way: string, address: string, measures: Record<string, number> }} Take */

const small = (/** @type {number} */ value) => (value ? value.toExponential(1) : "0");
/** @type {[string, (row: Record<string, number>) => string][]} */
const LINES = [
  ["Length", (row) => `${row.length_s.toFixed(3)} s`],
  ["Longer than whole, samples", (row) => (row.longer_by > 0 ? "+" : "") + row.longer_by.toLocaleString("en")],
  ["Largest difference", (row) => small(row.max_difference)],
  ["RMS difference", (row) => small(row.rms_difference)],
  ["Chunks", (row) => String(row.chunks)],
  ["Largest step at a join", (row) => row.join_step.toFixed(4)],
  ["Largest step anywhere", (row) => row.largest_step.toFixed(4)],
  ["Loudness", (row) => `${row.lufs.toFixed(1)} LUFS`],
  ["First sound after", (row) => `${Math.round(row.ttfa_s * 1000)} ms`],
  ["Work for a second of sound", (row) => `${row.rtf.toFixed(3)} s`],
];

/** One take at a time, so that the ear compares and does not mix. */
export const takeListener = () => {
  const sound = new Audio();
  /** @type {{ button: HTMLButtonElement, name: string } | null} */
  let heard = null;
  const hush = () => {
    sound.pause();
    heard?.button.replaceChildren(icon("play"));
    heard?.button.setAttribute("aria-label", `Play ${heard.name}`);
    heard = null;
  };
  sound.addEventListener("ended", hush);
  /** @param {Take} take */
  const listen = (take) => {
    const name = take.name.toLowerCase();
    const button = iconButton("play", `Play ${name}`, () => {
      const wasPlaying = heard?.button === button;
      hush();
      if (wasPlaying) return;
      player.stop();
      heard = { button, name };
      button.replaceChildren(icon("stop"));
      button.setAttribute("aria-label", `Stop ${name}`);
      sound.src = take.address;
      sound.play().catch(hush);
    }, { class: "st-icon-button st-round" });
    return button;
  };
  return { listen, hush };
};

/** @param {Take[]} takes @param {(take: Take) => HTMLElement} listen */
export const takeTable = (takes, listen) =>
  h("div", { class: "st-compare-scroll", tabindex: "0", role: "group", "aria-label": "Measures" },
    h("table", { class: "st-compare-table" },
      h("thead", {}, h("tr", {}, h("td", {}), takes.map((take) => h("th", { scope: "col" }, take.name)))),
      h("tbody", {},
        LINES.map(([name, worded]) => h("tr", {}, h("th", { scope: "row" }, name), takes.map((take) => h("td", {}, worded(take.measures))))),
        h("tr", {}, h("th", { scope: "row" }, "Hear it"), takes.map((take) => h("td", {},
          listen(take),
          h("a", { class: "st-chip", href: take.address, download: `${take.way}.wav`, "aria-label": `Download ${take.name} as wav` }, "wav")))))));

/** @param {Take[]} takes @param {string} address of the picture */
export const takePicture = (takes, address) =>
  h("a", { class: "st-compare-picture", href: address, download: "compare.png", title: "Download the picture" },
    h("img", { src: address, alt: `Waveforms of ${takes.map((take) => take.name.toLowerCase()).join(", ")}, and what each differs from the whole in` }));

// @ts-check
/* One chapter of a job's card: how far it is, how loud it became, and a way to hear it. */
import { h, iconButton, write } from "../shared/elements.js";
import { say, stand } from "../shared/messages.js";
import { player } from "../sound/player.js";
import { partFactsOf, partTroubleOf } from "./facts.js";
import { address } from "./steering.js";

/** @type {Record<string, string>} */
const WORDS = { waiting: "waiting", running: "working", failed: "failed", done: "done" };

/** @param {Job} job @param {JobPart} part @returns {{ row: HTMLElement, update: (now: JobPart, whole: Job) => void }} */
export const chapterRow = (job, part) => {
  const status = h("span", { class: "st-badge" });
  const bar = h("div", { class: "st-bar", "aria-hidden": "true" }, h("i"));
  const facts = h("small");
  const place = h("div", { class: "st-listen" });
  const trouble = h("p", { class: "st-trouble" });
  const listen = iconButton("play", `Listen to ${part.title}`, () => {
    if (place.childElementCount) return place.replaceChildren();
    player.stop();
    const audio = h("audio", { controls: true, preload: "metadata", "aria-label": `Chapter: ${part.title}` });
    audio.src = `${address(job, "parts", part.number, "audio")}?format=mp3`;
    audio.addEventListener("error", () => say("This chapter cannot be played yet. Try again in a moment.", "error"));
    place.replaceChildren(audio);
    audio.play().catch(() => {});
    for (const other of /** @type {NodeListOf<HTMLAudioElement>} */ (document.querySelectorAll(".st-listen audio"))) if (other !== audio) other.pause();
  }, { class: "st-icon-button st-round" });
  const row = h("li", { class: "st-part" },
    h("div", { class: "st-part-line" }, listen, h("div", { class: "st-part-name" }, h("p", {}, part.title), facts), status), bar, trouble, place);
  /** @param {JobPart} now @param {Job} whole */
  const update = (now, whole) => {
    listen.disabled = !now.can_listen;
    row.dataset.status = now.status;
    write(status, WORDS[now.status] || now.status);
    bar.style.setProperty("--st-share", now.progress.toFixed(4));
    bar.hidden = now.status === "done" || now.status === "waiting";
    write(facts, partFactsOf(now, whole));
    stand(trouble, partTroubleOf(now, whole));
  };
  update(part, job);
  return { row, update };
};

// @ts-check
/* The Compare tab: asks the studio to speak a text in every way, and shows the takes as they come: sounds, numbers, one picture. */
import { events, send } from "../shared/asking.js";
import { compare } from "../shared/choices.js";
import { finder, h, icon, isShown, textBox } from "../shared/elements.js";
import { fail, isAbort, say } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import { bytesOf } from "../sound/pcm.js";
import { player } from "../sound/player.js";
import { whoOf } from "../speak/request.js";
import { takeListener, takePicture, takeTable } from "./table.js";

/** @typedef {import("./table.js").Take} Take */

part("compare", ({ element, props }) => {
  compare.set(props.value || {});
  const find = finder(element);
  const [start, stop] = ["start", "stop"].map(find.button);
  const [bar, status, result] = ["bar", "status", "result"].map((name) => find(name));
  const { listen, hush } = takeListener();
  /** @type {AbortController | null} */
  let abort = null;
  /** Addresses of blobs that are shown. @type {string[]} */
  let kept = [];

  start.prepend(icon("play"));
  stop.prepend(icon("stop"));
  const tell = (/** @type {string} */ sentence) => (status.textContent = sentence);
  const progress = (/** @type {number} */ share) => {
    bar.style.setProperty("--st-share", share.toFixed(3));
    bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  };
  /** @param {string} base64 @param {string} type */
  const address = (base64, type) => {
    const one = URL.createObjectURL(new Blob([bytesOf(base64)], { type }));
    kept.push(one);
    return one;
  };
  const clear = () => {
    hush();
    for (const one of kept) URL.revokeObjectURL(one);
    kept = [];
    result.replaceChildren();
  };
  const show = (/** @type {Take[]} */ takes) => {
    hush(); // its button is made anew
    result.replaceChildren(takeTable(takes, listen));
  };
  /** @param {Take[]} takes @param {{ remark: string, notices: string[], picture: string }} done */
  const finish = (takes, done) => {
    if (done.remark) result.append(h("p", { class: "st-hint" }, done.remark));
    if (done.notices.length) result.append(h("ul", { class: "st-notices" }, done.notices.map((notice) => h("li", {}, notice))));
    result.append(takePicture(takes, address(done.picture, "image/png")));
  };

  /** @param {string} text @param {AbortSignal} signal */
  const follow = async (text, signal) => {
    const answer = await send("/v1/audio/compare", { text, ...whoOf(compare.choices), seed: Number(compare.choices.seed) || 0 }, { signal });
    /** @type {Take[]} */
    const takes = [];
    let isDone = false;
    for await (const event of events(answer)) {
      if (event.type === "compare.progress") {
        progress(event.share);
        tell(`${event.name}, ${event.number} of ${event.of}: ${event.made.toFixed(1)} s`);
      } else if (event.type === "compare.take") {
        takes.push({ name: event.name, way: event.way, measures: event.measures, address: address(event.audio, "audio/wav") });
        show(takes);
      } else if (event.type === "compare.done") {
        isDone = true;
        finish(takes, event);
      } else if (event.type === "error") throw new Error(event.error.message);
    }
    if (!isDone) throw new Error("The comparison broke off before its end. Try again.");
  };
  const run = async () => {
    const text = textBox("compare-text")?.value ?? "";
    if (!text.trim()) return say("There is nothing to compare yet: write something first.", "error");
    abort?.abort();
    const mine = (abort = new AbortController());
    player.stop();
    clear();
    start.disabled = true;
    stop.disabled = false;
    progress(0);
    tell("Starting.");
    try {
      await follow(text, mine.signal);
      progress(1);
      tell("Finished.");
    } catch (error) {
      tell(isAbort(error) ? "Stopped." : "Failed.");
      fail(error);
    } finally {
      if (abort === mine) abort = null;
      start.disabled = false;
      stop.disabled = true;
    }
  };
  start.addEventListener("click", run);
  stop.addEventListener("click", () => abort?.abort());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && abort && isShown(element)) abort.abort();
  });
});

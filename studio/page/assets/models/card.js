// @ts-check
/* A model's card: what it is, what it costs, and what can be done to it. It knows nothing of downloads but their numbers. */
import { h, icon } from "../shared/elements.js";
import { stand } from "../shared/messages.js";
import * as wording from "../shared/wording.js";

const LANGUAGES_SHOWN = 8;
/** @type {Record<string, string>} */
const ABILITIES = { words: "word times", pitch: "pitch", live: "live captions", confidence: "confidence", clone: "voice cloning",
  design: "voice design", batch: "batches", blend: "blends of voices", speed: "speed", codec: "seeds and temperature", prompt: "prompts and words to expect", translate: "translation into English" };
const DOES = { speak: "speaks", transcribe: "listens", compare: "tells voices apart", read: "reads" };

/** What a language is called in English; its tag where the browser does not know. */
const languageName = (() => {
  const known = "DisplayNames" in Intl ? new Intl.DisplayNames("en", { type: "language" }) : null;
  return (/** @type {string} */ tag) => {
    try {
      return known?.of(tag) || tag;
    } catch {
      return tag;
    }
  };
})();

/** @param {Model} model */
const languagesOf = ({ languages }) => {
  const names = languages.map(languageName);
  if (languages.length - LANGUAGES_SHOWN <= 2) return names.join(", ");
  return h("details", {}, h("summary", {}, wording.count(languages.length, "language")), h("p", {}, names.sort().join(", ")));
};
/** @param {Model} model */
const stateOf = ({ built_in, downloaded, download }) =>
  built_in ? "built in" : downloaded ? "downloaded" : download?.is_running ? "downloading" : "not downloaded";
/** @param {Model} model */
const sizeOf = ({ built_in, natural, downloaded, size_bytes }) => {
  const bytes = wording.size(size_bytes) || "unknown";
  return built_in ? "part of the studio" : natural ? `part of the studio, ${bytes}${downloaded ? "" : " to get"}` : bytes;
};
/** @param {Model} model */
const memoryOf = ({ task, is_loaded, loaded_bytes, memory_bytes }) =>
  task === "read" ? "small" : is_loaded ? `${wording.size(loaded_bytes) || "some"} in use` : `about ${wording.size(memory_bytes) || "?"} when loaded`;
/** Everything it may be found by. @param {Model} model */
const knowledgeOf = ({ name, id, licence, languages, abilities, tags }) =>
  [name, id, licence, ...languages, ...languages.map(languageName), ...abilities.map((one) => ABILITIES[one] || one), ...tags].join(" ").toLowerCase();

/**
 * @param {Model} model
 * @param {(action: string, id: string, button: HTMLButtonElement) => void} act
 */
export const modelCard = (model, act) => {
  const button = (/** @type {string} */ label, /** @type {string} */ action, kind = "") => {
    const made = h("button", { type: "button", class: `st-button ${kind}`, "aria-label": `${label}: ${model.name}`,
      onclick: () => void act(action, model.id, made) }, label);
    return made;
  };
  const [get, stop] = [button("Get", "get", "st-button-main"), button("Stop", "stop")];
  const [unload, remove] = [button("Unload", "unload"), button("Delete files", "remove")];
  get.prepend(icon("download"));
  const state = h("span", { class: "st-badge" });
  const bar = h("div", { class: "st-bar", role: "progressbar", "aria-label": `Download of ${model.name}`, "aria-valuemin": 0, "aria-valuemax": 100 }, h("i"));
  const far = h("small", { "aria-live": "polite" });
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
  const [size, memory] = [h("dd"), h("dd")];
  const row = (/** @type {string} */ name, /** @type {Child} */ what) => [h("dt", {}, name), h("dd", {}, what)];
  const item = h("li", { class: "st-card st-model", "data-model": model.id },
    h("div", { class: "st-job-head" },
      h("div", { class: "st-job-name" }, h("h3", {}, model.name), h("div", { class: "st-job-sub" }, state, h("small", {}, DOES[model.task]))),
      h("div", { class: "st-job-tools" }, get, stop, unload, remove)),
    bar, far, trouble,
    h("dl", {},
      row("Licence", model.licence),
      h("dt", {}, "Size"), size,
      h("dt", {}, "Memory"), memory,
      row("Languages", languagesOf(model)),
      model.voices > 0 && row("Voices", model.voices.toLocaleString("en") + (model.timbres ? `, each in ${wording.count(model.timbres, "timbre")}` : "")),
      model.abilities.length > 0 && row("Can do", model.abilities.map((one) => ABILITIES[one] || one).join(", ")),
      model.tags.length > 0 && row("Tags", model.tags.join(" "))));

  /** @param {NonNullable<Model["download"]>} download */
  const showProgress = ({ done_bytes, total_bytes }) => {
    const share = total_bytes ? Math.min(1, done_bytes / total_bytes) : 0;
    bar.style.setProperty("--st-share", share.toFixed(4));
    bar.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
    far.textContent = `${wording.size(done_bytes) || "0 B"} of ${wording.size(total_bytes) || "?"}`;
  };
  /** @param {Model} now @param {boolean} isKeeper who asks may get and delete models */
  const update = (now, isKeeper) => {
    const running = Boolean(now.download?.is_running);
    state.textContent = stateOf(now);
    size.textContent = sizeOf(now);
    memory.textContent = memoryOf(now);
    get.hidden = !isKeeper || now.built_in || now.downloaded || running;
    stop.hidden = !isKeeper || !running;
    unload.hidden = !isKeeper || !now.is_loaded;
    remove.hidden = !isKeeper || now.built_in || !now.downloaded || now.task === "read";
    bar.hidden = far.hidden = !running;
    if (now.download && running) showProgress(now.download);
    stand(trouble, now.download?.error || "");
  };
  const knowledge = knowledgeOf(model);
  /** Whether it is meant by all of these words. @param {string[]} words */
  const knows = (words) => words.every((word) => knowledge.includes(word));
  return { item, update, knows };
};

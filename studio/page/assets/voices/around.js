// @ts-check
/* What the studio can do with voices here: which models clone, design and are tuned, which are missing, and the button that gets one. */
import { askServer } from "../shared/asking.js";
import { h, icon, press } from "../shared/elements.js";
import { fail, say, stand } from "../shared/messages.js";
import * as wording from "../shared/wording.js";

const BUSY_MS = 700;
const SHOWN = 3; // offered at first

/** @typedef {ReturnType<typeof aroundVoices>} Around */

/** @param {Tools["server"]} server @param {AroundVoices} known as the page was laid out */
export const aroundVoices = (server, known) => {
  let now = known;
  let timer = 0;
  /** @type {Set<() => void>} */
  const told = new Set();

  const look = async (id = "", action = "") => {
    clearTimeout(timer);
    try {
      const before = now.models.filter((one) => one.is_running);
      now = await askServer(server, "around", { id, action });
      const come = now.models.filter((one) => one.here && before.some((other) => other.id === one.id));
      if (come.length) {
        say(`${come[0].name} is here now.`);
        press("st-models-changed");
      }
      told.forEach((tell) => tell());
    } finally {
      if (now.models.some((one) => one.is_running)) timer = setTimeout(() => look().catch(fail), BUSY_MS);
    }
  };
  return {
    get now() {
      return now;
    },
    look,
    /** Hear of each change; gives what ends it. @param {() => void} tell */
    follow: (tell) => {
      told.add(tell);
      return () => told.delete(tell);
    },
    /** Whoever does a thing here. @param {VoiceModel["does"][number]} what */
    who: (what) => now.models.filter((one) => one.does.includes(what)),
  };
};

/**
 * The models that could do a thing and are not here, each with its size and a button; empty where one is here. Of those for
 * consent all are needed.
 * @param {Around} around
 * @param {VoiceModel["does"][number]} what
 * @param {string} sentence what it is wanted for
 * @param {string} language that it has to speak; "" is any
 */
export const missingModels = (around, what, sentence, language = "") => {
  const base = (/** @type {string} */ tag) => tag.toLowerCase().split("-")[0];
  const speaks = (/** @type {VoiceModel} */ one) => !language || !one.languages.length || one.languages.some((tag) => base(tag) === base(language));
  const list = h("ul", { class: "st-voice-models" });
  const others = h("ul", { class: "st-voice-models" });
  const more = h("details", {}, h("summary", {}, "More of them"), others);
  const line = h("p", {}, sentence);
  const item = h("div", { class: "st-offer", role: "note" }, line, list, more);
  /** @param {VoiceModel} model */
  const row = (model) => {
    const get = h("button", { type: "button", class: "st-button", "aria-label": `Get ${model.name}`, onclick: async () => {
      get.disabled = true;
      await around.look(model.id, model.is_running ? "stop" : "get").catch(fail);
      get.disabled = false;
    } }, icon(model.is_running ? "stop" : "download"), model.is_running ? "Stop" : ["Get it", wording.size(model.size_bytes)].filter(Boolean).join(", "));
    const far = model.error || (model.is_running ? `Getting it: ${wording.size(model.done_bytes) || "0 B"} of ${wording.size(model.size_bytes) || "?"}` : "");
    return h("li", {}, h("span", {}, h("b", {}, model.name), model.note && h("small", {}, model.note), h("small", { role: "status" }, far)),
      around.now.can_get && get);
  };
  const show = () => {
    const all = around.who(what);
    item.hidden = what === "consent" ? all.every((one) => one.here) : all.some((one) => one.here);
    stand(line, all.length ? sentence : "This studio knows no model that does that yet.");
    const offered = all.filter((one) => one.offered && !one.here && speaks(one));
    const first = offered.filter((one, at) => at < SHOWN || one.is_running || one.error);
    list.replaceChildren(...first.map(row));
    others.replaceChildren(...offered.filter((one) => !first.includes(one)).map(row));
    more.hidden = !others.childElementCount;
  };
  show();
  return { item, show };
};

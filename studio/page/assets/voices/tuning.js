// @ts-check
/* A Kokoro voice made like a recording: what is taken over is chosen, the work is followed, stopped, and heard before it is done. */
import { Problem, askJson, sendJson } from "../shared/asking.js";
import { h, icon, write } from "../shared/elements.js";
import { fail, sentenceOf, stand } from "../shared/messages.js";
import * as wording from "../shared/wording.js";
import { isBusy, steer } from "../jobs/steering.js";
import { VOICES, below, of } from "./addresses.js";
import { missingModels } from "./around.js";
import { soundButton } from "./one_sound.js";

const LOOK_MS = 1000;

/** @type {{ value: string, label: string, says: string }[]} */
const HALVES = [
  { value: "both", label: "Its timbre, pace and melody", says: "It takes about three minutes of one core, and 6 GB of free memory." },
  { value: "prosody", label: "Only its pace and melody", says: "It takes about a minute; the timbre stays Kokoro's own." },
];
let groups = 0;

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Of this voice, unfinished. @param {OwnVoice} voice @returns {Promise<Job | undefined>} */
const running = async (voice) =>
  (await askJson("/v1/jobs")).data.find((/** @type {Job} */ job) => job.kind === "tuning" && job.options.voice === voice.id && isBusy(job));

/** @param {OwnVoice} voice @param {VoicesPlace} place @returns {VoicePanel} */
export const tunePanel = (voice, place) => {
  const group = `st-halves-${++groups}`;
  let timer = 0;
  let isLeft = false;
  /** @type {Job | null} */
  let job = null;
  const choices = HALVES.map(({ value, label, says }, at) => h("label", { class: "st-choice st-choice-tall" },
    h("input", { type: "radio", name: group, value, checked: at === 0 }), h("span", {}, label, h("small", {}, says))));
  const start = h("button", { type: "button", class: "st-button st-button-main", onclick: () => begin() }, voice.tuned ? "Make it anew" : "Make the voice");
  const missing = missingModels(place.around, "tune", "Kokoro is not on this machine yet. The recording is kept; get Kokoro first.");
  const asked = h("div", { class: "st-panel-form" },
    h("p", {}, "Kokoro can be brought near this recording: a voice like it, not the same. It reads long texts quickly, on any machine."),
    h("fieldset", { class: "st-choices" }, h("legend", {}, "What is taken over"), choices), h("div", { class: "st-panel-tools" }, start));

  const bar = h("div", { class: "st-bar st-bar-big", role: "progressbar", "aria-label": `Tuning of ${voice.name}`, "aria-valuemin": 0, "aria-valuemax": 100 }, h("i"));
  const share = h("b", {});
  const stage = h("p", { class: "st-stage-line", "aria-live": "polite" });
  const stop = h("button", { type: "button", class: "st-button", onclick: () => halt() }, icon("stop"), "Stop");
  const early = soundButton({ label: "Hear how it sounds so far", word: "Hear it so far", piece: () => ({ sound: of(voice, "tune", "preview") }) });
  const work = h("div", { hidden: true }, h("div", { class: "st-job-progress" }, bar, share), stage, h("div", { class: "st-panel-tools" }, early, stop));
  const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });

  /** @param {Job} now */
  const show = (now) => {
    job = now;
    const percent = Math.floor(now.progress * 100);
    bar.style.setProperty("--st-share", now.progress.toFixed(4));
    bar.setAttribute("aria-valuenow", String(percent));
    write(share, `${percent} %`);
    const left = now.eta_s ? `${wording.length(now.eta_s)} left` : "";
    write(stage, [capital(now.stage || now.message) || (now.status === "queued" ? "Waiting for its turn" : "Working"), left].filter(Boolean).join(" · "));
    work.hidden = !isBusy(now);
    asked.hidden = isBusy(now);
  };
  const follow = async () => {
    clearTimeout(timer);
    if (!job || isLeft) return;
    try {
      show(await askJson(below("/v1/jobs", job.id)));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) job = { ...job, status: "cancelled" };
      else stand(trouble, sentenceOf(error));
    }
    if (isLeft) return;
    if (isBusy(job)) timer = setTimeout(follow, LOOK_MS);
    else await over(job);
  };
  /** @param {Job} now */
  const over = async (now) => {
    work.hidden = true;
    asked.hidden = false;
    stand(trouble, now.status === "failed" ? now.error || "The voice could not be made." : "");
    if (now.status === "done") place.changed(await askJson(below(VOICES, voice.id)), "try");
  };
  const begin = async () => {
    const halves = /** @type {HTMLInputElement | undefined} */ (choices.map((one) => one.querySelector("input")).find((one) => one?.checked))?.value;
    start.disabled = true;
    stand(trouble, "");
    try {
      show(await sendJson(of(voice, "tune"), { halves }));
      stop.focus();
      await follow();
    } catch (error) {
      stand(trouble, sentenceOf(error));
    } finally {
      start.disabled = false;
    }
  };
  const halt = async () => {
    if (!job) return;
    stop.disabled = true;
    try {
      await steer(job, "cancel");
      await follow();
    } catch (error) {
      fail(error);
    } finally {
      stop.disabled = false;
    }
  };
  const showMissing = () => {
    missing.show();
    start.disabled = !missing.item.hidden;
  };
  const unfollow = place.around.follow(showMissing);
  showMissing();
  running(voice).then((found) => {
    if (!found || isLeft) return;
    show(found);
    follow();
  }, fail);
  return { item: h("div", {}, asked, missing.item, work, trouble), leave: () => {
    isLeft = true;
    clearTimeout(timer);
    unfollow();
  } };
};

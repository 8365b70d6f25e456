// @ts-check
/* One job as a card that is changed in place, so that an open chapter list, a playing chapter and the keyboard's place survive each update. */
import { openTranscript } from "../editor/opening.js";
import { h, icon, write } from "../shared/elements.js";
import { stand } from "../shared/messages.js";
import * as wording from "../shared/wording.js";
import { steeringButtons } from "./buttons.js";
import { chapterRow } from "./chapter.js";
import { factsOf } from "./facts.js";
import { failedSentences } from "./failed.js";
import { address } from "./steering.js";
import { transcriptBox } from "./transcript.js";

/** @type {Record<string, string>} */
const WORDS = { queued: "Waiting", running: "Working", paused: "Paused", cancelled: "Cancelled", failed: "Failed", done: "Done" };
/** @type {Record<Job["kind"], string>} */
const KINDS = { audiobook: "audiobook", transcription: "transcript", tuning: "voice" };
const CHAPTERS_OPEN = 6; // a list as short as this is shown unfolded

/** What it made, as links. @param {Job} job */
const resultLinks = (job) => {
  const links = job.results.map((result) =>
    h("a", { class: "st-button", href: result.url || address(job, "results", result.id), download: result.name, "data-kind": result.kind, title: result.name },
      icon("download"), result.part_number === null ? result.kind.toUpperCase() : result.name, h("small", {}, wording.size(result.size_bytes))));
  const isTranscript = job.kind === "transcription" && job.status === "done";
  const open = isTranscript &&
    h("button", { type: "button", class: "st-button st-button-main", "data-st": "open", onclick: () => openTranscript(job.id) }, icon("edit"), "Open");
  return open ? [open, ...links] : links;
};

/** Draw something only when what it is drawn of has changed. */
const onChange = () => {
  let before = "";
  return (/** @type {string} */ now, /** @type {() => void} */ draw) => {
    if (now === before) return;
    before = now;
    draw();
  };
};

/** @param {Job} job @param {() => Promise<void>} refresh */
export const jobCard = (job, refresh) => {
  const isBook = job.kind === "audiobook";
  const of = (/** @type {string} */ label) => `${label}: ${job.title}`;
  const heading = h("h3", {}, job.title);
  const badge = h("span", { class: "st-badge" });
  const bar = h("div", { class: "st-bar st-bar-big", role: "progressbar", "aria-label": of("Progress"), "aria-valuemin": 0, "aria-valuemax": 100 }, h("i"));
  const share = h("b");
  const stage = h("p", { class: "st-stage-line", "aria-live": "polite" });
  const facts = h("small", { class: "st-facts-line" });
  const trouble = h("p", { class: "st-trouble", role: "alert" });
  const results = h("div", { class: "st-results", role: "group", "aria-label": of("Results") });
  const failed = h("div", { class: "st-failed" });
  const parts = h("ol", { class: "st-parts" });
  const unfold = h("details", {}, h("summary", {}, isBook ? "Chapters" : "Recording"), parts);
  const transcript = job.kind === "transcription" ? transcriptBox(job.id, of("Transcript")) : null;
  const notices = h("ul", { class: "st-job-notices", "aria-label": of("Notices"), hidden: true });
  let current = job;
  const buttons = steeringButtons(of, { item: () => item, job: () => current, refresh });

  const item = h("li", { class: "st-card st-job", "data-job": job.id, tabindex: -1 },
    h("div", { class: "st-job-head" },
      h("div", { class: "st-job-name" }, heading, h("div", { class: "st-job-sub" }, badge, h("small", {}, KINDS[job.kind] ?? job.kind))),
      h("div", { class: "st-job-tools", role: "group", "aria-label": of("Steer") }, buttons.all)),
    buttons.confirm,
    h("div", { class: "st-job-progress" }, bar, share),
    stage, facts, trouble, results, notices, transcript?.box, failed, unfold);

  /** @type {Map<number, ReturnType<typeof chapterRow>>} */
  const rows = new Map();
  let isUnfolded = false;
  const [whenResults, whenFailed, whenNotices, whenHeard] = [onChange(), onChange(), onChange(), onChange()];

  /** @param {Job} now */
  const showProgress = (now) => {
    const percent = Math.floor(now.progress * 100);
    bar.style.setProperty("--st-share", now.progress.toFixed(4));
    bar.setAttribute("aria-valuenow", String(percent));
    write(share, `${percent} %`);
    stand(stage, now.status === "done" ? "" : now.stage || now.message);
    write(facts, factsOf(now));
    stand(trouble, now.error || "");
  };
  /** @param {Job} now */
  const showChapters = (now) => {
    for (const part of now.parts) {
      const known = rows.get(part.number);
      if (known) known.update(part, now);
      else {
        const made = chapterRow(now, part);
        rows.set(part.number, made);
        parts.append(made.row);
      }
    }
    write(/** @type {HTMLElement} */ (unfold.firstElementChild), isBook ? wording.count(now.parts.length, "chapter") : "Recording");
    unfold.hidden = !isBook || now.parts.length === 0;
    if (!isUnfolded && now.parts.length) {
      isUnfolded = true;
      unfold.open = now.parts.length <= CHAPTERS_OPEN && now.status !== "done";
    }
  };
  /** @param {Job} now */
  const update = (now) => {
    current = now;
    item.dataset.status = now.status;
    write(badge, WORDS[now.status] || now.status);
    write(heading, now.title);
    showProgress(now);
    buttons.update();
    whenResults(now.results.map((result) => result.id).join(), () => results.replaceChildren(...resultLinks(now)));
    results.hidden = now.results.length === 0;
    whenNotices((now.notices || []).join("\n"), () => {
      notices.replaceChildren(...now.notices.map((sentence) => h("li", {}, sentence)));
      notices.hidden = now.notices.length === 0;
    });
    whenFailed(now.failed.map((one) => `${one.id}:${one.attempts}`).join(), () => failed.replaceChildren(...failedSentences(now, refresh)));
    failed.hidden = now.failed.length === 0;
    showChapters(now);
    if (transcript) whenHeard(`${now.audio_s} ${now.status}`, transcript.readOn);
  };
  update(job);
  return { item, update };
};

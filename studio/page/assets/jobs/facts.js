// @ts-check
/* How a job and its chapters are put into words. Pure. */
import * as wording from "../shared/wording.js";

/** @type {Record<string, string>} */
const TARGETS = { acx: "ACX", podcast: "the podcast target" };
/** @param {number} value */
const decibels = (value) => Number(value).toFixed(1).replace("-", "−");

/** @param {Job} job */
export const factsOf = (job) => {
  const facts = [];
  if (job.words_total) facts.push(`${wording.whole(job.words_done)} of ${wording.count(job.words_total, "word")}`);
  if (job.audio_s > 0)
    facts.push(job.total_s > job.audio_s + 1 && job.status !== "done"
      ? `${wording.clock(job.audio_s)} of ${job.kind === "audiobook" ? "about " : ""}${wording.clock(job.total_s)}`
      : `${wording.clock(job.audio_s)} of sound`);
  if (job.speed > 0 && job.status === "running") facts.push(`${job.speed < 10 ? job.speed.toFixed(1) : Math.round(job.speed)}× real time`);
  if (job.eta_s !== null && job.eta_s !== undefined && job.status === "running") facts.push(`${wording.length(Math.max(1, job.eta_s))} left`);
  if (job.status === "queued" && job.position > 0) facts.push(`number ${job.position} in the queue`);
  if (job.finished_at) facts.push(wording.ago(job.finished_at));
  return facts.join(" · ");
};

/** @param {JobPart} part @param {Job} job */
export const partFactsOf = (part, job) => {
  const report = part.report || {};
  const lines = [];
  const all = wording.count(part.words_total, "word");
  if (part.words_total) lines.push(part.status === "done" ? all : `${wording.whole(part.words_done)} of ${all}`);
  if (part.audio_s > 0) lines.push(wording.clock(part.audio_s) + (part.total_s > part.audio_s + 1 ? ` of ${wording.clock(part.total_s)}` : ""));
  if (Number.isFinite(report.rms_db)) {
    const measured = [`RMS ${decibels(report.rms_db)} dB`, `peak ${decibels(report.peak_db)} dB`, `${decibels(report.integrated_lufs)} LUFS`];
    if (job.status !== "done") measured.push("before mastering");
    else if (TARGETS[job.options.loudness] && !(report.misses || []).length) measured.push(`meets ${TARGETS[job.options.loudness]}`);
    lines.push(measured.join(", "));
  }
  return lines.join(" · ");
};

/** What is wrong with a chapter; what it misses before mastering is nobody's worry. @param {JobPart} part @param {Job} job */
export const partTroubleOf = (part, job) =>
  [part.error, ...((job.status === "done" && part.report?.misses) || [])].filter(Boolean).join(" ");

// @ts-check
/* How numbers, times and what stands between two words are written. Pure. */

/** 4000 is "1:06:40". @param {number} seconds */
export const clock = (seconds) => {
  const whole = Math.max(0, Math.round(seconds || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

/** "3 min", "1 h 20 min": for estimates, where seconds would pretend to know. @param {number} seconds */
export const length = (seconds) => {
  if (!(seconds > 0)) return "";
  if (seconds < 55) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** "1.2 GB"; "" where nobody knows. @param {number | null | undefined} bytes */
export const size = (bytes) => {
  if (!bytes || bytes <= 0) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power > 1 ? 1 : 0)} ${units[power]}`;
};

/** "1,200 words", "1 word". @param {number} number @param {string} noun */
export const count = (number, noun) => `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;

/** "1,200". @param {number} number */
export const whole = (number) => Number(number).toLocaleString("en");

/** A moment in ms, from seconds since 1970 or an ISO date (UTC where it does not say). @param {number | string} when */
export const moment = (when) =>
  typeof when === "number" ? when * 1000 : Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(when) ? when : `${when}Z`);

/** "3 min ago", or the day. @param {number | string} when */
export const ago = (when) => {
  const then = moment(when);
  if (!Number.isFinite(then)) return "";
  const seconds = (Date.now() - then) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(then).toLocaleDateString(undefined, { day: "numeric", month: "short" });
};

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff60\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/u;

/**
 * What stands between two segments: a space, save where their words say otherwise or, not knowing, their scripts have none.
 * @param {Segment | null} one
 * @param {Segment} two
 */
export const gap = (one, two) => {
  if (!one?.text || !two.text) return "";
  const isSpaced = two.words?.[0]?.space_before ?? !(UNSPACED.test([...one.text].at(-1) ?? "") && UNSPACED.test([...two.text][0]));
  return isSpaced ? " " : "";
};

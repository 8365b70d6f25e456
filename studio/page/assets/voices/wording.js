// @ts-check
/* How a voice's facts are put into words. Pure. */
import { languageName } from "../shared/languages.js";
import * as wording from "../shared/wording.js";

/** @type {Record<string, string>} */
const KINDS = { recorded: "from a recording", designed: "designed in words", blend: "blend", "tuned-only": "tuned", tuned: "tuned" };
/** @type {Record<string, string>} */
const CONSENTS = {
  none: "No consent yet",
  given: "Consent read aloud",
  declared: "Consent declared by the owner of this studio",
  designed: "Nobody's voice: designed in words",
  revoked: "Consent taken back",
  elsewhere: "Consent given elsewhere, not checked here",
};

/** @param {OwnVoice} voice */
export const kindOf = ({ kind }) => KINDS[kind] || kind;

/** @param {OwnVoice} voice */
export const consentOf = ({ kind, consent }) => {
  if (kind === "blend" || kind === "designed") return "";
  const when = consent.at ? wording.ago(consent.at) : "";
  return [CONSENTS[consent.state] || consent.state, when].filter(Boolean).join(", ");
};

/** The facts below a voice's name. @param {OwnVoice} voice */
export const factsOf = (voice) => [kindOf(voice), voice.language && languageName(voice.language), consentOf(voice)].filter(Boolean).join(" · ");

/** "2.4 s". @param {number} seconds */
export const seconds = (seconds) => `${seconds.toFixed(1)} s`;

/** What a recording's mood is called; the first one's is "" where nobody named it. @param {string} mood */
export const moodName = (mood) => mood || "plain";

/** "+2 semitones", "−3 dB". @param {number} value @param {string} unit */
export const signed = (value, unit) => {
  const size = Math.abs(value).toFixed(1).replace(/\.0$/, "");
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${size} ${unit}${unit === "semitone" && size !== "1" ? "s" : ""}`;
};

// @ts-check
/* The lists of jobs: all of them on the Jobs tab, and on the Transcribe tab those that transcribe. */
import { finder } from "../shared/elements.js";
import { part } from "../shared/parts.js";
import { follow } from "./following.js";

const TRANSCRIPTS_SHOWN = 10;

/** The list of the Transcribe tab, for whoever makes or changes a transcript. */
export const transcripts = { look: async () => {} };

/** @param {HTMLElement} element */
const placeOf = (element) => {
  const find = finder(element);
  return { element, list: find("list"), empty: find("empty"), away: find("away") };
};

part("jobs", ({ element }) => {
  follow(placeOf(element));
});
part("transcripts", ({ element }) => {
  transcripts.look = follow({ ...placeOf(element), wanted: (job) => job.kind === "transcription", limit: TRANSCRIPTS_SHOWN });
});

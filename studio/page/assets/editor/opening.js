// @ts-check
/* The way to a transcript from elsewhere: a job's card, the captions, an address that names one. Gradio builds a tab when it is first
   shown: who asks for a transcript before that is remembered. */
import { tabButton } from "../shared/elements.js";

const AGAIN_MS = 100;

/** @type {((id: string) => void) | null} */
let opener = null;
let awaited = "";

/** Show a transcript in the editor. @param {string} id */
export const openTranscript = (id) => {
  const tab = tabButton("Transcribe");
  tab?.click();
  if (opener) return opener(id);
  awaited = id;
  if (!tab) setTimeout(() => openTranscript(id), AGAIN_MS);
};

/** The editor is built: it opens them from now on. @param {(id: string) => void} open */
export const openBy = (open) => {
  opener = open;
  if (awaited) open(awaited);
};

/** The address of the page names the transcript that is open. @param {string} id */
export const name = (id) => history.replaceState(null, "", id ? `#transcript=${id}` : location.pathname + location.search);

const asked = location.hash.match(/^#transcript=([0-9a-f]{32})$/);
if (asked) openTranscript(asked[1]);

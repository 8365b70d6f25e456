// @ts-check
/* The pickers of who speaks list voices of one's own too. They are laid out for everybody, so each asks once whether this person has some. */
import { askJson } from "../shared/asking.js";
import { voiced } from "../shared/choices.js";
import { press } from "../shared/elements.js";
import { VOICES } from "./addresses.js";

/** What the first to ask was told. @type {Promise<OwnVoice[]> | null} */
let known = null;

/** What they are called, for whoever has only an id. @param {OwnVoice[]} voices */
const name = (voices) => {
  for (const { choices } of Object.values(voiced)) for (const voice of voices) choices.names[voice.id] = voice.name;
};

/** Have one picker list them, where there are some that speak. @param {string} place */
export const listOwn = async (place) => {
  known ??= askJson(VOICES).then(({ data }) => data);
  try {
    const voices = await known;
    name(voices);
    if (voices.some((voice) => voice.speaks)) press(`${place}-voices`);
  } catch {
    known = null; // the tab of the voices says what is wrong
  }
};

/** They are others now: every picker looks again. @param {OwnVoice[]} voices */
export const tellPickers = (voices) => {
  known = Promise.resolve(voices);
  name(voices);
  for (const place of Object.keys(voiced)) press(`${place}-voices`);
};

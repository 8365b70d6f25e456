// @ts-check
/* The pickers of who speaks list voices of one's own too. They are laid out for everybody, so each asks once whether this person has some. */
import { askJson } from "../shared/asking.js";
import { voiced } from "../shared/choices.js";
import { press } from "../shared/elements.js";
import { VOICES } from "./addresses.js";

/** What the first to ask was told. @type {Promise<OwnVoice[]> | null} */
let known = null;

/** The moods of each, by its id and by its name. @type {Map<string, string[]>} */
const moods = new Map();

/** The moods that a chosen voice has recordings of; none of a voice that is nobody's own. @param {string} voice */
export const moodsOf = (voice) => moods.get(voice) ?? [];

/** What they are called, and what they can do, for whoever has only an id. @param {OwnVoice[]} voices */
const name = (voices) => {
  moods.clear();
  for (const voice of voices)
    for (const key of [voice.id, voice.name]) moods.set(key, voice.recordings.map((one) => one.mood).filter(Boolean));
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

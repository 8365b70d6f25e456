// @ts-check
/* Say a word with the voice of the Speak tab, as an entry has it and no other. */
import { speak } from "../shared/choices.js";
import { playOrStop } from "../sound/play_button.js";
import { request } from "../speak/request.js";

/** @param {HTMLButtonElement} button @param {Pick<Pronunciation, "word" | "phonemes" | "respelling">} entry */
export const hear = (button, { word, phonemes, respelling }) =>
  playOrStop(button, { idle: `Listen to ${word || "the word"}`, stop: "Stop" }, {
    body: { ...request(word), saved_pronunciations: false, pronunciations: [{ word, phonemes, respelling }] },
    rate: speak.choices.rates[speak.choices.model],
  });

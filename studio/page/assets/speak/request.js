// @ts-check
/* What is asked of a voice, from what is chosen. */
import { speak } from "../shared/choices.js";
import { textBox } from "../shared/elements.js";

export const FORMATS = ["wav", "mp3", "flac", "opus"];

/** A slider that has gone may not tell that it went back to 1. @param {SpeakingChoices} choices */
export const speedOf = ({ model, speed, steady }) => (steady.includes(model) ? 1 : Number(speed) || 1);

/** Who is asked to speak: nobody while the choice is the one the page began with, for then the studio's rule holds. @param {SpeakingChoices} choices */
export const whoOf = ({ model, voice, timbre, blend, start }) => {
  const whole = blend || voiceOf({ voice, timbre });
  return start && model === start.model && whole === start.voice ? { model: "", voice: "" } : { model, voice: whole };
};

/** @param {Pick<SpeakingChoices, "voice" | "timbre">} choices */
export const voiceOf = ({ voice, timbre }) => (timbre ? `${voice}+${timbre}` : voice ?? "");

/** How the voice is to draw, for one that draws: the sliders stand still behind the others. @param {SpeakingChoices} choices */
export const mannerOf = ({ model, temperature, top_p, seed, drawing }) =>
  drawing.includes(model) ? { temperature, top_p, seed: Number(seed) || 0 } : {};

/** What a person calls a voice: "English (America), female 3" for "en-us+f3". @param {string} id */
export const nameOf = (id) =>
  id.split(/[+~]/).map((part) => (speak.choices.names[part] || part).split(" · ")[0]).join(", ");

/** A text as the Speak tab would have it said. @param {string} text */
export const request = (text) => ({ ...whoOf(speak.choices), input: text, speed: speedOf(speak.choices), ...mannerOf(speak.choices) });

/** The text box of the Speak tab. */
export const box = () => textBox("speak-text");

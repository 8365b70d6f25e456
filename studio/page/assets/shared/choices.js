// @ts-check
/* What is chosen in Gradio's components, mirrored as it changes (studio/page/doorway.py, `mirror`), so that a click needs no round trip. */

/**
 * Choices, and whoever wants to hear that they changed.
 * @template {object} T
 * @param {T} choices
 */
const mirrored = (choices) => {
  const place = {
    choices,
    /** @type {(() => void) | null} */
    changed: null,
    /** Called by Gradio's change events. @param {Partial<T>} values */
    set: (values) => {
      Object.assign(choices, values);
      place.changed?.();
    },
  };
  return place;
};

/** @returns {SpeakingChoices} */
const speaking = () => ({ model: "", names: {}, voice: "", timbre: "", blend: "", language: "", start: null, speed: 1, rates: {},
  sentence_pause_s: 0.25, paragraph_pause_s: 0.7, temperature: null, top_p: null, seed: 0, steady: [], drawing: [] });

export const speak = Object.assign(mirrored(speaking()), {
  /** The voice that a press on the hidden button behind the pickers is to choose, if any; asking uses it up. @type {() => string | null} */
  choose: () => null,
});
export const book = Object.assign(mirrored(speaking()), {
  /** What Submit sends; null while no book is open (studio/page/tabs/audiobook.py). @type {() => unknown} */
  plan: () => null,
  /** Of the open book, as it stands on the page. @type {() => string} */
  title: () => "",
  /** Model and voice; null where nobody is chosen. @type {() => (string | null)[]} */
  who: () => [null, null],
});
export const compare = mirrored(speaking());
export const captions = mirrored({ model: "", language: "", translate: false, prompt: "", hotwords: "" });

/** The tabs with a voice, by the name that Python knows them under. @type {Record<string, { choices: SpeakingChoices }>} */
export const voiced = { speak, book, compare };

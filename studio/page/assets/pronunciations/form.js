// @ts-check
/* The form of one pronunciation, new or kept. */
import { sendJson } from "../shared/asking.js";
import { h, iconButton } from "../shared/elements.js";
import { sentenceOf, stand } from "../shared/messages.js";
import { ADDRESS } from "./books.js";
import { hear } from "./hear.js";

const WORD_LETTERS = 120;
let forms = 0;

/**
 * @typedef {object} Needs
 * @property {Record<string, number>} limits most letters of a field
 * @property {string[]} parts of speech
 * @property {string} label of the button that keeps it
 * @property {(kept: Pronunciation) => Promise<void>} done the studio has taken it
 * @property {() => void} [leave] it was given up
 */

/** @param {Partial<Pronunciation>} entry @param {Needs} needs */
export const entryForm = (entry, { limits, parts, label, done, leave }) => {
  const key = `st-word-${++forms}`;
  /** @param {"word" | "phonemes" | "respelling" | "language" | "book"} name @param {string} title @param {Attributes} attributes */
  const field = (name, title, attributes = {}) => {
    const input = h("input", { type: "text", id: `${key}-${name}`, name, value: entry[name] || "", maxlength: limits[name] || WORD_LETTERS,
      autocomplete: "off", spellcheck: "false", ...attributes });
    return { input, line: h("label", { class: "st-field" }, h("small", {}, title), input) };
  };
  const word = field("word", "Word or phrase", { required: true, placeholder: "Sybil" });
  const phonemes = field("phonemes", "Phonemes (IPA)", { placeholder: "sˈɪbəl" });
  const respelling = field("respelling", "or respelled", { placeholder: "Sigh bull" });
  const language = field("language", "Language", { placeholder: "every", maxlength: 35 });
  const book = field("book", "Only in the book", { placeholder: "in all texts", list: "st-word-books" });
  const inputs = [word, phonemes, respelling, language, book].map(({ input }) => input);
  const part = h("select", { name: "part_of_speech", id: `${key}-part` },
    h("option", { value: "" }, "any"), parts.map((one) => h("option", { value: one, selected: one === entry.part_of_speech }, one)));
  const match = h("input", { type: "checkbox", name: "match_case", id: `${key}-case`, checked: Boolean(entry.match_case) });
  const trouble = h("p", { class: "st-trouble", id: `${key}-trouble`, role: "alert", hidden: true });

  const values = () => ({ word: word.input.value, phonemes: phonemes.input.value, respelling: respelling.input.value, language: language.input.value,
    book: book.input.value, part_of_speech: part.value, match_case: match.checked });
  /** @param {string} sentence @param {HTMLInputElement} [at] */
  const wrong = (sentence, at) => {
    for (const input of inputs) input.removeAttribute("aria-invalid");
    stand(trouble, sentence);
    if (!sentence || !at) return;
    at.setAttribute("aria-invalid", "true");
    at.setAttribute("aria-describedby", trouble.id);
    at.focus();
  };
  /** Whether it is enough to be heard; if not, what lacks is said. */
  const isFilled = () => {
    if (!word.input.value.trim()) wrong("Write the word first.", word.input);
    else if (!phonemes.input.value.trim() && !respelling.input.value.trim()) wrong("Write how it is said: in phonemes, or respelled.", phonemes.input);
    else return true;
    return false;
  };
  /** The sentence names what is wrong; the field is the one whose text it quotes. @param {string} sentence */
  const fieldOf = (sentence) => {
    const named = inputs.slice(1).find((input) => new RegExp(input.name, "i").test(sentence));
    return named || (/sound/.test(sentence) ? phonemes : /read aloud/.test(sentence) ? respelling : word).input;
  };

  const listen = iconButton("play", "Listen to the word", () => {
    if (!isFilled()) return;
    wrong("");
    hear(listen, values());
  }, { class: "st-icon-button st-round" });
  const save = h("button", { type: "submit", class: "st-button st-button-main" }, label);
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (!isFilled()) return;
    save.disabled = true;
    try {
      const [where, method] = entry.id ? [`${ADDRESS}/${encodeURIComponent(entry.id)}`, "PUT"] : [ADDRESS, "POST"];
      const kept = await sendJson(where, values(), { method });
      wrong("");
      await done(kept);
    } catch (error) {
      wrong(sentenceOf(error), fieldOf(sentenceOf(error)));
    } finally {
      save.disabled = false;
    }
  };
  /** @param {KeyboardEvent} event */
  const escape = (event) => {
    if (event.key !== "Escape" || !leave) return;
    event.stopPropagation();
    leave();
  };
  const more = h("details", { class: "st-word-more", open: Boolean(entry.part_of_speech || entry.match_case || entry.language || entry.book) },
    h("summary", {}, "Only sometimes"),
    h("div", { class: "st-word-main" }, book.line,
      h("label", { class: "st-field" }, h("small", {}, "Only where it is"), part), language.line,
      h("label", { class: "st-field st-field-tick" }, match, h("span", {}, "Only with these capitals"))));
  const name = entry.id ? `Change ${entry.word}` : "Add a word";
  const item = h("form", { class: "st-word-form", novalidate: true, "aria-label": name, onkeydown: escape, onsubmit: submit },
    h("div", { class: "st-word-main" }, word.line, phonemes.line, respelling.line,
      h("div", { class: "st-word-tools" }, listen, save, leave && h("button", { type: "button", class: "st-button", onclick: leave }, "Cancel"))),
    more, trouble);
  return {
    item,
    word: word.input,
    /** Ready for the next word, which may be of the same book. */
    clear: () => {
      for (const { input } of [word, phonemes, respelling]) input.value = "";
      part.value = "";
      match.checked = false;
      wrong("");
    },
    /** Somebody came to write for a book. @param {string} title */
    setBook: (title) => {
      book.input.value = title;
      more.open = Boolean(title);
    },
  };
};

// @ts-check
/* A recording that was sent: its best stretch to adjust, what is said in it to mend, what is wrong with it, and a cleaned version beside it. */
import { ask, sendJson } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import { fail, stand } from "../shared/messages.js";
import { DRAFTS, asking, below } from "./addresses.js";
import { soundButton } from "./one_sound.js";
import { languagePick } from "./source.js";
import { stretchPicker } from "./stretch.js";

const RESTS_MS = 500; // after the last move of a handle the studio is asked

let drafts = 0;

/** @param {VoiceDraft} draft @param {VoicesPlace} place */
export const draftForm = (draft, { languages, limits }) => {
  const key = `st-draft-${++drafts}`;
  /** The versions of its sound, once they were heard. @type {Map<boolean, Promise<Blob>>} */
  const sounds = new Map();
  let now = draft;
  let heard = draft.text; // what the studio has heard last
  let timer = 0;
  let turn = 0;
  /** Until the studio has judged the stretch. @type {Promise<void>} */
  let settled = Promise.resolve();

  const soundOf = (/** @type {boolean} */ cleaned) => {
    const known = sounds.get(cleaned);
    if (known) return known;
    const wanted = ask(asking(below(DRAFTS, draft.id, "audio"), { cleaned })).then((answer) => answer.blob());
    wanted.catch(() => sounds.delete(cleaned));
    sounds.set(cleaned, wanted);
    return wanted;
  };
  const isCleaned = () => cleaned.checked;
  const stretch = stretchPicker(draft, () => {
    clearTimeout(timer);
    timer = setTimeout(() => (settled = judge()), RESTS_MS);
  });
  const judge = async () => {
    const mine = ++turn;
    timer = 0;
    stand(status, "The studio listens to this stretch.");
    try {
      const fresh = await sendJson(below(DRAFTS, draft.id), stretch.value(), { method: "PATCH" });
      if (mine !== turn) return;
      now = { ...now, ...fresh };
      const isMended = text.value.trim() !== heard.trim();
      heard = now.text;
      if (!isMended) text.value = heard;
      again.hidden = !isMended || text.value.trim() === heard.trim();
      showHints();
      stand(status, "");
    } catch (error) {
      if (mine !== turn) return;
      stand(status, "");
      fail(error);
    }
  };
  const play = soundButton({ label: "Play the stretch", word: "Play the stretch", piece: async () => {
    const { start_s, end_s } = stretch.value();
    return { sound: await soundOf(isCleaned()), from_s: start_s, to_s: end_s };
  } });
  const version = (/** @type {string} */ label, /** @type {boolean} */ isFirst) => {
    const input = h("input", { type: "radio", name: `${key}-version`, checked: isFirst });
    return { input, line: h("label", { class: "st-choice" }, input, h("span", {}, label)) };
  };
  const [original, clean] = [version("Original", true), version("Cleaned of noise", false)];
  const cleaned = clean.input;
  const versions = h("fieldset", { class: "st-choices" }, h("legend", { class: "st-unseen" }, "Which version is taken"), original.line, clean.line);
  versions.hidden = draft.has_cleaned === false;

  const hints = h("ul", { class: "st-hints", "aria-label": "What could be better" });
  const good = h("p", { class: "st-good" }, "Nothing is wrong with this recording.");
  const showHints = () => {
    const notices = (now.notices ?? []).map((sentence) => h("li", {}, sentence));
    hints.replaceChildren(...now.hints.map((hint) => h("li", { "data-hint": hint.kind }, hint.sentence)), ...notices);
    hints.hidden = !hints.childElementCount;
    good.hidden = Boolean(now.hints.length);
  };
  const text = h("textarea", { rows: 3, maxlength: limits.text, id: `${key}-text`, spellcheck: "false", lang: draft.language }, draft.text);
  const again = h("button", { type: "button", class: "st-chip", hidden: true, onclick: () => {
    text.value = heard;
    again.hidden = true;
  } }, "Take what the studio heard in this stretch");
  const language = languagePick(languages, draft.language, { id: `${key}-language` });
  const status = h("p", { class: "st-hint", role: "status", "aria-live": "polite", hidden: true });
  showHints();
  return {
    item: h("div", { class: "st-draft" }, stretch.item, h("div", { class: "st-draft-tools" }, play, versions), hints, good, status,
      h("label", { class: "st-field" }, h("small", {}, "What is said in this stretch, word for word"), text), again,
      h("label", { class: "st-field st-field-short" }, h("small", {}, "Language"), language)),
    /** What a voice is made of, once the studio has judged the stretch. */
    value: async () => {
      if (timer) {
        clearTimeout(timer);
        settled = judge();
      }
      await settled;
      return { recording: draft.id, ...stretch.value(), text: text.value.trim(), language: language.value, cleaned: isCleaned() };
    },
  };
};

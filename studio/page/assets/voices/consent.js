// @ts-check
/* Consent: a sentence with two words drawn for it, read aloud by whose voice it is; declared by the owner; or taken back. */
import { ask, askJson, sendJson } from "../shared/asking.js";
import { h, icon } from "../shared/elements.js";
import { fail, sentenceOf, stand } from "../shared/messages.js";
import { VOICES, below, of } from "./addresses.js";
import { missingModels } from "./around.js";
import { recorder } from "./recorder.js";
import { languagePick } from "./source.js";
import { consentOf } from "./wording.js";

const MOST_S = 25;

/** The sentence, with the words that count marked. @param {ConsentSentence} sentence */
const marked = ({ text, words }) => {
  const quoted = words.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!quoted.length) return [text];
  return text.split(new RegExp(`(${quoted.join("|")})`, "i")).map((piece) =>
    words.some((word) => word.toLowerCase() === piece.toLowerCase()) ? h("mark", {}, piece) : piece);
};

/** @param {number} tries */
const triesLeft = (tries) => (tries === 1 ? "One try is left." : `${tries} tries are left.`);

/** @param {boolean} isRight @param {string} yes @param {string} no */
const found = (isRight, yes, no) => h("li", { "data-right": isRight ? "yes" : "no" }, icon(isRight ? "tick" : "close"), isRight ? yes : no);

/** @param {OwnVoice} voice @param {VoicesPlace} place @returns {VoicePanel} */
export const consentPanel = (voice, place) => {
  const box = h("div", { class: "st-panel-form" });
  let leave = () => {};
  const has = ["given", "declared", "elsewhere"].includes(voice.consent.state);

  const after = async () => place.changed(await askJson(below(VOICES, voice.id)), "try");
  const openReading = () => {
    const reading = h("blockquote", { class: "st-reading" });
    const answer = h("ul", { class: "st-answer" });
    const status = h("p", { class: "st-hint", role: "status", "aria-live": "polite", hidden: true });
    /** @type {ConsentSentence | null} */
    let sentence = null;
    const draw = async () => {
      const fresh = /** @type {ConsentSentence} */ (await sendJson(of(voice, "consent", "sentence"), { language: language.value }));
      sentence = fresh;
      reading.lang = fresh.language;
      reading.replaceChildren(...marked(fresh));
      mine.item.hidden = false;
      another.hidden = true;
    };
    const tell = (/** @type {ConsentAnswer} */ now) => {
      answer.replaceChildren(found(now.words_right, "The words are right.", "The words are others."),
        found(now.same_voice, "It is the voice of the recording.", "It is another voice than the recording's."));
      stand(status, now.given || !now.tries_left ? now.message : `${now.message} ${triesLeft(now.tries_left)}`);
    };
    const mine = recorder({ take: "Send it", most_s: MOST_S, taken: async (recording) => {
      if (!sentence) return;
      const body = new FormData();
      body.append("sentence", sentence.id);
      body.append("file", recording, "consent.wav");
      stand(status, "The studio listens to it.");
      try {
        const now = /** @type {ConsentAnswer} */ (await askJson(of(voice, "consent"), { method: "POST", body }));
        tell(now);
        if (now.given) return void (await after());
        mine.clear();
        if (now.tries_left <= 0) mine.item.hidden = true;
        another.hidden = now.tries_left > 0;
      } catch (error) {
        stand(status, "");
        throw error;
      }
    } });
    const another = h("button", { type: "button", class: "st-button", hidden: true, onclick: () => draw().then(() => {
      answer.replaceChildren();
      stand(status, "");
    }, fail) }, "Another sentence");
    const missing = missingModels(place.around, "consent", "To check what is read, the studio needs what is missing here:");
    const unfollow = place.around.follow(missing.show);
    const language = languagePick(place.languages, voice.language || place.languages[0], { onchange: () => draw().catch(fail) });
    leave = () => {
      mine.leave();
      unfollow();
    };
    const head = h("p", { class: "st-step" }, "Step 3 of 4: consent");
    box.replaceChildren(head,
      h("p", {}, "Whose voice this is reads the sentence below aloud. The studio checks the two marked words, and that it is the voice of the recording."),
      h("p", { class: "st-hint" }, "This is a hurdle and no proof: somebody with enough skill gets past it. Only use a voice whose person agrees."),
      h("label", { class: "st-field st-field-short" }, h("small", {}, "Language of the sentence"), language),
      reading, missing.item, mine.item, answer, status, another, ...(place.around.now.may_declare ? [declaring()] : []));
    draw().catch((error) => stand(status, sentenceOf(error)));
  };
  const declaring = () => {
    const sure = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", onchange: () => void (yes.disabled = !sure.checked) }));
    const yes = h("button", { type: "button", class: "st-button", disabled: true, onclick: async () => {
      yes.disabled = true;
      try {
        await sendJson(of(voice, "consent", "declare"), {});
        await after();
      } catch (error) {
        fail(error);
        yes.disabled = false;
      }
    } }, "Declare consent");
    return h("details", { class: "st-declare" }, h("summary", {}, "Declare it instead, as the owner of this studio"),
      h("label", { class: "st-field-tick" }, sure, h("span", {}, "I am this person, or this person has allowed me to use their voice here.")), yes);
  };
  const showGiven = () => {
    const question = h("div", { class: "st-confirm", role: "alertdialog", "aria-label": `Take back the consent for ${voice.name}`, hidden: true });
    const back = h("button", { type: "button", class: "st-button", onclick: () => {
      const no = h("button", { type: "button", class: "st-button", onclick: () => {
        question.hidden = true;
        back.focus();
      } }, "Keep");
      const yes = h("button", { type: "button", class: "st-button st-button-bad", onclick: async () => {
        yes.disabled = true;
        try {
          await ask(of(voice, "consent"), { method: "DELETE" });
          place.changed(await askJson(below(VOICES, voice.id)));
        } catch (error) {
          fail(error);
          yes.disabled = false;
        }
      } }, "Take it back");
      question.replaceChildren(h("span", {}, "Take the consent back? The voice stops speaking, and its recordings are deleted."), yes, no);
      question.hidden = false;
      no.focus();
    } }, "Take the consent back");
    const anew = voice.consent.state === "elsewhere" && h("button", { type: "button", class: "st-button st-button-main", onclick: openReading }, "Give it anew here");
    box.replaceChildren(h("p", {}, `${consentOf(voice)}. ${voice.consent.sentence}`),
      h("div", { class: "st-panel-tools" }, anew, back), question);
  };
  if (has) showGiven();
  else openReading();
  return { item: box, leave: () => leave() };
};

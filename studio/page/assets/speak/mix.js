// @ts-check
/* The sliders of a blend: voices and their shares. It knows neither where a blend is kept nor who speaks with it. */
import { h, iconButton } from "../shared/elements.js";

/** @typedef {{ voice: string, share: number }} Share */

const MOST = 8;
const FEWEST = 2;
const NEW_SHARE = 30;

/** "American woman (English)" is shown in its language's group without it. @param {ListedVoice} voice */
const shortName = (voice) => voice.name.split(" (")[0];

/** @param {ListedVoice} voice */
const labelOf = (voice) => [shortName(voice), voice.gender, voice.grade && `grade ${voice.grade}`].filter(Boolean).join(" · ");

/** The voices by the language that a person calls theirs. @param {ListedVoice[]} voices */
const byLanguage = (voices) => {
  /** @type {Map<string, ListedVoice[]>} */
  const groups = new Map();
  for (const voice of voices) {
    const language = voice.name.match(/\(([^)]*)\)$/)?.[1] || voice.language;
    groups.set(language, [...(groups.get(language) ?? []), voice]);
  }
  return groups;
};

/** As requests write it: "af_heart:0.60+am_adam:0.40"; "" of nothing. @param {Share[]} shares */
export const spelled = (shares) => {
  const sum = shares.reduce((all, { share }) => all + share, 0);
  return sum > 0 ? shares.filter(({ share }) => share > 0).map(({ voice, share }) => `${voice}:${(share / sum).toFixed(2)}`).join("+") : "";
};

/**
 * Sliders in `list`, and the button `more` that adds one. `tell(spelled)` hears of each change.
 * @param {(spelled: string) => void} tell
 */
export const mixer = (tell) => {
  /** @type {ListedVoice[]} */
  let voices = [];
  /** @type {Share[]} */
  let shares = [];
  /** @type {HTMLOutputElement[]} */
  let outputs = [];
  const list = h("ol", { class: "st-blend-rows" });
  const more = h("button", { type: "button", class: "st-chip", onclick: () => {
    const free = voices.find((voice) => !shares.some((one) => one.voice === voice.id));
    if (!free) return;
    shares.push({ voice: free.id, share: NEW_SHARE });
    fill();
    list.lastElementChild?.querySelector("select")?.focus();
  } }, "Add a voice");

  const nameOf = (/** @type {string} */ id) => {
    const voice = voices.find((one) => one.id === id);
    return voice ? shortName(voice) : id;
  };
  const show = () => {
    const sum = shares.reduce((all, { share }) => all + share, 0);
    shares.forEach(({ share }, at) => (outputs[at].textContent = sum > 0 ? `${Math.round((share / sum) * 100)} %` : "–"));
    tell(spelled(shares));
  };

  /** @param {Share} one @param {HTMLOutputElement} output */
  const row = (one, output) => {
    const pick = h("select", { "aria-label": "Voice", onchange: () => {
      one.voice = pick.value;
      slide.setAttribute("aria-label", `Share of ${nameOf(one.voice)}`);
      show();
    } }, [...byLanguage(voices)].map(([language, members]) => h("optgroup", { label: language }, members.map((voice) =>
      h("option", { value: voice.id, selected: voice.id === one.voice }, labelOf(voice))))));
    const slide = h("input", { type: "range", min: 0, max: 100, step: 1, value: one.share, "aria-label": `Share of ${nameOf(one.voice)}`,
      oninput: () => {
        one.share = Number(slide.value);
        show();
      } });
    return h("li", { class: "st-blend-row" }, pick, slide, output,
      iconButton("close", `Take ${nameOf(one.voice)} out`, () => {
        shares.splice(shares.indexOf(one), 1);
        fill();
        more.focus();
      }, { disabled: shares.length <= FEWEST }));
  };
  const fill = () => {
    outputs = shares.map(() => h("output", {}));
    list.replaceChildren(...shares.map((one, at) => row(one, outputs[at])));
    if (shares.length) show();
    more.hidden = shares.length >= MOST;
  };

  return {
    list,
    more,
    isEmpty: () => shares.length === 0,
    spelled: () => spelled(shares),
    /** These voices may be mixed. @param {ListedVoice[]} known */
    know: (known) => (voices = known),
    clear: () => (shares = []),
    /** Begin with a voice and another that sounds unlike it. @param {string} wanted */
    begin: (wanted) => {
      if (!voices.length) return; // they are on their way
      const first = voices.find((voice) => voice.id === wanted) || voices[0];
      const other = voices.find((voice) => voice.language === first.language && voice.gender !== first.gender) || voices[1];
      shares = [first, other].filter(Boolean).map((voice, at) => ({ voice: voice.id, share: at ? 40 : 60 }));
      fill();
    },
  };
};

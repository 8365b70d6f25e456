// @ts-check
/* Recent clips: what was spoken and kept, with its text; to hear, download, take up again or delete. */
import { ask, askJson } from "../shared/asking.js";
import { finder, h, icon, iconButton } from "../shared/elements.js";
import { fail, say } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import * as wording from "../shared/wording.js";
import { player } from "../sound/player.js";
import { FORMATS, box, nameOf } from "./request.js";

const SHOWN_LETTERS = 60;
const NAME_LETTERS = 40;
let look = async () => {};

/** One may have come. */
export const lookAtClips = () => look();

part("clips", ({ element }) => {
  const list = /** @type {HTMLElement} */ (element.querySelector("ul"));
  const empty = finder(element)("empty");
  const sound = new Audio();
  /** @type {{ button: HTMLButtonElement, words: string } | null} */
  let playing = null;
  const still = () => {
    if (!playing) return;
    playing.button.replaceChildren(icon("play"));
    playing.button.setAttribute("aria-label", `Play clip: ${playing.words}`);
    playing = null;
  };
  sound.addEventListener("ended", still);
  sound.addEventListener("error", () => {
    if (playing) say("This clip cannot be played: its file is gone. Delete it, or speak the text again.", "error");
    still();
  });

  /** @param {Clip} clip */
  const row = (clip) => {
    const words = clip.text.length > SHOWN_LETTERS ? `${clip.text.slice(0, SHOWN_LETTERS)}…` : clip.text;
    const address = `/v1/clips/${encodeURIComponent(clip.id)}`;
    const hush = () => {
      if (playing?.button !== listen) return false;
      sound.pause();
      still();
      return true;
    };
    const listen = iconButton("play", `Play clip: ${words}`, () => {
      if (hush()) return;
      player.stop();
      sound.pause();
      still();
      playing = { button: listen, words };
      listen.replaceChildren(icon("stop"));
      listen.setAttribute("aria-label", `Stop clip: ${words}`);
      sound.src = `${address}/audio?format=wav`;
      sound.play().catch(() => {});
    }, { class: "st-icon-button st-round" });
    const takeUp = () => {
      const area = box();
      if (!area) return;
      area.value = clip.text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    };
    const remove = async () => {
      hush();
      try {
        await ask(address, { method: "DELETE" });
        item.remove();
        empty.hidden = list.childElementCount > 0;
      } catch (error) {
        fail(error);
      }
    };
    const item = h("li", { class: "st-clip", "data-clip": clip.id },
      listen,
      h("div", { class: "st-clip-text" },
        h("p", { title: clip.text }, clip.text),
        h("small", {}, [nameOf(clip.voice), wording.clock(clip.duration), wording.ago(clip.created_at)].filter(Boolean).join(" · "))),
      h("div", { class: "st-clip-tools" },
        FORMATS.map((format) => h("a", { class: "st-chip", href: `${address}/audio?format=${format}`, download: `${words.slice(0, NAME_LETTERS)}.${format}`,
          "aria-label": `Download clip as ${format}: ${words}` }, format)),
        iconButton("edit", `Put this text back in the box: ${words}`, takeUp),
        iconButton("trash", `Delete clip: ${words}`, remove)));
    return item;
  };

  look = async () => {
    try {
      /** @type {{ data: Clip[] }} */
      const { data } = await askJson("/v1/clips");
      const shown = /** @type {HTMLElement[]} */ ([...list.children]);
      const kept = new Map(shown.map((item) => [item.dataset.clip, item]));
      list.replaceChildren(...data.map((clip) => kept.get(clip.id) || row(clip)));
      empty.hidden = data.length > 0;
    } catch (error) {
      fail(error);
    }
  };
  look();
});

// @ts-check
/* Download: the text as it stands, made into a file by the same engine. */
import { send } from "../shared/asking.js";
import { h } from "../shared/elements.js";
import { save } from "../shared/files.js";
import { fail, say } from "../shared/messages.js";
import { FORMATS, box, request } from "./request.js";

const NAME_LETTERS = 40;

/** What a file of this text is called. @param {string} text */
const nameOf = (text) => text.trim().slice(0, NAME_LETTERS).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "speech";

/** A button for each format. @param {HTMLElement} menu @param {(sentence: string) => void} tell */
export const offerDownloads = (menu, tell) => {
  for (const format of FORMATS) {
    const make = async () => {
      const text = box()?.value ?? "";
      if (!text.trim()) return say("There is nothing to download yet: write something first.", "error");
      button.disabled = true;
      tell(`Making the ${format} file.`);
      try {
        const answer = await send("/v1/audio/speech", { ...request(text), response_format: format, stream_format: "audio" });
        save(await answer.blob(), `${nameOf(text)}.${format}`);
        tell(`Downloaded as ${format}.`);
      } catch (error) {
        tell("");
        fail(error);
      } finally {
        button.disabled = false;
      }
    };
    const button = h("button", { type: "button", class: "st-chip", "aria-label": `Download as ${format}`, onclick: make }, format);
    menu.append(button);
  }
};

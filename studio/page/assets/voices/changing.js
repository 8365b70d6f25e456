// @ts-check
/* Changing a voice on the version one has seen. Another tab may have been first: then it is said, and shown as it is now. */
import { Problem, askJson, sendJson } from "../shared/asking.js";
import { say } from "../shared/messages.js";
import { VOICES, below, of } from "./addresses.js";

export const ELSEWHERE = "This voice was changed in another tab. It is shown anew; your change was not kept.";

/**
 * The voice as it is afterwards; null where another was first.
 * @param {OwnVoice} voice
 * @param {Record<string, unknown>} changes
 * @param {VoicesPlace} place
 * @returns {Promise<OwnVoice | null>}
 */
export const change = async (voice, changes, place) => {
  try {
    return await sendJson(of(voice), { version: voice.version, ...changes }, { method: "PATCH" });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404) {
      place.gone(voice);
      throw error;
    }
    if (error.status !== 409) throw error;
    const now = /** @type {OwnVoice} */ (await askJson(below(VOICES, voice.id)));
    if (now.version === voice.version) throw error; // refused for another reason
    say(ELSEWHERE, "error");
    place.changed(now, "edit");
    return null;
  }
};

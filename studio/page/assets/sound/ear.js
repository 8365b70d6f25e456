// @ts-check
/* What is behind the loudspeaker and the microphone: the audio thread, and who stands in for it where browsers give pages none. */
import { ScheduledEar } from "./scheduled_ear.js";

const PAUSES_MS = [300, 1500, 0];

/**
 * Have an audio thread read a file of ours. A busy machine gets another try; what a browser calls an aborted load is no wish of
 * the person's, and is said.
 * @param {BaseAudioContext} context
 * @param {string} name of a file beside this one
 */
export const addWorklet = async (context, name) => {
  for (const pause_ms of PAUSES_MS) {
    try {
      return await context.audioWorklet.addModule(new URL(name, import.meta.url));
    } catch (error) {
      if (!pause_ms || context.state === "closed")
        throw new Error("The browser could not load the part of the page that handles sound. Load the page again.", { cause: error });
      await new Promise((resolve) => setTimeout(resolve, pause_ms));
    }
  }
};

/** What the player's samples are sent to, at the rate of its context. @param {AudioContext} context @returns {Promise<Ear>} */
export const openEar = async (context) => {
  // Browsers give pages an audio thread only over https and on the machine itself.
  if (!context.audioWorklet) return new ScheduledEar(context);
  await addWorklet(context, "worklet.js");
  return new AudioWorkletNode(context, "studio-ring", { numberOfInputs: 0, outputChannelCount: [1] });
};

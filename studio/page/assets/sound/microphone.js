// @ts-check
/* The microphone as a stream of packets. It knows nothing of captions or of the network. */

import { addWorklet } from "./ear.js";

/** @type {Record<string, string>} */
const SENTENCES = {
  NotAllowedError: "The browser may not use the microphone. Allow it for this page in the address bar, then start again.",
  SecurityError: "The browser does not let this page use a microphone.",
  OverconstrainedError: "The microphone that was chosen is not there. Choose another one in the browser's settings.",
  NotFoundError: "No microphone was found. Plug one in, then start again.",
  NotReadableError: "The microphone is in use by another program. Close that program, then start again.",
};

/**
 * Open the microphone. Calls `packet` about 25 times a second, loudest from 0 to 1, and `ended` when the device goes away. Throws an
 * error whose message is one sentence.
 * @param {{ packet: (pcm16: Int16Array<ArrayBuffer>, loudest: number) => void, ended: (sentence: string) => void }} on
 */
export const openMicrophone = async ({ packet, ended }) => {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new Error(
      window.isSecureContext
        ? "This browser has no microphone for web pages. Try another browser."
        : "Browsers give the microphone only to pages on the same machine or over https. Start the studio with `studio run --https`, or open its share link.",
    );
  // The way behind the microphone is built before it opens: what is said at once is heard as well.
  const context = new AudioContext({ latencyHint: "interactive" });
  /** @type {MediaStream | undefined} */
  let stream;
  try {
    await addWorklet(context, "microphone_worklet.js");
    // What browsers do for telephones costs a recogniser words.
    const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
    stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((/** @type {Error} */ error) => {
      throw new Error(SENTENCES[error.name] || "The microphone could not be opened. Check it in your system's settings.");
    });
    await context.resume();
  } catch (error) {
    stream?.getTracks().forEach((track) => track.stop());
    context.close();
    throw error;
  }
  const opened = stream;
  const source = context.createMediaStreamSource(opened);
  const node = new AudioWorkletNode(context, "studio-microphone", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  node.port.onmessage = ({ data }) => packet(data.pcm16, data.loudest);
  source.connect(node);
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    opened.getTracks().forEach((track) => track.stop());
    context.close();
    navigator.mediaDevices.removeEventListener("devicechange", look);
  };
  const track = opened.getAudioTracks()[0];
  const gone = () => {
    if (!isOpen) return;
    close();
    ended("The microphone was unplugged. Plug it in and start again; what was said so far is kept.");
  };
  // Not every browser ends the track of a device that was pulled out.
  const look = async () => {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => null);
    const id = track.getSettings().deviceId;
    if (devices && id && !devices.some((one) => one.kind === "audioinput" && (one.deviceId === id || !one.deviceId))) gone();
  };
  navigator.mediaDevices.addEventListener("devicechange", look);
  track.addEventListener("ended", gone);
  // A computer that sleeps, or a call that takes the sound away, stops the audio clock.
  context.addEventListener("statechange", () => isOpen && context.state !== "running" && context.resume().catch(() => {}));
  return { sampleRate: context.sampleRate, close };
};

/* The microphone as a stream of packets. It knows nothing of captions or of the network. */
"use strict";
(() => {
  const studio = (window.studio = window.studio || {});

  const SENTENCES = {
    NotAllowedError: "The browser may not use the microphone. Allow it for this page in the address bar, then start again.",
    SecurityError: "The browser does not let this page use a microphone.",
    OverconstrainedError: "The microphone that was chosen is not there. Choose another one in the browser's settings.",
    NotFoundError: "No microphone was found. Plug one in, then start again.",
    NotReadableError: "The microphone is in use by another program. Close that program, then start again.",
  };

  /**
   * Open the microphone. Calls packet(Int16Array, loudest 0..1) about 25 times a second and ended(sentence) when the device goes away.
   * Gives {sampleRate, close()}; throws an Error whose message is one sentence.
   */
  studio.openMicrophone = async ({ packet, ended }) => {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new Error(
        window.isSecureContext
          ? "This browser has no microphone for web pages. Try another browser."
          : "Browsers give the microphone only to pages on the same machine or over https. Start the studio with `studio run --https`, or open its share link.",
      );
    // The way behind the microphone is built before it opens: what is said at once is heard as well.
    const context = new AudioContext({ latencyHint: "interactive" });
    let stream;
    try {
      await studio.addWorklet(context, studio.addresses.microphone);
      // What browsers do for telephones costs a recogniser words.
      const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
      stream = await navigator.mediaDevices.getUserMedia({ audio }).catch((error) => {
        throw new Error(SENTENCES[error.name] || "The microphone could not be opened. Check it in your system's settings.");
      });
      await context.resume();
    } catch (error) {
      stream?.getTracks().forEach((track) => track.stop());
      context.close();
      throw error;
    }
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, "studio-microphone", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = ({ data }) => packet(data.pcm16, data.loudest);
    source.connect(node);
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      stream.getTracks().forEach((track) => track.stop());
      context.close();
      navigator.mediaDevices.removeEventListener("devicechange", look);
    };
    const track = stream.getAudioTracks()[0];
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
})();

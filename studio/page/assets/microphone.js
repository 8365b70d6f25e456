/* The microphone as a stream of packets. It knows nothing of captions or of the network. */
"use strict";
(() => {
  const studio = (window.studio = window.studio || {});

  const SENTENCES = {
    NotAllowedError: "The browser may not use the microphone. Allow it for this page in the address bar, then start again.",
    NotFoundError: "No microphone was found. Plug one in, then start again.",
    NotReadableError: "The microphone is in use by another program. Close that program, then start again.",
  };

  /**
   * Open the microphone. Calls packet(Int16Array, loudest 0..1) about 25 times a second and ended() when the device goes away.
   * Gives {sampleRate, close()}; throws an Error whose message is one sentence.
   */
  studio.openMicrophone = async ({ packet, ended }) => {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new Error("This browser gives the microphone only to pages on this machine or over https.");
    let stream;
    try {
      // What browsers do for telephones costs a recogniser words.
      const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true };
      stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      throw new Error(SENTENCES[error.name] || "The microphone could not be opened. Check it in your system's settings.");
    }
    const context = new AudioContext({ latencyHint: "interactive" });
    try {
      await context.audioWorklet.addModule(studio.addresses.microphone);
      await context.resume();
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop());
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
    };
    stream.getAudioTracks()[0].addEventListener("ended", () => {
      if (!isOpen) return;
      close();
      ended();
    });
    return { sampleRate: context.sampleRate, close };
  };
})();

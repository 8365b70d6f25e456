// @ts-check
/* The microphone's end on the audio thread: packets of int16 at the context's own rate, with their loudness. */
const PACKET_S = 0.04;

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.packet = new Int16Array(Math.round(sampleRate * PACKET_S));
    this.held = 0;
    this.loudest = 0;
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const input = inputs[0][0];
    if (!input) return true; // the device has nothing to say at this moment
    for (const sample of input) {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.loudest = Math.max(this.loudest, Math.abs(clipped));
      this.packet[this.held++] = Math.round(clipped * 32767);
      if (this.held === this.packet.length) {
        this.port.postMessage({ pcm16: this.packet, loudest: this.loudest }, [this.packet.buffer]);
        this.packet = new Int16Array(Math.round(sampleRate * PACKET_S));
        this.held = 0;
        this.loudest = 0;
      }
    }
    return true;
  }
}

registerProcessor("studio-microphone", Microphone);

// @ts-check
/* The audio device: a context at the rate of what is played, the ear behind it, and what can be seen of the sound. It knows no play. */
import { openEar } from "./ear.js";

const IDLE_S = 45; // silence after which the device is given back until the next gesture

export class Loudspeaker {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {Ear | null} */
  #ear = null;
  /** @type {Promise<void> | null} */
  #warming = null;
  #idle = 0;
  #hear;
  /** @type {AnalyserNode | null} */
  analyser = null;

  /** @param {(report: EarReport) => void} hear */
  constructor(hear) {
    this.#hear = hear;
  }

  get rate() {
    return this.#context?.sampleRate || 0;
  }

  /** Have the audio thread running at this rate. Cheap when it already is; the browser wants a gesture first. @param {number} rate */
  async warm(rate) {
    clearTimeout(this.#idle);
    if (!this.#context || this.#context.sampleRate !== rate) {
      const before = this.#context;
      this.#context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
      this.#warming = this.#build(this.#context);
      before?.close();
    }
    await this.#warming;
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** @param {AudioContext} context */
  async #build(context) {
    const ear = await openEar(context);
    ear.port.onmessage = (/** @type {{ data: EarReport }} */ { data }) => this.#hear(data);
    this.#ear = ear;
    this.analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0.6 });
    ear.connect(this.analyser).connect(context.destination);
  }

  /** @param {EarMessage} message @param {Transferable[]} transfer */
  tell(message, transfer = []) {
    this.#ear?.port.postMessage(message, transfer);
  }

  /** Seconds since this moment of the audio clock that have reached the ear. @param {number} moment */
  since(moment) {
    return this.#context ? Math.max(0, this.#context.currentTime - moment - (this.#context.outputLatency || 0)) : 0;
  }

  /** Nothing is played. When it stays so, the device is given back. @param {() => boolean} isStill */
  rest(isStill) {
    this.#idle = setTimeout(() => isStill() && this.#context?.suspend(), IDLE_S * 1000);
  }
}

// @ts-check
/* One thing that is said: what came of it, how far it is, where its words are and how loud it is. It knows neither network nor loudspeaker. */
import { begun } from "./metrics.js";
import { offsetsOf } from "./pcm.js";

const AHEAD_S = 20; // fetched but unheard sound; beyond it we stop reading, and the engine waits for us
const PEAK_S = 0.04; // sound behind one number of `peaks`, for whoever draws

export class Play {
  /** @type {"connecting" | "filling" | "playing" | "buffering" | "idle"} */
  state = "connecting";
  abort = new AbortController();
  /** Where the words are, in seconds of the sound and in letters of the text (-1 where nobody knows). @type {PlacedWord[]} */
  words = [];
  /** The loudest sample of each peak_s, 0 to 1. @type {number[]} */
  peaks = [];
  peak_s = PEAK_S;
  /** Slices that wait for room in the ring; null is the end. @type {(Int16Array | null)[]} */
  waiting = [];
  sent = 0; // samples in the ring, heard or not
  heard = 0; // samples that have left it,
  heardAt = 0; // at this moment of the audio clock
  ahead_s = AHEAD_S;
  beginsAt = 0;
  hasBegun = false;
  isComplete = false;
  timer = 0;
  /** @type {(() => void) | null} */
  wake = null;
  /** @type {string | null} */
  clipId = null;
  #weighed = 0;
  #offsets;

  /** @param {number} id @param {PlayOrder} order */
  constructor(id, { body, rate = 22050, keep = false, clickedAt = performance.now(), on = {} }) {
    this.id = id;
    this.body = body;
    this.rate = rate;
    this.keep = keep;
    this.on = on;
    this.metrics = begun(clickedAt);
    this.#offsets = offsetsOf(body.input);
  }

  /** Another state, which whoever plays is told once. @param {Play["state"]} state @param {number} [lead_s] */
  become(state, lead_s) {
    if (state === this.state) return;
    this.state = state;
    this.on.state?.(this, lead_s);
  }

  /** @param {SpokenWord[]} words */
  place(words) {
    const at = (/** @type {number} */ offset) =>
      this.#offsets ? this.#offsets[Math.min(offset, this.#offsets.length - 1)] : offset;
    for (const { text, start, end, span } of words)
      this.words.push({ text, start, end, from: span ? at(span[0]) : -1, to: span ? at(span[1]) : -1 });
  }

  /** @param {Int16Array} samples */
  weigh(samples) {
    const size = Math.round(PEAK_S * this.metrics.rate);
    for (const sample of samples) {
      if (this.#weighed++ % size === 0) this.peaks.push(0);
      const loud = Math.abs(sample) / 32768;
      if (loud > this.peaks[this.peaks.length - 1]) this.peaks[this.peaks.length - 1] = loud;
    }
  }

  /** Seconds that were fetched and not heard. */
  get unheard_s() {
    return (this.metrics.samplesReceived - this.heard) / this.metrics.rate;
  }
}

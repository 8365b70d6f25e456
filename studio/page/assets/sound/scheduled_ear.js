// @ts-check
/* The ear's end of the players where a browser has no audio thread for pages: over plain http from another machine. The same samples,
   each slice set beside the one before it by the audio clock. It takes and says what the worklets do.
   Messages in: start, samples, lead, end, stop. Messages out: first, progress, underrun, ended. */
const AHEAD_S = 0.06; // from setting the first slice to hearing it: the page may be busy for so long
const TICK_MS = 25;
const SILENCE = 1e-3; // -60 dBFS; what is below is not "first sound"
const FADE_S = 0.006; // over which Stop fades, so that it does not click
const ROUNDING = 1e-5; // of a sample: browsers round starting times up, down or to the nearest, and all agree on this

/**
 * A piece of sound, from the play's sample `at`; what was heard is let go.
 * @typedef {{ at: number, buffer: AudioBuffer | null, floats: Float32Array | null, source: AudioBufferSourceNode | null }} Slice
 *
 * @typedef {object} Play
 * @property {number | undefined} id
 * @property {number} lead samples that are held before it starts
 * @property {GainNode} gain
 * @property {Slice[]} slices
 * @property {number} first the first slice that is not over
 * @property {number} set how many slices are set
 * @property {number} written
 * @property {number} played
 * @property {number} reported
 * @property {number} zero the clock's sample that is sample 0 of the play, since the last underrun
 * @property {boolean} isPlaying
 * @property {boolean} isEnded
 * @property {boolean} isHeard
 */

export class ScheduledEar {
  #context;
  #out;
  /** @type {Play | null} */
  #play = null;
  #timer = 0;
  /** @type {EarPort} */
  port;

  /** @param {BaseAudioContext} context any whose rate is the samples' own */
  constructor(context) {
    this.#context = context;
    this.#out = new GainNode(context);
    this.port = { onmessage: null, postMessage: (message) => this.#hear(message) };
  }

  /** @param {AudioNode} target */
  connect(target) {
    return this.#out.connect(target);
  }

  /** @param {EarMessage} message */
  #hear(message) {
    if (message.type === "start") return this.#begin(message);
    const play = this.#play;
    if (!play || (message.id !== undefined && message.id !== play.id)) return;
    if (message.type === "samples") this.#take(play, message.samples);
    else if (message.type === "lead") play.lead = message.lead;
    else if (message.type === "end") play.isEnded = true;
    else if (message.type === "stop") return this.#stop(play);
    this.#look(play);
  }

  /** @param {{ id?: number, lead: number }} start */
  #begin({ id, lead }) {
    if (this.#play) this.#stop(this.#play);
    const gain = new GainNode(this.#context);
    gain.connect(this.#out);
    this.#play = { id, lead, gain, slices: [], first: 0, set: 0, written: 0, played: 0, reported: 0, zero: 0,
      isPlaying: false, isEnded: false, isHeard: false };
    this.#timer = setInterval(() => this.#look(this.#play), TICK_MS);
  }

  /** @param {Play} play @param {Int16Array | Float32Array} samples */
  #take(play, samples) {
    const buffer = this.#context.createBuffer(1, samples.length, this.#context.sampleRate);
    const floats = buffer.getChannelData(0);
    if (samples instanceof Int16Array) for (let i = 0; i < samples.length; i++) floats[i] = samples[i] / 32768;
    else floats.set(samples);
    play.slices.push({ at: play.written, buffer, floats, source: null });
    play.written += samples.length;
  }

  /** Where the clock is, what is due, what is to be told. @param {Play | null} play */
  #look(play) {
    if (play !== this.#play || !play) return;
    if (play.isPlaying) this.#follow(play);
    if (play !== this.#play) return;
    if (!play.isPlaying) {
      const held = play.written - play.played;
      if (held === 0 && play.isEnded) return this.#finish(play);
      if (held === 0 || (held < play.lead && !play.isEnded)) return;
      play.isPlaying = true;
      play.zero = Math.ceil((this.#context.currentTime + AHEAD_S) * this.#context.sampleRate) - play.played;
    }
    for (; play.set < play.slices.length; play.set++) this.#set(play, play.slices[play.set]);
  }

  /** @param {Play} play @param {Slice} slice */
  #set(play, slice) {
    const rate = this.#context.sampleRate;
    const late = Math.ceil(this.#context.currentTime * rate) - (play.zero + slice.at);
    // Only a page that stood still between two looks comes too late: then everything that follows moves.
    if (late > 0) play.zero += late + Math.ceil(AHEAD_S * rate);
    slice.source = new AudioBufferSourceNode(this.#context, { buffer: slice.buffer });
    slice.source.connect(play.gain);
    slice.source.start(Math.max(0, play.zero + slice.at - ROUNDING) / rate);
  }

  /** @param {Play} play */
  #follow(play) {
    const now = Math.floor(this.#context.currentTime * this.#context.sampleRate) - play.zero;
    const played = Math.min(play.written, Math.max(play.played, now));
    const loudest = this.#loudest(play, play.played, played);
    play.played = played;
    if (!play.isHeard && loudest > SILENCE) {
      play.isHeard = true;
      this.#say(play, "first", loudest);
    } else if (played > play.reported) this.#say(play, "progress", loudest);
    if (played < play.written) return;
    if (play.isEnded) return this.#finish(play);
    play.isPlaying = false;
    this.#say(play, "underrun", 0);
  }

  /** @param {Play} play @param {number} from @param {number} to */
  #loudest(play, from, to) {
    let loudest = 0;
    for (let k = play.first; k < play.slices.length && play.slices[k].at < to; k++) {
      const { at, floats } = play.slices[k];
      if (!floats) continue;
      for (let i = Math.max(0, from - at); i < Math.min(floats.length, to - at); i++) loudest = Math.max(loudest, Math.abs(floats[i]));
      if (at + floats.length <= to) {
        play.first = k + 1;
        play.slices[k] = { at, buffer: null, floats: null, source: null };
      }
    }
    return loudest;
  }

  /** @param {Play} play @param {EarReport["type"]} type @param {number} loudest */
  #say(play, type, loudest) {
    play.reported = play.played;
    this.port.onmessage?.({
      data: { type, id: play.id, played: play.played, held: play.written - play.played, time: this.#context.currentTime, loudest, peak: loudest },
    });
  }

  /** @param {Play} play */
  #finish(play) {
    this.#say(play, "ended", 0);
    if (play === this.#play) this.#forget();
  }

  /** @param {Play} play */
  #stop(play) {
    const now = this.#context.currentTime;
    play.gain.gain.setValueAtTime(1, now);
    play.gain.gain.linearRampToValueAtTime(0, now + FADE_S);
    for (const { source } of play.slices) source?.stop(now + FADE_S);
    this.#forget();
  }

  #forget() {
    clearInterval(this.#timer);
    this.#play = null;
  }
}

// @ts-check
/* The ear's end of /listen, on the audio thread: blocks of samples, drained at the context's own rate.
   Messages in: start {id, lead}, samples {id, samples}, lead {lead}, end {id}, stop. Out: report, of type first, progress, underrun or ended. */
const REPORT_EVERY = 1024; // samples
const SILENCE = 1e-3; // -60 dBFS; what is below is not sound
const FADE = 128; // samples over which Stop fades, so that it does not click

class Ear extends AudioWorkletProcessor {
  lead = 0;
  id = 0; // 0 while nothing is played
  /** @type {Float32Array[]} */
  blocks = [];
  at = 0; // in the first block
  held = 0;
  played = 0;
  reported = 0;
  peak = 0;
  isPlaying = false;
  isEnded = false;
  isHeard = false;
  fadeLeft = -1; // samples until silence once Stop was pressed; -1 while it was not

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.hear(data);
  }

  /** @param {number} id */
  reset(id) {
    this.id = id;
    this.blocks = [];
    this.at = 0;
    this.held = 0;
    this.played = 0;
    this.reported = 0;
    this.peak = 0;
    this.isPlaying = false;
    this.isEnded = false;
    this.isHeard = false;
    this.fadeLeft = -1;
  }

  /** @param {any} message */
  hear(message) {
    if (message.type === "lead") this.lead = message.lead;
    else if (message.type === "start") {
      this.lead = message.lead;
      this.reset(message.id);
    } else if (message.type === "stop") this.isPlaying ? (this.fadeLeft = FADE) : this.reset(0);
    else if (message.id !== this.id) return;
    else if (message.type === "samples") {
      this.blocks.push(message.samples);
      this.held += message.samples.length;
    } else if (message.type === "end") this.isEnded = true;
  }

  /** @param {EarReport["type"]} type */
  say(type) {
    this.port.postMessage({ type, id: this.id, played: this.played, held: this.held, peak: this.peak });
    this.reported = this.played;
    this.peak = 0;
  }

  next() {
    const block = this.blocks[0];
    const sample = block[this.at++];
    if (this.at === block.length) {
      this.blocks.shift();
      this.at = 0;
    }
    return sample;
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    if (this.id === 0) return true;
    if (!this.isPlaying) {
      if (this.held === 0 && this.isEnded) return this.finish();
      if (this.held === 0 || (this.held < this.lead && !this.isEnded)) return true;
      this.isPlaying = true;
    }
    const output = outputs[0][0];
    const n = Math.min(output.length, this.held);
    for (let i = 0; i < n; i++) {
      let sample = this.next();
      if (this.fadeLeft >= 0) sample *= Math.max(0, this.fadeLeft--) / FADE;
      output[i] = sample;
      this.peak = Math.max(this.peak, Math.abs(sample));
    }
    this.held -= n;
    this.played += n;
    if (!this.isHeard && this.peak > SILENCE) {
      this.isHeard = true;
      this.say("first");
    }
    if (this.fadeLeft === -1 && this.played - this.reported >= REPORT_EVERY) this.say("progress");
    if (this.fadeLeft === 0 || (this.fadeLeft > 0 && this.held === 0)) {
      this.reset(0);
    } else if (this.held === 0) {
      if (this.isEnded) return this.finish();
      if (n < output.length) {
        this.isPlaying = false;
        this.say("underrun");
      }
    }
    return true;
  }

  finish() {
    this.say("ended");
    this.reset(0);
    return true;
  }
}

registerProcessor("listen-ear", Ear);

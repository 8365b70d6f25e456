// @ts-check
/* The ear's end of the player, on the audio thread: a ring of samples, drained at the context's own rate.
   It knows nothing of the network. Messages in: start, samples, lead, end, stop. Messages out: first, progress, underrun, ended. */
const RING_S = 60;
const REPORT_EVERY = 1024; // samples: about 45 ms, finer than a spoken word
const SILENCE = 1e-3; // -60 dBFS; what is below is not "first sound"
const FADE = 128; // samples over which Stop fades, so that it does not click

class Ring extends AudioWorkletProcessor {
  ring = new Float32Array(Math.ceil(sampleRate * RING_S));
  id = 0; // 0 while nothing is played
  lead = 0; // samples to hold before sound starts, and again after an underrun
  written = 0;
  read = 0;
  reported = 0;
  isPlaying = false;
  isEnded = true;
  isHeard = false;
  fadeLeft = -1; // samples until silence once Stop was pressed; -1 while it was not
  loudest = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.hear(data);
  }

  /** @param {number} id @param {number} lead */
  reset(id, lead) {
    this.id = id;
    this.lead = lead;
    this.written = 0;
    this.read = 0;
    this.reported = 0;
    this.isPlaying = false;
    this.isEnded = id === 0;
    this.isHeard = false;
    this.fadeLeft = -1;
    this.loudest = 0;
  }

  /** @param {any} message */
  hear(message) {
    if (message.type === "start") this.reset(message.id, message.lead);
    else if (message.id !== this.id) return;
    else if (message.type === "samples") this.write(message.samples);
    else if (message.type === "lead") this.lead = message.lead;
    else if (message.type === "end") this.isEnded = true;
    else if (message.type === "stop") this.isPlaying ? (this.fadeLeft = FADE) : this.reset(0, 0);
  }

  /** @param {Int16Array} pcm16 */
  write(pcm16) {
    let at = this.written % this.ring.length;
    for (let i = 0; i < pcm16.length; i++) {
      this.ring[at] = pcm16[i] / 32768;
      if (++at === this.ring.length) at = 0;
    }
    this.written += pcm16.length;
  }

  /** @param {EarReport["type"]} type @param {object} more */
  say(type, more = {}) {
    this.port.postMessage({ type, id: this.id, played: this.read, time: currentTime, loudest: this.loudest, ...more });
    this.reported = this.read;
    this.loudest = 0;
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    if (this.id === 0) return true;
    const held = this.written - this.read;
    if (!this.isPlaying) {
      if (held === 0 && this.isEnded) return this.finish();
      if (held === 0 || (held < this.lead && !this.isEnded)) return true;
      this.isPlaying = true;
    }
    const output = outputs[0][0];
    const n = Math.min(output.length, held);
    let at = this.read % this.ring.length;
    for (let i = 0; i < n; i++) {
      let sample = this.ring[at];
      if (++at === this.ring.length) at = 0;
      if (this.fadeLeft >= 0) {
        sample *= this.fadeLeft / FADE;
        if (this.fadeLeft > 0) this.fadeLeft--;
      }
      output[i] = sample;
      const loud = Math.abs(sample);
      if (loud > this.loudest) this.loudest = loud;
      if (!this.isHeard && loud > SILENCE) {
        this.isHeard = true;
        this.say("first", { at: currentTime + i / sampleRate });
      }
    }
    this.read += n;
    if (this.fadeLeft === 0) {
      this.reset(0, 0);
      return true;
    }
    for (let channel = 1; channel < outputs[0].length; channel++) outputs[0][channel].set(output);
    if (this.read - this.reported >= REPORT_EVERY) this.say("progress");
    if (this.read === this.written) {
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
    this.reset(0, 0);
    return true;
  }
}

registerProcessor("studio-ring", Ring);

/* The page's one loudspeaker: an answer of POST /v1/audio/speech, read as it arrives, into the ring on the audio thread.
   It knows nothing of tabs or buttons; whoever plays something is told by callbacks. Closing the fetch stops the model. */
"use strict";
(() => {
  const studio = (window.studio = window.studio || {});

  const AHEAD_S = 20; // fetched but unheard sound; beyond it we stop reading, and the engine waits for us
  const HELD_S = 600; // the same for a voice that is made slower than it is heard: stopping it would cost a gap
  const SLICE_S = 5;
  const RING_S = 50; // what we put into the ring at most: it holds 60 s
  const PEAK_S = 0.04; // sound behind one number of `peaks`, for whoever draws
  const LEAD_MIN_S = 0.03; // sound held before it starts: one or two worklet reports
  const LEAD_MAX_S = 2;
  const LEAD_GROWS = 2; // after an underrun
  const LEAD_SHRINKS = 0.9; // after a play without one
  const IDLE_S = 45; // silence after which the audio device is given back until the next gesture

  /** Everything measured, for the person, the tests and the benchmark. Times in ms since the click. */
  studio.metrics = { plays: [], underruns: 0, lead_s: LEAD_MIN_S };

  const decode = (base64) => {
    const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(base64) : Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  };

  /** Code point offsets (Python's) to UTF-16 offsets (JavaScript's); null where they are the same. */
  const offsetsOf = (text) => {
    if (!/[\ud800-\udbff]/.test(text)) return null;
    const map = [];
    for (let i = 0; i < text.length; i += text.codePointAt(i) > 0xffff ? 2 : 1) map.push(i);
    map.push(text.length);
    return map;
  };

  class Player {
    #context = null;
    #node = null;
    #warming = null;
    #count = 0;
    #idle = 0;
    current = null;
    analyser = null;

    /** Have the audio thread running at this rate. Cheap when it already is; the browser wants a gesture first. */
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

    async #build(context) {
      // Browsers give pages an audio thread only over https and on the machine itself.
      if (context.audioWorklet) {
        await studio.addWorklet(context, studio.addresses.worklet);
        this.#node = new AudioWorkletNode(context, "studio-ring", { numberOfInputs: 0, outputChannelCount: [1] });
      } else this.#node = new window.StudioScheduledEar(context);
      this.#node.port.onmessage = ({ data }) => this.#hear(data);
      this.analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0.6 });
      this.#node.connect(this.analyser).connect(context.destination);
    }

    get rate() {
      return this.#context?.sampleRate || 0;
    }

    /** Which state the current play is in, or "idle". */
    get state() {
      return this.current ? this.current.state : "idle";
    }

    /**
     * Speak. `body` is the request of /v1/audio/speech; `on` holds state(play), end(play, reason), notice(text).
     * Whatever was playing stops first: there is one loudspeaker.
     */
    play({ body, rate = 22050, keep = false, clickedAt = performance.now(), on = {} }) {
      this.stop("replaced");
      const metrics = { clickedAt, headersMs: null, chunkMs: null, clickToSoundMs: null, samplesReceived: 0, samplesPlayed: 0,
        underruns: 0, loudest: 0, rate: 0, reason: null, leadMs: 0 };
      studio.metrics.plays.push(metrics);
      if (studio.metrics.plays.length > 200) studio.metrics.plays.shift();
      const play = { id: ++this.#count, body, rate, keep, on, metrics, words: [], state: "connecting", abort: new AbortController(),
        peaks: [], peak_s: PEAK_S, weighed: 0, heardAt: 0, heard: 0, wake: null, clipId: null, isComplete: false, offsets: offsetsOf(body.input),
        waiting: [], sent: 0, ahead_s: AHEAD_S, hasBegun: false, beginsAt: 0, timer: 0 };
      this.current = play;
      on.state?.(play);
      this.#run(play).catch((error) => this.#finish(play, error));
      return play;
    }

    /** Silence now; the engine hears of it because its connection closes. */
    stop(reason = "stopped") {
      const play = this.current;
      if (!play) return;
      this.#node?.port.postMessage({ type: "stop", id: play.id });
      play.abort.abort();
      this.#finish(play, null, reason);
    }

    /** Seconds of the current play that have left the loudspeaker. */
    get position_s() {
      const play = this.current;
      if (!play?.metrics.rate) return 0;
      const since = play.state === "playing" ? this.#context.currentTime - play.heardAt - (this.#context.outputLatency || 0) : 0;
      return Math.min(play.metrics.samplesReceived, play.heard + Math.max(0, since) * play.metrics.rate) / play.metrics.rate;
    }

    async #run(play) {
      const { metrics } = play;
      const since = () => performance.now() - metrics.clickedAt;
      const warm = this.warm(play.rate);
      warm.catch(() => {}); // awaited below, after the answer; a refusal meanwhile is not "unhandled"
      const response = await studio.send("/v1/audio/speech", { ...play.body, response_format: "pcm", stream_format: "sse" },
        { headers: play.keep ? { "X-Studio-Keep": "1" } : {}, signal: play.abort.signal });
      metrics.headersMs = since();
      await warm;
      const rate = Number(response.headers.get("X-Sample-Rate")) || play.rate;
      await this.warm(rate);
      if (play !== this.current) return;
      metrics.rate = rate;
      this.#node.port.postMessage({ type: "start", id: play.id, lead: Infinity });
      for await (const event of studio.events(response.body)) {
        if (play !== this.current) return;
        if (event.type === "speech.audio.delta") {
          metrics.chunkMs ??= since();
          this.#place(play, event.words || []);
          this.#wait(play, event.lead || 0);
          await this.#pour(play, decode(event.audio || ""));
        } else if (event.type === "speech.audio.done") {
          play.clipId = event.clip_id || null;
          play.isComplete = true;
        } else if (event.type === "error" || event.error) {
          throw new Error(event.error?.message || event.message || "The voice failed in the middle of the text. Try again.");
        }
        for (const notice of event.notices || []) play.on.notice?.(notice);
      }
      if (play !== this.current) return;
      if (!play.isComplete) throw new Error("The speech broke off before its end: the studio closed the connection. Try again.");
      play.waiting.push(null);
      this.#feed(play);
    }

    /** The studio says how long the sound should still wait so that it need not stop in the middle; the latest word counts. */
    #wait(play, lead_s) {
      if (play.hasBegun) return;
      clearTimeout(play.timer);
      if (lead_s <= 0) return this.#begin(play);
      play.ahead_s = HELD_S;
      play.beginsAt = performance.now() + lead_s * 1000;
      play.metrics.leadMs = play.beginsAt - play.metrics.clickedAt;
      play.timer = setTimeout(() => this.#begin(play), lead_s * 1000);
      if (play.state === "connecting") {
        play.state = "filling";
        play.on.state?.(play, lead_s);
      }
    }

    #begin(play) {
      if (play !== this.current || play.hasBegun) return;
      play.hasBegun = true;
      this.#node.port.postMessage({ type: "lead", id: play.id, lead: Math.round(studio.metrics.lead_s * play.metrics.rate) });
    }

    #place(play, words) {
      const at = (offset) => (play.offsets ? play.offsets[Math.min(offset, play.offsets.length - 1)] : offset);
      for (const { text, start, end, span } of words)
        play.words.push({ text, start, end, from: span ? at(span[0]) : -1, to: span ? at(span[1]) : -1 });
    }

    /** Towards the ring, in pieces that always fit, however long the engine's chunks are. */
    async #pour(play, samples) {
      const step = SLICE_S * play.metrics.rate;
      this.#weigh(play, samples);
      for (let at = 0; at < samples.length && play === this.current; at += step) {
        const slice = samples.slice(at, at + step);
        play.metrics.samplesReceived += slice.length;
        play.waiting.push(slice);
        this.#feed(play);
        await this.#room(play);
      }
    }

    /** Into the ring, as far as there is room; behind the last slice stands null. */
    #feed(play) {
      while (play.waiting.length) {
        const [slice] = play.waiting;
        if (slice && play.sent + slice.length - play.heard > RING_S * play.metrics.rate) return;
        play.waiting.shift();
        if (!slice) return this.#node.port.postMessage({ type: "end", id: play.id });
        play.sent += slice.length;
        this.#node.port.postMessage({ type: "samples", id: play.id, samples: slice }, [slice.buffer]);
      }
    }

    /** The loudest sample of each PEAK_S, 0 to 1, heard or not. */
    #weigh(play, samples) {
      const size = Math.round(PEAK_S * play.metrics.rate);
      for (const sample of samples) {
        if (play.weighed++ % size === 0) play.peaks.push(0);
        const loud = Math.abs(sample) / 32768;
        if (loud > play.peaks[play.peaks.length - 1]) play.peaks[play.peaks.length - 1] = loud;
      }
    }

    /** Wait until the ear has caught up; meanwhile nobody reads the socket, and the engine feels it. */
    async #room(play) {
      const ahead = () => (play.metrics.samplesReceived - play.heard) / play.metrics.rate;
      while (play === this.current && ahead() > play.ahead_s) await new Promise((wake) => (play.wake = wake));
    }

    #hear(message) {
      const play = this.current;
      if (!play || message.id !== play.id) return;
      const { metrics } = play;
      play.heard = message.played;
      play.heardAt = message.time;
      metrics.samplesPlayed = message.played;
      metrics.loudest = Math.max(metrics.loudest, message.loudest);
      if (message.type === "first") metrics.clickToSoundMs = performance.now() - metrics.clickedAt;
      if (message.type === "underrun") {
        metrics.underruns++;
        studio.metrics.underruns++;
        studio.metrics.lead_s = Math.min(LEAD_MAX_S, Math.max(0.1, studio.metrics.lead_s * LEAD_GROWS));
        this.#node.port.postMessage({ type: "lead", id: play.id, lead: Math.round(studio.metrics.lead_s * metrics.rate) });
      }
      const state = message.type === "underrun" ? "buffering" : "playing";
      if (state !== play.state) {
        play.state = state;
        play.on.state?.(play);
      }
      play.wake?.();
      this.#feed(play);
      if (message.type === "ended") this.#finish(play, null, "ended");
    }

    #finish(play, error, reason = "ended") {
      if (play !== this.current) return;
      this.current = null;
      if (error) {
        this.#node?.port.postMessage({ type: "stop", id: play.id });
        play.abort.abort();
        reason = error.name === "AbortError" ? "stopped" : "failed";
      } else if (reason === "ended" && play.metrics.underruns === 0) {
        studio.metrics.lead_s = Math.max(LEAD_MIN_S, studio.metrics.lead_s * LEAD_SHRINKS);
      }
      clearTimeout(play.timer);
      play.waiting = [];
      play.state = "idle";
      play.metrics.reason = reason;
      play.wake?.();
      this.#idle = setTimeout(() => this.current || this.#context?.suspend(), IDLE_S * 1000);
      play.on.end?.(play, reason, error);
      if (reason === "failed") studio.fail(error);
    }
  }

  studio.player = new Player();

  /* The first touch of the page wakes the audio thread, so that the first Play finds it running. */
  const wake = () => studio.player.current || studio.player.warm(studio.player.rate || 22050).catch(() => {});
  window.addEventListener("pointerdown", wake, { capture: true, passive: true });
  window.addEventListener("keydown", wake, { capture: true, passive: true });
  window.addEventListener("pagehide", () => studio.player.stop("closed"));
})();

// @ts-check
/* The page's one loudspeaker: an answer of POST /v1/audio/speech, read as it arrives, into the ring on the audio thread.
   It knows nothing of tabs or buttons; whoever plays something is told by callbacks. Closing the fetch stops the model. */
import { events, send } from "../shared/asking.js";
import { fail, isAbort } from "../shared/messages.js";
import { Loudspeaker } from "./loudspeaker.js";
import { metrics, missed, wentWell } from "./metrics.js";
import { samplesOf } from "./pcm.js";
import { Play } from "./play.js";

const HELD_S = 600; // what is fetched ahead of a voice that is made slower than it is heard: stopping it would cost a gap
const SLICE_S = 5;
const RING_S = 50; // what we put into the ring at most: it holds 60 s
const FIRST_RATE = 22050; // before anybody has played anything

class Player {
  #speaker = new Loudspeaker((report) => this.#hear(report));
  #count = 0;
  /** @type {Play | null} */
  current = null;

  /** Have the loudspeaker ready for this rate. @param {number} rate */
  warm(rate) {
    return this.#speaker.warm(rate);
  }

  get rate() {
    return this.#speaker.rate;
  }

  get analyser() {
    return this.#speaker.analyser;
  }

  /** Which state the current play is in, or "idle". */
  get state() {
    return this.current ? this.current.state : "idle";
  }

  /** Speak. Whatever was playing stops first: there is one loudspeaker. @param {PlayOrder} order */
  play(order) {
    this.stop("replaced");
    const play = new Play(++this.#count, order);
    this.current = play;
    play.on.state?.(play);
    this.#run(play).catch((error) => this.#finish(play, error));
    return play;
  }

  /** Silence now; the engine hears of it because its connection closes. */
  stop(reason = "stopped") {
    const play = this.current;
    if (!play) return;
    this.#speaker.tell({ type: "stop", id: play.id });
    play.abort.abort();
    this.#finish(play, null, reason);
  }

  /** Seconds of the current play that have left the loudspeaker. */
  get position_s() {
    const play = this.current;
    if (!play?.metrics.rate) return 0;
    const since = play.state === "playing" ? this.#speaker.since(play.heardAt) : 0;
    return Math.min(play.metrics.samplesReceived, play.heard + since * play.metrics.rate) / play.metrics.rate;
  }

  /** @param {Play} play */
  async #run(play) {
    const measured = play.metrics;
    const since = () => performance.now() - measured.clickedAt;
    const warm = this.warm(play.rate);
    warm.catch(() => {}); // awaited below, after the answer; a refusal meanwhile is not "unhandled"
    const response = await send("/v1/audio/speech", { ...play.body, response_format: "pcm", stream_format: "sse" },
      { headers: play.keep ? { "X-Studio-Keep": "1" } : {}, signal: play.abort.signal });
    measured.headersMs = since();
    await warm;
    const rate = Number(response.headers.get("X-Sample-Rate")) || play.rate;
    await this.warm(rate);
    if (play !== this.current) return;
    measured.rate = rate;
    this.#speaker.tell({ type: "start", id: play.id, lead: Infinity });
    for await (const event of events(response)) {
      if (play !== this.current) return;
      if (event.type === "speech.audio.delta") {
        measured.chunkMs ??= since();
        play.place(event.words || []);
        this.#wait(play, event.lead || 0);
        await this.#pour(play, samplesOf(event.audio || ""));
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

  /**
   * The studio says how long the sound should still wait so that it need not stop in the middle; the latest word counts.
   * @param {Play} play
   * @param {number} lead_s
   */
  #wait(play, lead_s) {
    if (play.hasBegun) return;
    clearTimeout(play.timer);
    if (lead_s <= 0) return this.#begin(play);
    play.ahead_s = HELD_S;
    play.beginsAt = performance.now() + lead_s * 1000;
    play.metrics.leadMs = play.beginsAt - play.metrics.clickedAt;
    play.timer = setTimeout(() => this.#begin(play), lead_s * 1000);
    if (play.state === "connecting") play.become("filling", lead_s);
  }

  /** @param {Play} play */
  #begin(play) {
    if (play !== this.current || play.hasBegun) return;
    play.hasBegun = true;
    this.#lead(play);
  }

  /** @param {Play} play */
  #lead(play) {
    this.#speaker.tell({ type: "lead", id: play.id, lead: Math.round(metrics.lead_s * play.metrics.rate) });
  }

  /** Towards the ring, in pieces that always fit, however long the engine's chunks are. @param {Play} play @param {Int16Array} samples */
  async #pour(play, samples) {
    const step = SLICE_S * play.metrics.rate;
    play.weigh(samples);
    for (let at = 0; at < samples.length && play === this.current; at += step) {
      const slice = samples.slice(at, at + step);
      play.metrics.samplesReceived += slice.length;
      play.waiting.push(slice);
      this.#feed(play);
      // Until the ear has caught up nobody reads the socket, and the engine feels it.
      while (play === this.current && play.unheard_s > play.ahead_s)
        await new Promise((wake) => (play.wake = () => wake(null)));
    }
  }

  /** Into the ring, as far as there is room; behind the last slice stands null. @param {Play} play */
  #feed(play) {
    while (play.waiting.length) {
      const [slice] = play.waiting;
      if (slice && play.sent + slice.length - play.heard > RING_S * play.metrics.rate) return;
      play.waiting.shift();
      if (!slice) return this.#speaker.tell({ type: "end", id: play.id });
      play.sent += slice.length;
      this.#speaker.tell({ type: "samples", id: play.id, samples: slice }, [slice.buffer]);
    }
  }

  /** @param {EarReport} message */
  #hear(message) {
    const play = this.current;
    if (!play || message.id !== play.id) return;
    const measured = play.metrics;
    play.heard = message.played;
    play.heardAt = message.time;
    measured.samplesPlayed = message.played;
    measured.loudest = Math.max(measured.loudest, message.loudest);
    if (message.type === "first") measured.clickToSoundMs = performance.now() - measured.clickedAt;
    if (message.type === "underrun") {
      missed(measured);
      this.#lead(play);
    }
    play.become(message.type === "underrun" ? "buffering" : "playing");
    play.wake?.();
    this.#feed(play);
    if (message.type === "ended") this.#finish(play, null, "ended");
  }

  /** @param {Play} play @param {unknown} error @param {string} reason */
  #finish(play, error, reason = "ended") {
    if (play !== this.current) return;
    this.current = null;
    if (error) {
      this.#speaker.tell({ type: "stop", id: play.id });
      play.abort.abort();
      reason = isAbort(error) ? "stopped" : "failed";
    } else if (reason === "ended") wentWell(play.metrics);
    clearTimeout(play.timer);
    play.waiting = [];
    play.state = "idle";
    play.metrics.reason = reason;
    play.wake?.();
    this.#speaker.rest(() => this.current === null);
    play.on.end?.(play, reason);
    if (reason === "failed") fail(error);
  }
}

export const player = new Player();

/* The first touch of the page wakes the audio thread, so that the first Play finds it running. */
const wake = () => {
  if (!player.current) player.warm(player.rate || FIRST_RATE).catch(() => {});
};
window.addEventListener("pointerdown", wake, { capture: true, passive: true });
window.addEventListener("keydown", wake, { capture: true, passive: true });
window.addEventListener("pagehide", () => player.stop("closed"));

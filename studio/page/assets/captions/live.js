// @ts-check
/* A live session with the studio that survives a lost connection: sound is numbered by its samples and kept until the studio has
   acknowledged it; after a loss the studio says how far it got, and the rest is sent again. Knows nothing of the page. */
import { Ring } from "./ring.js";

const AWAY_S = 60; // how long a loss may last, and how much sound is kept for it
const RETRY_MS = [250, 500, 1000, 2000];
const BUFFERED_BYTES = 1 << 20; // in the browser's own hands; beyond it sound waits in ours

/**
 * @typedef {object} Handlers
 * @property {(message: LivePartial) => void} partial
 * @property {(words: LiveWord[] | null) => void} complete with all words as the end has heard them; null where some are of a session before
 * @property {(sentence: string) => void} notice
 * @property {(now: "open" | "away") => void} state
 * @property {(sentence: string) => void} failed
 */

/**
 * Begin a session.
 * @param {{ sample_rate: number, keep: boolean, model: string, language: string, [more: string]: unknown }} start
 * @param {Handlers} on
 */
export const openLive = (start, on) => {
  const ring = new Ring(AWAY_S * start.sample_rate);
  /** @type {WebSocket | null} */
  let socket = null;
  let id = "";
  let sent = 0; // the next sample to send
  let base = 0; // where in our sound the studio's session begins; not 0 after the studio was restarted
  let words = 0;
  /** @type {{ at: number, action: string, told: boolean }[]} */
  let wishes = []; // actions, each behind the sound that came before it
  let isOver = false;
  let isReady = false;
  let awaySince = 0;
  let tries = 0;
  let timer = 0;

  const pump = () => {
    if (!isReady || socket?.readyState !== WebSocket.OPEN) return;
    while (socket.bufferedAmount < BUFFERED_BYTES) {
      if (wishes.length && sent >= wishes[0].at) {
        if (wishes[0].told) break;
        socket.send(JSON.stringify({ action: wishes[0].action }));
        if (wishes[0].action === "stop") {
          wishes[0].told = true;
          break;
        }
        wishes.shift();
        continue;
      }
      const next = ring.after(sent);
      if (!next) return;
      socket.send(next.pcm16);
      sent = next.at + next.pcm16.length;
    }
    if (ring.end > sent) setTimeout(pump, 20);
  };
  const end = () => {
    isOver = true;
    clearTimeout(timer);
    const open = socket;
    socket = null;
    open?.close(1000);
  };
  const give = (/** @type {string} */ sentence) => {
    end();
    on.failed(sentence);
  };
  /** Times of the studio's session in the time of our sound. @param {LiveWord[]} list */
  const placed = (list) => {
    const by = base / start.sample_rate;
    return by ? list.map((word) => ({ ...word, start: word.start + by, end: word.end + by })) : list;
  };
  /** @param {any} message of the protocol */
  const hear = (message) => {
    if (message.status === "ready") {
      id = message.session || "";
      isReady = true;
      tries = 0;
      awaySince = 0;
      ring.drop(base + message.received);
      sent = Math.max(base + message.received, ring.begin);
      for (const wish of wishes) wish.told = false;
      on.state("open");
      if (base === 0 && !words) for (const notice of message.notices || []) on.notice(notice);
      pump();
    } else if (message.type === "ack") {
      ring.drop(base + message.received);
    } else if (message.type === "partial") {
      words += message.stable.length;
      on.partial({ ...message, stable: placed(message.stable), draft: placed(message.draft), audio: message.audio + base / start.sample_rate });
    } else if (message.type === "notice") {
      on.notice(message.message);
    } else if (message.type === "complete") {
      end();
      on.complete(base ? null : message.words);
    } else if (message.type === "error") {
      const error = message.error || {};
      if (error.code === "not_found" && id) {
        // The studio was started again, or we were away for too long: what it has not acknowledged begins a new session.
        id = "";
        words = 0;
        base = ring.begin;
        const open = socket;
        socket = null;
        open?.close(1000);
        connect();
      } else give(error.message || "The captions stopped. Start again.");
    }
  };
  const lost = (/** @type {string} */ reason) => {
    isReady = false;
    if (isOver) return;
    if (!awaySince) {
      if (!id && !tries && reason) return give(reason);
      awaySince = performance.now();
      on.state("away");
    }
    if (performance.now() - awaySince > AWAY_S * 1000)
      return give("The studio did not answer for a minute. What was said until then is kept here; start again when it is back.");
    timer = setTimeout(connect, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
  };
  const connect = () => {
    if (isOver) return;
    clearTimeout(timer);
    const address = new URL("/v1/audio/transcriptions/realtime", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const mine = (socket = new WebSocket(address));
    mine.binaryType = "arraybuffer";
    const patience = setTimeout(() => mine.readyState === WebSocket.CONNECTING && mine.close(), 5000);
    mine.addEventListener("open", () => {
      clearTimeout(patience);
      mine.send(JSON.stringify(id ? { session: id, words, sample_rate: start.sample_rate } : { ...start, resumable: true }));
    });
    mine.addEventListener("message", ({ data }) => mine === socket && hear(JSON.parse(data)));
    mine.addEventListener("close", (event) => {
      clearTimeout(patience);
      if (mine !== socket) return;
      socket = null;
      lost(event.reason);
    });
  };

  window.addEventListener("online", () => awaySince && connect());
  connect();
  return {
    get id() {
      return id;
    },
    /** @param {Int16Array<ArrayBuffer>} pcm16 */
    send: (pcm16) => {
      if (isOver) return;
      ring.push(pcm16);
      pump();
    },
    /** @param {"stop" | "pause" | "clear"} action */
    ask: (action) => {
      if (isOver) return;
      wishes.push({ at: ring.end, action, told: false });
      pump();
    },
    close: end,
  };
};

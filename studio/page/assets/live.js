/* A live session with the studio that survives a lost connection: sound is numbered by its samples and kept until the studio has
   acknowledged it; after a loss the studio says how far it got, and the rest is sent again. Knows nothing of the page. */
"use strict";
(() => {
  const studio = (window.studio = window.studio || {});
  const AWAY_S = 60; // how long a loss may last, and how much sound is kept for it
  const RETRY_MS = [250, 500, 1000, 2000];
  const BUFFERED_BYTES = 1 << 20; // in the browser's own hands; beyond it sound waits in ours

  /** Packets with the number of their first sample; the oldest go when they are acknowledged, or when there are too many. */
  class Ring {
    constructor(most) {
      this.most = most;
      this.packets = [];
      this.begin = 0; // the first sample that is still here
      this.end = 0; // behind the last
    }
    push(pcm16) {
      this.packets.push({ at: this.end, pcm16 });
      this.end += pcm16.length;
      while (this.end - this.packets[0].at - this.packets[0].pcm16.length > this.most) this.begin = this.packets.shift().at;
      this.begin = this.packets[0].at;
    }
    drop(until) {
      while (this.packets.length && this.packets[0].at + this.packets[0].pcm16.length <= until) this.packets.shift();
      this.begin = this.packets[0]?.at ?? this.end;
    }
    /** What follows sample `from`, a packet at a time. */
    after(from) {
      for (const { at, pcm16 } of this.packets) {
        if (at + pcm16.length <= from) continue;
        return at >= from ? { at, pcm16 } : { at: from, pcm16: pcm16.subarray(from - at) };
      }
      return null;
    }
  }

  /**
   * Begin a session. `start` is {model, language, sample_rate, keep}; handlers: partial(message), complete(message), notice(sentence),
   * state("opening" | "open" | "away"), failed(sentence). Gives {id, send(pcm16), ask(action), close()}.
   */
  studio.openLive = (start, on) => {
    const ring = new Ring(AWAY_S * start.sample_rate);
    let socket = null;
    let id = "";
    let sent = 0; // the next sample to send
    let base = 0; // where in our sound the studio's session begins; not 0 after the studio was restarted
    let words = 0;
    let wishes = []; // actions, each behind the sound that came before it
    let isOver = false;
    let isReady = false;
    let awaySince = 0;
    let tries = 0;
    let timer = 0;
    const live = { get id() { return id; }, waiting: () => (ring.end - ring.begin) / start.sample_rate };

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
    const give = (sentence) => {
      end();
      on.failed(sentence);
    };
    /** Times of the studio's session in the time of our sound. */
    const placed = (list) => {
      const by = base / start.sample_rate;
      return by ? list.map((word) => ({ ...word, start: word.start + by, end: word.end + by })) : list;
    };
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
        on.complete(message, base === 0);
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
    const lost = (reason) => {
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

    live.send = (pcm16) => {
      if (isOver) return;
      ring.push(pcm16);
      pump();
    };
    live.ask = (action) => {
      if (isOver) return;
      wishes.push({ at: ring.end, action, told: false });
      pump();
    };
    live.close = end;
    window.addEventListener("online", () => awaySince && connect());
    connect();
    return live;
  };
})();

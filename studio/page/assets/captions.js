/* The Captions tab: microphone packets go to the studio over a WebSocket, words come back: certain ones stay for good, the
   draft behind them is replaced each time. It knows nothing of how either is made. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon } = studio;
  const HELD_PACKETS = 1500; // a minute of sound kept while the connection is being made
  const PARAGRAPH_S = 2; // a silence this long begins a new paragraph
  const LAST_WORDS_MS = 8000; // how long Stop waits for them

  const choices = { model: "", language: "" };
  const captions = (studio.captions = { choices, set: (values) => Object.assign(choices, values) });

  studio.part("captions", ({ element, props }) => {
    captions.set(props.value || {});
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const [toggle, level, status, stable, draft, clear, copy, time] =
      ["toggle", "level", "status", "stable", "draft", "clear", "copy", "time"].map(find);
    let microphone = null;
    let socket = null;
    let state = "idle"; // idle, opening, listening, finishing
    let paragraph = null;
    let lastEnd = 0;
    let waiting = [];
    let goodbye = 0;

    clear.prepend(icon("trash"));
    copy.prepend(icon("copy"));
    const show = (next, sentence = "") => {
      state = next;
      element.dataset.state = next;
      const busy = next === "listening" || next === "opening";
      toggle.replaceChildren(icon(busy ? "stop" : "microphone"), h("span", {}, busy ? "Stop" : "Listen"));
      toggle.disabled = next === "finishing";
      status.textContent = sentence;
      if (!busy) drawLevel(0);
    };
    const drawLevel = (loudest) => {
      const db = loudest > 0 ? Math.max(-60, 20 * Math.log10(loudest)) : -60;
      level.style.setProperty("--st-level", ((db + 60) / 60).toFixed(3));
      level.setAttribute("aria-valuenow", String(Math.round(db)));
    };
    const keep = (words) => {
      for (const word of words) {
        if (!paragraph || word.start - lastEnd > PARAGRAPH_S) {
          paragraph = h("p", {}, h("time", {}, studio.clock(word.start)), " ");
          stable.append(paragraph);
        }
        paragraph.append(`${word.text} `);
        lastEnd = word.end;
      }
      if (words.length) stable.parentElement.scrollTop = stable.parentElement.scrollHeight;
    };
    const close = (sentence) => {
      clearTimeout(goodbye);
      microphone?.close();
      const open = socket;
      [microphone, socket, waiting] = [null, null, []];
      open?.close();
      draft.textContent = "";
      show("idle", sentence);
    };
    const hear = (message) => {
      if (message.type === "partial") {
        keep(message.stable);
        draft.textContent = message.draft.map((word) => word.text).join(" ");
        time.textContent = studio.clock(message.audio);
        element.dataset.speech = message.speech ? "yes" : "no";
      } else if (message.type === "complete") {
        close("Stopped.");
      } else if (message.type === "error") {
        close("");
        studio.say(message.error?.message || "The captions stopped. Start again.", "error");
      }
    };

    const start = async () => {
      show("opening", "Opening the microphone.");
      paragraph = null;
      lastEnd = 0;
      try {
        microphone = await studio.openMicrophone({
          packet: (pcm16, loudest) => {
            drawLevel(loudest);
            if (state === "finishing") return;
            if (socket?.readyState === WebSocket.OPEN && !waiting.length) socket.send(pcm16);
            else if (waiting.length < HELD_PACKETS) waiting.push(pcm16);
          },
          ended: () => {
            close("");
            studio.say("The microphone was unplugged. Plug it in and start again; what was said so far is kept.", "error");
          },
        });
      } catch (error) {
        close("");
        return studio.fail(error);
      }
      if (state !== "opening") return microphone.close();
      const address = new URL("/v1/audio/transcriptions/realtime", location.href);
      address.protocol = address.protocol.replace("http", "ws");
      const mine = (socket = new WebSocket(address));
      mine.binaryType = "arraybuffer";
      mine.addEventListener("open", () => {
        if (mine !== socket) return mine.close();
        mine.send(JSON.stringify({ model: choices.model, language: choices.language, sample_rate: microphone.sampleRate }));
        for (const pcm16 of waiting.splice(0)) mine.send(pcm16);
        show("listening", "Listening.");
      });
      mine.addEventListener("message", ({ data }) => mine === socket && hear(JSON.parse(data)));
      mine.addEventListener("close", (event) => {
        if (mine !== socket) return;
        const wasFinishing = state === "finishing";
        close(wasFinishing ? "Stopped." : "");
        if (!wasFinishing) studio.say(event.reason || "The connection to the studio was lost. Start again; what was said so far is kept.", "error");
      });
    };
    const stop = () => {
      if (state === "opening") return close("Stopped.");
      show("finishing", "Waiting for the last words.");
      microphone?.close();
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ action: "stop" }));
      goodbye = setTimeout(() => close("Stopped."), LAST_WORDS_MS);
    };

    toggle.addEventListener("click", () => (state === "idle" ? start() : stop()));
    clear.addEventListener("click", () => {
      stable.replaceChildren();
      draft.textContent = "";
      paragraph = null;
    });
    copy.addEventListener("click", async () => {
      const text = [...stable.children].map((one) => [...one.childNodes].slice(1).map((node) => node.textContent).join("").trim()).join("\n\n");
      if (!text) return studio.say("There is nothing to copy yet.");
      try {
        await navigator.clipboard.writeText(text);
        studio.say("Copied.");
      } catch {
        studio.say("The browser did not allow copying. Select the text and copy it by hand.", "error");
      }
    });
    window.addEventListener("pagehide", () => close(""));
    show("idle");
  });
})();

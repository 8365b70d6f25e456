// @ts-check
/* The Captions tab: microphone packets go to the studio, words come back. It knows nothing of how either is made, nor of how sound travels. */
import { openTranscript } from "../editor/opening.js";
import { transcripts } from "../jobs/jobs.js";
import { ask, sendJson } from "../shared/asking.js";
import { captions } from "../shared/choices.js";
import { finder, h, icon } from "../shared/elements.js";
import { fail, say } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import * as wording from "../shared/wording.js";
import { openMicrophone } from "../sound/microphone.js";
import { drawLevel } from "../sound/scope.js";
import { openLive } from "./live.js";
import { wordLog } from "./words.js";

/** @typedef {"idle" | "opening" | "listening" | "paused" | "away" | "finishing"} State */

const LAST_WORDS_MS = 10000; // how long Stop waits for them when none come
const AWAY_MS = 62000; // and while the connection is lost
const SESSIONS = "/v1/audio/transcriptions/realtime";

part("captions", ({ element, props }) => {
  captions.set(props.value || {});
  const find = finder(element);
  const [toggle, pause, clear, copy, save] = ["toggle", "pause", "clear", "copy", "save"].map(find.button);
  const [level, status, time] = ["level", "status", "time"].map((name) => find(name));
  const words = wordLog(find("stable"), find("draft"));
  /** @type {Awaited<ReturnType<typeof openMicrophone>> | null} */
  let microphone = null;
  /** @type {ReturnType<typeof openLive> | null} */
  let live = null;
  let state = /** @type {State} */ ("idle");
  let goodbye = 0;
  let saveable = ""; // the session that can be saved
  let isPaused = false;
  /** @type {(() => void) | null} */
  let afterStop = null;

  clear.prepend(icon("trash"));
  copy.prepend(icon("copy"));
  save.prepend(icon("download"));
  const isOn = () => ["opening", "listening", "paused", "away"].includes(state);
  /** @param {State} next @param {string} sentence */
  const show = (next, sentence = "") => {
    state = next;
    element.dataset.state = next;
    toggle.replaceChildren(icon(isOn() ? "stop" : "microphone"), h("span", {}, isOn() ? "Stop" : "Listen"));
    toggle.disabled = next === "finishing";
    pause.hidden = !isOn();
    pause.disabled = next === "opening";
    pause.replaceChildren(icon(isPaused ? "microphone" : "pause"), h("span", {}, isPaused ? "Go on" : "Pause"));
    pause.setAttribute("aria-pressed", String(isPaused));
    save.disabled = !(isOn() || saveable) || words.isEmpty();
    status.textContent = sentence;
    if (next !== "listening" && next !== "away") drawLevel(level, 0);
  };
  /** @param {string} sentence */
  const over = (sentence) => {
    clearTimeout(goodbye);
    microphone?.close();
    live?.close();
    [microphone, live, isPaused] = [null, null, false];
    words.dropDraft();
    show("idle", sentence);
    const next = afterStop;
    afterStop = null;
    next?.();
  };
  const forget = () => {
    if (saveable) ask(`${SESSIONS}/${saveable}`, { method: "DELETE" }).catch(() => {});
    saveable = "";
  };

  /** The microphone, unless somebody has pressed Stop meanwhile. */
  const listen = async () => {
    const opened = await openMicrophone({
      packet: (pcm16, loudest) => {
        if (state !== "listening" && state !== "away" && state !== "opening") return;
        drawLevel(level, loudest);
        live?.send(pcm16);
      },
      ended: (sentence) => {
        say(sentence, "error");
        stop();
      },
    });
    if (state === "opening") return opened;
    opened.close();
    return null;
  };
  /** @param {number} sample_rate */
  const connect = (sample_rate) => {
    const mine = openLive({ ...captions.choices, sample_rate, keep: true }, {
      partial: (message) => {
        if (mine !== live) return;
        if (state === "finishing") wait(LAST_WORDS_MS); // a slow machine is still at it
        words.hear(message);
        if (message.stable.length) save.disabled = false;
        time.textContent = wording.clock(message.audio);
        element.dataset.speech = message.speech ? "yes" : "no";
      },
      complete: (heard) => {
        if (mine !== live) return;
        if (heard) words.replace(heard);
        saveable = mine.id;
        over("Stopped.");
      },
      notice: (sentence) => say(sentence),
      state: (now) => {
        if (mine !== live) return;
        if (now === "away") {
          if (state === "finishing") return;
          show("away", "The connection is lost. What you say is kept and sent when it is back.");
        } else if (state === "opening" || state === "away") {
          show(isPaused ? "paused" : "listening", isPaused ? "Paused." : "Listening.");
        }
      },
      failed: (sentence) => {
        if (mine !== live) return;
        saveable = mine.id;
        over("");
        say(sentence, "error");
      },
    });
    return mine;
  };
  const start = async () => {
    forget();
    isPaused = false;
    words.begin();
    show("opening", "Opening the microphone.");
    try {
      microphone = await listen();
    } catch (error) {
      over("");
      return fail(error);
    }
    if (microphone) live = connect(microphone.sampleRate);
  };
  /** @param {number} milliseconds */
  const wait = (milliseconds) => {
    clearTimeout(goodbye);
    goodbye = setTimeout(() => {
      saveable = live?.id || "";
      over("Stopped.");
    }, milliseconds);
  };
  const stop = () => {
    if (state === "opening") return over("Stopped.");
    if (!isOn()) return;
    const wasAway = state === "away";
    show("finishing", "Waiting for the last words.");
    microphone?.close();
    live?.ask("stop");
    wait(wasAway ? AWAY_MS : LAST_WORDS_MS);
  };
  const keepAsTranscript = async () => {
    if (isOn()) {
      afterStop = keepAsTranscript;
      stop();
      return;
    }
    if (!saveable) return;
    save.disabled = true;
    const title = `Captions, ${new Date().toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}`;
    try {
      const job = await sendJson(`${SESSIONS}/${saveable}/save`, { title });
      saveable = "";
      say("Saved with its sound; it is under Transcribe as well.");
      transcripts.look();
      openTranscript(job.id);
    } catch (error) {
      save.disabled = false;
      fail(error);
    }
  };

  toggle.addEventListener("click", () => (state === "idle" ? start() : stop()));
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    if (isPaused) live?.ask("pause");
    show(isPaused ? "paused" : "listening", isPaused ? "Paused. Nothing is heard until you go on." : "Listening.");
  });
  clear.addEventListener("click", () => {
    words.clear();
    if (isOn()) live?.ask("clear");
    else forget();
    save.disabled = true;
  });
  save.addEventListener("click", keepAsTranscript);
  copy.addEventListener("click", async () => {
    const text = words.text();
    if (!text) return say("There is nothing to copy yet.");
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      say("The browser did not allow copying. Select the text and copy it by hand.", "error");
    }
  });
  window.addEventListener("pagehide", () => over(""));
  show("idle");
});

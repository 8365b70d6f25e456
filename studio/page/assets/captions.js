/* The Captions tab: microphone packets go to the studio, words come back: certain ones stay for good, the draft behind them is
   replaced each time. It knows nothing of how either is made, nor of how sound travels. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon } = studio;
  const PARAGRAPH_S = 2; // a silence this long begins a new paragraph
  const LAST_WORDS_MS = 10000; // how long Stop waits for them when none come
  const AWAY_MS = 62000; // and while the connection is lost
  const MOST_PARAGRAPHS = 2000; // on the page; the studio has all of them

  const spaced = (word) => (word.space_before === false ? word.text : ` ${word.text}`);

  const choices = { model: "", language: "", translate: false, prompt: "", hotwords: "" };
  const captions = (studio.captions = { choices, set: (values) => Object.assign(choices, values) });

  studio.part("captions", ({ element, props }) => {
    captions.set(props.value || {});
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const [toggle, pause, level, status, stable, draft, clear, copy, save, time] =
      ["toggle", "pause", "level", "status", "stable", "draft", "clear", "copy", "save", "time"].map(find);
    let microphone = null;
    let live = null;
    let state = "idle"; // idle, opening, listening, paused, away, finishing
    let paragraph = null;
    let lastEnd = 0;
    let goodbye = 0;
    let saveable = ""; // the session that can be saved
    let isPaused = false;
    let afterStop = null;

    clear.prepend(icon("trash"));
    copy.prepend(icon("copy"));
    save.prepend(icon("download"));
    const isOn = () => ["opening", "listening", "paused", "away"].includes(state);
    const show = (next, sentence = "") => {
      state = next;
      element.dataset.state = next;
      toggle.replaceChildren(icon(isOn() ? "stop" : "microphone"), h("span", {}, isOn() ? "Stop" : "Listen"));
      toggle.disabled = next === "finishing";
      pause.hidden = !isOn();
      pause.disabled = next === "opening";
      pause.replaceChildren(icon(isPaused ? "microphone" : "pause"), h("span", {}, isPaused ? "Go on" : "Pause"));
      pause.setAttribute("aria-pressed", String(isPaused));
      save.disabled = !(isOn() || saveable) || !stable.childElementCount;
      status.textContent = sentence;
      if (next !== "listening" && next !== "away") drawLevel(0);
    };
    const drawLevel = (loudest) => {
      const db = loudest > 0 ? Math.max(-60, 20 * Math.log10(loudest)) : -60;
      level.style.setProperty("--st-level", ((db + 60) / 60).toFixed(3));
      level.setAttribute("aria-valuenow", String(Math.round(db)));
    };
    const keep = (words) => {
      const box = stable.parentElement;
      const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 60; // who has scrolled up is reading
      for (const word of words) {
        if (!paragraph || word.start - lastEnd > PARAGRAPH_S) {
          paragraph = h("p", {}, h("time", {}, studio.clock(word.start)), " ");
          stable.append(paragraph);
          if (stable.childElementCount > MOST_PARAGRAPHS) stable.firstElementChild.remove();
        }
        paragraph.append(paragraph.childNodes.length > 2 ? spaced(word) : word.text);
        lastEnd = word.end;
      }
      if (words.length) save.disabled = false;
      return follows;
    };
    const over = (sentence) => {
      clearTimeout(goodbye);
      microphone?.close();
      live?.close();
      [microphone, live, isPaused] = [null, null, false];
      draft.textContent = "";
      show("idle", sentence);
      const next = afterStop;
      afterStop = null;
      next?.();
    };
    const forget = () => {
      if (saveable) fetch(`/v1/audio/transcriptions/realtime/${saveable}`, { method: "DELETE" }).catch(() => {});
      saveable = "";
    };

    const start = async () => {
      forget();
      [paragraph, lastEnd, isPaused] = [null, 0, false];
      stable.replaceChildren();
      show("opening", "Opening the microphone.");
      try {
        const opened = await studio.openMicrophone({
          packet: (pcm16, loudest) => {
            if (state !== "listening" && state !== "away" && state !== "opening") return;
            drawLevel(loudest);
            live?.send(pcm16);
          },
          ended: (sentence) => {
            studio.say(sentence, "error");
            stop();
          },
        });
        if (state !== "opening") return opened.close();
        microphone = opened;
      } catch (error) {
        over("");
        return studio.fail(error);
      }
      const mine = (live = studio.openLive(
        { ...choices, sample_rate: microphone.sampleRate, keep: true },
        {
          partial: (message) => {
            if (mine !== live) return;
            if (state === "finishing") wait(LAST_WORDS_MS); // a slow machine is still at it
            const follows = keep(message.stable);
            draft.textContent = message.draft.map(spaced).join("").trimStart();
            time.textContent = studio.clock(message.audio);
            element.dataset.speech = message.speech ? "yes" : "no";
            if (follows) stable.parentElement.scrollTop = stable.parentElement.scrollHeight;
          },
          complete: () => {
            if (mine !== live) return;
            saveable = mine.id;
            over("Stopped.");
          },
          notice: (sentence) => studio.say(sentence),
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
            studio.say(sentence, "error");
          },
        },
      ));
    };
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
        const job = await (await studio.send(`/v1/audio/transcriptions/realtime/${saveable}/save`, { title })).json();
        saveable = "";
        studio.say("Saved with its sound; it is under Transcribe as well.");
        studio.transcripts?.look();
        studio.openTranscript?.(job.id);
      } catch (error) {
        save.disabled = false;
        studio.fail(error);
      }
    };

    toggle.addEventListener("click", () => (state === "idle" ? start() : stop()));
    pause.addEventListener("click", () => {
      isPaused = !isPaused;
      if (isPaused) live?.ask("pause");
      show(isPaused ? "paused" : "listening", isPaused ? "Paused. Nothing is heard until you go on." : "Listening.");
    });
    clear.addEventListener("click", () => {
      stable.replaceChildren();
      draft.textContent = "";
      paragraph = null;
      if (isOn()) live?.ask("clear");
      else forget();
      save.disabled = true;
    });
    save.addEventListener("click", keepAsTranscript);
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
    window.addEventListener("pagehide", () => over(""));
    show("idle");
  });
})();

/* The Speak tab: what is in the box goes to the player, what the player hears comes back as light, level and words.
   The choices (model, voice, speed ...) live in Gradio's components and are mirrored here as they change, so that
   a click needs no round trip. It knows nothing of how sound is made. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const FORMATS = ["wav", "mp3", "flac", "opus"];
  const BAR = 3; // CSS pixels of one waveform bar, with its gap
  const TOLD_S = 0.8; // a shorter wait needs no words
  const MOST_S = 60; // the longest wait there is (engine/tts/lead.py)
  const PRESENT = 0.7; // where in the waveform the present stands once it is full

  /** What a person calls a voice: "English (America), female 3" for "en-us+f3". */
  const nameOf = (id) =>
    id.split("+").map((part) => (choices.names[part] || part).split(" · ")[0]).join(", ");

  const waits = (lead_s) =>
    `Starts in ${Math.ceil(lead_s)} s, ${lead_s < MOST_S ? "so that it need not stop in the middle" : "and will stop in the middle all the same"}: ` +
    "this machine makes speech slowly.";

  const choices = { model: "", names: {}, voice: "", timbre: "", blend: "", language: "", start: null, speed: 1, rates: {},
    temperature: null, top_p: null, seed: 0, steady: [] };
  const speak = (studio.speak = { choices });

  /** Called by Gradio's change events. */
  speak.set = (values) => {
    Object.assign(choices, values);
    speak.changed?.();
  };

  /** A slider that has gone may not tell that it went back to 1. */
  speak.speedOf = ({ model, speed, steady }) => (steady.includes(model) ? 1 : Number(speed) || 1);

  /** Who is asked to speak: nobody while the choice is the one the page began with, for then the studio's rule holds. */
  speak.whoOf = ({ model, voice, timbre, blend, start }) => {
    const whole = blend || (timbre ? `${voice}+${timbre}` : voice);
    return start && model === start.model && whole === start.voice ? { model: "", voice: "" } : { model, voice: whole };
  };

  const box = () => document.querySelector("#speak-text textarea");
  const request = (text) => ({
    ...speak.whoOf(choices),
    input: text,
    speed: speak.speedOf(choices),
    temperature: choices.temperature, // a voice that draws nothing ignores all three
    top_p: choices.top_p,
    seed: Number(choices.seed) || 0,
  });
  Object.assign(speak, { request, nameOf, box, formats: FORMATS });

  studio.part("speak", ({ element, props }) => {
    speak.set(props.value || {});
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const [play, stop, wave, level, time, facts, status] =
      ["play", "stop", "wave", "level", "time", "facts", "status"].map(find);
    let current = null;
    let follow = null;

    play.prepend(icon("play"));
    stop.prepend(icon("stop"));
    const tell = (sentence) => (status.textContent = sentence);

    speak.play = (clickedAt = performance.now()) => {
      const text = box()?.value ?? "";
      if (!text.trim()) {
        tell("");
        studio.say("There is nothing to say yet: write something first.", "error");
        box()?.focus();
        return;
      }
      follow?.clear();
      current = studio.player.play({
        body: request(text), rate: choices.rates[choices.model], keep: true, clickedAt,
        on: {
          state: (now, lead_s) => show(now, lead_s),
          notice: (sentence) => studio.offers?.shows(sentence) || studio.say(sentence),
          end: (now, reason) => {
            show(now);
            follow?.clear();
            follow = null;
            tell({ ended: "Finished.", stopped: "Stopped.", failed: "Failed." }[reason] || "");
            // A stopped stream is filed when the studio notices the closed connection: a moment later.
            setTimeout(() => speak.clips?.(), reason === "ended" ? 0 : 400);
          },
        },
      });
      follow = wordLight(box(), current);
      requestAnimationFrame(draw);
    };
    speak.stop = () => {
      if (studio.player.current && studio.player.current === current) studio.player.stop();
    };

    const show = (now, lead_s = 0) => {
      const busy = now.state !== "idle";
      element.dataset.state = now.state;
      stop.disabled = !busy;
      if (now.state === "connecting") tell("Starting.");
      if (now.state === "filling" && lead_s >= TOLD_S) tell(waits(lead_s));
      if (now.state === "playing") tell("Speaking.");
      if (now.state === "buffering") tell("Waiting for the voice.");
    };

    /* The studio makes its voice ready when it starts; who opens the page before that is told. */
    const watchVoice = async (wasTold = false) => {
      const { voice } = await (await studio.ask("/health")).json();
      const isWarming = voice === "warming";
      if (!current && (isWarming || wasTold)) tell(isWarming ? "Getting the voice ready." : voice === "ready" ? "The voice is ready." : "");
      if (isWarming) setTimeout(() => watchVoice(true).catch(() => {}), 700);
    };
    watchVoice().catch(() => {}); // whoever is not told misses nothing

    play.addEventListener("click", (event) => speak.play(event.timeStamp));
    stop.addEventListener("click", speak.stop);
    document.addEventListener("keydown", (event) => {
      if (!studio.isShown(element)) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        speak.play(event.timeStamp);
      } else if (event.key === "Escape" && studio.player.current) speak.stop();
    });

    /* Level and waveform. */
    const heard_s = () =>
      studio.player.current === current ? studio.player.position_s : current.metrics.rate ? current.metrics.samplesPlayed / current.metrics.rate : 0;
    const scope = new Float32Array(2048);
    const paint = (canvas, draw) => {
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
      if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
      const pen = canvas.getContext("2d");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      draw(pen, width, height);
    };
    const colour = (name) => getComputedStyle(element).getPropertyValue(name).trim() || "#888";

    /** What was heard stands in ink, what is fetched and still to come in grey; the present stays in view. */
    const drawWave = () =>
      paint(wave, (pen, width, height) => {
        const room = Math.floor(width / BAR);
        const peaks = current?.peaks || [];
        const heard = current ? Math.floor(heard_s() / current.peak_s) : 0;
        const first = Math.max(0, Math.min(heard - Math.floor(room * PRESENT), peaks.length - room));
        const [ink, grey] = [colour("--st-accent"), colour("--st-line")];
        for (let i = 0; i < room; i++) {
          const peak = peaks[first + i];
          const tall = peak === undefined ? 1 : Math.max(1.5, Math.sqrt(peak) * height * 0.95);
          pen.fillStyle = peak !== undefined && first + i <= heard ? ink : grey;
          pen.fillRect(i * BAR, (height - tall) / 2, BAR - 1, tall);
        }
      });
    const drawLevel = (db) => {
      const share = Math.min(1, Math.max(0, (db + 60) / 60));
      level.style.setProperty("--st-level", share.toFixed(3));
      level.setAttribute("aria-valuenow", String(Math.round(Math.max(-60, db))));
    };

    const draw = () => {
      const playing = current && studio.player.current === current;
      let peak = 0;
      if (playing && studio.player.analyser && current.state === "playing") {
        studio.player.analyser.getFloatTimeDomainData(scope);
        for (const sample of scope) peak = Math.max(peak, Math.abs(sample));
        follow?.move(studio.player.position_s);
      }
      drawLevel(peak > 0 ? 20 * Math.log10(peak) : -60);
      drawWave();
      if (current) {
        const { metrics } = current;
        const known = metrics.rate ? metrics.samplesReceived / metrics.rate : 0;
        time.textContent = `${studio.clock(heard_s())} / ${studio.clock(known)}`;
        const left = current.state === "filling" ? (current.beginsAt - performance.now()) / 1000 : 0;
        facts.textContent = [
          left >= 1 ? `starts in ${Math.ceil(left)} s` : "",
          metrics.clickToSoundMs === null ? "" : `first sound after ${Math.round(metrics.clickToSoundMs)} ms`,
          metrics.clickToSoundMs === null ? "" : metrics.underruns ? studio.count(metrics.underruns, "gap") : "no gaps",
        ].filter(Boolean).join(" · ");
      }
      if (playing) requestAnimationFrame(draw);
    };
    new ResizeObserver(drawWave).observe(wave);
    new MutationObserver(drawWave).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    drawLevel(-60);

    /* Download: the text as it stands, made into a file by the same engine. */
    const menu = find("download");
    for (const format of FORMATS) {
      const button = h("button", { type: "button", class: "st-chip", "aria-label": `Download as ${format}` }, format);
      button.addEventListener("click", async () => {
        const text = box()?.value ?? "";
        if (!text.trim()) return studio.say("There is nothing to download yet: write something first.", "error");
        button.disabled = true;
        tell(`Making the ${format} file.`);
        try {
          const answer = await studio.send("/v1/audio/speech", { ...request(text), response_format: format, stream_format: "audio" });
          const name = text.trim().slice(0, 40).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "speech";
          studio.save(await answer.blob(), `${name}.${format}`);
          tell(`Downloaded as ${format}.`);
        } catch (error) {
          tell("");
          studio.fail(error);
        } finally {
          button.disabled = false;
        }
      });
      menu.append(button);
    }
  });

  /** Lights the spoken word up in a text box: a mirror of the box lies over it, and a highlight moves in the mirror. */
  const wordLight = (area, play) => {
    if (!area || !window.Highlight || !CSS.highlights) return null;
    const text = area.value;
    const mirror = h("div", { class: "st-mirror", "aria-hidden": "true" });
    const node = document.createTextNode(`${text}\n`);
    mirror.append(node);
    area.parentElement.append(mirror);
    const style = getComputedStyle(area);
    for (const property of ["font", "letterSpacing", "lineHeight", "padding", "borderWidth", "textIndent", "wordSpacing", "tabSize", "textAlign", "direction"])
      mirror.style[property] = style[property];
    const fit = () => {
      mirror.style.left = `${area.offsetLeft}px`;
      mirror.style.top = `${area.offsetTop}px`;
      mirror.style.width = `${area.clientWidth + area.clientLeft * 2}px`;
      mirror.style.height = `${area.offsetHeight}px`;
      mirror.scrollTop = area.scrollTop;
    };
    fit();
    const light = new Highlight();
    CSS.highlights.set("st-spoken", light);
    const watch = new ResizeObserver(fit);
    watch.observe(area);
    let touched = 0;
    const scrolled = () => (mirror.scrollTop = area.scrollTop);
    const reached = () => (touched = performance.now());
    area.addEventListener("scroll", scrolled, { passive: true });
    area.addEventListener("wheel", reached, { passive: true });
    area.addEventListener("pointerdown", reached, { passive: true });
    let at = -1;
    let shown = -1;
    const lit = {
      word: "",
      move: (position_s) => {
        if (area.value !== text) return lit.clear(); // edited meanwhile: the places no longer fit
        while (at + 1 < play.words.length && play.words[at + 1].start <= position_s) at++;
        if (at === shown || at < 0) return;
        shown = at;
        const { from, to } = play.words[at];
        light.clear();
        lit.word = "";
        if (from < 0 || to <= from) return;
        const range = new Range();
        range.setStart(node, Math.min(from, text.length));
        range.setEnd(node, Math.min(to, text.length));
        light.add(range);
        lit.word = text.slice(from, to);
        studio.metrics.wordsLit = (studio.metrics.wordsLit || 0) + 1;
        studio.metrics.word = lit.word;
        const [place, frame] = [range.getBoundingClientRect(), area.getBoundingClientRect()];
        if (performance.now() - touched > 4000 && (place.bottom > frame.bottom - 12 || place.top < frame.top + 12))
          area.scrollTop += place.top - frame.top - frame.height / 3;
      },
      clear: () => {
        light.clear();
        watch.disconnect();
        area.removeEventListener("scroll", scrolled);
        area.removeEventListener("wheel", reached);
        area.removeEventListener("pointerdown", reached);
        mirror.remove();
      },
    };
    return lit;
  };
})();

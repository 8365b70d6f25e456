// @ts-check
/* The Speak tab: what is in the box goes to the player, what the player hears comes back as light, level and words.
   It knows nothing of how sound is made. */
import { askJson } from "../shared/asking.js";
import { speak } from "../shared/choices.js";
import { finder, icon, isShown } from "../shared/elements.js";
import { say } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import * as wording from "../shared/wording.js";
import { player } from "../sound/player.js";
import { lookAtClips } from "./clips.js";
import { offerDownloads } from "./download.js";
import { offers } from "./offers.js";
import { box, request } from "./request.js";
import { drawLevel, drawWave } from "../sound/scope.js";
import { wordLight } from "./word_light.js";

/** @typedef {import("../sound/play.js").Play} Play */

const TOLD_S = 0.8; // a shorter wait needs no words
const MOST_S = 60; // the longest wait there is (engine/tts/lead.py)
const WARMING_MS = 700;
const FILED_MS = 400;
/** @type {Record<string, string>} */
const ENDS = { ended: "Finished.", stopped: "Stopped.", failed: "Failed." };

/** @param {number} lead_s */
const waits = (lead_s) =>
  `Starts in ${Math.ceil(lead_s)} s, ${lead_s < MOST_S ? "so that it need not stop in the middle" : "and will stop in the middle all the same"}: ` +
  "this machine makes speech slowly.";

part("speak", ({ element, props }) => {
  speak.set(props.value || {});
  const find = finder(element);
  const [level, time, facts, status] = ["level", "time", "facts", "status"].map((name) => find(name));
  const [play, stop] = ["play", "stop"].map(find.button);
  const wave = find.kind("wave", HTMLCanvasElement);
  /** @type {Play | null} */
  let current = null;
  /** @type {ReturnType<typeof wordLight>} */
  let follow = null;

  play.prepend(icon("play"));
  stop.prepend(icon("stop"));
  const tell = (/** @type {string} */ sentence) => (status.textContent = sentence);

  /** @param {number} clickedAt */
  const begin = (clickedAt) => {
    const text = box()?.value ?? "";
    if (!text.trim()) {
      tell("");
      say("There is nothing to say yet: write something first.", "error");
      box()?.focus();
      return;
    }
    follow?.clear();
    current = player.play({
      body: request(text), rate: speak.choices.rates[speak.choices.model], keep: true, clickedAt,
      on: {
        state: show,
        notice: (sentence) => {
          if (!offers.shows?.(sentence)) say(sentence);
        },
        end: (now, reason) => {
          show(now);
          follow?.clear();
          follow = null;
          tell(ENDS[reason] || "");
          // A stopped stream is filed when the studio notices the closed connection: a moment later.
          setTimeout(lookAtClips, reason === "ended" ? 0 : FILED_MS);
        },
      },
    });
    follow = wordLight(box(), current);
    requestAnimationFrame(draw);
  };
  const end = () => {
    if (player.current && player.current === current) player.stop();
  };

  /** @param {Play} now @param {number} lead_s */
  const show = (now, lead_s = 0) => {
    element.dataset.state = now.state;
    stop.disabled = now.state === "idle";
    if (now.state === "connecting") tell("Starting.");
    if (now.state === "filling" && lead_s >= TOLD_S) tell(waits(lead_s));
    if (now.state === "playing") tell("Speaking.");
    if (now.state === "buffering") tell("Waiting for the voice.");
  };

  /* The studio makes its voice ready when it starts; who opens the page before that is told. */
  const watchVoice = async (wasTold = false) => {
    const { voice } = await askJson("/health");
    const isWarming = voice === "warming";
    if (!current && (isWarming || wasTold)) tell(isWarming ? "Getting the voice ready." : voice === "ready" ? "The voice is ready." : "");
    if (isWarming) setTimeout(() => watchVoice(true).catch(() => {}), WARMING_MS);
  };
  watchVoice().catch(() => {}); // whoever is not told misses nothing

  play.addEventListener("click", (event) => begin(event.timeStamp));
  stop.addEventListener("click", end);
  document.addEventListener("keydown", (event) => {
    if (!isShown(element)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      begin(event.timeStamp);
    } else if (event.key === "Escape" && player.current) end();
  });

  const heard_s = () => {
    if (!current) return 0;
    if (player.current === current) return player.position_s;
    return current.metrics.rate ? current.metrics.samplesPlayed / current.metrics.rate : 0;
  };
  const drawPeaks = () =>
    drawWave(wave, { peaks: current?.peaks ?? [], heard: current ? Math.floor(heard_s() / current.peak_s) : 0 });
  const scope = new Float32Array(2048);
  const loudest = () => {
    player.analyser?.getFloatTimeDomainData(scope);
    return scope.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  };
  /** @param {Play} now */
  const factsOf = ({ metrics, state, beginsAt }) => {
    const left = state === "filling" ? (beginsAt - performance.now()) / 1000 : 0;
    const isHeard = metrics.clickToSoundMs !== null;
    return [
      left >= 1 && `starts in ${Math.ceil(left)} s`,
      isHeard && `first sound after ${Math.round(metrics.clickToSoundMs ?? 0)} ms`,
      isHeard && (metrics.underruns ? wording.count(metrics.underruns, "gap") : "no gaps"),
    ].filter(Boolean).join(" · ");
  };
  const draw = () => {
    const isPlaying = current !== null && player.current === current;
    const isHeard = isPlaying && current?.state === "playing";
    drawLevel(level, isHeard ? loudest() : 0);
    if (isHeard) follow?.move(player.position_s);
    drawPeaks();
    if (current) {
      const { metrics } = current;
      time.textContent = `${wording.clock(heard_s())} / ${wording.clock(metrics.rate ? metrics.samplesReceived / metrics.rate : 0)}`;
      facts.textContent = factsOf(current);
    }
    if (isPlaying) requestAnimationFrame(draw);
  };
  new ResizeObserver(drawPeaks).observe(wave);
  new MutationObserver(drawPeaks).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  drawLevel(level, 0);

  offerDownloads(find("download"), tell);
});

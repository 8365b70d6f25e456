// @ts-check
/* /listen: one WebSocket, one AudioWorklet, and what there is to measure. `window.listen.metrics` is for tests and the curious.
   Text from people or the studio only ever becomes text nodes here. */
import { drawLevel, drawWave } from "./picture.js";
import { ScheduledEar } from "./scheduled_ear.js";

const HEADER_BYTES = 16;
/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
const find = (id, kind) => {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${id}.`);
  return element;
};
const form = find("form", HTMLFormElement);
const text = find("text", HTMLTextAreaElement);
const model = find("model", HTMLSelectElement);
const wave = find("wave", HTMLCanvasElement);
const [voice, buffer, early] = ["voice", "buffer", "early"].map((id) => find(id, HTMLInputElement));
const [start, stop] = ["start", "stop"].map((id) => find(id, HTMLButtonElement));
const [voices, bufferMs, status, level, notices] = ["voices", "buffer-ms", "status", "level", "notices"].map((id) => find(id, HTMLElement));

/**
 * @type {{ state: string, rate: number, received: number, played: number, held: number, underruns: number, loudest: number,
 *   ttfaMs: number | null, firstMs: number | null, complete: unknown }}
 */
const metrics = { state: "idle", rate: 0, received: 0, played: 0, held: 0, underruns: 0, loudest: 0, ttfaMs: null, firstMs: null, complete: null };
window.listen = { metrics };

/** @type {WebSocket | null} */
let socket = null;
/** @type {AudioContext | null} */
let context = null;
/** @type {Ear | null} */
let node = null;
let id = 0;
let clickedAt = 0;
let expectedRate = 24000;
let holding = 0; // the timer of a machine that needs a lead, while nothing is played yet
/** @type {number[]} */
const peaks = [];

const tell = (/** @type {string} */ sentence, isBad = false) => {
  status.textContent = sentence;
  status.classList.toggle("bad", isBad);
};
const become = (/** @type {string} */ state) => {
  metrics.state = state;
  const busy = state !== "idle";
  start.disabled = busy;
  stop.disabled = !busy;
};

const isIdle = () => metrics.state === "idle";
const sentenceOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));

/* Sound. */
const ear = async (/** @type {number} */ rate) => {
  if (context?.sampleRate !== rate) {
    context?.close();
    context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    const made = context;
    // Browsers give pages an audio thread only over https and on the machine itself.
    await made.audioWorklet?.addModule("listen/worklet.js");
    if (made !== context) return;
    node = made.audioWorklet
      ? new AudioWorkletNode(made, "listen-ear", { numberOfInputs: 0, outputChannelCount: [1] })
      : new ScheduledEar(made);
    node.port.onmessage = (/** @type {{ data: EarReport }} */ { data }) => hear(data);
    node.connect(made.destination);
  }
  if (context.state !== "running") await context.resume();
};
const lead = () => holding ? Infinity : Math.round((Number(buffer.value) / 1000) * (metrics.rate || expectedRate));

const hear = (/** @type {EarReport} */ report) => {
  if (report.id !== id) return;
  metrics.played = report.played;
  const { held = 0, peak = 0 } = report;
  metrics.held = held;
  metrics.loudest = Math.max(metrics.loudest, peak);
  peaks.push(peak);
  if (report.type === "first") metrics.firstMs = performance.now() - clickedAt;
  if (report.type === "underrun") {
    metrics.underruns++;
    tell("Waiting for the voice.");
  } else if (metrics.state === "speaking" && report.type === "progress") tell("Speaking.");
  if (report.type === "ended") finish("Finished.");
  requestAnimationFrame(show);
};
const finish = (/** @type {string} */ sentence, isBad = false) => {
  clearTimeout(holding);
  holding = 0;
  metrics.held = 0;
  node?.port.postMessage({ type: "stop" });
  become("idle");
  tell(sentence, isBad);
  peaks.push(0);
  requestAnimationFrame(show);
};

/* The socket. Frames and messages are taken one after the other, so that none overtakes the audio thread's start. */
let turn = Promise.resolve();
const open = () =>
  /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
    if (socket?.readyState === WebSocket.OPEN) return resolve();
    const opened = new WebSocket(new URL("ws/orpheus", location.href.replace(/^http/, "ws")));
    opened.binaryType = "arraybuffer";
    opened.addEventListener("open", () => resolve());
    opened.addEventListener("close", ({ reason }) => {
      reject(new Error(reason || "The studio does not answer. Is it still running?"));
      if (socket === opened && metrics.state !== "idle") finish(reason || "The connection broke off. Press Start to try again.", true);
    });
    opened.addEventListener("message", ({ data }) => (turn = turn.then(() => take(data)).catch((error) => finish(sentenceOf(error), true))));
    socket = opened;
  }));

const take = async (/** @type {string | ArrayBuffer} */ data) => {
  if (typeof data !== "string") {
    if (metrics.state === "speaking") pour(data);
    return;
  }
  const message = JSON.parse(data);
  if (message.request_id !== String(id)) return;
  if (message.type === "stream_started" && metrics.state === "starting") {
    metrics.rate = message.sample_rate;
    metrics.ttfaMs = message.ttfa_ms;
    await ear(message.sample_rate);
    if (metrics.state !== "starting" || message.request_id !== String(id)) return;
    if (message.lead_ms > 0)
      holding = setTimeout(() => {
        holding = 0;
        node?.port.postMessage({ type: "lead", lead: lead() });
      }, message.lead_ms);
    node?.port.postMessage({ type: "start", id, lead: lead() });
    become("speaking");
    tell(message.lead_ms >= 800
      ? `Starts in ${Math.ceil(message.lead_ms / 1000)} s, so that it need not stop in the middle: this machine makes speech slowly.`
      : "Speaking.");
  } else if (message.type === "stream_complete") {
    metrics.complete = message;
    notices.replaceChildren(...message.notices.map((/** @type {string} */ sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
    if (metrics.state === "speaking") node?.port.postMessage({ type: "end", id });
    if (metrics.state === "starting") finish("Stopped.");
  } else if (message.type === "error") finish(message.message, true);
};
const pour = (/** @type {ArrayBuffer} */ frame) => {
  const view = new DataView(frame);
  if (view.getUint32(0) !== 0x50434d30 || frame.byteLength !== HEADER_BYTES + 4 * view.getUint32(8, true)) return;
  const samples = new Float32Array(frame, HEADER_BYTES).slice();
  metrics.received += samples.length;
  node?.port.postMessage({ type: "samples", id, samples }, [samples.buffer]);
};

/* What a person does. */
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (metrics.state !== "idle") return;
  if (!text.value.trim()) return tell("There is nothing to say yet: write something first.", true);
  clickedAt = performance.now();
  id++;
  Object.assign(metrics, { received: 0, played: 0, held: 0, underruns: 0, loudest: 0, ttfaMs: null, firstMs: null, complete: null });
  peaks.length = 0;
  notices.replaceChildren();
  become("starting");
  tell("Starting.");
  const mine = id;
  try {
    const warm = ear(expectedRate);
    await open();
    await warm;
    if (mine !== id || isIdle()) return;
    socket?.send(JSON.stringify({ type: "start_orpheus_stream", request_id: String(id), text: text.value, model: model.value,
      voice: voice.value.trim(), ultra_low_latency: early.checked }));
  } catch (error) {
    if (mine === id) finish(sentenceOf(error), true);
  }
});
const halt = () => {
  if (metrics.state === "idle") return;
  if (socket?.readyState === WebSocket.OPEN) socket.send('{"type": "cancel"}');
  finish("Stopped.");
};
stop.addEventListener("click", halt);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") halt();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
buffer.addEventListener("input", () => {
  bufferMs.textContent = `${buffer.value} ms`;
  node?.port.postMessage({ type: "lead", lead: lead() });
  localStorage.setItem("studio-listen-buffer", buffer.value);
});

const fill = async (/** @type {string} */ wanted) => {
  try {
    const answer = await fetch(`listen/voices?model=${encodeURIComponent(wanted)}`);
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error?.message || "The voices could not be listed.");
    const option = (/** @type {{ id: string, name: string }} */ { id: value, name }) => new Option(name, value);
    model.replaceChildren(...body.models.map(option));
    model.value = body.model;
    voices.replaceChildren(...body.voices.map(option));
    voice.value = body.voice;
    expectedRate = body.sample_rate;
  } catch (error) {
    tell(error instanceof TypeError ? "The studio does not answer. Is it still running?" : sentenceOf(error), true);
  }
};
model.addEventListener("change", () => fill(model.value));

/* What is shown. */
const show = () => {
  const seconds = (/** @type {number} */ samples) => samples / (metrics.rate || expectedRate);
  const write = (/** @type {string} */ name, /** @type {string} */ words) => (find(name, HTMLElement).textContent = words);
  const after = (/** @type {number | null} */ ms) => (ms === null ? "–" : `${Math.round(ms)} ms`);
  write("heard", `${seconds(metrics.played).toFixed(1)} s`);
  write("waiting", `${Math.round(seconds(metrics.held) * 1000)} ms`);
  write("ttfa", after(metrics.ttfaMs));
  write("first", after(metrics.firstMs));
  write("underruns", String(metrics.underruns));
  find("underruns", HTMLElement).classList.toggle("bad", metrics.underruns > 0);
  drawLevel(level, metrics.state === "idle" ? 0 : peaks[peaks.length - 1] || 0);
  draw();
};
const draw = () => drawWave(wave, peaks);
new ResizeObserver(draw).observe(wave);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
window.addEventListener("pagehide", () => socket?.close());

const remembered = Number(localStorage.getItem("studio-listen-buffer"));
if (remembered > 0) buffer.value = String(remembered);
bufferMs.textContent = `${buffer.value} ms`;
fill("");

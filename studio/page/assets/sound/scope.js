// @ts-check
/* The picture of a play: what was heard stands in ink, what is fetched and still to come in grey, and the level beside it. */

const BAR = 3; // CSS pixels of one waveform bar, with its gap
const PRESENT = 0.7; // where in the waveform the present stands once it is full
const SILENCE_DB = -60;

/**
 * Draw on a canvas as fine as the screen is.
 * @param {HTMLCanvasElement} canvas
 * @param {(pen: CanvasRenderingContext2D, width: number, height: number) => void} draw
 */
export const paint = (canvas, draw) => {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  draw(pen, width, height);
};

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ peaks: number[], heard: number }} what the loudest sample of each bar, and how many of them were heard
 */
export const drawWave = (canvas, { peaks, heard }) =>
  paint(canvas, (pen, width, height) => {
    const style = getComputedStyle(canvas);
    const [ink, grey] = ["--st-accent", "--st-line"].map((name) => style.getPropertyValue(name).trim() || "#888");
    const room = Math.floor(width / BAR);
    const first = Math.max(0, Math.min(heard - Math.floor(room * PRESENT), peaks.length - room));
    for (let i = 0; i < room; i++) {
      const peak = peaks[first + i];
      const tall = peak === undefined ? 1 : Math.max(1.5, Math.sqrt(peak) * height * 0.95);
      pen.fillStyle = peak !== undefined && first + i <= heard ? ink : grey;
      pen.fillRect(i * BAR, (height - tall) / 2, BAR - 1, tall);
    }
  });

/** A meter at this loudest sample, 0 to 1. @param {HTMLElement} meter @param {number} loudest */
export const drawLevel = (meter, loudest) => {
  const db = loudest > 0 ? Math.max(SILENCE_DB, 20 * Math.log10(loudest)) : SILENCE_DB;
  meter.style.setProperty("--st-level", Math.min(1, (db - SILENCE_DB) / -SILENCE_DB).toFixed(3));
  meter.setAttribute("aria-valuenow", String(Math.round(db)));
};

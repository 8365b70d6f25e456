// @ts-check
/* What /listen draws: a waveform of what was heard, and a level. */

const BAR = 3; // CSS pixels of one bar, with its gap

/** The last of the peaks, as many as there is room for. @param {HTMLCanvasElement} wave @param {number[]} peaks 0 to 1 */
export const drawWave = (wave, peaks) => {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [wave.clientWidth, wave.clientHeight];
  if (wave.width !== Math.round(width * ratio)) wave.width = Math.round(width * ratio);
  if (wave.height !== Math.round(height * ratio)) wave.height = Math.round(height * ratio);
  const pen = wave.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(document.documentElement);
  const [line, accent] = ["--line", "--accent"].map((name) => style.getPropertyValue(name));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const room = Math.floor(width / BAR);
  const first = Math.max(0, peaks.length - room);
  for (let i = 0; i < room; i++) {
    const peak = peaks[first + i];
    const tall = peak === undefined ? 1 : Math.max(1.5, Math.sqrt(Math.min(1, peak)) * height * 0.95);
    pen.fillStyle = peak === undefined ? line : accent;
    pen.fillRect(i * BAR, (height - tall) / 2, BAR - 1, tall);
  }
};

/** @param {HTMLElement} level @param {number} peak 0 to 1 */
export const drawLevel = (level, peak) => {
  const db = Math.max(-60, peak > 0 ? 20 * Math.log10(peak) : -60);
  const bar = level.firstElementChild;
  if (bar instanceof HTMLElement) bar.style.clipPath = `inset(0 ${(-db / 60) * 100}% 0 0)`;
  level.setAttribute("aria-valuenow", String(Math.round(db)));
};

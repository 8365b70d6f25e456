// @ts-check
/* The recording: the line and the word that are heard light up, and whoever points at a word goes there. */
import { say } from "../shared/messages.js";
import { mark, rangeIn } from "./marks.js";
import { placesOf, segmentAt } from "./segments.js";

/** @typedef {import("./row.js").Row} Row */

const REACH_S = 0.02; // a word that begins within it is heard already
const LINGERS_S = 0.6; // how long a word stays lit into the silence behind it
const ROOM_PX = { above: 80, below: 110 };

/** The last word that has begun; -1 before the first. @param {Segment} segment @param {number} seconds */
const wordAt = (segment, seconds) => segment.words.findLastIndex((word) => word.start_s <= seconds);

/**
 * @param {{ root: HTMLElement, audio: HTMLAudioElement, rate: HTMLSelectElement }} place
 * @param {import("./history.js").History} history
 * @param {(segment: KeyedSegment | undefined) => Row | undefined} rowOf
 */
export const hearing = ({ root, audio, rate }, history, rowOf) => {
  let id = "";
  /** @type {Row | null} */
  let lit = null;

  /** @param {Row} row */
  const light = (row) => {
    if (lit === row) return;
    lit?.node.classList.remove("st-line-now");
    row.node.classList.add("st-line-now");
    lit = row;
    const box = row.node.getBoundingClientRect();
    const isOut = box.top < ROOM_PX.above || box.bottom > innerHeight - ROOM_PX.below;
    if (!audio.paused && isOut) row.node.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  const follow = () => {
    const seconds = audio.currentTime;
    const segment = segmentAt(history.now, seconds + REACH_S);
    const row = rowOf(segment);
    if (!segment || !row) return;
    light(row);
    const word = wordAt(segment, seconds + REACH_S);
    const place = word >= 0 && seconds < segment.words[word].end_s + LINGERS_S ? placesOf(segment)[word] : null;
    const range = place && rangeIn(row.text, place);
    mark("st-now", [range]);
    root.dataset.word = range ? segment.words[word].text : "";
  };
  const tick = () => {
    if (audio.paused || !id) return;
    follow();
    requestAnimationFrame(tick);
  };
  const play = () => audio.play().catch(() => {});

  audio.addEventListener("play", tick);
  audio.addEventListener("seeked", follow);
  audio.addEventListener("pause", follow);
  audio.addEventListener("error", () => {
    if (!id || !audio.getAttribute("src")) return;
    if (audio.src.endsWith("format=mp3")) return say("The sound of this recording cannot be played.", "error");
    audio.src = `/v1/transcripts/${id}/audio?format=mp3`;
  });
  rate.addEventListener("change", () => (audio.playbackRate = audio.defaultPlaybackRate = Number(rate.value)));

  return {
    /** @param {number} seconds @param {boolean} andPlay */
    jump: (seconds, andPlay = false) => {
      audio.currentTime = seconds;
      if (andPlay) play();
      follow();
    },
    /** @param {number} seconds */
    skip: (seconds) => {
      audio.currentTime = Math.max(0, audio.currentTime + seconds);
      follow();
    },
    at: () => audio.currentTime,
    playPause: () => (audio.paused ? play() : audio.pause()),
    /** Bring the line that is heard into the middle. */
    showLine: () => lit?.node.scrollIntoView({ block: "center" }),
    /** The lines were drawn anew. */
    forgetLine: () => (lit = null),
    /** @param {string} which */
    open: (which) => {
      id = which;
      audio.src = `/v1/transcripts/${id}/audio`;
    },
    close: () => {
      id = "";
      audio.pause();
      audio.removeAttribute("src");
      audio.load();
    },
  };
};

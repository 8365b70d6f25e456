// @ts-check
/* What was measured of all plays, for the person, the tests and the benchmark; and how much sound is held before it starts, which follows from it. */

const LEAD_MIN_S = 0.03; // one or two worklet reports
const LEAD_MAX_S = 2;
const LEAD_GROWS = 2; // after an underrun
const LEAD_SHRINKS = 0.9; // after a play without one
const AFTER_A_GAP_S = 0.1; // at least
const REMEMBERED = 200;

/** @type {{ plays: PlayMetrics[], underruns: number, lead_s: number, wordsLit: number, word: string }} */
export const metrics = { plays: [], underruns: 0, lead_s: LEAD_MIN_S, wordsLit: 0, word: "" };

/** Those of a new play. Times in ms since the click. @param {number} clickedAt @returns {PlayMetrics} */
export const begun = (clickedAt) => {
  const fresh = { clickedAt, headersMs: null, chunkMs: null, clickToSoundMs: null, samplesReceived: 0, samplesPlayed: 0,
    underruns: 0, loudest: 0, rate: 0, reason: null, leadMs: 0 };
  metrics.plays.push(fresh);
  if (metrics.plays.length > REMEMBERED) metrics.plays.shift();
  return fresh;
};

/** The sound had to stop in the middle: more is held from now on. @param {PlayMetrics} play */
export const missed = (play) => {
  play.underruns++;
  metrics.underruns++;
  metrics.lead_s = Math.min(LEAD_MAX_S, Math.max(AFTER_A_GAP_S, metrics.lead_s * LEAD_GROWS));
};

/** A play was heard to its end. @param {PlayMetrics} play */
export const wentWell = (play) => {
  if (play.underruns === 0) metrics.lead_s = Math.max(LEAD_MIN_S, metrics.lead_s * LEAD_SHRINKS);
};

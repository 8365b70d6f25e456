// @ts-check
/* What can be done with segments. They are values that are never changed, only replaced. Pure. */
import * as wording from "../shared/wording.js";

const DOUBT = 0.5; // words the recogniser was less sure of are marked,
const DOUBTFUL = 0.2; // but of a recogniser that is never sure only this share, the least sure ones

let keys = 0;
/** A segment as the page has it: with a key that stays while its text changes. @param {Segment} segment @param {number} key @returns {KeyedSegment} */
export const keyed = (segment, key = ++keys) => ({ ...segment, key });

/** As the studio takes it. @param {Segment} segment */
export const bare = ({ text, start_s, end_s, words, confidence, speaker = "", language = "" }) =>
  ({ text, start_s, end_s, words, confidence, speaker, language });

/** @type {WeakMap<Segment, ([number, number] | null)[]>} */
const known = new WeakMap();
/** Where each word of a segment stands in its text: [begin, end] or null where the text was changed and not yet answered. @param {Segment} segment */
export const placesOf = (segment) => {
  const before = known.get(segment);
  if (before) return before;
  let at = 0;
  const places = segment.words.map((word) => {
    const begin = segment.text.indexOf(word.text, at);
    if (begin < 0) return null;
    at = begin + word.text.length;
    return /** @type {[number, number]} */ ([begin, at]);
  });
  known.set(segment, places);
  return places;
};

/** @param {Word} word @returns {word is Word & { confidence: number }} */
const isWeighed = (word) => word.confidence !== null && word.confidence !== undefined;

/** Whether the recogniser was less sure of a word than this. @param {Word} word @param {number} limit */
export const isDoubtful = (word, limit) => isWeighed(word) && word.confidence < limit;

/** Below which certainty a word of these is marked. @param {Segment[]} segments */
export const doubtLimit = (segments) => {
  const sure = segments.flatMap((segment) => segment.words.map((word) => word.confidence ?? 1)).sort((a, b) => a - b);
  return Math.min(DOUBT, sure[Math.floor(sure.length * DOUBTFUL)] ?? DOUBT);
};

/** Cut at a letter; null where one side would be empty. @param {KeyedSegment} segment @param {number} at @returns {[KeyedSegment, KeyedSegment] | null} */
export const split = (segment, at) => {
  const { text } = segment;
  const [left, right] = [text.slice(0, at).trim(), text.slice(at).trim()];
  if (!left || !right) return null;
  const cut = Math.max(0, placesOf(segment).findIndex((place) => place && place[1] > at));
  const [first, second] = [segment.words.slice(0, cut), segment.words.slice(cut)];
  if (second.length) second[0] = { ...second[0], space_before: /\s$/.test(text.slice(0, at)) || /^\s/.test(text.slice(at)) };
  const middle = second[0]?.start_s ?? (segment.start_s + segment.end_s) / 2;
  const end_s = Math.max(segment.start_s, first.at(-1)?.end_s ?? middle);
  return [{ ...segment, text: left, words: first, end_s }, keyed({ ...segment, text: right, words: second, start_s: middle })];
};

/** Two as the first of them. @param {KeyedSegment} one @param {KeyedSegment} two @returns {KeyedSegment} */
export const merge = (one, two) => {
  const words = [...one.words, ...two.words];
  const sure = words.filter(isWeighed).map((word) => word.confidence);
  const confidence = sure.length ? sure.reduce((sum, each) => sum + each, 0) / sure.length : null;
  return { ...one, text: `${one.text}${wording.gap(one, two)}${two.text}`.trim(), words, end_s: Math.max(one.end_s, two.end_s), confidence };
};

/**
 * The segment that is heard at this time, or the last one before it.
 * @param {KeyedSegment[]} segments
 * @param {number} seconds
 * @returns {KeyedSegment | undefined}
 */
export const segmentAt = (segments, seconds) => {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle].start_s <= seconds) low = middle;
    else high = middle - 1;
  }
  return segments[low];
};

/** The stretch in which two lists differ: where it begins, how many of the old go, and what comes. @param {KeyedSegment[]} old @param {KeyedSegment[]} now */
export const changedStretch = (old, now) => {
  const most = Math.min(now.length, old.length);
  let start = 0;
  while (start < most && now[start] === old[start]) start++;
  let tail = 0;
  while (tail < most - start && now.at(-1 - tail) === old.at(-1 - tail)) tail++;
  return { start, remove: old.length - tail - start, fresh: now.slice(start, now.length - tail) };
};

// @ts-check
/* What tags in a text are, and what is said about those that a voice cannot do. */

/** @typedef {{ name: string, tags: string[] }} VoiceCard */

// The same as engine/text/tags.py finds.
const TAG = /<([A-Za-z][A-Za-z_-]{0,23})>/g;
const MOST_STRANGE = 5;

/** Where the tags of a text are, without those of the studio's own markup. @param {string} text @param {Set<string>} markup */
export const tagsIn = (text, markup) =>
  [...text.matchAll(TAG)].map((match) => ({ name: match[1].toLowerCase(), at: match.index, written: match[0] })).filter(({ name }) => !markup.has(name));

/** @param {string[]} names */
const listed = (names) => {
  const marked = names.map((name) => `<${name}>`);
  return marked.length < 2 ? marked.join("") : `${marked.slice(0, -1).join(", ")} and ${marked[marked.length - 1]}`;
};

/**
 * What a voice cannot do of these tags, as sentences; "" when it can do all, or nobody knows.
 * @param {VoiceCard | undefined} card
 * @param {string[]} known
 * @param {Iterable<string>} names
 */
export const missing = (card, known, names) => {
  if (!card) return "";
  const off = [...names].filter((name) => !card.tags.includes(name));
  const lacking = off.filter((name) => known.includes(name));
  const strange = off.filter((name) => !known.includes(name)).slice(0, MOST_STRANGE);
  const left = (/** @type {string[]} */ list) => `${list.length > 1 ? "they" : "it"} will be left out.`;
  return [
    lacking.length ? `${card.name} cannot do ${listed(lacking)}: ${left(lacking)}` : "",
    strange.length ? `${listed(strange)} ${strange.length > 1 ? "are no tags" : "is no tag"} that ${card.name} knows: ${left(strange)}` : "",
  ].filter(Boolean).join(" ");
};

/** What the page was told of tags and voices. @type {{ tags: string[], models: Record<string, VoiceCard> }} */
let known = { tags: [], models: {} };

/** @param {typeof known} told */
export const learn = (told) => (known = told);

/** The same for a text that is in no box. @param {string} model @param {string[] | undefined} names of its tags */
export const tagNote = (model, names) => missing(known.models[model], known.tags, names || []);

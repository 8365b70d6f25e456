// @ts-check
/* What is to be made of the open book: which chapters, under which titles. It lives here until it is submitted; the studio keeps the text. */
import { speedOf } from "../speak/request.js";

/** @typedef {{ sources: number[], title: string, ticked: boolean }} Row */

/** Its chapters as the document has them. @param {Book} book @returns {Row[]} */
export const rowsOf = (book) => book.chapters.map((chapter, index) => ({ sources: [index], title: chapter.title, ticked: chapter.ticked }));

/** Put a row into the one above. @param {Row[]} rows @param {number} at */
export const mergeUp = (rows, at) => {
  const [above, row] = [rows[at - 1], rows[at]];
  above.sources = [...above.sources, ...row.sources];
  above.ticked = above.ticked || row.ticked;
  rows.splice(at, 1);
};

/** Give a merged row's chapters a row each again. @param {Row[]} rows @param {number} at @param {Book} book */
export const takeApart = (rows, at, book) => {
  const { sources, ticked } = rows[at];
  rows.splice(at, 1, ...sources.map((index) => ({ sources: [index], title: book.chapters[index].title, ticked })));
};

/** @param {Row} row @param {Book} book */
export const wordsOf = (row, book) => row.sources.reduce((sum, index) => sum + book.chapters[index].words, 0);

/** How long so many words are heard. @param {number} words @param {Book} book @param {SpeakingChoices} choices */
export const secondsOf = (words, book, choices) => (words * 60) / (book.words_per_minute * speedOf(choices));

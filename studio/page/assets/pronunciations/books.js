// @ts-check
/* What other tabs may know of a person's pronunciations: which books have their own, and the way to their table. */
import { askJson } from "../shared/asking.js";
import { tabButton } from "../shared/elements.js";

export const ADDRESS = "/v1/pronunciations";

/** The books that have entries of their own. @type {{ titles: string[] }} */
export const books = { titles: [] };

/** Who shows the books asks again when they may be others. @type {Set<() => void>} */
export const whenChanged = new Set();
export const tellChanged = () => whenChanged.forEach((told) => told());

/** Ask which books there are. */
export const lookAtBooks = async () => {
  books.titles = (await askJson(`${ADDRESS}?book=-`)).books;
};

/** The book that somebody wants to write for; the table's tab is built when it is first opened. @type {string | null} */
let wanted = null;
/** @type {((book: string) => void) | null} */
let arrive = null;

/** Go to the table, to write for a book. @param {string} book */
export const writeFor = (book) => {
  wanted = book;
  tabButton("Pronunciations")?.click();
  if (arrive) receive(arrive);
};

/** From now on `told` hears for which book somebody came, and at once if they have come already. @param {(book: string) => void} told */
export const receive = (told) => {
  arrive = told;
  if (wanted === null) return;
  const book = wanted;
  wanted = null;
  told(book);
};

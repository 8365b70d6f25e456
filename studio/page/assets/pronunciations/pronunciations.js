// @ts-check
/* The Pronunciations tab: a table of words and how they are said, with a form to add one, and the same form in the place
   of the entry that is being changed. The entries are the studio's, asked for by /v1; this keeps none of its own. */
import { ask, askJson } from "../shared/asking.js";
import { book as narrated } from "../shared/choices.js";
import { finder, h, icon } from "../shared/elements.js";
import { fail, say, sentenceOf, stand } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import * as wording from "../shared/wording.js";
import { ADDRESS, books, receive, tellChanged } from "./books.js";
import { entryForm } from "./form.js";
import { changeButton, entryRow, entryTable } from "./row.js";

const SHOWN = 200; // rows at once; a dictionary may have thousands
const DRAWN_MS = 50; // the tab is shown by then

part("pronunciations", ({ element, props }) => {
  const find = finder(element);
  const [place, bar, list, away] = ["form", "bar", "list", "away"].map((name) => find(name));
  /** @type {Pronunciation[]} */
  let entries = [];
  let room = SHOWN;
  /** Gives up the change in hand. @type {(() => void) | null} */
  let editing = null;

  /* What is chosen from all entries. */
  const sift = () => {
    room = SHOWN;
    fill();
  };
  const search = h("input", { type: "search", placeholder: "Find a word", "aria-label": "Find a word", oninput: sift });
  const which = h("select", { "aria-label": "Which entries", onchange: sift });
  const file = h("input", { type: "file", accept: ".csv,text/csv", hidden: true, "aria-label": "A CSV file to take in", tabindex: -1, onchange: () => take() });
  const bringIn = h("button", { type: "button", class: "st-button", onclick: () => file.click() }, "Import CSV");
  const bringOut = h("a", { class: "st-button", href: `${ADDRESS}/export`, download: "pronunciations.csv" }, icon("download"), "Export CSV");
  const count = h("span", { class: "st-hint", role: "status", "aria-live": "polite" });
  const known = h("datalist", { id: "st-word-books" });
  bar.append(search, which, count, bringIn, bringOut, file, known);

  const take = async () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (!chosen) return;
    const body = new FormData();
    body.append("file", chosen);
    bringIn.disabled = true;
    try {
      const { added, replaced } = await askJson(`${ADDRESS}/import`, { method: "POST", body });
      say(`${chosen.name}: ${wording.count(added, "new word")}${replaced ? `, ${replaced} replaced` : ""}.`);
      await look();
    } catch (error) {
      say(`${chosen.name} was not taken in. ${sentenceOf(error)}`, "error");
    } finally {
      bringIn.disabled = false;
    }
  };

  const chosen = () => {
    const wanted = search.value.trim().toLowerCase();
    return entries.filter((entry) => (which.value === "*" || entry.book === which.value.slice(1)) &&
      (!wanted || `${entry.word} ${entry.respelling} ${entry.phonemes}`.toLowerCase().includes(wanted)));
  };

  /** @param {Pronunciation} entry @param {HTMLElement} line */
  const remove = async (entry, line) => {
    const next = line.nextElementSibling || line.previousElementSibling;
    try {
      await ask(`${ADDRESS}/${encodeURIComponent(entry.id)}`, { method: "DELETE" });
      entries = entries.filter((one) => one.id !== entry.id);
      line.remove();
      heads();
      tally();
      (next?.querySelector("button") || search).focus();
      tellChanged();
    } catch (error) {
      fail(error);
    }
  };
  /** @param {Pronunciation} entry @param {HTMLElement} line */
  const edit = (entry, line) => {
    editing?.();
    const back = () => {
      editing = null;
      holder.replaceWith(line);
      changeButton(line)?.focus();
    };
    const form = entryForm(entry, { ...props.value, label: "Save", leave: back, done: async (kept) => {
      editing = null;
      await look();
      changeButton(list.querySelector(`[data-word="${CSS.escape(kept.word)}"]`))?.focus();
    } });
    const holder = h("tr", { class: "st-word-edit" }, h("td", { colspan: 5 }, form.item));
    editing = back;
    line.replaceWith(holder);
    form.word.focus();
    form.word.select();
  };

  const tally = () => {
    const now = chosen().length;
    const all = wording.count(entries.length, "word");
    count.textContent = entries.length === now ? all : `${wording.whole(now)} of ${all}`;
  };
  const fill = () => {
    editing = null;
    const shown = chosen();
    const rows = shown.slice(0, room).map((entry) => entryRow(entry, { change: (line) => edit(entry, line), remove: (line) => remove(entry, line) }));
    const none = entries.length ? "No entry fits." : "No word has a pronunciation of its own yet.";
    list.replaceChildren(shown.length ? entryTable(rows) : h("p", { class: "st-empty" }, none));
    const showMore = () => {
      room += SHOWN;
      fill();
    };
    if (shown.length > room)
      list.append(h("button", { type: "button", class: "st-button", onclick: showMore }, `Show more of ${wording.count(shown.length, "word")}`));
    tally();
  };

  /** The books in the choice above the table. */
  const heads = () => {
    const before = which.value || "*";
    books.titles = [...new Set(entries.map((entry) => entry.book).filter(Boolean))];
    which.replaceChildren(h("option", { value: "*" }, "All entries"), h("option", { value: "=" }, "For all texts"),
      ...books.titles.map((book) => h("option", { value: `=${book}` }, `For “${book}”`)));
    which.value = [...which.options].some((one) => one.value === before) ? before : "*";
    which.hidden = !books.titles.length;
    const titles = new Set([narrated.title(), ...books.titles].filter(Boolean));
    known.replaceChildren(...[...titles].map((book) => h("option", { value: book })));
    bringOut.toggleAttribute("hidden", !entries.length);
  };

  const look = async () => {
    try {
      entries = (await askJson(ADDRESS)).data;
      stand(away, "");
      heads();
      fill();
      tellChanged();
    } catch (error) {
      stand(away, sentenceOf(error));
    }
  };

  const fresh = entryForm({}, { ...props.value, label: "Add", done: async (kept) => {
    fresh.clear();
    fresh.word.focus();
    if (which.value !== "*") which.value = `=${kept.book}`;
    search.value = "";
    await look();
  } });
  place.append(h("div", { class: "st-card" }, fresh.item));

  receive((book) => {
    fresh.setBook(book);
    setTimeout(() => fresh.word.focus(), DRAWN_MS);
  });
  look();
});

// @ts-check
/* The Audiobook tab's book: cover, title, chapters to tick, rename and merge, paragraphs to hear in the chosen voice. */
import { book } from "../shared/choices.js";
import { h, iconButton } from "../shared/elements.js";
import { part } from "../shared/parts.js";
import * as wording from "../shared/wording.js";
import { isHeard, playOrStop } from "../sound/play_button.js";
import { player } from "../sound/player.js";
import { mannerOf, speedOf, whoOf } from "../speak/request.js";
import { tagNote } from "../speak/tag_words.js";
import { paragraphList } from "./paragraphs.js";
import { mergeUp, rowsOf, secondsOf, takeApart, wordsOf } from "./plan.js";
import { pronunciationsPick } from "./said.js";

/** @typedef {import("./plan.js").Row} Row */

/** @type {Record<string, string>} */
const KINDS = { front: "front matter", back: "back matter", notes: "notes" };
const { choices } = book;

book.who = () => {
  const { model, voice } = whoOf(choices);
  return [model || null, voice || null]; // an empty choice is none of those the pickers list
};

part("book", ({ element, props, server, watch }) => {
  book.set(props.value?.choices || {});
  /** What the studio said of the book. @type {Book | null} */
  let open = null;
  /** @type {Row[]} */
  let rows = [];
  /** The button of the paragraph that was heard last. @type {HTMLButtonElement | null} */
  let shown = null;
  /** @type {HTMLElement | null} */
  let summary = null;
  /** @type {ReturnType<typeof pronunciationsPick> | null} */
  let said = null;
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement | null} */ (element.querySelector(`[data-st=${name}]`));

  book.title = () => (open ? field("title")?.value ?? open.title : "");
  book.plan = () =>
    open && {
      book: open.id,
      title: field("title")?.value ?? "",
      authors: field("authors")?.value ?? "",
      chapters: rows.map(({ sources, title, ticked }) => ({ sources, title, ticked })),
      pronunciations: said ? said.value() : "",
    };

  const count = () => {
    if (!summary || !open) return;
    const whole = open;
    const ticked = rows.filter((row) => row.ticked);
    const total = ticked.reduce((sum, row) => sum + wordsOf(row, whole), 0);
    const lasts = (/** @type {number} */ words) => wording.length(secondsOf(words, whole, choices));
    summary.textContent = ticked.length
      ? `${ticked.length} of ${wording.count(rows.length, "chapter")} · ${wording.count(total, "word")} · about ${lasts(total)} to hear`
      : "Nothing is ticked: tick at least one chapter.";
    const note = element.querySelector(".st-tags-note");
    if (note) note.textContent = tagNote(choices.model, open.tags);
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll("[data-length]")))
      place.textContent = `${wording.whole(Number(place.dataset.length))} words · ${lasts(Number(place.dataset.length))}`;
  };
  book.changed = count;

  /** Who reads: the one that is chosen; while nobody is, the one the studio would take for this book. */
  const reader = () => {
    const who = whoOf(choices);
    return who.model ? who : open?.reader || who;
  };
  /** @param {HTMLButtonElement} button @param {string} text @param {string} label */
  const hear = (button, text, label) => {
    shown = button;
    const own = said?.value() ?? "";
    playOrStop(button, { idle: label, stop: `Stop: ${label}` }, {
      body: {
        ...reader(),
        input: text,
        speed: speedOf(choices),
        sentence_pause_s: Number(choices.sentence_pause_s),
        paragraph_pause_s: Number(choices.paragraph_pause_s),
        ...mannerOf(choices),
        ...(own === false ? { saved_pronunciations: false } : { book: own }),
      },
      rate: choices.rates[choices.model],
    });
  };

  /** @param {Book} whole @param {Row} row @param {number} at @param {HTMLElement} list */
  const line = (whole, row, at, list) => {
    const kind = KINDS[whole.chapters[row.sources[0]].kind];
    const name = () => row.title || `chapter ${at + 1}`;
    const again = (/** @type {number} */ place) => {
      fill(whole, list);
      list.children[place]?.querySelector("input")?.focus();
    };
    const tick = h("input", { type: "checkbox", checked: row.ticked, "aria-label": `Narrate ${name()}`,
      onchange: () => {
        row.ticked = tick.checked;
        item.classList.toggle("st-off", !row.ticked);
        count();
      } });
    const title = h("input", { type: "text", class: "st-title", value: row.title, maxlength: 200, "aria-label": `Title of chapter ${at + 1}`,
      oninput: () => {
        row.title = title.value;
      } });
    const paragraphs = paragraphList(server, { book: whole.id, sources: () => row.sources, hear });
    const opened = h("details", { class: "st-hear", ontoggle: () => {
      if (opened.open && !paragraphs.list.childElementCount) paragraphs.more();
    } }, h("summary", {}, "Read and hear"), paragraphs.list);
    const item = h("li", { class: `st-chapter${row.ticked ? "" : " st-off"}` },
      h("div", { class: "st-chapter-line" },
        tick,
        h("div", { class: "st-chapter-name" }, title,
          h("small", {}, h("span", { "data-length": wordsOf(row, whole) }),
            kind && h("span", { class: "st-badge" }, kind),
            row.sources.length > 1 && h("span", { class: "st-badge" }, `${row.sources.length} merged`))),
        at > 0 && iconButton("merge", `Merge ${name()} into the chapter above`, () => {
          mergeUp(rows, at);
          again(at - 1);
        }),
        row.sources.length > 1 && iconButton("close", `Take ${name()} apart again`, () => {
          takeApart(rows, at, whole);
          again(at);
        })),
      opened);
    return item;
  };

  /** @param {Book} whole @param {HTMLElement} list */
  const fill = (whole, list) => {
    list.replaceChildren(...rows.map((row, at) => line(whole, row, at, list)));
    count();
  };

  /** @param {Book} whole @param {HTMLElement} picks @param {HTMLElement} heading */
  const head = (whole, picks, heading) =>
    h("div", { class: "st-book-head" },
      whole.cover ? h("img", { class: "st-cover", src: whole.cover, alt: `Cover of ${whole.title}` })
        : h("div", { class: "st-cover st-cover-none", "aria-hidden": "true" }, h("span", {}, whole.title.slice(0, 1))),
      h("div", { class: "st-book-names" },
        h("label", {}, h("small", {}, "Title"),
          h("input", { type: "text", "data-st": "title", class: "st-title st-book-title", value: whole.title, maxlength: 300 })),
        h("label", {}, h("small", {}, "Author"),
          h("input", { type: "text", "data-st": "authors", class: "st-title", value: whole.authors.join(", "), maxlength: 300, placeholder: "Unknown" })),
        picks, heading, h("p", { class: "st-tags-note", role: "status" })));

  const show = () => {
    if (shown && isHeard(shown)) player.stop();
    said?.leave();
    open = props.value?.book || null;
    element.replaceChildren();
    [summary, said] = [null, null];
    if (!open) {
      element.append(h("p", { class: "st-hint" }, "Its chapters appear here, to be ticked, renamed, merged and heard before anything is narrated."));
      return;
    }
    const whole = open;
    rows = rowsOf(whole);
    const list = h("ol", { class: "st-chapters", "aria-label": "Chapters" });
    const tick = (/** @type {string} */ label, /** @type {(row: Row) => boolean} */ wanted) =>
      h("button", { type: "button", class: "st-chip", onclick: () => {
        for (const row of rows) row.ticked = wanted(row);
        fill(whole, list);
      } }, label);
    summary = h("p", { class: "st-summary", role: "status", "aria-live": "polite" });
    said = pronunciationsPick(() => book.title().trim() || whole.title);
    element.append(
      h("section", { class: "st-card st-book", "aria-label": "The book" },
        head(whole, said.line, summary),
        whole.notices.length > 0 && h("ul", { class: "st-notices" }, whole.notices.map((notice) => h("li", {}, notice))),
        h("div", { class: "st-ticks", role: "group", "aria-label": "Tick chapters" },
          tick("All", () => true), tick("None", () => false),
          tick("Without front and back matter", (row) => whole.chapters[row.sources[0]].kind === "body")),
        list));
    said.fill();
    fill(whole, list);
  };
  watch("value", show);
  show();
});

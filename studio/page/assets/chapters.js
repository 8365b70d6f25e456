/* The Audiobook tab's book: cover, title, chapters to tick, rename and merge, paragraphs to hear in the chosen voice.
   The plan lives here until it is submitted; the studio keeps the text and is told what to make of it. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const PARAGRAPHS_AT_ONCE = 25;
  const KINDS = { front: "front matter", back: "back matter", notes: "notes" };

  const choices = { model: "", voice: "", timbre: "", start: null, speed: 1, rates: {}, sentence_pause_s: 0.25, paragraph_pause_s: 0.7,
    temperature: null, top_p: null, seed: 0, steady: [] };
  const book = (studio.book = { choices, changed: null });
  book.set = (values) => {
    Object.assign(choices, values);
    book.changed?.();
  };

  studio.part("book", ({ element, props, server, watch }) => {
    book.set(props.value?.choices || {});
    let open = null; // what the studio said of the book
    let rows = []; // {sources: [index...], title, ticked}: the plan
    let shown = null; // the paragraph that is being heard
    let summary = null;
    let said = null; // which pronunciations hold

    /** Whose pronunciations the book is narrated with: false is nobody's, "" those for all texts, else a book's too. */
    const pronunciations = () => {
      const pick = h("select", { "aria-label": "Pronunciations" });
      const edit = h("button", { type: "button", class: "st-chip", onclick: () => studio.words.open(title()) }, "Write them");
      const title = () => element.querySelector("[data-st=title]")?.value.trim() || open?.title || "";
      const fill = () => {
        const before = pick.value;
        const { books } = studio.words;
        pick.replaceChildren(h("option", { value: "=" }, "Yours for all texts"),
          ...books.map((one) => h("option", { value: `=${one}` }, `Yours, and those for “${one}”`)), h("option", { value: "" }, "None"));
        const own = `=${title()}`;
        const has = (value) => [...pick.options].some((one) => one.value === value);
        pick.value = pick.dataset.touched && has(before) ? before : has(own) ? own : "=";
      };
      pick.addEventListener("change", () => (pick.dataset.touched = "1"));
      const line = h("label", { class: "st-field st-said" }, h("small", {}, "Pronunciations"), h("span", {}, pick, edit));
      line.value = () => (pick.value ? pick.value.slice(1) : false);
      line.fill = fill;
      fill();
      studio.words.look().then(fill, () => {});
      return line;
    };
    studio.words.changed.add(() => said?.fill());

    /** Who reads: the one that is chosen; while nobody is, the one the studio would take for this book. */
    const reader = () => {
      const who = studio.speak.whoOf(choices);
      return who.model ? who : open?.reader || who;
    };
    book.who = () => {
      const { model, voice } = studio.speak.whoOf(choices);
      return [model || null, voice || null]; // an empty choice is none of those the pickers list
    };

    /** What Submit sends. */
    book.plan = () =>
      open && {
        book: open.id,
        title: element.querySelector("[data-st=title]").value,
        authors: element.querySelector("[data-st=authors]").value,
        chapters: rows.map(({ sources, title, ticked }) => ({ sources, title, ticked })),
        pronunciations: said ? said.value() : "",
      };

    const words = (row) => row.sources.reduce((sum, index) => sum + open.chapters[index].words, 0);
    const seconds = (count) => (count * 60) / (open.words_per_minute * studio.speak.speedOf(choices));

    const count = () => {
      if (!summary) return;
      const ticked = rows.filter((row) => row.ticked);
      const total = ticked.reduce((sum, row) => sum + words(row), 0);
      summary.textContent = ticked.length
        ? `${ticked.length} of ${studio.count(rows.length, "chapter")} · ${studio.count(total, "word")} · about ${studio.length(seconds(total))} to hear`
        : "Nothing is ticked: tick at least one chapter.";
      element.querySelector(".st-tags-note").textContent = studio.tagNote?.(choices.model, open.tags) || "";
      for (const part of element.querySelectorAll("[data-length]"))
        part.textContent = `${Number(part.dataset.length).toLocaleString("en")} words · ${studio.length(seconds(Number(part.dataset.length)))}`;
    };
    book.changed = count;

    const hear = (button, text, name) => {
      if (shown === button && studio.player.current) return studio.player.stop();
      const idle = () => {
        button.replaceChildren(icon("play"));
        button.setAttribute("aria-label", name);
        if (shown === button) shown = null;
      };
      studio.player.play({
        body: {
          ...reader(),
          input: text,
          speed: studio.speak.speedOf(choices),
          sentence_pause_s: Number(choices.sentence_pause_s),
          paragraph_pause_s: Number(choices.paragraph_pause_s),
          temperature: choices.temperature, // a voice that draws nothing ignores all three
          top_p: choices.top_p,
          seed: Number(choices.seed) || 0,
          ...(said?.value() === false ? { saved_pronunciations: false } : { book: said?.value() || "" }),
        },
        rate: choices.rates[choices.model],
        on: { end: idle, notice: (sentence) => studio.say(sentence) },
      });
      shown = button;
      button.replaceChildren(icon("stop"));
      button.setAttribute("aria-label", `Stop: ${name}`);
    };

    const paragraphs = async (row, place) => {
      const at = Number(place.dataset.next || 0);
      place.querySelector("[data-st=more]")?.remove();
      let answer;
      try {
        answer = await server.paragraphs({ book: open.id, sources: row.sources, start: at, count: PARAGRAPHS_AT_ONCE });
      } catch {
        answer = { error: studio.unreachable };
      }
      if (answer.error) return studio.say(answer.error, "error");
      answer.paragraphs.forEach((text, i) => {
        const name = `Hear paragraph ${at + i + 1}`;
        const button = iconButton("play", name, () => hear(button, text, name), { class: "st-icon-button st-round" });
        place.append(h("li", {}, button, h("p", {}, text)));
      });
      const next = at + answer.paragraphs.length;
      place.dataset.next = String(next);
      if (next < answer.total)
        place.append(h("li", { "data-st": "more" },
          h("button", { type: "button", class: "st-button", onclick: () => paragraphs(row, place) },
            `Show more of ${studio.count(answer.total, "paragraph")}`)));
    };

    const line = (row, at, list) => {
      const chapters = row.sources.map((index) => open.chapters[index]);
      const kind = KINDS[chapters[0].kind];
      const name = () => row.title || `chapter ${at + 1}`;
      const tick = h("input", { type: "checkbox", checked: row.ticked, "aria-label": `Narrate ${name()}`,
        onchange: () => {
          row.ticked = tick.checked;
          item.classList.toggle("st-off", !row.ticked);
          count();
        } });
      const title = h("input", { type: "text", class: "st-title", value: row.title, maxlength: 200, "aria-label": `Title of chapter ${at + 1}`,
        oninput: () => (row.title = title.value) });
      const place = h("ol", { class: "st-paragraphs" });
      const opened = h("details", { class: "st-hear", ontoggle: () => opened.open && !place.childElementCount && paragraphs(row, place) },
        h("summary", {}, "Read and hear"), place);
      const item = h("li", { class: `st-chapter${row.ticked ? "" : " st-off"}` },
        h("div", { class: "st-chapter-line" },
          tick,
          h("div", { class: "st-chapter-name" }, title,
            h("small", {}, h("span", { "data-length": words(row) }),
              kind && h("span", { class: "st-badge" }, kind),
              row.sources.length > 1 && h("span", { class: "st-badge" }, `${row.sources.length} merged`))),
          at > 0 && iconButton("merge", `Merge ${name()} into the chapter above`, () => {
            const above = rows[at - 1];
            above.sources = [...above.sources, ...row.sources];
            above.ticked = above.ticked || row.ticked;
            rows.splice(at, 1);
            fill(list);
            list.children[at - 1]?.querySelector("input")?.focus();
          }),
          row.sources.length > 1 && iconButton("close", `Take ${name()} apart again`, () => {
            rows.splice(at, 1, ...row.sources.map((index) => ({ sources: [index], title: open.chapters[index].title, ticked: row.ticked })));
            fill(list);
            list.children[at]?.querySelector("input")?.focus();
          })),
        opened);
      return item;
    };

    const fill = (list) => {
      list.replaceChildren(...rows.map((row, at) => line(row, at, list)));
      count();
    };

    const show = () => {
      if (shown && studio.player.current) studio.player.stop();
      open = props.value?.book || null;
      element.replaceChildren();
      summary = null;
      if (!open) {
        element.append(h("p", { class: "st-hint" }, "Its chapters appear here, to be ticked, renamed, merged and heard before anything is narrated."));
        return;
      }
      rows = open.chapters.map((chapter, index) => ({ sources: [index], title: chapter.title, ticked: chapter.ticked }));
      const list = h("ol", { class: "st-chapters", "aria-label": "Chapters" });
      const all = (wanted) => () => {
        rows.forEach((row) => (row.ticked = wanted(row)));
        fill(list);
      };
      summary = h("p", { class: "st-summary", role: "status", "aria-live": "polite" });
      said = null;
      const words = pronunciations();
      element.append(
        h("section", { class: "st-card st-book", "aria-label": "The book" },
          h("div", { class: "st-book-head" },
            open.cover ? h("img", { class: "st-cover", src: open.cover, alt: `Cover of ${open.title}` })
              : h("div", { class: "st-cover st-cover-none", "aria-hidden": "true" }, h("span", {}, open.title.slice(0, 1))),
            h("div", { class: "st-book-names" },
              h("label", {}, h("small", {}, "Title"), h("input", { type: "text", "data-st": "title", class: "st-title st-book-title", value: open.title, maxlength: 300 })),
              h("label", {}, h("small", {}, "Author"), h("input", { type: "text", "data-st": "authors", class: "st-title", value: open.authors.join(", "), maxlength: 300, placeholder: "Unknown" })),
              words, summary, h("p", { class: "st-tags-note", role: "status" }))),
          open.notices.length > 0 && h("ul", { class: "st-notices" }, open.notices.map((notice) => h("li", {}, notice))),
          h("div", { class: "st-ticks", role: "group", "aria-label": "Tick chapters" },
            h("button", { type: "button", class: "st-chip", onclick: all(() => true) }, "All"),
            h("button", { type: "button", class: "st-chip", onclick: all(() => false) }, "None"),
            h("button", { type: "button", class: "st-chip", onclick: all((row) => open.chapters[row.sources[0]].kind === "body") }, "Without front and back matter")),
          list));
      said = words;
      said.fill();
      fill(list);
    };
    watch("value", show);
    show();
  });
})();

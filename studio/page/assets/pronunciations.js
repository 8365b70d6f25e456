/* The Pronunciations tab: a table of words and how they are said, with a form to add one, and the same form in the place
   of the entry that is being changed. The entries are the studio's, asked for by /v1; this keeps none of its own. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const SHOWN = 200; // rows at once; a dictionary may have thousands
  const ADDRESS = "/v1/pronunciations";

  const words = (studio.words = { books: [], changed: new Set() });

  /** Entries may have changed: whoever shows their books asks again. */
  words.tell = () => words.changed.forEach((told) => told());
  /** For the Audiobook tab: come here to write for a book. The tab is built when it is first opened. */
  words.wanted = null;
  words.open = (book) => {
    words.wanted = book;
    [...document.querySelectorAll("#st-tabs [role=tab]")].find((tab) => tab.textContent.trim() === "Pronunciations")?.click();
    words.arrive?.();
  };
  words.look = async () => {
    const answer = await (await studio.ask(`${ADDRESS}?book=-`)).json();
    words.books = answer.books;
    return answer.books;
  };

  const send = async (method, path, body) =>
    (await studio.ask(ADDRESS + path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })).json();

  const conditions = (entry, books) => [
    entry.part_of_speech,
    entry.match_case && "exact capitals",
    entry.language,
    books && (entry.book ? `“${entry.book}”` : null),
  ].filter(Boolean);

  studio.part("pronunciations", ({ element, props }) => {
    const { limits, parts } = props.value;
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const [place, bar, list, away] = ["form", "bar", "list", "away"].map(find);
    let entries = [];
    let room = SHOWN;
    let listening = null;
    let editing = null;

    /** Say a word with the voice of the Speak tab, as this entry has it and no other. */
    const hear = (button, entry) => {
      if (listening === button && studio.player.current) return studio.player.stop();
      const label = `Listen to ${entry.word || "the word"}`;
      const idle = () => {
        button.replaceChildren(icon("play"));
        button.setAttribute("aria-label", label);
        if (listening === button) listening = null;
      };
      studio.player.play({
        body: { ...studio.speak.request(entry.word), saved_pronunciations: false,
          pronunciations: [{ word: entry.word, phonemes: entry.phonemes, respelling: entry.respelling }] },
        rate: studio.speak.choices.rates[studio.speak.choices.model],
        on: { end: idle, notice: (sentence) => studio.say(sentence) },
      });
      listening = button;
      button.replaceChildren(icon("stop"));
      button.setAttribute("aria-label", "Stop");
    };

    /** The form of one entry, new or kept; `done(entry)` when the studio has taken it, `leave()` when it was given up. */
    let forms = 0;
    const form = (entry, { label, done, leave }) => {
      const key = `st-word-${++forms}`;
      const field = (name, title, attributes = {}) => {
        const input = h("input", { type: "text", id: `${key}-${name}`, name, value: entry[name] || "", maxlength: limits[name] || 120,
          autocomplete: "off", spellcheck: "false", ...attributes });
        return [input, h("label", { class: "st-field" }, h("small", {}, title), input)];
      };
      const [word, wordField] = field("word", "Word or phrase", { required: true, placeholder: "Sybil" });
      const [phonemes, phonemesField] = field("phonemes", "Phonemes (IPA)", { placeholder: "sˈɪbəl" });
      const [respelling, respellingField] = field("respelling", "or respelled", { placeholder: "Sigh bull" });
      const [language, languageField] = field("language", "Language", { placeholder: "every", maxlength: 35 });
      const [book, bookField] = field("book", "Only in the book", { placeholder: "in all texts", list: "st-word-books" });
      const part = h("select", { name: "part_of_speech", id: `${key}-part` },
        h("option", { value: "" }, "any"), parts.map((one) => h("option", { value: one, selected: one === entry.part_of_speech }, one)));
      const match = h("input", { type: "checkbox", name: "match_case", id: `${key}-case`, checked: Boolean(entry.match_case) });
      const trouble = h("p", { class: "st-trouble", id: `${key}-trouble`, role: "alert", hidden: true });
      const values = () => ({ word: word.value, phonemes: phonemes.value, respelling: respelling.value, language: language.value,
        book: book.value, part_of_speech: part.value, match_case: match.checked });
      const wrong = (sentence, at) => {
        for (const input of [word, phonemes, respelling, language, book]) input.removeAttribute("aria-invalid");
        trouble.textContent = sentence;
        trouble.hidden = !sentence;
        if (!sentence) return;
        at?.setAttribute("aria-invalid", "true");
        at?.setAttribute("aria-describedby", trouble.id);
        at?.focus();
      };
      const blank = () => {
        if (!word.value.trim()) return ["Write the word first.", word];
        if (!phonemes.value.trim() && !respelling.value.trim()) return ["Write how it is said: in phonemes, or respelled.", phonemes];
        return null;
      };
      const listen = iconButton("play", "Listen to the word", () => {
        const lack = blank();
        if (lack) return wrong(...lack);
        wrong("");
        hear(listen, values());
      }, { class: "st-icon-button st-round" });
      const save = h("button", { type: "submit", class: "st-button st-button-main" }, label);
      const item = h("form", { class: "st-word-form", novalidate: true, "aria-label": entry.id ? `Change ${entry.word}` : "Add a word",
        onkeydown: (event) => {
          if (event.key !== "Escape" || !leave) return;
          event.stopPropagation();
          leave();
        },
        onsubmit: async (event) => {
          event.preventDefault();
          const lack = blank();
          if (lack) return wrong(...lack);
          save.disabled = true;
          try {
            const kept = entry.id ? await send("PUT", `/${encodeURIComponent(entry.id)}`, values()) : await send("POST", "", values());
            wrong("");
            await done(kept);
          } catch (error) {
            // The sentence names what is wrong; the field is the one whose text it quotes.
            const said = [phonemes, respelling, language, book].find((input) => new RegExp(input.name, "i").test(error.message));
            wrong(error.message, said || (/sound/.test(error.message) ? phonemes : /read aloud/.test(error.message) ? respelling : word));
          } finally {
            save.disabled = false;
          }
        } },
        h("div", { class: "st-word-main" }, wordField, phonemesField, respellingField,
          h("div", { class: "st-word-tools" }, listen, save, leave && h("button", { type: "button", class: "st-button", onclick: leave }, "Cancel"))),
        h("details", { class: "st-word-more", open: Boolean(entry.part_of_speech || entry.match_case || entry.language || entry.book) },
          h("summary", {}, "Only sometimes"),
          h("div", { class: "st-word-main" }, bookField,
            h("label", { class: "st-field" }, h("small", {}, "Only where it is"), part), languageField,
            h("label", { class: "st-field st-field-tick" }, match, h("span", {}, "Only with these capitals")))),
        trouble);
      const clear = () => {
        for (const input of [word, phonemes, respelling]) input.value = "";
        part.value = "";
        match.checked = false;
        wrong("");
      };
      return { item, word, book, clear };
    };

    /* What is chosen from all entries. */
    const search = h("input", { type: "search", placeholder: "Find a word", "aria-label": "Find a word", oninput: () => { room = SHOWN; fill(); } });
    const which = h("select", { "aria-label": "Which entries", onchange: () => { room = SHOWN; fill(); } });
    const file = h("input", { type: "file", accept: ".csv,text/csv", hidden: true, "aria-label": "A CSV file to take in", tabindex: -1, onchange: () => take() });
    const bringIn = h("button", { type: "button", class: "st-button", onclick: () => file.click() }, "Import CSV");
    const bringOut = h("a", { class: "st-button", href: `${ADDRESS}/export`, download: "pronunciations.csv" }, icon("download"), "Export CSV");
    const count = h("span", { class: "st-hint", role: "status", "aria-live": "polite" });
    const known = h("datalist", { id: "st-word-books" });
    bar.append(search, which, count, bringIn, bringOut, file, known);

    const take = async () => {
      const chosen = file.files[0];
      file.value = "";
      if (!chosen) return;
      const body = new FormData();
      body.append("file", chosen);
      bringIn.disabled = true;
      try {
        const { added, replaced } = await (await studio.ask(`${ADDRESS}/import`, { method: "POST", body })).json();
        studio.say(`${chosen.name}: ${studio.count(added, "new word")}${replaced ? `, ${replaced} replaced` : ""}.`);
        await look();
      } catch (error) {
        studio.say(`${chosen.name} was not taken in. ${error.message}`, "error");
      } finally {
        bringIn.disabled = false;
      }
    };

    const chosen = () => {
      const wanted = search.value.trim().toLowerCase();
      return entries.filter((entry) => (which.value === "*" || entry.book === which.value.slice(1)) &&
        (!wanted || `${entry.word} ${entry.respelling} ${entry.phonemes}`.toLowerCase().includes(wanted)));
    };

    const row = (entry) => {
      const listen = iconButton("play", `Listen to ${entry.word}`, () => hear(listen, entry), { class: "st-icon-button st-round" });
      const change = iconButton("edit", `Change ${entry.word}`, () => edit(line, entry));
      const line = h("tr", { "data-word": entry.word },
        h("td", {}, listen),
        h("th", { scope: "row" }, entry.word),
        h("td", {}, entry.phonemes && h("span", { class: "st-sounds", lang: "und-fonipa" }, `/${entry.phonemes}/`),
          entry.respelling && h("span", { class: "st-respelled" }, `“${entry.respelling}”`)),
        h("td", {}, conditions(entry, true).map((text) => h("span", { class: "st-badge" }, text))),
        h("td", { class: "st-word-tools" }, change,
          iconButton("trash", `Delete ${entry.word}`, async () => {
            const next = line.nextElementSibling || line.previousElementSibling;
            try {
              await studio.ask(`${ADDRESS}/${encodeURIComponent(entry.id)}`, { method: "DELETE" });
              entries = entries.filter((one) => one.id !== entry.id);
              line.remove();
              heads();
              tally();
              (next?.querySelector("button") || search).focus();
              words.tell();
            } catch (error) {
              studio.fail(error);
            }
          })));
      return line;
    };

    const edit = (line, entry) => {
      editing?.();
      const back = () => {
        editing = null;
        holder.replaceWith(line);
        line.querySelector("td:last-child button")?.focus();
      };
      const one = form(entry, { label: "Save", leave: back, done: async (kept) => {
        editing = null;
        await look();
        list.querySelector(`[data-word="${CSS.escape(kept.word)}"] td:last-child button`)?.focus();
      } });
      const holder = h("tr", { class: "st-word-edit" }, h("td", { colspan: 5 }, one.item));
      editing = back;
      line.replaceWith(holder);
      one.word.focus();
      one.word.select();
    };

    const tally = () => {
      const now = chosen().length;
      count.textContent = entries.length === now ? studio.count(now, "word") : `${now.toLocaleString("en")} of ${studio.count(entries.length, "word")}`;
    };

    const fill = () => {
      editing = null;
      const shown = chosen();
      const more = shown.length > room && h("button", { type: "button", class: "st-button", onclick: () => { room += SHOWN; fill(); } },
        `Show more of ${studio.count(shown.length, "word")}`);
      const table = h("table", { class: "st-table" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "st-unseen" }, "Listen")), ["Word", "Is said", "Only"].map((name) => h("th", { scope: "col" }, name)),
          h("th", { scope: "col" }, h("span", { class: "st-unseen" }, "Change")))),
        h("tbody", {}, shown.slice(0, room).map(row)));
      list.replaceChildren(...(shown.length ? [table, more].filter(Boolean) : [h("p", { class: "st-empty" },
        entries.length ? "No entry fits." : "No word has a pronunciation of its own yet.")]));
      tally();
    };

    /** The books in the choice above the table. */
    const heads = () => {
      const before = which.value || "*";
      words.books = [...new Set(entries.map((entry) => entry.book).filter(Boolean))];
      which.replaceChildren(h("option", { value: "*" }, "All entries"), h("option", { value: "=" }, "For all texts"),
        ...words.books.map((book) => h("option", { value: `=${book}` }, `For “${book}”`)));
      which.value = [...which.options].some((one) => one.value === before) ? before : "*";
      which.hidden = !words.books.length;
      const open = studio.book?.plan?.()?.title;
      known.replaceChildren(...[...new Set([open, ...words.books].filter(Boolean))].map((book) => h("option", { value: book })));
      bringOut.toggleAttribute("hidden", !entries.length);
    };

    const look = async () => {
      try {
        entries = (await (await studio.ask(ADDRESS)).json()).data;
        away.hidden = true;
        heads();
        fill();
        words.tell();
      } catch (error) {
        away.textContent = error.message;
        away.hidden = false;
      }
    };

    const fresh = form({}, { label: "Add", done: async (kept) => {
      fresh.clear();
      fresh.word.focus();
      if (which.value !== "*") which.value = `=${kept.book}`;
      search.value = "";
      await look();
    } });
    place.append(h("div", { class: "st-card" }, fresh.item));

    words.arrive = () => {
      if (words.wanted === null) return;
      fresh.book.value = words.wanted;
      fresh.item.querySelector("details").open = Boolean(words.wanted);
      words.wanted = null;
      setTimeout(() => fresh.word.focus(), 50);
    };
    words.arrive();
    look();
  });
})();

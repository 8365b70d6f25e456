/* The transcript editor: words light up while the sound plays, a click on a word goes there, and what is written is kept by
   itself. Segments are values that are never changed, only replaced: undo is a list of lists, and what has to be saved is the stretch
   in which the list differs from the saved one. Times are the studio's work: it answers each change with the words in their places. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const SAVE_MS = 800; // after the last key
  const RETRY_MS = 3000; // while the studio does not answer
  const BURST_MS = 1500; // typing within one segment that one Undo takes back
  const DOUBT = 0.5; // words the recogniser was less sure of are marked,
  const DOUBTFUL = 0.2; // but of a recogniser that is never sure only this share, the least sure ones
  const MOST_UNDO = 300;
  const SKIP_S = 3;
  const MARKS = ["st-now", "st-doubt", "st-found"];

  const canMark = Boolean(window.CSS?.highlights && window.Highlight);
  const mark = (name, ranges) => canMark && CSS.highlights.set(name, new Highlight(...ranges));

  /** Where each word of a segment stands in its text: [begin, end] or null where the text was changed and not yet answered. */
  const placesOf = (segment) => {
    if (segment.places) return segment.places;
    let at = 0;
    const places = segment.words.map((word) => {
      const begin = segment.text.indexOf(word.text, at);
      if (begin < 0) return null;
      at = begin + word.text.length;
      return [begin, at];
    });
    Object.defineProperty(segment, "places", { value: places, enumerable: false });
    return places;
  };
  let keys = 0;
  const keyed = (segment, key = ++keys) => ({ ...segment, key });
  const bare = ({ text, start_s, end_s, words, confidence, speaker = "", language = "" }) => ({ text, start_s, end_s, words, confidence, speaker, language });

  /* Gradio builds a tab when it is first shown: who asks for a transcript before that is remembered. */
  let opener = null;
  let awaited = "";
  studio.openTranscript = (wanted) => {
    const tab = [...document.querySelectorAll("#st-tabs [role=tab]")].find((one) => one.textContent.trim() === "Transcribe");
    tab?.click();
    if (opener) return opener(wanted);
    awaited = wanted;
    if (!tab) setTimeout(() => studio.openTranscript(wanted), 100);
  };
  const asked = location.hash.match(/^#transcript=([0-9a-f]{32})$/);
  if (asked) studio.openTranscript(asked[1]);

  studio.part("editor", ({ element }) => {
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const [root, list, title, saved, audio, trouble, undoButton, redoButton, speakersBox, exports, searchBox, search, replacement, exact, found] =
      ["root", "list", "title", "saved", "audio", "trouble", "undo", "redo", "speakers", "exports", "search-box", "search", "replacement", "exact", "found"].map(find);
    let id = "";
    let version = 0;
    let kept = []; // as the studio has it
    let now = []; // as it is on the page
    let keptTitle = "";
    let past = [];
    let future = [];
    let lastBurst = { name: "", at: 0 };
    let timer = 0;
    let saving = null;
    let doubt = DOUBT;
    let isStuck = false; // somebody else has changed it
    let namesShown = false;
    const rows = new Map();
    const seen = new Set();

    // --- Rows

    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? seen.add(target.row) : seen.delete(target.row);
      markSeen();
    }, { rootMargin: "300px" });

    const makeRow = (segment) => {
      const text = h("div", { class: "st-line-text", role: "textbox", "aria-multiline": "true", spellcheck: "true", tabindex: 0 });
      text.contentEditable = "plaintext-only";
      if (text.contentEditable !== "plaintext-only") text.contentEditable = "true";
      const time = h("button", { type: "button", class: "st-line-time", onclick: () => jump(row.segment.start_s, true) });
      const speaker = h("input", { class: "st-line-speaker", "aria-label": "Speaker", placeholder: "Speaker", list: "st-speaker-names", maxlength: 100 });
      const tools = h("div", { class: "st-line-tools" },
        iconButton("split", "Split here, at the cursor (Enter)", () => split(row)),
        iconButton("merge", "Merge with the next (Backspace at its beginning)", () => merge(row, 1)));
      const node = h("li", { class: "st-line" }, time, h("div", { class: "st-line-body" }, speaker, text), tools);
      const row = (node.row = { node, text, segment: null, caret: 0 });
      row.update = (next) => {
        row.segment = next;
        if (text.textContent !== next.text && !(document.activeElement === text && text.textContent.trim().split(/\s+/).join(" ") === next.text))
          text.textContent = next.text;
        const clock = studio.clock(next.start_s);
        if (time.textContent !== clock) {
          time.textContent = clock;
          time.setAttribute("aria-label", `Play from ${clock}`);
          text.setAttribute("aria-label", `Text at ${clock}`);
        }
        if (document.activeElement !== speaker) speaker.value = next.speaker || "";
        speaker.hidden = !namesShown && !next.speaker;
      };
      text.addEventListener("input", () => {
        const written = text.textContent.replace(/\s+/g, " ");
        if (written !== row.segment.text) replace(row, { text: written, places: undefined }, `type ${row.segment.key}`);
      });
      text.addEventListener("blur", () => (row.caret = caretIn(text) ?? row.caret));
      text.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) {
          event.preventDefault();
          row.caret = caretIn(text) ?? 0;
          split(row);
        } else if (event.key === "Backspace" && getSelection().isCollapsed && caretIn(text) === 0 && indexOf(row) > 0) {
          event.preventDefault();
          merge(rows.get(now[indexOf(row) - 1].key), 1, true);
        } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && event.altKey) {
          event.preventDefault();
          rows.get(now[indexOf(row) + (event.key === "ArrowUp" ? -1 : 1)]?.key)?.text.focus();
        }
      });
      text.addEventListener("paste", (event) => {
        // Where plaintext-only is unknown, formatting must not come in.
        event.preventDefault();
        document.execCommand("insertText", false, event.clipboardData.getData("text/plain").replace(/\s+/g, " "));
      });
      text.addEventListener("click", () => {
        const at = caretIn(text);
        if (at === null || !getSelection().isCollapsed) return;
        const word = placesOf(row.segment).findIndex((place) => place && at >= place[0] && at <= place[1]);
        if (word >= 0) jump(row.segment.words[word].start_s);
      });
      speaker.addEventListener("change", () => replace(row, { speaker: speaker.value.trim() }, ""));
      row.update(segment);
      watcher.observe(node);
      return row;
    };
    const caretIn = (node) => {
      const chosen = getSelection();
      if (!chosen.rangeCount || !node.contains(chosen.anchorNode)) return null;
      const range = chosen.getRangeAt(0).cloneRange();
      range.setStart(node, 0);
      return range.toString().length;
    };
    const putCaret = (node, at) => {
      node.focus();
      const inside = node.firstChild;
      if (inside) getSelection().collapse(inside, Math.min(at, inside.textContent.length));
    };
    const indexOf = (row) => now.indexOf(row.segment);

    const render = () => {
      const wanted = new Set(now.map((segment) => segment.key));
      for (const [key, row] of rows)
        if (!wanted.has(key)) {
          watcher.unobserve(row.node);
          seen.delete(row);
          row.node.remove();
          rows.delete(key);
        }
      let before = list.firstElementChild;
      for (const segment of now) {
        let row = rows.get(segment.key);
        if (!row) rows.set(segment.key, (row = makeRow(segment)));
        else if (row.segment !== segment) row.update(segment);
        if (row.node === before) before = before.nextElementSibling;
        else list.insertBefore(row.node, before);
      }
      undoButton.disabled = past.length === 0;
      redoButton.disabled = future.length === 0;
      showSpeakers();
      markSeen();
    };
    const rangeIn = (row, [begin, end]) => {
      const node = row.text.firstChild;
      if (!node || node.nodeType !== Node.TEXT_NODE || end > node.length) return null;
      return new StaticRange({ startContainer: node, startOffset: begin, endContainer: node, endOffset: end });
    };
    const markSeen = () => {
      if (!canMark) return;
      const doubts = [];
      const hits = [];
      const needle = matcher();
      for (const row of seen) {
        if (!row.segment) continue;
        placesOf(row.segment).forEach((place, n) => {
          const sure = row.segment.words[n].confidence;
          if (place && sure !== null && sure !== undefined && sure < doubt) doubts.push(rangeIn(row, place));
        });
        if (needle) for (const hit of row.segment.text.matchAll(needle)) hits.push(rangeIn(row, [hit.index, hit.index + hit[0].length]));
      }
      mark("st-doubt", doubts.filter(Boolean));
      mark("st-found", hits.filter(Boolean));
    };

    // --- Changes

    const change = (next, burst = "") => {
      const moment = performance.now();
      const goesOn = burst && burst === lastBurst.name && moment - lastBurst.at < BURST_MS;
      if (!goesOn) past.push(now);
      if (past.length > MOST_UNDO) past.shift();
      lastBurst = { name: burst, at: moment };
      future = [];
      now = next;
      render();
      later(SAVE_MS);
    };
    const replace = (row, news, burst) => {
      const { places: _, ...plain } = row.segment;
      change(now.with(indexOf(row), { ...plain, ...news, key: row.segment.key }), burst);
    };
    const step = (from, to) => {
      if (!from.length) return;
      to.push(now);
      now = from.pop();
      lastBurst = { name: "", at: 0 };
      render();
      later(SAVE_MS);
    };
    const undo = () => step(past, future);
    const redo = () => step(future, past);

    const split = async (row) => {
      const at = document.activeElement === row.text ? caretIn(row.text) : row.caret;
      await settle(); // the words must be those of the text
      const segment = rows.get(row.segment.key)?.segment;
      if (!segment) return;
      const text = segment.text;
      const [left, right] = [text.slice(0, at).trim(), text.slice(at).trim()];
      if (!left || !right) return studio.say("Put the cursor where the segment is to be split.");
      const places = placesOf(segment);
      const cut = Math.max(0, places.findIndex((place) => place && place[1] > at));
      const [first, second] = [segment.words.slice(0, cut), segment.words.slice(cut)];
      if (second.length) second[0] = { ...second[0], space_before: /\s$/.test(text.slice(0, at)) || /^\s/.test(text.slice(at)) };
      const middle = second[0]?.start_s ?? (segment.start_s + segment.end_s) / 2;
      const { places: _, ...plain } = segment;
      const index = now.indexOf(segment);
      const behind = keyed({ ...plain, text: right, words: second, start_s: middle });
      change(now.toSpliced(index, 1, { ...plain, text: left, words: first, end_s: Math.max(segment.start_s, first.at(-1)?.end_s ?? middle) }, behind));
      putCaret(rows.get(behind.key).text, 0);
    };
    const merge = (row, count, isBackspace = false) => {
      const index = indexOf(row);
      const [one, two] = [now[index], now[index + count]];
      if (!two) return studio.say("There is no next segment.");
      const { places: _, ...plain } = one;
      const known = [...one.words, ...two.words].map((word) => word.confidence).filter((sure) => sure !== null && sure !== undefined);
      const text = `${one.text}${studio.gap(one, two)}${two.text}`.trim();
      change(now.toSpliced(index, 2, {
        ...plain, text, words: [...one.words, ...two.words], end_s: Math.max(one.end_s, two.end_s),
        confidence: known.length ? known.reduce((sum, sure) => sum + sure, 0) / known.length : null,
      }));
      if (isBackspace) putCaret(row.text, one.text.length);
    };

    // --- Keeping

    const say = (sentence) => saved.textContent === sentence || (saved.textContent = sentence);
    const isDirty = () => now !== kept || title.value.trim() !== keptTitle;
    const later = (wait) => {
      clearTimeout(timer);
      if (!id || isStuck) return;
      say(isDirty() ? "Not saved yet" : "Saved");
      if (isDirty()) timer = setTimeout(save, wait);
    };
    const save = () => (saving ??= keep().finally(() => (saving = null)));
    const keep = async () => {
      clearTimeout(timer);
      if (!isDirty() || isStuck || !id) return;
      const [mine, sent, name] = [id, now, title.value.trim()];
      let start = 0;
      while (start < Math.min(sent.length, kept.length) && sent[start] === kept[start]) start++;
      let tail = 0;
      while (tail < Math.min(sent.length, kept.length) - start && sent.at(-1 - tail) === kept.at(-1 - tail)) tail++;
      const fresh = sent.slice(start, sent.length - tail);
      say("Saving …");
      let response;
      try {
        response = await fetch(`/v1/transcripts/${mine}`, {
          method: "PATCH", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ version, start, remove: kept.length - tail - start, segments: fresh.map(bare), ...(name && name !== keptTitle ? { title: name } : {}) }),
        });
      } catch {
        say("Not saved yet: the studio does not answer");
        timer = setTimeout(save, RETRY_MS);
        return;
      }
      if (mine !== id) return;
      if (!response.ok) {
        const problem = await studio.problem(response);
        say("Not saved");
        stuck(problem.message, response.status === 409);
        return;
      }
      const answer = await response.json();
      if (mine !== id) return;
      version = answer.version;
      keptTitle = name || keptTitle;
      const answered = new Map(fresh.map((segment, n) => [segment, keyed(answer.segments[n], segment.key)]));
      const settled = (segments) => segments.map((segment) => answered.get(segment) ?? segment);
      const isLatest = now === sent;
      kept = settled(sent);
      now = isLatest ? kept : settled(now);
      render();
      later(SAVE_MS);
    };
    /** Everything that was written is answered. */
    const settle = async () => {
      while (id && !isStuck && (saving || isDirty())) await save();
    };
    const stuck = (sentence, isConflict) => {
      isStuck = true;
      const load = h("button", { type: "button", class: "st-button", onclick: () => open(id) }, "Load it again");
      const mine = h("button", { type: "button", class: "st-button", onclick: async () => {
        try {
          const there = await (await studio.ask(`/v1/transcripts/${id}?from=1000000`)).json();
          const answer = await (await studio.ask(`/v1/transcripts/${id}`, {
            method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ version: there.version, segments: now.map(bare) }),
          })).json();
          take(answer);
        } catch (error) {
          studio.fail(error);
        }
      } }, "Keep what is on this page");
      trouble.replaceChildren(h("span", {}, sentence), load, ...(isConflict ? [mine] : []));
      trouble.hidden = false;
    };

    // --- Hearing

    const at = (seconds) => {
      let [low, high] = [0, now.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (now[middle].start_s <= seconds) low = middle;
        else high = middle - 1;
      }
      return now[low];
    };
    let lit = null;
    const follow = () => {
      const seconds = audio.currentTime;
      const segment = at(seconds + 0.02);
      const row = segment && rows.get(segment.key);
      if (!row) return;
      if (lit !== row) {
        lit?.node.classList.remove("st-line-now");
        row.node.classList.add("st-line-now");
        lit = row;
        const box = row.node.getBoundingClientRect();
        if (!audio.paused && (box.top < 80 || box.bottom > innerHeight - 110)) row.node.scrollIntoView({ block: "center", behavior: "smooth" });
      }
      let word = -1;
      segment.words.forEach((one, n) => one.start_s <= seconds + 0.02 && (word = n));
      const place = word >= 0 && seconds < segment.words[word].end_s + 0.6 ? placesOf(segment)[word] : null;
      const range = place && rangeIn(row, place);
      mark("st-now", range ? [range] : []);
      root.dataset.word = range ? segment.words[word].text : "";
    };
    const tick = () => {
      if (audio.paused || !id) return;
      follow();
      requestAnimationFrame(tick);
    };
    const jump = (seconds, play = false) => {
      audio.currentTime = seconds;
      if (play) audio.play().catch(() => {});
      follow();
    };
    const playPause = () => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
    audio.addEventListener("play", tick);
    audio.addEventListener("seeked", follow);
    audio.addEventListener("pause", follow);
    audio.addEventListener("error", () => {
      if (!id || !audio.getAttribute("src")) return;
      if (audio.src.endsWith("format=mp3")) return studio.say("The sound of this recording cannot be played.", "error");
      audio.src = `/v1/transcripts/${id}/audio?format=mp3`;
    });
    find("rate").addEventListener("change", (event) => (audio.playbackRate = audio.defaultPlaybackRate = Number(event.target.value)));

    // --- Finding

    const matcher = () => {
      const wanted = searchBox.hidden ? "" : search.value;
      return wanted ? new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), exact.checked ? "gu" : "giu") : null;
    };
    let hitAt = -1;
    const look = () => {
      const needle = matcher();
      const count = needle ? now.reduce((sum, segment) => sum + [...segment.text.matchAll(needle)].length, 0) : 0;
      found.textContent = needle ? studio.count(count, "place") : "";
      markSeen();
    };
    const nextHit = () => {
      const needle = matcher();
      if (!needle) return;
      for (let n = 1; n <= now.length; n++) {
        const index = (hitAt + n) % now.length;
        if (!now[index].text.match(needle)) continue;
        hitAt = index;
        rows.get(now[index].key).node.scrollIntoView({ block: "center" });
        return jump(now[index].start_s);
      }
    };
    const replaceAll = () => {
      const needle = matcher();
      if (!needle) return;
      let count = 0;
      const next = now.map((segment) => {
        const text = segment.text.replace(needle, () => (count++, replacement.value));
        if (text === segment.text) return segment;
        const { places: _, ...plain } = segment;
        return { ...plain, text: text.replace(/\s+/g, " ").trim() };
      });
      if (count) change(next);
      studio.say(count ? `Replaced in ${studio.count(count, "place")}.` : "It is nowhere in this transcript.");
      look();
    };
    const showSearch = (is) => {
      searchBox.hidden = !is;
      if (is) search.focus();
      look();
    };
    search.addEventListener("input", look);
    exact.addEventListener("change", look);
    search.addEventListener("keydown", (event) => event.key === "Enter" && nextHit());
    find("next-hit").addEventListener("click", nextHit);
    find("replace-all").addEventListener("click", replaceAll);
    find("find").addEventListener("click", () => showSearch(searchBox.hidden));
    find("next-doubt").addEventListener("click", () => {
      const from = audio.currentTime + 0.05;
      const words = now.flatMap((segment) => segment.words.filter((word) => word.confidence !== null && word.confidence !== undefined && word.confidence < doubt));
      const next = words.find((word) => word.start_s > from) ?? words[0];
      if (!next) return studio.say("The recogniser was sure of every word.");
      jump(next.start_s + 0.01);
      lit?.node.scrollIntoView({ block: "center" });
    });

    // --- Speakers

    let shownNames = null;
    const showSpeakers = () => {
      const names = [...new Set(now.map((segment) => segment.speaker).filter(Boolean))];
      if (names.join("\n") === shownNames) return;
      shownNames = names.join("\n");
      speakersBox.hidden = names.length === 0;
      speakersBox.replaceChildren(h("span", {}, "Speakers"), ...names.map((name) => {
        const field = h("input", { class: "st-line-speaker", value: name, "aria-label": `Rename ${name} everywhere`, maxlength: 100 });
        field.addEventListener("change", () => {
          const wanted = field.value.trim();
          if (!wanted) return (field.value = name);
          change(now.map((segment) => (segment.speaker === name ? { ...segment, speaker: wanted } : segment)));
        });
        return field;
      }), h("datalist", { id: "st-speaker-names" }, names.map((name) => h("option", { value: name }))));
    };
    find("names").addEventListener("click", (event) => {
      namesShown = !namesShown;
      event.currentTarget.setAttribute("aria-pressed", String(namesShown));
      for (const row of rows.values()) row.update(row.segment);
    });

    // --- Taking along

    const links = () => {
      const options = new URLSearchParams();
      for (const name of ["line_length", "lines", "chars_per_second"]) options.set(name, find(name).value);
      if (find("word_level").checked) options.set("word_level", "true");
      for (const link of exports.querySelectorAll("a[data-kind]")) {
        const captions = "captions" in link.dataset ? `&${options}` : "";
        link.href = `/v1/transcripts/${id}/export?format=${link.dataset.kind}${captions}`;
      }
    };
    exports.addEventListener("change", links);
    exports.addEventListener("click", async (event) => {
      const link = event.target.closest("a[data-kind]");
      if (!link || link.dataset.ready) return;
      event.preventDefault();
      await settle();
      link.dataset.ready = "yes";
      link.click();
      delete link.dataset.ready;
    });

    // --- Coming and going

    const take = (whole) => {
      version = whole.version;
      now = kept = whole.segments.map((segment) => keyed(segment));
      [past, future, isStuck, hitAt, lit, shownNames] = [[], [], false, -1, null, null];
      const sure = now.flatMap((segment) => segment.words.map((word) => word.confidence ?? 1)).sort((a, b) => a - b);
      doubt = Math.min(DOUBT, sure[Math.floor(sure.length * DOUBTFUL)] ?? DOUBT);
      trouble.hidden = true;
      title.value = keptTitle = whole.title;
      find("empty").hidden = now.length > 0;
      rows.clear();
      seen.clear();
      list.replaceChildren();
      render();
      say("Saved");
    };
    const open = async (wanted) => {
      try {
        if (id && id !== wanted) await close();
        const whole = await (await studio.ask(`/v1/transcripts/${encodeURIComponent(wanted)}`)).json();
        if (!whole.is_final) throw new Error("This transcript is still being written; open it when it is done.");
        const isNew = id !== wanted;
        id = wanted;
        take(whole);
        if (isNew) {
          audio.src = `/v1/transcripts/${id}/audio`;
          namesShown = false;
          showSearch(false);
        }
        links();
        root.hidden = false;
        document.body.classList.add("st-editing");
        history.replaceState(null, "", `#transcript=${id}`);
        title.focus({ preventScroll: true });
        root.scrollIntoView({ block: "start" });
      } catch (error) {
        studio.fail(error);
      }
    };
    const close = async () => {
      await settle();
      audio.pause();
      audio.removeAttribute("src");
      audio.load();
      const was = id;
      id = "";
      clearTimeout(timer);
      for (const name of MARKS) mark(name, []);
      root.hidden = true;
      document.body.classList.remove("st-editing");
      history.replaceState(null, "", location.pathname + location.search);
      studio.changedTranscript?.(was);
      studio.transcripts?.look();
    };
    opener = open;
    if (awaited) open(awaited);
    title.addEventListener("input", () => later(SAVE_MS));
    find("back").addEventListener("click", close);
    undoButton.addEventListener("click", undo);
    redoButton.addEventListener("click", redo);
    find("play-pause").addEventListener("click", playPause);
    window.addEventListener("beforeunload", (event) => id && isDirty() && !isStuck && event.preventDefault());
    document.addEventListener("keydown", (event) => {
      if (!id || !studio.isShown(root)) return;
      const isWriting = event.target.closest?.("input, textarea, select, button, summary, a, audio, [contenteditable]");
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      const act = (what) => {
        event.preventDefault();
        what();
      };
      if (event.code === "Space" && (event.ctrlKey || !isWriting)) act(playPause);
      else if (command && key === "z") act(event.shiftKey ? redo : undo);
      else if (command && key === "y") act(redo);
      else if (command && key === "s") act(save);
      else if (command && key === "f") act(() => showSearch(true));
      else if (key === "escape" && !searchBox.hidden) act(() => showSearch(false));
      else if (event.altKey && key === "arrowleft") act(() => jump(Math.max(0, audio.currentTime - SKIP_S)));
      else if (event.altKey && key === "arrowright") act(() => jump(audio.currentTime + SKIP_S));
    });
    for (const [name, picture] of [["back", "left"], ["undo", "undo"], ["redo", "redo"], ["play-pause", "play"]]) find(name).prepend(icon(picture));
  });
})();

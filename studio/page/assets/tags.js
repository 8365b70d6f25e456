/* Tags such as <laugh> in a text box: a palette that inserts them, light behind those that were typed, and a sentence about
   what the chosen voice cannot do, before anything is spoken. The box stays a plain one: the light lies in a mirror over it. */
"use strict";
(() => {
  const studio = window.studio;
  const { h } = studio;
  // The same as engine/text/tags.py finds.
  const TAG = /<([A-Za-z][A-Za-z_-]{0,23})>/g;
  const COPIED = ["font", "letterSpacing", "lineHeight", "padding", "borderWidth", "textIndent", "wordSpacing", "tabSize", "textAlign", "direction"];
  const LOOK_MS = 300; // Gradio, clips and undo change a box without an event

  const listed = (names) => {
    const marked = names.map((name) => `<${name}>`);
    return marked.length < 2 ? marked.join("") : `${marked.slice(0, -1).join(", ")} and ${marked[marked.length - 1]}`;
  };

  /** What a voice cannot do of these tags, as sentences; "" when it can do all, or nobody knows. */
  const missing = (card, known, names) => {
    if (!card) return "";
    const off = [...names].filter((name) => !card.tags.includes(name));
    const [lacking, strange] = [off.filter((name) => known.includes(name)), off.filter((name) => !known.includes(name)).slice(0, 5)];
    const left = (list) => `${list.length > 1 ? "they" : "it"} will be left out.`;
    return [
      lacking.length ? `${card.name} cannot do ${listed(lacking)}: ${left(lacking)}` : "",
      strange.length ? `${listed(strange)} ${strange.length > 1 ? "are no tags" : "is no tag"} that ${card.name} knows: ${left(strange)}` : "",
    ].filter(Boolean).join(" ");
  };
  let known = { tags: [], models: {} };
  /** The same for a text that is in no box: `names` of its tags, and the id of the model. */
  studio.tagNote = (model, names) => missing(known.models[model], known.tags, names || []);

  studio.part("tags", ({ element, props }) => {
    const { place, box, tags, models } = (known = props.value);
    const markup = new Set(props.value.markup);
    const bar = element.querySelector(".st-tags");
    const note = element.querySelector(".st-tags-note");
    const mirror = h("div", { class: "st-tag-mirror", "aria-hidden": "true" });
    let area = null;
    let shown = null; // the text the mirror holds
    let model = null;

    const chosen = () => models[studio[place]?.choices?.model];
    const can = (name) => !chosen() || chosen().tags.includes(name);

    /* The palette: one stop for the Tab key, arrows inside. */
    const buttons = tags.map((name) =>
      h("button", { type: "button", class: "st-chip st-tag-button", "data-tag": name, tabindex: "-1", onclick: () => insert(name) }, `<${name}>`));
    bar.replaceChildren(...buttons);
    buttons[0].tabIndex = 0;
    bar.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays in the box
    bar.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      for (const button of buttons) button.tabIndex = -1;
      const next = buttons[(to + buttons.length) % buttons.length];
      next.tabIndex = 0;
      next.focus();
    });

    /** At the cursor, in place of what is selected, with spaces where words would touch; Ctrl-Z takes it back. */
    const insert = (name) => {
      look();
      if (!area) return;
      area.focus();
      const before = area.value.slice(0, area.selectionStart);
      const after = area.value.slice(area.selectionEnd);
      const words = `${/\S$/.test(before) ? " " : ""}<${name}>${/^[\p{L}\p{N}<]/u.test(after) ? " " : ""}`;
      // The only way to change a text box that its undo knows of.
      if (!document.execCommand("insertText", false, words)) {
        area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }
      look();
    };

    /* The light. */
    const fit = () => {
      mirror.style.left = `${area.offsetLeft}px`;
      mirror.style.top = `${area.offsetTop}px`;
      // Without the scroll bar, and to the fraction of a pixel, or a line breaks elsewhere.
      const bar = area.offsetWidth - area.clientWidth - area.clientLeft * 2;
      mirror.style.width = `${area.getBoundingClientRect().width - bar}px`;
      mirror.style.height = `${area.offsetHeight}px`;
      mirror.scrollTop = area.scrollTop;
    };
    const scrolled = () => (mirror.scrollTop = area.scrollTop);
    const resized = new ResizeObserver(() => area && fit());

    const attach = (found) => {
      area?.removeEventListener("input", look);
      area?.removeEventListener("scroll", scrolled);
      resized.disconnect();
      mirror.remove();
      area = found;
      shown = null;
      if (!area) return;
      const style = getComputedStyle(area);
      for (const property of COPIED) mirror.style[property] = style[property];
      area.parentElement.append(mirror);
      area.addEventListener("input", look);
      area.addEventListener("scroll", scrolled, { passive: true });
      resized.observe(area);
      fit();
    };

    const show = () => {
      const text = area.value;
      const pieces = [];
      const names = new Set();
      let at = 0;
      for (const match of text.matchAll(TAG)) {
        const name = match[1].toLowerCase();
        if (markup.has(name)) continue;
        names.add(name);
        pieces.push(document.createTextNode(text.slice(at, match.index)),
          h("mark", { class: can(name) ? "st-tag" : "st-tag st-tag-off", "data-tag": name }, match[0]));
        at = match.index + match[0].length;
      }
      mirror.replaceChildren(...pieces, document.createTextNode(pieces.length ? `${text.slice(at)}\n` : ""));
      fit();
      const sentences = missing(chosen(), tags, names);
      if (note.textContent !== sentences) note.textContent = sentences;
    };

    const showButtons = () => {
      for (const button of buttons) {
        const name = button.dataset.tag;
        button.classList.toggle("st-tag-off", !can(name));
        const label = can(name) ? `Insert <${name}>` : `Insert <${name}>, which ${chosen().name} cannot do`;
        button.title = label;
        button.setAttribute("aria-label", label);
      }
    };

    const look = () => {
      const found = document.querySelector(`#${box} textarea`);
      if (found !== area || (area && !mirror.isConnected)) attach(found);
      if (!area) return;
      const now = studio[place]?.choices?.model;
      if (now !== model) {
        model = now;
        shown = null;
        showButtons();
      }
      if (area.value !== shown) {
        shown = area.value;
        show();
      }
    };
    const ticking = setInterval(() => (element.isConnected ? look() : clearInterval(ticking)), LOOK_MS);
    showButtons();
    look();
  });
})();

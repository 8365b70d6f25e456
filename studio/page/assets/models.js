/* The Models tab: a card for each model, with what can be done to it. It knows nothing of downloads but their numbers. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon } = studio;
  const BUSY_MS = 700;
  const CALM_MS = 4000;
  const LANGUAGES_SHOWN = 8;
  const WORDS = { words: "word times", pitch: "pitch", live: "live captions", confidence: "confidence", clone: "voice cloning", design: "voice design", batch: "batches", blend: "blends of voices",
    speed: "speed", codec: "seeds and temperature", prompt: "prompts and words to expect", translate: "translation into English" };

  studio.part("models", ({ element, server }) => {
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const away = find("away");
    const lists = { speak: find("speak"), transcribe: find("transcribe"), read: find("read") };
    const DOES = { speak: "speaks", transcribe: "listens", read: "reads" };
    const cards = new Map();
    let isKeeper = true;
    let timer = 0;

    const names = (() => {
      try {
        const known = new Intl.DisplayNames("en", { type: "language" });
        return (tag) => {
          try {
            return known.of(tag) || tag;
          } catch {
            return tag;
          }
        };
      } catch {
        return (tag) => tag;
      }
    })();

    const act = async (action, id, button) => {
      if (button) button.disabled = true;
      try {
        const answer = await server.act({ id, action });
        if (answer.error) studio.say(answer.error, "error");
        else take(answer);
      } catch {
        studio.say(studio.unreachable, "error");
      } finally {
        if (button) button.disabled = false;
      }
    };

    const card = (model) => {
      const button = (label, action, kind = "") => h("button", { type: "button", class: `st-button ${kind}`, "aria-label": `${label}: ${model.name}`,
        onclick: (event) => act(action, model.id, event.currentTarget) }, label);
      const [get, stop, unload, remove] = [button("Get", "get", "st-button-main"), button("Stop", "stop"), button("Unload", "unload"), button("Delete files", "remove")];
      get.prepend(icon("download"));
      const state = h("span", { class: "st-badge" });
      const bar = h("div", { class: "st-bar", role: "progressbar", "aria-label": `Download of ${model.name}`, "aria-valuemin": 0, "aria-valuemax": 100 }, h("i"));
      const far = h("small", { "aria-live": "polite" });
      const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
      const memory = h("dd");
      const size = h("dd");
      const more = model.languages.length - LANGUAGES_SHOWN;
      const languages = more > 2
        ? h("details", {}, h("summary", {}, studio.count(model.languages.length, "language")), h("p", {}, model.languages.map(names).sort().join(", ")))
        : model.languages.map(names).join(", ");
      const item = h("li", { class: "st-card st-model", "data-model": model.id },
        h("div", { class: "st-job-head" },
          h("div", { class: "st-job-name" }, h("h3", {}, model.name), h("div", { class: "st-job-sub" }, state, h("small", {}, DOES[model.task]))),
          h("div", { class: "st-job-tools" }, get, stop, unload, remove)),
        bar, far, trouble,
        h("dl", {},
          h("dt", {}, "Licence"), h("dd", {}, model.licence),
          h("dt", {}, "Size"), size,
          h("dt", {}, "Memory"), memory,
          h("dt", {}, "Languages"), h("dd", {}, languages),
          model.voices > 0 && [h("dt", {}, "Voices"), h("dd", {}, model.voices.toLocaleString("en") + (model.timbres ? `, each in ${studio.count(model.timbres, "timbre")}` : ""))],
          model.abilities.length > 0 && [h("dt", {}, "Can do"), h("dd", {}, model.abilities.map((one) => WORDS[one] || one).join(", "))],
          model.tags.length > 0 && [h("dt", {}, "Tags"), h("dd", {}, model.tags.join(" "))]));
      const known = [model.name, model.id, model.licence, ...model.languages, ...model.languages.map(names), ...model.abilities.map((one) => WORDS[one] || one), ...model.tags]
        .join(" ").toLowerCase();
      item.knows = (words) => words.every((word) => known.includes(word));
      item.update = (now) => {
        const running = Boolean(now.download?.is_running);
        state.textContent = now.built_in ? "built in" : now.downloaded ? "downloaded" : running ? "downloading" : "not downloaded";
        const bytes = studio.size(now.size_bytes) || "unknown";
        size.textContent = now.built_in ? "part of the studio" : now.natural ? `part of the studio, ${bytes}${now.downloaded ? "" : " to get"}` : bytes;
        memory.textContent = now.task === "read" ? "small" : now.is_loaded ? `${studio.size(now.loaded_bytes) || "some"} in use` : `about ${studio.size(now.memory_bytes) || "?"} when loaded`;
        get.hidden = !isKeeper || now.built_in || now.downloaded || running;
        stop.hidden = !isKeeper || !running;
        unload.hidden = !isKeeper || !now.is_loaded;
        remove.hidden = !isKeeper || now.built_in || !now.downloaded || now.task === "read";
        bar.hidden = far.hidden = !running;
        if (running) {
          const share = now.download.total_bytes ? Math.min(1, now.download.done_bytes / now.download.total_bytes) : 0;
          bar.style.setProperty("--st-share", share.toFixed(4));
          bar.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
          far.textContent = `${studio.size(now.download.done_bytes) || "0 B"} of ${studio.size(now.download.total_bytes) || "?"}`;
        }
        trouble.textContent = now.download?.error || "";
        trouble.hidden = !trouble.textContent;
      };
      item.update(model);
      return item;
    };

    const take = (answer) => {
      isKeeper = answer.is_keeper;
      return show(answer.data);
    };
    const sift = () => {
      const words = find("find").value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const item of cards.values()) {
        item.hidden = !item.knows(words);
        count += Number(!item.hidden);
      }
      find("none").hidden = count > 0 || cards.size === 0;
    };
    find("find").addEventListener("input", sift);

    /** What is here comes first; a card keeps its place while somebody looks at it. */
    const show = (models) => {
      if (!cards.size) models = [...models].sort((a, b) => Number(b.built_in) - Number(a.built_in) || Number(b.natural) - Number(a.natural) || Number(b.downloaded) - Number(a.downloaded));
      for (const model of models) {
        if (cards.has(model.id)) cards.get(model.id).update(model);
        else {
          cards.set(model.id, card(model));
          lists[model.task].append(cards.get(model.id));
        }
      }
      sift();
      for (const [id, item] of cards)
        if (!models.some((model) => model.id === id)) {
          item.remove();
          cards.delete(id);
        }
      return models.some((model) => model.download?.is_running);
    };

    const look = async () => {
      clearTimeout(timer);
      let wait = CALM_MS;
      if (!document.hidden && studio.isShown(element)) {
        try {
          const answer = await server.act({ action: "" });
          if (answer.error) throw new Error(answer.error);
          if (take(answer)) wait = BUSY_MS;
          away.hidden = true;
        } catch (error) {
          away.textContent = error?.message && !/fetch/i.test(error.message) ? error.message : studio.unreachable;
          away.hidden = false;
        }
      } else wait = 300;
      timer = setTimeout(look, wait);
    };
    look();
    for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;
  });
})();

/* The Compare tab: asks the studio to speak a text in every way, and shows the takes as they come: sounds, numbers, one picture. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;

  const choices = { model: "", voice: "", timbre: "", start: null, seed: 0 };
  studio.compare = { choices, set: (values) => Object.assign(choices, values) };

  const small = (value) => (value ? value.toExponential(1) : "0");
  const LINES = [
    ["Length", (row) => `${row.length_s.toFixed(3)} s`],
    ["Longer than whole, samples", (row) => (row.longer_by > 0 ? "+" : "") + row.longer_by.toLocaleString("en")],
    ["Largest difference", (row) => small(row.max_difference)],
    ["RMS difference", (row) => small(row.rms_difference)],
    ["Chunks", (row) => String(row.chunks)],
    ["Largest step at a join", (row) => row.join_step.toFixed(4)],
    ["Largest step anywhere", (row) => row.largest_step.toFixed(4)],
    ["Loudness", (row) => `${row.lufs.toFixed(1)} LUFS`],
    ["First sound after", (row) => `${Math.round(row.ttfa_s * 1000)} ms`],
    ["Work for a second of sound", (row) => `${row.rtf.toFixed(3)} s`],
  ];

  const bytes = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

  studio.part("compare", ({ element, props }) => {
    studio.compare.set(props.value || {});
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const [start, stop, bar, status, result] = ["start", "stop", "bar", "status", "result"].map(find);
    const sound = new Audio();
    let heard = null; // the button whose take is playing
    let abort = null;
    let kept = []; // addresses of blobs that are shown

    start.prepend(icon("play"));
    stop.prepend(icon("stop"));
    const tell = (sentence) => (status.textContent = sentence);
    const progress = (share) => {
      bar.style.setProperty("--st-share", share.toFixed(3));
      bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    };
    const address = (blob) => {
      kept.push(URL.createObjectURL(blob));
      return kept[kept.length - 1];
    };
    const clear = () => {
      hush();
      for (const one of kept) URL.revokeObjectURL(one);
      kept = [];
      result.replaceChildren();
    };

    /** One take at a time, so that the ear compares and does not mix. */
    const listen = (take) => {
      const name = take.name.toLowerCase();
      const button = iconButton("play", `Play ${name}`, () => {
        const wasPlaying = heard === button;
        hush();
        if (wasPlaying) return;
        studio.player.stop();
        heard = button;
        button.replaceChildren(icon("stop"));
        button.setAttribute("aria-label", `Stop ${name}`);
        sound.src = take.address;
        sound.play().catch(hush);
      }, { class: "st-icon-button st-round", "data-name": name });
      return button;
    };
    const hush = () => {
      sound.pause();
      heard?.replaceChildren(icon("play"));
      heard?.setAttribute("aria-label", `Play ${heard.dataset.name}`);
      heard = null;
    };
    sound.addEventListener("ended", hush);

    const table = (takes) =>
      h("div", { class: "st-compare-scroll", tabindex: "0", role: "group", "aria-label": "Measures" },
        h("table", { class: "st-compare-table" },
          h("thead", {}, h("tr", {}, h("td", {}), takes.map((take) => h("th", { scope: "col" }, take.name)))),
          h("tbody", {},
            LINES.map(([name, worded]) => h("tr", {}, h("th", { scope: "row" }, name), takes.map((take) => h("td", {}, worded(take.measures))))),
            h("tr", {}, h("th", { scope: "row" }, "Hear it"), takes.map((take) => h("td", {},
              listen(take),
              h("a", { class: "st-chip", href: take.address, download: `${take.way}.wav`, "aria-label": `Download ${take.name} as wav` }, "wav")))))));

    const show = (takes, done) => {
      hush(); // its button is made anew
      result.replaceChildren(...[takes.length && table(takes)].filter(Boolean));
      if (!done) return;
      if (done.remark) result.append(h("p", { class: "st-hint" }, done.remark));
      if (done.notices.length) result.append(h("ul", { class: "st-notices" }, done.notices.map((notice) => h("li", {}, notice))));
      const source = address(new Blob([bytes(done.picture)], { type: "image/png" }));
      const words = `Waveforms of ${takes.map((take) => take.name.toLowerCase()).join(", ")}, and what each differs from the whole in`;
      result.append(h("a", { class: "st-compare-picture", href: source, download: "compare.png", title: "Download the picture" },
        h("img", { src: source, alt: words })));
    };

    const run = async () => {
      const text = document.querySelector("#compare-text textarea")?.value ?? "";
      if (!text.trim()) return studio.say("There is nothing to compare yet: write something first.", "error");
      abort?.abort();
      const mine = (abort = new AbortController());
      const takes = [];
      studio.player.stop();
      clear();
      start.disabled = true;
      stop.disabled = false;
      progress(0);
      tell("Starting.");
      try {
        const answer = await studio.send("/v1/audio/compare", {
          text, ...studio.speak.whoOf(choices), seed: Number(choices.seed) || 0,
        }, { signal: mine.signal });
        let done = null;
        for await (const event of studio.events(answer.body)) {
          if (event.type === "compare.progress") {
            progress(event.share);
            tell(`${event.name}, ${event.number} of ${event.of}: ${event.made.toFixed(1)} s`);
          } else if (event.type === "compare.take") {
            takes.push({ ...event, address: address(new Blob([bytes(event.audio)], { type: "audio/wav" })), audio: null });
            show(takes, null);
          } else if (event.type === "compare.done") {
            done = event;
            show(takes, done);
          } else if (event.type === "error") throw new Error(event.error.message);
        }
        if (!done) throw new Error("The comparison broke off before its end. Try again.");
        progress(1);
        tell("Finished.");
      } catch (error) {
        tell(error?.name === "AbortError" ? "Stopped." : "Failed.");
        studio.fail(error);
      } finally {
        if (abort === mine) abort = null;
        start.disabled = false;
        stop.disabled = true;
      }
    };
    start.addEventListener("click", run);
    stop.addEventListener("click", () => abort?.abort());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && abort && studio.isShown(element)) abort.abort();
    });
  });
})();

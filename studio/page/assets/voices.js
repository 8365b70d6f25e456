/* Voices beside the pickers: a button that lets one be heard, and the blends, mixed with sliders and kept under a name.
   What is chosen stands in studio.speak and studio.book; here it is only read, and the pickers are asked to look again. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const MOST = 8;

  const chosen = (place) => studio[place].choices;
  const voiceOf = ({ voice, timbre }) => (timbre ? `${voice}+${timbre}` : voice);

  /* One sentence of the voice, made by the studio when it is first wanted. */
  studio.part("preview", ({ element, props }) => {
    const place = props.value.place;
    const sound = new Audio();
    const label = h("span", {}, "Hear this voice");
    let turn = 0;
    const still = () => {
      turn++;
      sound.pause();
      button.replaceChildren(icon("play"), label);
      label.textContent = "Hear this voice";
      button.setAttribute("aria-pressed", "false");
    };
    const button = h("button", { type: "button", class: "st-chip st-hear-voice", "aria-pressed": "false", onclick: async () => {
      if (button.getAttribute("aria-pressed") === "true") return still();
      studio.player.stop();
      const mine = ++turn;
      const { model } = chosen(place);
      button.setAttribute("aria-pressed", "true");
      button.replaceChildren(icon("stop"), label);
      label.textContent = "Starting";
      try {
        const answer = await studio.ask(`/v1/audio/voices/${encodeURIComponent(voiceOf(chosen(place)))}/preview?model=${encodeURIComponent(model)}`);
        const blob = await answer.blob();
        if (mine !== turn) return;
        URL.revokeObjectURL(sound.src);
        sound.src = URL.createObjectURL(blob);
        label.textContent = "Stop";
        await sound.play();
      } catch (error) {
        if (mine !== turn) return;
        still();
        studio.fail(error);
      }
    } }, icon("play"), label);
    sound.addEventListener("ended", still);
    element.replaceChildren(button);
    element.stopPreview = still;
  });

  /* Blends. */
  studio.part("blend", ({ element, props }) => {
    const models = props.value?.models || [];
    const { choices } = studio.speak;
    let model = "";
    let voices = [];
    let own = [];
    let rows = []; // {voice, share}: what the sliders say

    const whole = () => rows.reduce((sum, row) => sum + row.share, 0);
    const spelled = () => {
      const sum = whole();
      return sum > 0 ? rows.filter((row) => row.share > 0).map((row) => `${row.voice}:${(row.share / sum).toFixed(2)}`).join("+") : "";
    };
    const nameOf = (id) => voices.find((voice) => voice.id === id)?.name.split(" (")[0] || id;

    const list = h("ol", { class: "st-blend-rows" });
    const said = h("code", { class: "st-blend-said" });
    const trouble = h("p", { class: "st-trouble", role: "alert", hidden: true });
    const name = h("input", { type: "text", maxlength: 60, placeholder: "Evening narrator", autocomplete: "off" });
    const more = h("button", { type: "button", class: "st-chip", onclick: () => {
      const free = voices.find((voice) => !rows.some((row) => row.voice === voice.id));
      if (!free) return;
      rows.push({ voice: free.id, share: 30 });
      fill();
      list.lastElementChild.querySelector("select").focus();
    } }, "Add a voice");
    const kept = h("ul", { class: "st-blend-kept", "aria-label": "Your blends" });
    const wrong = (sentence) => {
      trouble.textContent = sentence;
      trouble.hidden = !sentence;
    };

    const panel = h("details", { class: "st-blend", ontoggle: () => {
      if (panel.open && !rows.length) start();
      else tell();
    } }, h("summary", {}, "Blend voices"),
      h("div", { class: "st-card" }, h("p", { class: "st-hint" }, "While this is open, Play speaks with the blend."), list,
        h("div", { class: "st-blend-tools" }, more, said),
        h("form", { class: "st-blend-name", novalidate: true, onsubmit: async (event) => {
          event.preventDefault();
          if (!name.value.trim()) {
            wrong("Give the blend a name first.");
            return name.focus();
          }
          try {
            const voice = await (await studio.send("/v1/audio/voices", { model, name: name.value, blend: spelled() })).json();
            wrong("");
            name.value = "";
            panel.open = false;
            await changed(voice.id);
            studio.say(`“${voice.name}” is among your voices now.`);
          } catch (error) {
            wrong(error.message);
          }
        } }, h("label", { class: "st-field" }, h("small", {}, "Keep it as"), name), h("button", { type: "submit", class: "st-button" }, "Save")),
        trouble), );
    const box = h("div", {}, panel, kept);

    const tell = () => {
      said.textContent = spelled();
      choices.blend = panel.open && !box.hidden ? spelled() : "";
    };

    const row = (one) => {
      const share = h("output", {});
      const show = () => {
        const sum = whole();
        for (const [at, line] of [...list.children].entries())
          line.querySelector("output").textContent = sum > 0 ? `${Math.round((rows[at].share / sum) * 100)} %` : "–";
        tell();
      };
      const groups = new Map();
      for (const voice of voices) {
        const language = voice.name.match(/\(([^)]*)\)$/)?.[1] || voice.language;
        if (!groups.has(language)) groups.set(language, []);
        groups.get(language).push(voice);
      }
      const pick = h("select", { "aria-label": "Voice", onchange: () => {
        one.voice = pick.value;
        slide.setAttribute("aria-label", `Share of ${nameOf(one.voice)}`);
        show();
      } }, [...groups].map(([language, members]) => h("optgroup", { label: language }, members.map((voice) =>
        h("option", { value: voice.id, selected: voice.id === one.voice }, [voice.name.split(" (")[0], voice.gender, voice.grade && `grade ${voice.grade}`].filter(Boolean).join(" · "))))));
      const slide = h("input", { type: "range", min: 0, max: 100, step: 1, value: one.share, "aria-label": `Share of ${nameOf(one.voice)}`,
        oninput: () => {
          one.share = Number(slide.value);
          show();
        } });
      const item = h("li", { class: "st-blend-row" }, pick, slide, share,
        iconButton("close", `Take ${nameOf(one.voice)} out`, () => {
          rows.splice(rows.indexOf(one), 1);
          fill();
          more.focus();
        }, { disabled: rows.length <= 2 }));
      item.show = show;
      return item;
    };

    const fill = () => {
      list.replaceChildren(...rows.map(row));
      list.firstElementChild?.show();
      more.hidden = rows.length >= MOST;
    };

    const start = () => {
      if (!voices.length) return; // they are on their way
      const first = voices.find((voice) => voice.id === choices.voice) || voices[0];
      const other = voices.find((voice) => voice.language === first?.language && voice.gender !== first?.gender) || voices[1];
      rows = [first, other].filter(Boolean).map((voice, at) => ({ voice: voice.id, share: at ? 40 : 60 }));
      fill();
    };

    const showOwn = () => {
      kept.replaceChildren(...own.map((voice) => h("li", {},
        h("button", { type: "button", class: "st-chip", title: voice.blend, "aria-label": `Speak as ${voice.name}`, onclick: () => refresh(voice.id) }, voice.name),
        iconButton("trash", `Delete the blend ${voice.name}`, async () => {
          try {
            await studio.ask(`/v1/audio/voices/${encodeURIComponent(voice.saved)}`, { method: "DELETE" });
            await changed();
          } catch (error) {
            studio.fail(error);
          }
        }))));
      kept.hidden = !own.length;
    };

    /** Have both pickers look at the person's blends again, and the one here choose a voice. */
    let wanted = null;
    studio.speak.choose = () => {
      const voice = wanted;
      wanted = null;
      return voice;
    };
    const refresh = (voice = null) => {
      wanted = voice;
      for (const place of ["speak", "book"]) document.querySelector(`#${place}-voices`)?.click();
    };

    const again = async () => {
      const asked = choices.model;
      const { data } = await (await studio.ask(`/v1/audio/voices?model=${encodeURIComponent(asked)}`)).json();
      if (asked !== choices.model) return;
      model = asked;
      voices = data.filter((one) => !one.saved);
      own = data.filter((one) => one.saved);
      for (const voice of voices) choices.names[voice.id] = voice.name;
      showOwn();
      if (panel.open && !rows.length) start();
    };

    /** The blends are others now. Not after a mere look: the pickers' late answer would undo what was chosen meanwhile. */
    const changed = async (voice = null) => {
      await again();
      refresh(voice);
    };

    const look = () => {
      box.hidden = !models.includes(choices.model);
      if (model === choices.model) return tell();
      panel.open = false;
      rows = [];
      model = "";
      tell();
      if (!box.hidden) again().catch(studio.fail);
    };
    studio.speak.changed = look;
    element.replaceChildren(box);
    look();
  });
})();

/* Recent clips: what was spoken and kept, with its text; to hear, download, take up again or delete. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton, speak } = studio;

  studio.part("clips", ({ element }) => {
    const list = element.querySelector("ul");
    const empty = element.querySelector("[data-st=empty]");
    const sound = new Audio();
    let playing = null;
    const still = () => {
      if (!playing) return;
      playing.replaceChildren(icon("play"));
      playing.setAttribute("aria-label", playing.dataset.label);
      playing = null;
    };
    sound.addEventListener("ended", still);
    sound.addEventListener("error", () => {
      if (playing) studio.say("This clip cannot be played: its file is gone. Delete it, or speak the text again.", "error");
      still();
    });

    const row = (clip) => {
      const words = clip.text.length > 60 ? `${clip.text.slice(0, 60)}…` : clip.text;
      const address = `/v1/clips/${encodeURIComponent(clip.id)}`;
      const listen = iconButton("play", `Play clip: ${words}`, () => {
        if (playing === listen) {
          sound.pause();
          return still();
        }
        studio.player.stop();
        sound.pause();
        still();
        playing = listen;
        listen.dataset.label = `Play clip: ${words}`;
        listen.replaceChildren(icon("stop"));
        listen.setAttribute("aria-label", `Stop clip: ${words}`);
        sound.src = `${address}/audio?format=wav`;
        sound.play().catch(() => {});
      }, { class: "st-icon-button st-round" });
      const item = h("li", { class: "st-clip", "data-clip": clip.id },
        listen,
        h("div", { class: "st-clip-text" },
          h("p", { title: clip.text }, clip.text),
          h("small", {}, [speak.nameOf(clip.voice), studio.clock(clip.duration), studio.ago(clip.created_at)].filter(Boolean).join(" · "))),
        h("div", { class: "st-clip-tools" },
          speak.formats.map((format) => h("a", { class: "st-chip", href: `${address}/audio?format=${format}`, download: `${words.slice(0, 40)}.${format}`,
            "aria-label": `Download clip as ${format}: ${words}` }, format)),
          iconButton("edit", `Put this text back in the box: ${words}`, () => {
            const area = speak.box();
            area.value = clip.text;
            area.dispatchEvent(new Event("input", { bubbles: true }));
            area.focus();
          }),
          iconButton("trash", `Delete clip: ${words}`, async () => {
            if (playing === listen) {
              sound.pause();
              still();
            }
            try {
              await studio.ask(address, { method: "DELETE" });
              item.remove();
              empty.hidden = list.childElementCount > 0;
            } catch (error) {
              studio.fail(error);
            }
          })));
      return item;
    };

    speak.clips = async () => {
      try {
        const { data } = await (await studio.ask("/v1/clips")).json();
        const kept = new Map([...list.children].map((item) => [item.dataset.clip, item]));
        list.replaceChildren(...data.map((clip) => kept.get(clip.id) || row(clip)));
        empty.hidden = data.length > 0;
      } catch (error) {
        studio.fail(error);
      }
    };
    speak.clips();
  });
})();

/* The line of the Speak tab about what would sound better and is not here, and the button that gets it. One line at a
   time, the one that fits the text; whoever hides it does not see it again in this browser. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const BUSY_MS = 700;
  const KANA = /[\u3041-\u30ff]/u;
  const HAN = /[\u3400-\u9fff]/u;

  /** Which language's letters a text has that need more to be read; "" for any other. */
  const languageOf = (text) => (KANA.test(text) ? "ja" : HAN.test(text) ? "zh" : "");
  const key = (id) => `studio-offer-${id}`;
  const isHidden = (id) => {
    try {
      return localStorage.getItem(key(id)) === "hidden";
    } catch {
      return false;
    }
  };
  const hide = (id) => {
    try {
      localStorage.setItem(key(id), "hidden");
    } catch {
      /* a browser that keeps nothing is told again */
    }
  };

  studio.part("offers", ({ element, server }) => {
    let offers = [];
    let canGet = false;
    let shown = "";
    let timer = 0;

    const sentence = h("span", {});
    const far = h("small", { role: "status", "aria-live": "polite" });
    const get = h("button", { type: "button", class: "st-button", onclick: () => look(shown) });
    const close = iconButton("close", "Do not show this again", () => {
      hide(shown);
      fill();
    });
    const line = h("div", { class: "st-offer", role: "note", hidden: true }, sentence, far, h("div", { class: "st-offer-tools" }, get, close));
    element.replaceChildren(line);

    const box = () => document.querySelector("#speak-text textarea");
    const fill = () => {
      const language = languageOf(box()?.value ?? "");
      const offer = offers.find((one) => one.is_running || ((one.for === "" || one.for === language) && !isHidden(one.id)));
      line.hidden = !offer;
      if (!offer) return;
      shown = offer.id;
      sentence.textContent = offer.sentence.replace(/[.;] `studio models get [^`]*` gets it\.$/, ".");
      get.replaceChildren(icon("download"), `Get it, ${studio.size(offer.size_bytes)}`);
      get.hidden = !canGet || offer.is_running;
      close.hidden = offer.is_running;
      far.textContent = offer.error || (offer.is_running ? (offer.done_bytes ? `Getting it: ${studio.size(offer.done_bytes)}` : "Getting it.") : "");
    };

    const look = async (id = "") => {
      clearTimeout(timer);
      get.disabled = true;
      try {
        const before = offers.filter((one) => one.is_running).map((one) => one.id);
        const answer = await server.offer({ id });
        if (answer.error) return studio.say(answer.error, "error");
        offers = answer.offers;
        canGet = answer.can_get;
        if (before.some((one) => !offers.some((left) => left.id === one))) {
          studio.say("It is here, and speaks from now on.");
          document.querySelector("#st-models-changed")?.click();
        }
        fill();
        if (offers.some((one) => one.is_running)) timer = setTimeout(look, BUSY_MS);
      } catch {
        if (id) studio.say(studio.unreachable, "error");
      } finally {
        get.disabled = false;
      }
    };

    /** Whether a notice is what this line says anyway, shown or hidden. */
    studio.offers = { shows: (notice) => offers.some((one) => one.sentence === notice) };
    document.addEventListener("input", (event) => event.target === box() && fill());
    look();
  });
})();

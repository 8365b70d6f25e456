/* What every tab of the page shares: building elements without markup strings, asking the studio, saying what happened.
   It knows nothing of any one tab. Text from people or the studio only ever becomes text nodes here, never markup. */
"use strict";
(() => {
  const studio = (window.studio = window.studio || {});
  studio.addresses = { ...document.querySelector("script[data-worklet]").dataset };

  /** An element: h("button", {class: "st-button", onclick: f}, "Play", child, ...). Strings become text nodes. */
  studio.h = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name in element && typeof value === "boolean") element[name] = value;
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  };

  const ICONS = {
    play: "M7 4.5v15l12.5-7.5z",
    stop: "M6 6h12v12H6z",
    pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
    download: "M11 4h2v8l3-3 1.4 1.4L12 15.8l-5.4-5.4L8 9l3 3zM5 18h14v2H5z",
    trash: "M9 4h6l1 2h4v2H4V6h4zM6 9h12l-1 11H7z",
    up: "M12 6l7 7-1.4 1.4-4.6-4.6V20h-2V9.8l-4.6 4.6L5 13z",
    down: "M12 18l-7-7 1.4-1.4 4.6 4.6V4h2v10.2l4.6-4.6L19 11z",
    retry: "M12 5a7 7 0 1 1-6.7 9h2.1A5 5 0 1 0 12 7v3L7 6l5-4z",
    edit: "M4 16.5V20h3.5L17.8 9.7l-3.5-3.5zM20 7.5 16.5 4l-1.5 1.5L18.500 9z",
    close: "M6.4 5 12 10.600 17.600 5 19 6.400 13.400 12 19 17.600 17.600 19 12 13.400 6.400 19 5 17.600 10.600 12 5 6.400z",
    merge: "M5 4h14v2H5zM11 20h2v-7h3l-4-5-4 5h3z",
    split: "M5 4h14v2H5zm0 14h14v2H5zM11 8h2v3h3l-4 5-4-5h3z",
    left: "M14.500 5 16 6.500 10.500 12 16 17.500 14.500 19l-7-7z",
    undo: "M8 5v4h6a5 5 0 0 1 0 10H8v-2h6a3 3 0 0 0 0-6H8v4l-6-5z",
    redo: "M16 5v4h-6a5 5 0 0 0 0 10h6v-2h-6a3 3 0 0 1 0-6h6v4l6-5z",
    microphone: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.500 11h2a4.500 4.500 0 0 0 9 0h2a6.500 6.500 0 0 1-5.500 6.400V21h-2v-3.600A6.500 6.500 0 0 1 5.500 11z",
    moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z",
    sun: "M12 7a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM11 1h2v4h-2zm0 18h2v4h-2zM1 11h4v2H1zm18 0h4v2h-4zM4.200 2.800 7 5.600 5.600 7 2.800 4.200zM18.400 17l2.800 2.800-1.400 1.400-2.800-2.800zM21.200 4.200 18.400 7 17 5.600l2.800-2.800zM7 18.400l-2.800 2.800-1.400-1.400L5.600 17z",
    copy: "M8 3h12v14h-3v4H4V7h4zm2 4h7v8h1V5h-8zM6 9v10h9V9z",
  };

  /** A decorative icon; the button that holds it carries the words. */
  studio.icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "st-icon");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };

  /** A small button that shows an icon and, to those who cannot see it, its name. */
  studio.iconButton = (icon, label, onclick, attributes = {}) =>
    studio.h("button", { type: "button", class: "st-icon-button", "aria-label": label, title: label, onclick, ...attributes },
      studio.icon(icon));

  /** What stands between two segments: a space, save where their words say otherwise or, not knowing, their scripts have none. */
  const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff60\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/u;
  studio.gap = (one, two) => {
    if (!one?.text || !two.text) return "";
    const isSpaced = two.words?.[0]?.space_before ?? !(UNSPACED.test([...one.text].at(-1)) && UNSPACED.test([...two.text][0]));
    return isSpaced ? " " : "";
  };

  studio.clock = (seconds) => {
    const whole = Math.max(0, Math.round(seconds || 0));
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const two = (n) => String(n).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  };

  /** "about 3 min", "1 h 20 min": for estimates, where seconds would pretend to know. */
  studio.length = (seconds) => {
    if (!(seconds > 0)) return "";
    if (seconds < 55) return `${Math.max(1, Math.round(seconds))} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };

  studio.size = (bytes) => {
    if (!(bytes > 0)) return "";
    const units = ["B", "kB", "MB", "GB", "TB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    return `${(bytes / 1000 ** power).toFixed(power > 1 ? 1 : 0)} ${units[power]}`;
  };

  studio.count = (number, noun) => `${Number(number).toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  /** A moment, from seconds since 1970 or an ISO date (UTC where it does not say). */
  studio.moment = (when) =>
    typeof when === "number" ? when * 1000 : Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(when) ? when : `${when}Z`);

  studio.ago = (when) => {
    const then = studio.moment(when);
    if (!Number.isFinite(then)) return "";
    const seconds = (Date.now() - then) / 1000;
    if (seconds < 60) return "just now";
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    return new Date(then).toLocaleDateString(undefined, { day: "numeric", month: "short" });
  };

  /** The one sentence in an answer that is not 2xx. */
  studio.problem = async (response) => {
    let sentence = "";
    try {
      const body = await response.json();
      sentence = body?.error?.message || (typeof body?.detail === "string" ? body.detail : "");
    } catch {
      /* not JSON: the status alone has to do */
    }
    if (!sentence && response.status === 401) sentence = "You are signed out. Load the page again and sign in.";
    return new Error(sentence || `The studio answered with status ${response.status}. Try again.`);
  };

  studio.unreachable = "The studio does not answer. Is it still running?";

  /** fetch() against the studio; throws an Error whose message is one sentence. */
  studio.ask = async (path, options = {}) => {
    let response;
    try {
      response = await fetch(path, options);
    } catch (error) {
      if (error?.name === "AbortError") throw error;
      throw new Error(studio.unreachable);
    }
    if (!response.ok) throw await studio.problem(response);
    return response;
  };

  studio.send = (path, body, options = {}) =>
    studio.ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(options.headers || {}) },
      body: JSON.stringify(body),
      signal: options.signal,
    });

  /** Server-sent events of a fetched body, each parsed from JSON, as they come. */
  studio.events = async function* (body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        rest += value.replaceAll("\r\n", "\n");
        let end;
        while ((end = rest.indexOf("\n\n")) >= 0) {
          const data = rest.slice(0, end).split("\n").filter((line) => line.startsWith("data:"));
          rest = rest.slice(end + 2);
          const text = data.map((line) => line.slice(5).trimStart()).join("\n");
          if (text && text !== "[DONE]") yield JSON.parse(text);
        }
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  };

  /** Say something to everyone: in a line that screen readers follow, and that goes when it is no longer news. */
  studio.say = (sentence, kind = "note") => {
    studio.said.push(sentence);
    if (studio.said.length > 20) studio.said.shift();
    const line = document.getElementById("st-notice");
    if (!line) return;
    line.className = `st-notice st-notice-${kind}`;
    line.replaceChildren(
      studio.h("span", {}, sentence),
      studio.iconButton("close", "Dismiss this message", () => line.replaceChildren()),
    );
    clearTimeout(studio.say.timer);
    studio.say.timer = setTimeout(() => line.replaceChildren(), kind === "error" ? 20000 : 6000);
  };
  /** The last sentences that were said, for whoever asks why nothing happened. */
  studio.said = [];
  studio.fail = (error) => {
    if (error?.name !== "AbortError") studio.say(error?.message || String(error), "error");
  };

  /**
   * Have an audio thread read a file of ours. A busy machine gets another try; what a browser calls an aborted load is no wish of
   * the person's, and is said.
   */
  studio.addWorklet = async (context, address) => {
    for (const pause_ms of [300, 1500, 0]) {
      try {
        return await context.audioWorklet.addModule(address);
      } catch (error) {
        if (!pause_ms || context.state === "closed")
          throw new Error("The browser could not load the part of the page that handles sound. Load the page again.", { cause: error });
        await new Promise((resolve) => setTimeout(resolve, pause_ms));
      }
    }
  };

  /** Put a file on the person's disk. */
  studio.save = (blob, name) => {
    const link = studio.h("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  /** Which tab is before the person, from Gradio's own tab buttons. */
  studio.isShown = (element) => element.isConnected && element.offsetParent !== null;

  /* Tabs are mounted by Gradio when it likes; each of our parts says its name and is built then. */
  const parts = {};
  const waiting = [];
  /** How often each part was built: once, unless Gradio draws its place anew. */
  studio.built = {};
  /* On a busy machine a part's markup may stand there some time before it is built: who presses a button meanwhile is heard then. */
  const built = new WeakSet();
  let early = null;
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("button[data-st]");
      if (!button) return;
      for (let place = button; place; place = place.parentElement) if (built.has(place)) return;
      early = button;
    },
    true,
  );
  studio.part = (name, build) => {
    parts[name] = build;
    for (const [wanted, tools] of waiting.splice(0)) studio.mount(wanted, tools);
  };
  studio.mount = (name, tools) => {
    if (!parts[name]) return void waiting.push([name, tools]);
    studio.built[name] = (studio.built[name] || 0) + 1;
    parts[name](tools);
    built.add(tools.element);
    if (early && tools.element.contains(early)) {
      const pressed = early;
      early = null;
      pressed.click();
    }
  };

  studio.part("header", ({ element, props }) => {
    element.querySelector("#st-leave").hidden = !props.value?.login;
    const button = element.querySelector("#st-theme");
    const dark = () => document.body.classList.contains("dark");
    const show = () => {
      button.replaceChildren(studio.icon(dark() ? "sun" : "moon"));
      button.setAttribute("aria-label", dark() ? "Use the light theme" : "Use the dark theme");
      button.title = button.getAttribute("aria-label");
    };
    const remembered = localStorage.getItem("studio-theme");
    if (remembered && !new URL(location.href).searchParams.has("__theme"))
      document.body.classList.toggle("dark", remembered === "dark");
    button.addEventListener("click", () => {
      document.body.classList.toggle("dark");
      localStorage.setItem("studio-theme", dark() ? "dark" : "light");
    });
    new MutationObserver(show).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    show();
  });

  window.dispatchEvent(new Event("studio:ready"));
})();

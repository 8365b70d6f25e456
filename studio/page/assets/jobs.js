/* The Jobs tab: every job as a card that is changed in place, so that an open chapter list, a playing chapter and the keyboard's
   place survive each update. The truth is the studio's; this asks for it again and again, and after a restart as well. */
"use strict";
(() => {
  const studio = window.studio;
  const { h, icon, iconButton } = studio;
  const BUSY_MS = 1000; // between looks while something is unfinished and somebody watches
  const CALM_MS = 5000; // while everything is finished, or nobody watches
  const LIST_EVERY = 5; // looks at the busy jobs alone between looks at all
  const ASKED_AT_ONCE = 50; // what the studio and an address take
  const AWAY_MS = 2000; // while the studio does not answer
  const WORDS = { queued: "Waiting", running: "Working", paused: "Paused", cancelled: "Cancelled", failed: "Failed", done: "Done" };
  const LABELS = { pause: "Pause", resume: "Resume", cancel: "Cancel", retry: "Retry", move_up: "Move up", move_down: "Move down", delete: "Delete" };
  const ICONS = { pause: "pause", resume: "play", cancel: "close", retry: "retry", move_up: "up", move_down: "down", delete: "trash" };
  const ORDER = ["pause", "resume", "retry", "cancel", "move_up", "move_down", "delete"];
  const CHAPTERS_OPEN = 6; // a list as short as this is shown unfolded

  const isBusy = (job) => job.status === "queued" || job.status === "running";
  const address = (job, ...rest) => ["/v1/jobs", encodeURIComponent(job.id), ...rest].join("/");
  const steer = (job, action) => {
    if (action === "delete") return studio.ask(address(job), { method: "DELETE" });
    if (action === "move_up" || action === "move_down")
      return studio.send(address(job, "move"), { direction: action === "move_up" ? "up" : "down" });
    return studio.send(address(job, action), {});
  };

  const TARGETS = { acx: "ACX", podcast: "the podcast target" };
  const decibels = (value) => Number(value).toFixed(1).replace("-", "−");

  /** Set only what changed: screen readers and selections are left alone. */
  const write = (node, text) => node.textContent === text || (node.textContent = text);

  const factsOf = (job) => {
    const facts = [];
    if (job.words_total) facts.push(`${job.words_done.toLocaleString("en")} of ${studio.count(job.words_total, "word")}`);
    if (job.audio_s > 0)
      facts.push(job.total_s > job.audio_s + 1 && job.status !== "done" ? `${studio.clock(job.audio_s)} of ${job.kind === "audiobook" ? "about " : ""}${studio.clock(job.total_s)}` : `${studio.clock(job.audio_s)} of sound`);
    if (job.speed > 0 && job.status === "running") facts.push(`${job.speed < 10 ? job.speed.toFixed(1) : Math.round(job.speed)}× real time`);
    if (job.eta_s !== null && job.eta_s !== undefined && job.status === "running") facts.push(`${studio.length(Math.max(1, job.eta_s))} left`);
    if (job.status === "queued" && job.position > 0) facts.push(`number ${job.position} in the queue`);
    if (job.finished_at) facts.push(studio.ago(job.finished_at));
    return facts.join(" · ");
  };

  /* One chapter. */
  const partRow = (job, part) => {
    const status = h("span", { class: "st-badge" });
    const bar = h("div", { class: "st-bar", "aria-hidden": "true" }, h("i"));
    const facts = h("small");
    const place = h("div", { class: "st-listen" });
    const trouble = h("p", { class: "st-trouble" });
    const listen = iconButton("play", `Listen to ${part.title}`, () => {
      if (place.childElementCount) return place.replaceChildren();
      studio.player?.stop();
      const audio = h("audio", { controls: true, preload: "metadata", "aria-label": `Chapter: ${part.title}` });
      audio.src = `${address(job, "parts", part.number, "audio")}?format=mp3`;
      audio.addEventListener("error", () => studio.say("This chapter cannot be played yet. Try again in a moment.", "error"));
      place.replaceChildren(audio);
      audio.play().catch(() => {});
      for (const other of document.querySelectorAll(".st-listen audio")) if (other !== audio) other.pause();
    }, { class: "st-icon-button st-round" });
    const row = h("li", { class: "st-part" },
      h("div", { class: "st-part-line" }, listen, h("div", { class: "st-part-name" }, h("p", {}, part.title), facts), status), bar, trouble, place);
    row.update = (now, whole) => {
      listen.disabled = !now.can_listen;
      row.dataset.status = now.status;
      write(status, { waiting: "waiting", running: "working", failed: "failed", done: "done" }[now.status] || now.status);
      bar.style.setProperty("--st-share", now.progress.toFixed(4));
      bar.hidden = now.status === "done" || now.status === "waiting";
      const report = now.report || {};
      const lines = [];
      if (now.words_total) lines.push(now.status === "done" ? studio.count(now.words_total, "word") : `${now.words_done.toLocaleString("en")} of ${studio.count(now.words_total, "word")}`);
      if (now.audio_s > 0) lines.push(studio.clock(now.audio_s) + (now.total_s > now.audio_s + 1 ? ` of ${studio.clock(now.total_s)}` : ""));
      if (Number.isFinite(report.rms_db)) {
        const measured = [`RMS ${decibels(report.rms_db)} dB`, `peak ${decibels(report.peak_db)} dB`, `${decibels(report.integrated_lufs)} LUFS`];
        if (whole.status !== "done") measured.push("before mastering");
        else if (TARGETS[whole.options.loudness] && !(report.misses || []).length) measured.push(`meets ${TARGETS[whole.options.loudness]}`);
        lines.push(measured.join(", "));
      }
      write(facts, lines.join(" · "));
      // What a chapter misses before mastering is nobody's worry.
      write(trouble, [now.error, ...((whole.status === "done" && report.misses) || [])].filter(Boolean).join(" "));
      trouble.hidden = !trouble.textContent;
    };
    row.update(part, job);
    return row;
  };

  /* One job. */
  const card = (job, refresh) => {
    const of = (label) => `${label}: ${job.title}`;
    const heading = h("h3", {}, job.title);
    const badge = h("span", { class: "st-badge" });
    const bar = h("div", { class: "st-bar st-bar-big", role: "progressbar", "aria-label": of("Progress"), "aria-valuemin": 0, "aria-valuemax": 100 }, h("i"));
    const share = h("b");
    const stage = h("p", { class: "st-stage-line", "aria-live": "polite" });
    const facts = h("small", { class: "st-facts-line" });
    const trouble = h("p", { class: "st-trouble", role: "alert" });
    const results = h("div", { class: "st-results", role: "group", "aria-label": of("Results") });
    const failed = h("div", { class: "st-failed" });
    const parts = h("ol", { class: "st-parts" });
    const unfold = h("details", {}, h("summary", {}, job.kind === "audiobook" ? "Chapters" : "Recording"), parts);
    const transcript = job.kind === "transcription" ? h("div", { class: "st-transcript", tabindex: 0, role: "region", "aria-label": of("Transcript"), hidden: true }) : null;
    const notices = h("ul", { class: "st-job-notices", "aria-label": of("Notices"), hidden: true });
    const confirm = h("div", { class: "st-confirm", role: "alertdialog", "aria-label": of("Delete"), hidden: true });
    let current = job;

    const act = async (action, button) => {
      button.disabled = true;
      if (action === "delete") {
        // The sound's connection ends by our will, and not by an error when its files are gone.
        for (const audio of item.querySelectorAll("audio")) {
          audio.removeAttribute("src");
          audio.load();
          audio.remove();
        }
      }
      try {
        await steer(current, action);
        await refresh();
      } catch (error) {
        studio.fail(error);
      } finally {
        button.disabled = false;
        // The keyboard's place must not vanish with the button; whoever has gone on meanwhile is left where they are.
        const isLost = document.activeElement === button || document.activeElement === document.body;
        if (button.hidden && isLost) buttons.pause.hidden ? item.focus() : buttons.pause.focus();
      }
    };
    const ask = () => {
      confirm.hidden = false;
      const no = h("button", { type: "button", class: "st-button", onclick: () => {
        confirm.hidden = true;
        buttons.delete.focus();
      } }, "Keep");
      const yes = h("button", { type: "button", class: "st-button st-button-bad", onclick: () => act("delete", yes) }, "Delete");
      confirm.replaceChildren(h("span", {}, "Delete this job with all its files?"), yes, no);
      no.focus();
    };
    const buttons = Object.fromEntries(ORDER.map((action) => {
      const button = iconButton(ICONS[action], of(LABELS[action]), () => (action === "delete" ? ask() : act(action, button)), { "data-action": action });
      return [action, button];
    }));

    const item = h("li", { class: "st-card st-job", "data-job": job.id, tabindex: -1 },
      h("div", { class: "st-job-head" },
        h("div", { class: "st-job-name" }, heading, h("div", { class: "st-job-sub" }, badge, h("small", {}, job.kind === "audiobook" ? "audiobook" : "transcript"))),
        h("div", { class: "st-job-tools", role: "group", "aria-label": of("Steer") }, Object.values(buttons))),
      confirm,
      h("div", { class: "st-job-progress" }, bar, share),
      stage, facts, trouble, results, notices, transcript, failed, unfold);

    const rows = new Map();
    let isUnfolded = false;
    let madeResults = "";
    let madeFailed = "";
    let madeNotices = "";
    let heard = -1;
    let said = "";
    let segmentsRead = 0;
    let lastRead = null;
    let isReading = false;

    item.update = (now) => {
      current = now;
      item.dataset.status = now.status;
      write(badge, WORDS[now.status] || now.status);
      write(heading, now.title);
      const percent = Math.floor(now.progress * 100);
      bar.style.setProperty("--st-share", now.progress.toFixed(4));
      bar.setAttribute("aria-valuenow", String(percent));
      write(share, `${percent} %`);
      write(stage, now.status === "done" ? "" : now.stage || now.message);
      stage.hidden = !stage.textContent;
      write(facts, factsOf(now));
      write(trouble, now.error);
      trouble.hidden = !now.error;
      for (const action of ORDER) buttons[action].hidden = !now.actions.includes(action);

      const files = now.results.map((result) => result.id).join();
      if (files !== madeResults) {
        madeResults = files;
        results.replaceChildren(...now.results.map((result) =>
          h("a", { class: "st-button", href: result.url || address(now, "results", result.id), download: result.name, "data-kind": result.kind, title: result.name },
            icon("download"), result.part_number === null ? result.kind.toUpperCase() : result.name, h("small", {}, studio.size(result.size_bytes)))));
        if (now.kind === "transcription" && now.status === "done")
          results.prepend(h("button", { type: "button", class: "st-button st-button-main", "data-st": "open", onclick: () => studio.openTranscript?.(now.id) }, icon("edit"), "Open"));
      }
      results.hidden = now.results.length === 0;

      const told = (now.notices || []).join("\n");
      if (told !== madeNotices) {
        madeNotices = told;
        notices.replaceChildren(...now.notices.map((sentence) => h("li", {}, sentence)));
        notices.hidden = !told;
      }

      const troubles = now.failed.map((one) => `${one.id}:${one.attempts}`).join();
      if (troubles !== madeFailed) {
        madeFailed = troubles;
        failed.replaceChildren(
          h("h4", {}, `${studio.count(now.failed.length, "sentence")} could not be spoken`),
          h("ul", {}, now.failed.map((one) => h("li", {},
            h("div", {}, h("p", {}, one.text), h("small", {}, [one.part_title, one.error].filter(Boolean).join(" · "))),
            h("button", { type: "button", class: "st-button", onclick: (event) => {
              const button = event.currentTarget;
              button.disabled = true;
              studio.send(address(now, "failed", one.id, "retry"), {}).then(refresh, studio.fail).finally(() => (button.disabled = false));
            } }, icon("retry"), "Retry")))),
          h("button", { type: "button", class: "st-button", onclick: (event) => {
            const button = event.currentTarget;
            button.disabled = true;
            studio.send(address(now, "silence"), {}).then(refresh, studio.fail).finally(() => (button.disabled = false));
          } }, "Leave them silent and finish"));
      }
      failed.hidden = now.failed.length === 0;

      for (const part of now.parts) {
        if (rows.has(part.number)) rows.get(part.number).update(part, now);
        else {
          rows.set(part.number, partRow(now, part));
          parts.append(rows.get(part.number));
        }
      }
      write(unfold.querySelector("summary"), job.kind === "audiobook" ? `${studio.count(now.parts.length, "chapter")}` : "Recording");
      unfold.hidden = job.kind !== "audiobook" || now.parts.length === 0;
      if (!isUnfolded && now.parts.length) {
        isUnfolded = true;
        unfold.open = now.parts.length <= CHAPTERS_OPEN && now.status !== "done";
      }
      if (transcript && (now.audio_s !== heard || now.status !== said)) {
        [heard, said] = [now.audio_s, now.status];
        readOn();
      }
    };
    /** The transcript fills in: only what is new is asked for. */
    const readOn = async () => {
      if (isReading) return;
      isReading = true;
      try {
        const news = await (await studio.ask(`/v1/transcripts/${encodeURIComponent(job.id)}?from=${segmentsRead}`)).json();
        for (const segment of news.segments) {
          transcript.append(`${studio.gap(lastRead, segment)}${segment.text}`);
          lastRead = segment;
        }
        segmentsRead = news.count;
        transcript.hidden = !transcript.textContent;
      } catch {
        /* the next look asks again */
      } finally {
        isReading = false;
      }
    };
    /** It was changed by hand: all of it is new. */
    item.reread = () => {
      if (!transcript) return;
      segmentsRead = 0;
      lastRead = null;
      transcript.replaceChildren();
      readOn();
    };
    item.update(job);
    return item;
  };

  /** A list that follows the jobs for as long as the page lives. `wanted` narrows it. */
  studio.follow = ({ element, list, empty, away, wanted = () => true, limit = Infinity }) => {
    const items = new Map();
    let timer = 0;
    let turn = 0;
    let known = [];
    /** All jobs now and then; in between only those that something happens to: a long list of finished books costs nothing. */
    const ask = async (all) => {
      const busy = known.filter(isBusy).slice(0, ASKED_AT_ONCE);
      if (all || busy.length === 0 || turn % LIST_EVERY === 0)
        return (await (await studio.ask("/v1/jobs")).json()).data;
      const query = new URLSearchParams(busy.map((job) => ["id", job.id]));
      const news = (await (await studio.ask(`/v1/jobs?${query}`)).json()).data;
      // One has ended, or was deleted elsewhere: the order is another.
      if (news.length < busy.length || !news.every(isBusy)) return (await (await studio.ask("/v1/jobs")).json()).data;
      return known.map((job) => news.find((one) => one.id === job.id) || job);
    };
    const show = (jobs) => {
      const shown = jobs.filter(wanted).slice(0, limit);
      for (const [id, item] of items)
        if (!shown.some((job) => job.id === id)) {
          item.remove();
          items.delete(id);
        }
      shown.forEach((job, at) => {
        if (items.has(job.id)) items.get(job.id).update(job);
        else items.set(job.id, card(job, look));
        const item = items.get(job.id);
        // Moving a node stops its sound and drops its focus: only what stands elsewhere is moved.
        if (list.children[at] !== item) {
          const focused = item.contains(document.activeElement) ? document.activeElement : null;
          list.insertBefore(item, list.children[at] || null);
          focused?.focus();
        }
      });
      if (empty) empty.hidden = shown.length > 0;
      return shown.some(isBusy);
    };
    const look = async (all = true) => {
      clearTimeout(timer);
      const asked = ++turn;
      let wait = CALM_MS;
      try {
        const jobs = await ask(all);
        if (asked !== turn) return;
        known = jobs;
        if (show(jobs)) wait = BUSY_MS;
        if (away) away.hidden = true;
      } catch (error) {
        if (asked !== turn) return;
        if (away) {
          away.textContent = error.message === studio.unreachable ? "The studio does not answer; your jobs are safe and will show again when it runs." : error.message;
          away.hidden = false;
        }
        wait = AWAY_MS;
      }
      clearTimeout(timer);
      timer = setTimeout(soon, wait);
    };
    const soon = () => {
      if (document.hidden || !studio.isShown(element)) timer = setTimeout(soon, 300);
      else look(false);
    };
    look();
    return look;
  };

  studio.changedTranscript = (id) => {
    for (const item of document.querySelectorAll(`[data-job="${id}"]`)) item.reread?.();
  };

  studio.part("jobs", ({ element }) => {
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    studio.jobs = { look: studio.follow({ element, list: find("list"), empty: find("empty"), away: find("away") }) };
  });
})();

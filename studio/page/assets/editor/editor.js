// @ts-check
/* The transcript editor: words light up while the sound plays, a click on a word goes there, and what is written is kept by itself.
   Here its pieces are put together, transcripts come and go, and keys mean something. Times are the studio's work. */
import { askJson } from "../shared/asking.js";
import { finder, icon, isShown } from "../shared/elements.js";
import { fail, say } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import { transcripts } from "../jobs/jobs.js";
import { changedTranscript } from "../jobs/transcript.js";
import { caretIn, putCaret } from "./caret.js";
import { exportLinks } from "./exports.js";
import { finding } from "./finding.js";
import { hearing } from "./hearing.js";
import { History } from "./history.js";
import { keeper } from "./keeping.js";
import { meaningOf } from "./keys.js";
import { clearMarks, mark, rangeIn } from "./marks.js";
import { name as nameInAddress, openBy } from "./opening.js";
import { rowList } from "./rows.js";
import { doubtLimit, isDoubtful, keyed, merge, placesOf, split } from "./segments.js";
import { speakerFields } from "./speakers.js";

/** @typedef {import("./row.js").Row} Row */

const SKIP_S = 3;

part("editor", ({ element }) => {
  const find = finder(element);
  const root = find("root");
  const title = find.input("title");
  const history = new History();
  let doubt = 0;

  // --- What is shown

  const draw = () => {
    rows.show(history.now);
    find.button("undo").disabled = !history.canUndo;
    find.button("redo").disabled = !history.canRedo;
    speakers.show(history.now);
    markSeen();
  };
  const markSeen = () => {
    const needle = search.needle();
    const seen = [...rows.seen];
    mark("st-doubt", seen.flatMap(({ text, segment }) =>
      placesOf(segment).map((place, n) => place && isDoubtful(segment.words[n], doubt) ? rangeIn(text, place) : null)));
    mark("st-found", needle ? seen.flatMap(({ text, segment }) =>
      [...segment.text.matchAll(needle)].map((hit) => rangeIn(text, [hit.index, hit.index + hit[0].length]))) : []);
  };

  // --- What is changed

  const change = (/** @type {KeyedSegment[]} */ next, burst = "") => {
    history.change(next, burst, performance.now());
    draw();
    keeping.later();
  };
  const stepped = (/** @type {boolean} */ hasMoved) => {
    if (!hasMoved) return;
    draw();
    keeping.later();
  };
  const undo = () => stepped(history.undo());
  const redo = () => stepped(history.redo());
  const indexOf = (/** @type {Row} */ row) => history.now.indexOf(row.segment);
  const splitRow = async (/** @type {Row} */ row) => {
    const at = (document.activeElement === row.text ? caretIn(row.text) : row.caret) ?? 0;
    await keeping.settle(); // the words must be those of the text
    const segment = rows.of(row.segment)?.segment;
    if (!segment) return;
    const halves = split(segment, at);
    if (!halves) return say("Put the cursor where the segment is to be split.");
    change(history.now.toSpliced(history.now.indexOf(segment), 1, ...halves));
    const behind = rows.of(halves[1]);
    if (behind) putCaret(behind.text, 0);
  };
  const mergeAt = (/** @type {number} */ index) => {
    const [one, two] = history.now.slice(index, index + 2);
    if (!two) return say("There is no next segment.");
    change(history.now.toSpliced(index, 2, merge(one, two)));
  };
  const mergeBefore = (/** @type {Row} */ row) => {
    const before = history.now[indexOf(row) - 1];
    const above = rows.of(before);
    if (!above) return false;
    mergeAt(indexOf(row) - 1);
    putCaret(above.text, before.text.length);
    return true;
  };

  // --- The pieces

  const keeping = keeper(history, { title, saved: find("saved"), trouble: find("trouble") }, {
    drawn: draw,
    taken: (whole) => take(keeping.id, whole),
    reload: (id) => open(id),
  });
  const rows = rowList(find("list"), {
    jump: (seconds, play) => sound.jump(seconds, play),
    split: splitRow,
    mergeNext: (row) => mergeAt(indexOf(row)),
    mergeBefore,
    go: (row, by) => rows.of(history.now[indexOf(row) + by])?.text.focus(),
    replace: (row, news, burst) => change(history.now.with(indexOf(row), { ...row.segment, ...news }), burst),
  }, markSeen);
  const sound = hearing({ root, audio: find.kind("audio", HTMLAudioElement), rate: find.kind("rate", HTMLSelectElement) }, history, rows.of);
  const search = finding(element, history, {
    change,
    mark: markSeen,
    show: (segment) => {
      rows.of(segment)?.node.scrollIntoView({ block: "center" });
      sound.jump(segment.start_s);
    },
  });
  const speakers = speakerFields(find("speakers"), (from, to) =>
    change(history.now.map((segment) => (segment.speaker === from ? { ...segment, speaker: to } : segment))));
  const pointLinks = exportLinks(find("exports"), keeping.settle);

  const names = find.button("names");
  const showNames = (/** @type {boolean} */ are) => {
    names.setAttribute("aria-pressed", String(are));
    rows.showNames(are);
  };
  const nextDoubt = () => {
    const words = history.now.flatMap((segment) => segment.words.filter((word) => isDoubtful(word, doubt)));
    const next = words.find((word) => word.start_s > sound.at() + 0.05) ?? words[0];
    if (!next) return say("The recogniser was sure of every word.");
    sound.jump(next.start_s + 0.01);
    sound.showLine();
  };

  // --- Coming and going

  const take = (/** @type {string} */ id, /** @type {Transcript} */ whole) => {
    history.begin(whole.segments.map((segment) => keyed(segment)));
    keeping.take(id, whole);
    doubt = doubtLimit(history.now);
    search.restart();
    sound.forgetLine();
    speakers.forget();
    find("empty").hidden = history.now.length > 0;
    rows.clear();
    draw();
  };
  const open = async (/** @type {string} */ id) => {
    try {
      if (keeping.id && keeping.id !== id) await close();
      /** @type {Transcript} */
      const whole = await askJson(`/v1/transcripts/${encodeURIComponent(id)}`);
      if (!whole.is_final) throw new Error("This transcript is still being written; open it when it is done.");
      const isNew = id !== keeping.id;
      take(id, whole);
      if (isNew) {
        sound.open(id);
        showNames(false);
        search.show(false);
      }
      pointLinks(id);
      root.hidden = false;
      document.body.classList.add("st-editing");
      nameInAddress(id);
      title.focus({ preventScroll: true });
      root.scrollIntoView({ block: "start" });
    } catch (error) {
      fail(error);
    }
  };
  const close = async () => {
    await keeping.settle();
    const was = keeping.id;
    keeping.leave();
    sound.close();
    clearMarks();
    root.hidden = true;
    document.body.classList.remove("st-editing");
    nameInAddress("");
    changedTranscript(was);
    transcripts.look();
  };
  openBy(open);
  window.addEventListener("beforeunload", (event) => keeping.isUnsaved() && event.preventDefault());

  // --- Buttons and keys

  title.addEventListener("input", () => keeping.later());
  /** @type {Record<string, [() => unknown, string?]>} */
  const buttons = { back: [close, "left"], undo: [undo, "undo"], redo: [redo, "redo"], "play-pause": [sound.playPause, "play"],
    "next-doubt": [nextDoubt], names: [() => showNames(names.getAttribute("aria-pressed") !== "true")] };
  for (const [name, [act, picture]] of Object.entries(buttons)) {
    find(name).addEventListener("click", act);
    if (picture) find(name).prepend(icon(picture));
  }
  /** @type {Record<import("./keys.js").Meaning, () => unknown>} */
  const keys = { "play-pause": sound.playPause, undo, redo, save: keeping.save, find: () => search.show(true), "leave-find": () => search.show(false),
    back: () => sound.skip(-SKIP_S), on: () => sound.skip(SKIP_S) };
  document.addEventListener("keydown", (event) => {
    const meaning = keeping.id && isShown(root) ? meaningOf(event) : null;
    if (!meaning || (meaning === "leave-find" && !search.isShown())) return;
    event.preventDefault();
    keys[meaning]();
  });
});

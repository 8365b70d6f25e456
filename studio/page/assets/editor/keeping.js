// @ts-check
/* What is written is kept by itself: the stretch that changed goes to the studio with the version it was changed on, and the answer has the
   words in their places. An older version is refused, and then a person decides. */
import { Problem, askJson, sendJson } from "../shared/asking.js";
import { h, write } from "../shared/elements.js";
import { fail, sentenceOf, stand } from "../shared/messages.js";
import { bare, changedStretch, keyed } from "./segments.js";

const SAVE_MS = 800; // after the last key
const RETRY_MS = 3000; // while the studio does not answer
const BEHIND_ALL = 1000000; // a segment there is none after: only the version is asked for

/**
 * @param {import("./history.js").History} history
 * @param {{ title: HTMLInputElement, saved: HTMLElement, trouble: HTMLElement }} place
 * @param {{ drawn: () => void, taken: (whole: Transcript) => void, reload: (id: string) => void }} tell
 */
export const keeper = (history, { title, saved, trouble }, tell) => {
  let id = "";
  let version = 0;
  /** As the studio has it. @type {KeyedSegment[]} */
  let kept = [];
  let keptTitle = "";
  let timer = 0;
  /** @type {Promise<void> | null} */
  let saving = null;
  let isStuck = false; // somebody else has changed it

  const isDirty = () => history.now !== kept || title.value.trim() !== keptTitle;
  const later = (wait = SAVE_MS) => {
    clearTimeout(timer);
    if (!id || isStuck) return;
    write(saved, isDirty() ? "Not saved yet" : "Saved");
    if (isDirty()) timer = setTimeout(save, wait);
  };
  const save = () => (saving ??= keep().finally(() => (saving = null)));

  const keep = async () => {
    clearTimeout(timer);
    if (!isDirty() || isStuck || !id) return;
    const [mine, sent, name] = [id, history.now, title.value.trim()];
    const { start, remove, fresh } = changedStretch(kept, sent);
    write(saved, "Saving …");
    try {
      const change = { version, start, remove, segments: fresh.map(bare), ...(name && name !== keptTitle ? { title: name } : {}) };
      const answer = await sendJson(`/v1/transcripts/${mine}`, change, { method: "PATCH" });
      if (mine === id) settled(sent, fresh, answer, name);
    } catch (error) {
      if (error instanceof Problem && error.status === 0) {
        write(saved, "Not saved yet: the studio does not answer");
        timer = setTimeout(save, RETRY_MS);
      } else if (mine === id) {
        write(saved, "Not saved");
        stuck(error);
      }
    }
  };
  /**
   * The studio has it, with the words in their places; what was written meanwhile stays.
   * @param {KeyedSegment[]} sent
   * @param {KeyedSegment[]} fresh
   * @param {{ version: number, segments: Segment[] }} answer
   * @param {string} name
   */
  const settled = (sent, fresh, answer, name) => {
    version = answer.version;
    keptTitle = name || keptTitle;
    const answered = new Map(fresh.map((segment, n) => [segment, keyed(answer.segments[n], segment.key)]));
    const placed = (/** @type {KeyedSegment[]} */ segments) => segments.map((segment) => answered.get(segment) ?? segment);
    const isLatest = history.now === sent;
    kept = placed(sent);
    history.now = isLatest ? kept : placed(history.now);
    tell.drawn();
    later();
  };

  const keepMine = async () => {
    try {
      const there = await askJson(`/v1/transcripts/${id}?from=${BEHIND_ALL}`);
      const mine = { version: there.version, segments: history.now.map(bare) };
      tell.taken(await sendJson(`/v1/transcripts/${id}`, mine, { method: "PUT" }));
    } catch (error) {
      fail(error);
    }
  };
  /** @param {unknown} error */
  const stuck = (error) => {
    isStuck = true;
    const button = (/** @type {string} */ label, /** @type {() => void} */ onclick) => h("button", { type: "button", class: "st-button", onclick }, label);
    const load = button("Load it again", () => tell.reload(id));
    const isConflict = error instanceof Problem && error.status === 409;
    stand(trouble, sentenceOf(error), load, ...(isConflict ? [button("Keep what is on this page", keepMine)] : []));
  };

  return {
    get id() {
      return id;
    },
    later,
    save,
    /** Everything that was written is answered. */
    settle: async () => {
      while (id && !isStuck && (saving || isDirty())) await save();
    },
    /** Whether leaving now would lose something. */
    isUnsaved: () => Boolean(id) && isDirty() && !isStuck,
    /** This is what the studio has; the history begins with it. @param {string} which @param {Transcript} whole */
    take: (which, whole) => {
      [id, version, isStuck] = [which, whole.version, false];
      kept = history.now;
      title.value = keptTitle = whole.title;
      stand(trouble, "");
      write(saved, "Saved");
    },
    /** Nothing is open any more. */
    leave: () => {
      id = "";
      clearTimeout(timer);
    },
  };
};

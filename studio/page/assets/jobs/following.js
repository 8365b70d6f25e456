// @ts-check
/* A list that follows the jobs for as long as the page lives. The truth is the studio's; this asks for it again and again, and after a restart as well. */
import { Problem, askJson } from "../shared/asking.js";
import { isShown } from "../shared/elements.js";
import { sentenceOf, stand } from "../shared/messages.js";
import { jobCard } from "./card.js";
import { isBusy } from "./steering.js";

const BUSY_MS = 1000; // between looks while something is unfinished and somebody watches
const CALM_MS = 5000; // while everything is finished, or nobody watches
const HIDDEN_MS = 300; // until we see whether somebody has come
const LIST_EVERY = 5; // looks at the busy jobs alone between looks at all
const ASKED_AT_ONCE = 50; // what the studio and an address take
const AWAY_MS = 2000; // while the studio does not answer
const AWAY = "The studio does not answer; your jobs are safe and will show again when it runs.";

/** @returns {Promise<Job[]>} */
const allJobs = async () => (await askJson("/v1/jobs")).data;

/**
 * All jobs now and then; in between only those that something happens to: a long list of finished books costs nothing.
 * @param {Job[]} known
 * @param {boolean} all
 */
const news = async (known, all) => {
  const busy = known.filter(isBusy).slice(0, ASKED_AT_ONCE);
  if (all || busy.length === 0) return allJobs();
  const query = new URLSearchParams(busy.map((job) => ["id", job.id]));
  /** @type {Job[]} */
  const fresh = (await askJson(`/v1/jobs?${query}`)).data;
  // One has ended, or was deleted elsewhere: the order is another.
  if (fresh.length < busy.length || !fresh.every(isBusy)) return allJobs();
  return known.map((job) => fresh.find((one) => one.id === job.id) || job);
};

/**
 * Gives what looks at once.
 * @param {{ element: HTMLElement, list: HTMLElement, empty: HTMLElement, away: HTMLElement, wanted?: (job: Job) => boolean, limit?: number }} place
 */
export const follow = ({ element, list, empty, away, wanted = () => true, limit = Infinity }) => {
  /** @type {Map<string, ReturnType<typeof jobCard>>} */
  const cards = new Map();
  let timer = 0;
  let turn = 0;
  /** @type {Job[]} */
  let known = [];

  /** @param {Job} job */
  const cardOf = (job) => {
    const card = cards.get(job.id);
    if (card) card.update(job);
    return card ?? jobCard(job, look);
  };
  /** @param {Job[]} jobs */
  const show = (jobs) => {
    const shown = jobs.filter(wanted).slice(0, limit);
    for (const [id, { item }] of cards)
      if (!shown.some((job) => job.id === id)) {
        item.remove();
        cards.delete(id);
      }
    shown.forEach((job, at) => {
      const card = cardOf(job);
      cards.set(job.id, card);
      // Moving a node stops its sound and drops its focus: only what stands elsewhere is moved.
      if (list.children[at] === card.item) return;
      const focused = document.activeElement;
      const isInside = card.item.contains(focused);
      list.insertBefore(card.item, list.children[at] || null);
      if (isInside && focused instanceof HTMLElement) focused.focus();
    });
    empty.hidden = shown.length > 0;
    return shown.some(isBusy);
  };
  const look = async (all = true) => {
    clearTimeout(timer);
    const asked = ++turn;
    let wait = CALM_MS;
    try {
      const jobs = await news(known, all || asked % LIST_EVERY === 0);
      if (asked !== turn) return;
      known = jobs;
      if (show(jobs)) wait = BUSY_MS;
      stand(away, "");
    } catch (error) {
      if (asked !== turn) return;
      stand(away, error instanceof Problem && error.status === 0 ? AWAY : sentenceOf(error));
      wait = AWAY_MS;
    }
    clearTimeout(timer);
    timer = setTimeout(soon, wait);
  };
  const soon = () => {
    if (document.hidden || !isShown(element)) timer = setTimeout(soon, HIDDEN_MS);
    else look(false);
  };
  look();
  return () => look();
};

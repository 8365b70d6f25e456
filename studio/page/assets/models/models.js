// @ts-check
/* The Models tab: a card for each model; what is here comes first, and a card keeps its place while somebody looks at it. */
import { askServer } from "../shared/asking.js";
import { finder, isShown } from "../shared/elements.js";
import { fail, sentenceOf, stand } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import { modelCard } from "./card.js";

const BUSY_MS = 700;
const CALM_MS = 4000;
const HIDDEN_MS = 300; // until we see whether somebody has come

/** What is here before what can be had. @param {Model} a @param {Model} b */
const nearest = (a, b) =>
  Number(b.built_in) - Number(a.built_in) || Number(b.natural) - Number(a.natural) || Number(b.downloaded) - Number(a.downloaded);

part("models", ({ element, server }) => {
  const find = finder(element);
  const away = find("away");
  const search = find.input("find");
  const lists = { speak: find("speak"), transcribe: find("transcribe"), compare: find("compare"), read: find("read") };
  /** @type {Map<string, ReturnType<typeof modelCard>>} */
  const cards = new Map();
  let timer = 0;

  /** @param {string} action @param {string} id @param {HTMLButtonElement} button */
  const act = async (action, id, button) => {
    button.disabled = true;
    try {
      take(await askServer(server, "act", { id, action }));
    } catch (error) {
      fail(error);
    } finally {
      button.disabled = false;
    }
  };
  const sift = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { item, knows } of cards.values()) {
      item.hidden = !knows(words);
      count += Number(!item.hidden);
    }
    find("none").hidden = count > 0 || cards.size === 0;
  };
  search.addEventListener("input", sift);

  /** Whether something is being got. @param {{ data: Model[], is_keeper: boolean }} answer */
  const take = ({ data, is_keeper }) => {
    for (const model of cards.size ? data : data.toSorted(nearest)) {
      let card = cards.get(model.id);
      if (!card) {
        card = modelCard(model, act);
        cards.set(model.id, card);
        lists[model.task].append(card.item);
      }
      card.update(model, is_keeper);
    }
    for (const [id, { item }] of cards)
      if (!data.some((model) => model.id === id)) {
        item.remove();
        cards.delete(id);
      }
    sift();
    return data.some((model) => model.download?.is_running);
  };

  const look = async () => {
    clearTimeout(timer);
    let wait = CALM_MS;
    if (!document.hidden && isShown(element)) {
      try {
        if (take(await askServer(server, "act", { action: "" }))) wait = BUSY_MS;
        stand(away, "");
      } catch (error) {
        stand(away, sentenceOf(error));
      }
    } else wait = HIDDEN_MS;
    timer = setTimeout(look, wait);
  };
  look();
  for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;
});

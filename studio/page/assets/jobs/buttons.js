// @ts-check
/* The buttons that steer a job, and the question before its files go. */
import { h, iconButton } from "../shared/elements.js";
import { fail } from "../shared/messages.js";
import { ACTIONS, steer } from "./steering.js";

/**
 * @param {(label: string) => string} of says whose it is
 * @param {{ item: () => HTMLElement, job: () => Job, refresh: () => Promise<void> }} card
 */
export const steeringButtons = (of, { item, job, refresh }) => {
  const confirm = h("div", { class: "st-confirm", role: "alertdialog", "aria-label": of("Delete"), hidden: true });

  /** @param {JobAction} action @param {HTMLButtonElement} button */
  const act = async (action, button) => {
    button.disabled = true;
    if (action === "delete") silence(item());
    try {
      await steer(job(), action);
      await refresh();
    } catch (error) {
      fail(error);
    } finally {
      button.disabled = false;
      // The keyboard's place must not vanish with the button; whoever has gone on meanwhile is left where they are.
      const isLost = document.activeElement === button || document.activeElement === document.body;
      if (button.hidden && isLost) (buttons.pause.hidden ? item() : buttons.pause).focus();
    }
  };
  const askFirst = () => {
    confirm.hidden = false;
    const no = h("button", { type: "button", class: "st-button", onclick: () => {
      confirm.hidden = true;
      buttons.delete.focus();
    } }, "Keep");
    const yes = h("button", { type: "button", class: "st-button st-button-bad", onclick: () => void act("delete", yes) }, "Delete");
    confirm.replaceChildren(h("span", {}, "Delete this job with all its files?"), yes, no);
    no.focus();
  };
  const actions = /** @type {JobAction[]} */ (Object.keys(ACTIONS));
  const buttons = /** @type {Record<JobAction, HTMLButtonElement>} */ (Object.fromEntries(actions.map((action) => {
    const { icon, label } = ACTIONS[action];
    const button = iconButton(icon, of(label), () => (action === "delete" ? askFirst() : act(action, button)), { "data-action": action });
    return [action, button];
  })));
  return {
    confirm,
    all: actions.map((action) => buttons[action]),
    update: () => {
      for (const action of actions) buttons[action].hidden = !job().actions.includes(action);
    },
  };
};

/** Its sounds' connections end by our will, and not by an error when their files are gone. @param {HTMLElement} item */
const silence = (item) => {
  for (const audio of item.querySelectorAll("audio")) {
    audio.removeAttribute("src");
    audio.load();
    audio.remove();
  }
};

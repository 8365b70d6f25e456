// @ts-check
/* The button beside a picker of voices: one sentence of the voice, made by the studio when it is first wanted. */
import { ask } from "../shared/asking.js";
import { voiced } from "../shared/choices.js";
import { h, icon } from "../shared/elements.js";
import { fail } from "../shared/messages.js";
import { part } from "../shared/parts.js";
import { player } from "../sound/player.js";
import { listOwn } from "../voices/pickers.js";
import { voiceOf } from "./request.js";

part("preview", ({ element, props }) => {
  const { choices } = voiced[props.value.place];
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
  const hear = async () => {
    if (button.getAttribute("aria-pressed") === "true") return still();
    player.stop();
    const mine = ++turn;
    button.setAttribute("aria-pressed", "true");
    button.replaceChildren(icon("stop"), label);
    label.textContent = "Starting";
    try {
      const answer = await ask(`/v1/audio/voices/${encodeURIComponent(voiceOf(choices))}/preview?model=${encodeURIComponent(choices.model)}`);
      const blob = await answer.blob();
      if (mine !== turn) return;
      URL.revokeObjectURL(sound.src);
      sound.src = URL.createObjectURL(blob);
      label.textContent = "Stop";
      await sound.play();
    } catch (error) {
      if (mine !== turn) return;
      still();
      fail(error);
    }
  };
  const button = h("button", { type: "button", class: "st-chip st-hear-voice", "aria-pressed": "false", onclick: hear }, icon("play"), label);
  sound.addEventListener("ended", still);
  element.replaceChildren(button);
  listOwn(props.value.place);
});

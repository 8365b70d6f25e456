// @ts-check
/* What keys mean in the editor. On a Mac ⌘ does what Ctrl does elsewhere. */

/** @typedef {"play-pause" | "undo" | "redo" | "save" | "find" | "leave-find" | "back" | "on"} Meaning */

/** Null where a key means what it always does. @param {KeyboardEvent} event @returns {Meaning | null} */
export const meaningOf = (event) => {
  const isWriting = event.target instanceof Element && event.target.closest("input, textarea, select, button, summary, a, audio, [contenteditable]");
  const key = event.key.toLowerCase();
  if (event.code === "Space" && (event.ctrlKey || !isWriting)) return "play-pause";
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? "redo" : "undo";
    if (key === "y") return "redo";
    if (key === "s") return "save";
    if (key === "f") return "find";
  }
  if (key === "escape") return "leave-find";
  if (event.altKey && key === "arrowleft") return "back";
  if (event.altKey && key === "arrowright") return "on";
  return null;
};

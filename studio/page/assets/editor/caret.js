// @ts-check
/* Where the cursor is in an editable text, counted in letters. */

/** Null where the cursor is elsewhere. @param {HTMLElement} element */
export const caretIn = (element) => {
  const chosen = getSelection();
  if (!chosen?.rangeCount || !element.contains(chosen.anchorNode)) return null;
  const range = chosen.getRangeAt(0).cloneRange();
  range.setStart(element, 0);
  return range.toString().length;
};

/** Whether nothing is selected. */
export const isCollapsed = () => getSelection()?.isCollapsed ?? true;

/** @param {HTMLElement} element @param {number} at */
export const putCaret = (element, at) => {
  element.focus();
  const inside = element.firstChild;
  if (inside) getSelection()?.collapse(inside, Math.min(at, inside.textContent?.length ?? 0));
};

// @ts-check
/* A mirror of a text box that lies over it, letter on letter, so that something of the text can be lit and the box stays a plain one. */

const COPIED = /** @type {const} */ (["font", "letterSpacing", "lineHeight", "padding", "borderWidth", "textIndent", "wordSpacing", "tabSize",
  "textAlign", "direction"]);

/** Lay it over a box. @param {HTMLElement} mirror @param {HTMLTextAreaElement} area */
export const layOver = (mirror, area) => {
  const style = getComputedStyle(area);
  for (const property of COPIED) mirror.style[property] = style[property];
  area.parentElement?.append(mirror);
};

/** Have it stand where the box stands, scrolled as far. @param {HTMLElement} mirror @param {HTMLTextAreaElement} area @param {number} width */
export const fitTo = (mirror, area, width) => {
  mirror.style.left = `${area.offsetLeft}px`;
  mirror.style.top = `${area.offsetTop}px`;
  mirror.style.width = `${width}px`;
  mirror.style.height = `${area.offsetHeight}px`;
  mirror.scrollTop = area.scrollTop;
};

// @ts-check
/* Files that go to the person's disk. */
import { h } from "./elements.js";

const KEPT_MS = 60000; // a slow disk may ask for the bytes later

/** Put a file on the person's disk. @param {Blob} blob @param {string} name */
export const save = (blob, name) => {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
};

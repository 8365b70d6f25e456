// @ts-check
/* What a language is called in English; its tag where the browser does not know. */
const known = "DisplayNames" in Intl ? new Intl.DisplayNames("en", { type: "language" }) : null;

/** @param {string} tag */
export const languageName = (tag) => {
  try {
    return known?.of(tag) || tag;
  } catch {
    return tag;
  }
};

/** The first of these tags that the person's browser prefers; the first of all where none is. @param {string[]} tags */
export const preferred = (tags) => {
  const wanted = navigator.languages.map((one) => one.toLowerCase().split("-")[0]);
  return wanted.map((base) => tags.find((tag) => tag.toLowerCase().split("-")[0] === base)).find(Boolean) ?? tags[0] ?? "";
};

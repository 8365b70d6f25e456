// @ts-check
/* Where the studio keeps voices of one's own. */
export const VOICES = "/v1/voices";
export const DRAFTS = `${VOICES}/recordings`;
export const DESIGNS = `${VOICES}/design`;

/** @param {string} root @param {(string | number)[]} rest */
export const below = (root, ...rest) => [root, ...rest.map((one) => encodeURIComponent(one))].join("/");

/** @param {OwnVoice} voice @param {(string | number)[]} rest */
export const of = (voice, ...rest) => below(VOICES, voice.id, ...rest);

/** An address with what is asked of it; what is empty is left out. @param {string} address @param {Record<string, string | boolean | undefined>} asked */
export const asking = (address, asked) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value) query.set(name, String(value));
  return query.size ? `${address}?${query}` : address;
};

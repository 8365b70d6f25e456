// @ts-check
/* Bytes and places as they travel, turned into what browsers have. Pure. */

/** Base64 to its bytes. @param {string} base64 */
export const bytesOf = (base64) =>
  Uint8Array.fromBase64 ? Uint8Array.fromBase64(base64) : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** Base64 of 16-bit samples to the samples. @param {string} base64 */
export const samplesOf = (base64) => {
  const bytes = bytesOf(base64);
  return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
};

/** Code point offsets (Python's) to UTF-16 offsets (JavaScript's); null where they are the same. @param {string} text */
export const offsetsOf = (text) => {
  if (!/[\ud800-\udbff]/.test(text)) return null;
  const map = [];
  for (let i = 0; i < text.length; i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) map.push(i);
  map.push(text.length);
  return map;
};

// @ts-check
/* Packets of 16-bit samples as a WAV file. Pure. */

const HEAD = 44;

/** One channel. @param {Int16Array[]} packets @param {number} rate samples a second */
export const wavOf = (packets, rate) => {
  const bytes = packets.reduce((sum, packet) => sum + packet.byteLength, 0);
  const file = new DataView(new ArrayBuffer(HEAD + bytes));
  const write = (/** @type {number} */ at, /** @type {string} */ text) => [...text].forEach((sign, n) => file.setUint8(at + n, sign.charCodeAt(0)));
  write(0, "RIFF");
  file.setUint32(4, HEAD - 8 + bytes, true);
  write(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, rate * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  write(36, "data");
  file.setUint32(40, bytes, true);
  let at = HEAD;
  for (const packet of packets) for (const sample of packet) {
    file.setInt16(at, sample, true);
    at += 2;
  }
  return new Blob([file.buffer], { type: "audio/wav" });
};

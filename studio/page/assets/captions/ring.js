// @ts-check
/* Sound that was sent and may have to be sent again. Pure. */

/** Packets with the number of their first sample; the oldest go when they are acknowledged, or when there are too many. */
export class Ring {
  /** @type {{ at: number, pcm16: Int16Array<ArrayBuffer> }[]} */
  packets = [];
  begin = 0; // the first sample that is still here
  end = 0; // behind the last

  /** @param {number} most samples that are kept */
  constructor(most) {
    this.most = most;
  }

  /** @param {Int16Array<ArrayBuffer>} pcm16 */
  push(pcm16) {
    this.packets.push({ at: this.end, pcm16 });
    this.end += pcm16.length;
    while (this.end - this.packets[0].at - this.packets[0].pcm16.length > this.most) this.packets.shift();
    this.begin = this.packets[0].at;
  }

  /** What comes before this sample is acknowledged. @param {number} until */
  drop(until) {
    while (this.packets.length && this.packets[0].at + this.packets[0].pcm16.length <= until) this.packets.shift();
    this.begin = this.packets[0]?.at ?? this.end;
  }

  /** What follows this sample, a packet at a time. @param {number} from */
  after(from) {
    for (const { at, pcm16 } of this.packets) {
      if (at + pcm16.length <= from) continue;
      return at >= from ? { at, pcm16 } : { at: from, pcm16: pcm16.subarray(from - at) };
    }
    return null;
  }
}

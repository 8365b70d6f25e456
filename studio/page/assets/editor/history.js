// @ts-check
/* What was written and can be taken back: lists of segments, one after the other. Pure but for the clock that it is told. */

const BURST_MS = 1500; // typing within one segment that one Undo takes back
const MOST = 300;

export class History {
  /** As it is on the page. @type {KeyedSegment[]} */
  now = [];
  /** @type {KeyedSegment[][]} */
  #past = [];
  /** @type {KeyedSegment[][]} */
  #future = [];
  #burst = { name: "", at: 0 };

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Another transcript; nothing of it was written yet. @param {KeyedSegment[]} segments */
  begin(segments) {
    this.now = segments;
    [this.#past, this.#future] = [[], []];
  }

  /**
   * @param {KeyedSegment[]} next
   * @param {string} burst what goes on as one change while it has the same name; "" never does
   * @param {number} moment in ms
   */
  change(next, burst, moment) {
    const goesOn = burst && burst === this.#burst.name && moment - this.#burst.at < BURST_MS;
    if (!goesOn) this.#past.push(this.now);
    if (this.#past.length > MOST) this.#past.shift();
    this.#burst = { name: burst, at: moment };
    this.#future = [];
    this.now = next;
  }

  /** Whether there was something to take back. */
  undo() {
    return this.#step(this.#past, this.#future);
  }

  redo() {
    return this.#step(this.#future, this.#past);
  }

  /** @param {KeyedSegment[][]} from @param {KeyedSegment[][]} to */
  #step(from, to) {
    const next = from.pop();
    if (!next) return false;
    to.push(this.now);
    this.now = next;
    this.#burst = { name: "", at: 0 };
    return true;
  }
}

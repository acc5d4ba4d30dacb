// The host closes a socket that sends more than 100 messages in a burst or 20 a
// second (docs/protocol.md, 5). In a large call the page asks for many streams
// at once, so it keeps below that by itself.

const BURST = 60;
const REFILL_MS = 100;

/** A token bucket: `take` resolves when the next message may go out, in order. */
export class Pacer {
  #left = BURST;
  #waiting: Array<() => void> = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  take(): Promise<void> {
    this.#startRefill();
    if (this.#left > 0) {
      this.#left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #startRefill(): void {
    this.#timer ??= setInterval(() => this.#refill(), REFILL_MS);
  }

  #refill(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next();
    else this.#left++;
    if (this.#left < BURST) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

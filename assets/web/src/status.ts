// What just happened, in one line for eyes and screen readers; it fades by itself.

import { byId } from './dom';

const SHOWN_MS = 5_000;

export class Status {
  readonly #line = byId('status');
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    clearTimeout(this.#timer);
    this.#line.textContent = text;
    if (text !== '') this.#timer = setTimeout(() => this.say(''), SHOWN_MS);
  }
}

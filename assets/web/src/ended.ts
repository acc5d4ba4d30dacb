// After the call: why it is over, and a button where there is a way back.

import { byId } from './dom';
import { wordsOf, type Ending } from './endings';
import type { Texts } from './strings';

export class Ended {
  readonly #root = byId('ended');
  readonly #title = byId('ended-title');
  readonly #button = byId<HTMLButtonElement>('ended-button');

  constructor(
    private readonly texts: Texts,
    onAgain: () => void,
  ) {
    this.#button.addEventListener('click', onAgain);
  }

  show(ending: Ending, canReturn: boolean): void {
    const { title, text, button } = wordsOf(ending, canReturn);
    this.#root.hidden = false;
    this.#title.textContent = this.texts[title];
    byId('ended-text').textContent = this.texts[text];
    this.#button.hidden = button === undefined;
    this.#button.textContent = button === undefined ? '' : this.texts[button];
    this.#title.focus();
  }

  hide(): void {
    this.#root.hidden = true;
  }
}

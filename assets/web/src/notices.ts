// The bar at the top: one sentence and one button for the most pressing thing.

import { byId, setData } from './dom';

/** What may be wrong, the most pressing first. */
const ORDER = ['socket', 'media', 'sound', 'send', 'unstable'] as const;

export type NoticeKey = (typeof ORDER)[number];

export type Notice = { text: string; tone?: 'warn' | 'bad'; button?: { text: string; action: () => void } };

export class Notices {
  readonly #bar = byId('notice');
  readonly #text = byId('notice-text');
  readonly #button = byId<HTMLButtonElement>('notice-button');
  readonly #notices = new Map<NoticeKey, Notice>();

  constructor() {
    this.#button.addEventListener('click', () => this.#current()?.button?.action());
  }

  show(key: NoticeKey, notice: Notice): void {
    this.#notices.set(key, notice);
    this.#render();
  }

  clear(key: NoticeKey): void {
    if (this.#notices.delete(key)) this.#render();
  }

  clearAll(): void {
    this.#notices.clear();
    this.#render();
  }

  #current(): Notice | undefined {
    const key = ORDER.find((candidate) => this.#notices.has(candidate));
    return key === undefined ? undefined : this.#notices.get(key);
  }

  #render(): void {
    const notice = this.#current();
    this.#bar.hidden = notice === undefined;
    if (notice === undefined) return;
    setData(this.#bar, 'tone', notice.tone ?? 'warn');
    this.#text.textContent = notice.text;
    this.#button.hidden = notice.button === undefined;
    this.#button.textContent = notice.button?.text ?? '';
  }
}

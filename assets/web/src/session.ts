// What outlives a reload of the page, in this tab alone (sessionStorage): the
// invitation, which the address bar no longer has, and the resume secret.

import type { CallType, Invite } from './fragment';

const KEY = 'takos.session';
const NAME_KEY = 'takos.name';

/** The call this tab was in when the page went away. */
export type Resume = { secret: string; until: number; muted: boolean; camera: boolean };

export type Saved = {
  invite?: Invite;
  /** The invitation as a link for the app. */
  appLink?: string;
  name?: string;
  room?: string;
  callType?: CallType;
  resume?: Resume;
};

/** The part of Storage that is used, so that a test can stand in for it. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Reads and writes Saved; a browser that forbids storage only loses the reload. */
export class Session {
  readonly #tab: Store | undefined;
  readonly #device: Store | undefined;

  constructor(tab: Store | undefined, device: Store | undefined) {
    this.#tab = tab;
    this.#device = device;
  }

  static ofBrowser(): Session {
    return new Session(storeOr(() => sessionStorage), storeOr(() => localStorage));
  }

  load(): Saved {
    try {
      const saved = JSON.parse(this.#tab?.getItem(KEY) ?? '{}') as unknown;
      return typeof saved === 'object' && saved !== null ? saved : {};
    } catch {
      return {};
    }
  }

  /** Changes the given fields; `undefined` removes one. */
  update(change: { [K in keyof Saved]?: Saved[K] | undefined }): void {
    attempt(() => this.#tab?.setItem(KEY, JSON.stringify({ ...this.load(), ...change })));
  }

  /** Takes the resume secret out of the store: it works once, and in one tab. */
  takeResume(now: number): Resume | undefined {
    const { resume } = this.load();
    if (resume === undefined) return undefined;
    this.update({ resume: undefined });
    return resume.until > now ? resume : undefined;
  }

  /** The name used last on this device, to offer it again. */
  get lastName(): string {
    return attempt(() => this.#device?.getItem(NAME_KEY)) ?? '';
  }

  set lastName(name: string) {
    attempt(() => this.#device?.setItem(NAME_KEY, name));
  }
}

function storeOr(get: () => Storage): Store | undefined {
  return attempt(get);
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined; // storage may be forbidden or full
  }
}

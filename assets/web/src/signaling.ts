// The call socket: opening it, telling a pause from an end, and coming back by
// the resume secret (docs/protocol.md, 1.1 and 1.4). Media flows on while the
// socket is away, so the page asks to keep it whenever both sides agree on it.

import { backoffMs } from './backoff';
import { parseMessage, type ClientMessage, type Init, type ServerMessage } from './messages';
import { probe, type Verdict } from './probe';
import { Requests } from './requests';

const OPEN_TIMEOUT_MS = 10_000;
const PING_EVERY_MS = 10_000;
const SILENCE_LIMIT_MS = 22_000;
const GIVE_UP_MS = 120_000;
const FIRST_JOIN_GIVE_UP_MS = 20_000;
const MAX_UNEXPLAINED = 1;

const CLOSE_HANG_UP = 1000;
/** Closes a socket that this page has replaced: neither 1000 nor empty, so that nobody hangs up. */
const CLOSE_REPLACED = 4900;

/** Why the call is over. */
export type End =
  | 'refused' | 'expired' | 'foreign' | 'full' | 'busy' | 'hostGone'
  | 'removed' | 'replaced' | 'neverConnected' | 'callEnded' | 'protocol';

const END_OF_CODE: Record<number, End> = {
  1008: 'protocol', 1009: 'protocol',
  4000: 'removed', 4001: 'replaced', 4008: 'neverConnected', 4010: 'callEnded',
};

export type Credential = { token: string } | { resume: string };

export type SignalingOptions = {
  base: URL;
  credential: Credential;
  /** Gets a new token when the resume secret came too late; absent for a token link. */
  renew?: (() => Promise<string>) | undefined;
  onInit: (init: Init) => void;
  onMessage: (message: ServerMessage) => void;
  /** The socket is away, and on its way back. */
  onDown: () => void;
  onEnd: (end: End) => void;
  probe?: (url: URL) => Promise<Verdict>;
};

/** BASE/_takos/v2/call with what says who comes. */
export function callUrl(base: URL, credential: Credential, keepMedia: boolean): URL {
  const url = new URL('_takos/v2/call', base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  for (const [key, value] of Object.entries(credential)) url.searchParams.set(key, value);
  if (keepMedia) url.searchParams.set('media', 'keep');
  url.searchParams.set('dialect', 'spec');
  return url;
}

/** One membership in a call, over as many sockets as it takes. */
export class Signaling {
  readonly requests = new Requests((message) => this.send(message));
  readonly #options: SignalingOptions;
  #credential: Credential;
  #socket: WebSocket | undefined;
  #phase: 'idle' | 'opening' | 'open' | 'waiting' | 'over' = 'idle';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;
  #lastHeard = 0;
  #downSince = 0;
  #attempt = 0;
  #unexplained = 0;
  #joined = false;
  #keepMedia = false;
  #myPeerId = '';
  #unsent: ClientMessage[] = [];

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#credential = options.credential;
  }

  start(): void {
    if (this.#phase !== 'idle') return;
    this.#downSince = Date.now();
    this.#open();
  }

  /** What a reload of the page needs to come back. */
  get resumeSecret(): string | undefined {
    return 'resume' in this.#credential ? this.#credential.resume : undefined;
  }

  /** Sends, or keeps the news that something was closed until the socket is back. False: not sent now. */
  send(message: ClientMessage): boolean {
    if (this.#phase !== 'open' || this.#socket === undefined) {
      if (message.type === 'closeProducer') this.#unsent.push(message);
      return false;
    }
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Comes back with new transports: the old ones found no way. */
  restartMedia(): void {
    if (this.#phase === 'over') return;
    this.#keepMedia = false;
    if (this.#phase === 'open') this.#lost(false);
    this.retryNow();
  }

  /** Does not wait for the next attempt: the network is back, or the person asks. */
  retryNow(): void {
    if (this.#phase === 'waiting') this.#open();
    else if (this.#phase === 'open') this.#checkNow();
  }

  hangUp(): void {
    const socket = this.#socket;
    this.#stop();
    socket?.close(CLOSE_HANG_UP);
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#phase = 'opening';
    const url = callUrl(this.#options.base, this.#credential, this.#keepMedia);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = (event) => this.#heard(socket, event.data);
    socket.onclose = (event) => void this.#closed(socket, event.code, url);
    this.#timer = setTimeout(() => this.#openTimedOut(socket), OPEN_TIMEOUT_MS);
  }

  #openTimedOut(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#lost(true);
    // Should it open after all, it must not take the place of its successor.
    socket.onopen = () => socket.close(CLOSE_REPLACED);
  }

  #heard(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#lastHeard = Date.now();
    const message = parseMessage(data);
    if (message === undefined || message.type === 'pong') return;
    if (message.type === 'init') return this.#welcomed(message.data);
    if (this.requests.handle(message, this.#myPeerId)) return;
    this.#options.onMessage(message);
  }

  #welcomed(init: Init): void {
    clearTimeout(this.#timer);
    this.#phase = 'open';
    this.#joined = true;
    this.#attempt = 0;
    this.#unexplained = 0;
    this.#keepMedia = true;
    this.#myPeerId = init.myPeerId;
    if (init.resume !== undefined) this.#credential = { resume: init.resume.secret };
    this.#startPings();
    for (const message of this.#unsent.splice(0)) if (init.resumed === true) this.send(message);
    this.#options.onInit(init);
  }

  async #closed(socket: WebSocket, code: number, url: URL): Promise<void> {
    if (socket !== this.#socket || this.#phase === 'over') return;
    const end = END_OF_CODE[code];
    if (end !== undefined) return this.#end(end);
    if (this.#phase === 'open') return this.#lost(true);
    clearTimeout(this.#timer);
    const verdict = await (this.#options.probe ?? probe)(url);
    if (socket === this.#socket && this.#phase === 'opening') await this.#judge(verdict);
  }

  /** Decides what a socket that did not open means. */
  async #judge(verdict: Verdict): Promise<void> {
    if (verdict.word === 'alive') this.#unexplained++;
    if (verdict.word === 'refused' || this.#unexplained > MAX_UNEXPLAINED) return this.#refused();
    if (verdict.word === 'foreign') return this.#end('foreign');
    if (!this.#joined && (verdict.word === 'full' || verdict.word === 'busy')) return this.#end(verdict.word);
    this.#wait(verdict.word === 'busy' ? verdict.retryAfterMs : 0);
  }

  /** The token or the secret is no good any more: a room link may give another one. */
  async #refused(): Promise<void> {
    const { renew } = this.#options;
    if ('token' in this.#credential || renew === undefined) {
      return this.#end(this.#joined || 'resume' in this.#credential ? 'expired' : 'refused');
    }
    const socket = this.#socket;
    try {
      const token = await renew();
      if (socket !== this.#socket || this.#phase !== 'opening') return;
      this.#credential = { token };
      this.#keepMedia = false;
      this.#unexplained = 0;
      this.#open();
    } catch {
      if (socket === this.#socket && this.#phase === 'opening') this.#end('expired');
    }
  }

  /** The socket is away: fail what waits for it, and come back. */
  #lost(tellAndWait: boolean): void {
    const wasOpen = this.#phase === 'open';
    if (wasOpen) this.#downSince = Date.now();
    if (this.requests.uncertain) this.#keepMedia = false;
    this.#abandonSocket();
    this.#phase = 'waiting';
    if (wasOpen) this.#options.onDown();
    this.requests.failAll();
    if (tellAndWait) this.#wait(0);
  }

  #wait(atLeastMs: number): void {
    const limit = this.#joined ? GIVE_UP_MS : FIRST_JOIN_GIVE_UP_MS;
    if (Date.now() - this.#downSince > limit) return this.#end('hostGone');
    this.#abandonSocket();
    this.#phase = 'waiting';
    const delay = Math.max(atLeastMs, backoffMs(this.#attempt++, Math.random()));
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  /** Forgets the socket without closing it: the newer one replaces it at the host, and nobody hangs up. */
  #abandonSocket(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pings);
    this.#socket = undefined;
  }

  #startPings(): void {
    clearInterval(this.#pings);
    this.#pings = setInterval(() => {
      if (Date.now() - this.#lastHeard > SILENCE_LIMIT_MS) this.#lost(true);
      else this.send({ type: 'ping' });
    }, PING_EVERY_MS);
  }

  /** After a change of network: a pong must come soon, or the socket is dead. */
  #checkNow(): void {
    const asked = Date.now();
    const socket = this.#socket;
    this.send({ type: 'ping' });
    setTimeout(() => {
      if (socket === this.#socket && this.#phase === 'open' && this.#lastHeard < asked) this.#lost(true);
    }, OPEN_TIMEOUT_MS / 2);
  }

  #end(end: End): void {
    this.#stop();
    this.#options.onEnd(end);
  }

  #stop(): void {
    this.#phase = 'over';
    this.#abandonSocket();
    this.requests.failAll();
  }
}

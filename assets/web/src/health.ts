// Whether media gets through: both transports' states as one.

import type { types } from 'mediasoup-client';
import type { MediaHealth } from './stage';

const CONNECT_TIMEOUT_MS = 20_000;
const ORDER: readonly MediaHealth[] = ['idle', 'connected', 'connecting', 'unstable', 'failed'];
const HEALTH_OF: Record<types.ConnectionState, MediaHealth> = {
  new: 'idle', closed: 'idle', connecting: 'connecting', connected: 'connected',
  disconnected: 'unstable', failed: 'failed',
};

/** The worse of the transports that are in use. */
export function worst(states: readonly types.ConnectionState[]): MediaHealth {
  const ranks = states.map((state) => ORDER.indexOf(HEALTH_OF[state]));
  return ORDER[Math.max(0, ...ranks)] ?? 'idle';
}

/** Watches transports; one that connects for too long counts as failed. */
export class HealthWatch {
  readonly #transports: readonly types.Transport[];
  readonly #onHealth: (health: MediaHealth) => void;
  readonly #inUse = new Set<types.Transport>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #health: MediaHealth = 'idle';

  constructor(transports: readonly types.Transport[], onHealth: (health: MediaHealth) => void) {
    this.#transports = transports;
    this.#onHealth = onHealth;
    for (const transport of transports) {
      transport.on('connect', () => this.#used(transport));
      transport.on('connectionstatechange', () => this.#look());
    }
  }

  get health(): MediaHealth {
    return this.#health;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** From here on it must get somewhere: a browser that can use no candidate stays `new` for ever. */
  #used(transport: types.Transport): void {
    this.#inUse.add(transport);
    this.#look();
  }

  #look(): void {
    const health = worst(this.#transports.map((transport) => {
      const state = transport.connectionState;
      return state === 'new' && this.#inUse.has(transport) ? 'connecting' : state;
    }));
    if (health === this.#health) return;
    this.#set(health);
  }

  #set(health: MediaHealth): void {
    clearTimeout(this.#timer);
    this.#health = health;
    if (health === 'connecting') this.#timer = setTimeout(() => this.#set('failed'), CONNECT_TIMEOUT_MS);
    this.#onHealth(health);
  }
}

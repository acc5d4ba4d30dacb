// Restarting ICE (docs/protocol.md, 6.4): the host has other addresses than
// before, or nothing comes from it any more. The transports, and all that runs
// over them, stay; where this leads nowhere they fail, and are made anew.

import type { types } from 'mediasoup-client';
import type { IceRestarted } from './messages';

/** Between two restarts of one transport: time for one to lead somewhere. */
const PAUSE_MS = 3000;

/** The part of a transport that is used, so that a test can stand in for it. */
export type Restartable = Pick<
  types.Transport, 'direction' | 'connectionState' | 'closed' | 'handler' | 'getStats' | 'restartIce' | 'updateIceServers'
> & { on(event: 'connectionstatechange', listener: (state: types.ConnectionState) => void): unknown };

export class IceRestarts {
  #candidates: readonly types.IceCandidate[] | undefined;
  readonly #last = new Map<Restartable, number>();

  constructor(
    private readonly transports: readonly Restartable[],
    private readonly ask: (direction: 'send' | 'recv') => Promise<IceRestarted>,
  ) {
    for (const transport of transports) {
      transport.on('connectionstatechange', (state) => {
        if (state === 'disconnected') void this.#restart(transport);
        else if (state === 'connecting' && this.#candidates !== undefined) void addCandidates(transport, this.#candidates);
      });
    }
  }

  /** Takes the host's addresses of now: whoever uses one of them needs nothing. */
  async moved(candidates: readonly types.IceCandidate[]): Promise<void> {
    this.#candidates = candidates;
    await Promise.all(this.transports.map(async (transport) => {
      if (transport.connectionState === 'disconnected') return this.#restart(transport);
      const used = transport.connectionState === 'connected' ? await remoteOf(transport) : undefined;
      if (used !== undefined && !candidates.some((candidate) => isAt(candidate, used))) await this.#restart(transport);
    }));
  }

  async #restart(transport: Restartable): Promise<void> {
    const last = this.#last.get(transport);
    if (last !== undefined && performance.now() - last < PAUSE_MS) return;
    this.#last.set(transport, performance.now());
    try {
      const { iceParameters, iceCandidates, iceServers } = await this.ask(transport.direction);
      if (transport.closed) return;
      // A relay lets nobody in by what it gave out long ago.
      if (iceServers !== undefined) await transport.updateIceServers({ iceServers });
      await transport.restartIce({ iceParameters });
      await addCandidates(transport, iceCandidates);
    } catch (error) {
      console.warn('restart ICE', transport.direction, error);
    }
  }
}

type Address = { address: string; port: number };

function isAt(candidate: types.IceCandidate, { address, port }: Address): boolean {
  return candidate.port === port && (candidate.address === address || candidate.ip === address);
}

/** Where the host is reached now, as far as the browser says it. */
async function remoteOf(transport: Restartable): Promise<Address | undefined> {
  const stats = [...(await transport.getStats().catch(() => new Map<string, unknown>())).values()] as Array<Record<string, unknown>>;
  const chosen = stats.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  // Firefox marks the pair itself.
  const pair = stats.find(({ type, id, selected }) => type === 'candidate-pair' && (selected === true || id === chosen));
  const remote = stats.find(({ id }) => id !== undefined && id === pair?.remoteCandidateId);
  const { address, port } = remote ?? {};
  return typeof address === 'string' && typeof port === 'number' ? { address, port } : undefined;
}

/** mediasoup-client takes candidates only when a transport is made; the connection in it takes more. */
async function addCandidates(transport: Restartable, candidates: readonly types.IceCandidate[]): Promise<void> {
  const { _pc: connection } = transport.handler as unknown as { _pc?: Partial<RTCPeerConnection> };
  if (typeof connection?.addIceCandidate !== 'function') return;
  for (const candidate of candidates) {
    // One that the browser does not like is one less.
    await connection.addIceCandidate({ candidate: lineOf(candidate), sdpMLineIndex: 0 }).catch(() => undefined);
  }
}

/** A candidate as RFC 8839 section 5.1 writes it. */
export function lineOf({ foundation, protocol, priority, address, ip, port, type, tcpType }: types.IceCandidate): string {
  const tcp = tcpType === undefined ? '' : ` tcptype ${tcpType}`;
  return `candidate:${foundation} 1 ${protocol} ${priority} ${address ?? ip} ${port} typ ${type}${tcp}`;
}

// Matches the host's replies with what was asked. The protocol has no request
// ids: replies come in the order of the requests, `connected` and `iceRestarted`
// name their transport, `consumed` its producer.

import type { types } from 'mediasoup-client';
import type { ClientMessage, Consumed, ErrorMessage, IceRestarted, MediaKind, ServerMessage } from './messages';
import { Pacer } from './pacer';

const REPLY_TIMEOUT_MS = 15_000;

type Waiting<T> = { key: string; resolve: (value: T) => void; reject: (error: Error) => void };
type Context = 'connect' | 'produce' | 'consume' | 'restartIce';

/** The host refused a request, did not answer, or the socket broke meanwhile. */
export class RequestError extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** The requests under way on one socket. */
export class Requests {
  readonly #send: (message: ClientMessage) => boolean;
  readonly #pacer = new Pacer();
  readonly #waiting: { [C in Context]: Array<Waiting<never>> } = { connect: [], produce: [], consume: [], restartIce: [] };

  constructor(send: (message: ClientMessage) => boolean) {
    this.#send = send;
  }

  connect(transportType: 'send' | 'recv', dtlsParameters: types.DtlsParameters): Promise<void> {
    return this.#ask('connect', transportType, { type: 'connect', transportType, dtlsParameters });
  }

  /** Resolves with the new producer's id. */
  produce(kind: MediaKind, rtpParameters: types.RtpParameters, source?: string): Promise<string> {
    const named = source === undefined ? {} : { source };
    return this.#ask('produce', kind, { type: 'produce', kind, rtpParameters, ...named });
  }

  /** Resolves with undefined when that producer is gone, or is one's own. */
  async consume(producerId: string, rtpCapabilities: types.RtpCapabilities): Promise<Consumed | undefined> {
    await this.#pacer.take();
    return this.#ask('consume', producerId, { type: 'consume', producerId, rtpCapabilities });
  }

  restartIce(transportType: 'send' | 'recv'): Promise<IceRestarted> {
    return this.#ask('restartIce', transportType, { type: 'restartIce', transportType });
  }

  /** Takes a reply; false if the message answers nothing that was asked. */
  handle(message: ServerMessage, myPeerId: string): boolean {
    switch (message.type) {
      case 'connected':
        return this.#settle('connect', message.transportType, undefined);
      case 'produced':
        return message.peerId === myPeerId && this.#settle('produce', message.kind, message.producerId);
      case 'consumed':
        return this.#settle('consume', message.producerId, message);
      case 'iceRestarted':
        return this.#settle('restartIce', message.transportType, message);
      case 'producerNotFound':
      case 'selfProducer':
        return this.#settle('consume', message.producerId, undefined);
      case 'error':
        return this.#refuse(message);
      default:
        return false;
    }
  }

  /**
   * Whether the host may have carried out something whose reply was lost. After
   * that the two sides no longer agree on the transports' state.
   */
  get uncertain(): boolean {
    return this.#waiting.connect.length > 0 || this.#waiting.produce.length > 0;
  }

  /** Fails everything under way: the socket is gone. */
  failAll(): void {
    for (const queue of Object.values(this.#waiting)) {
      for (const waiting of queue.splice(0)) waiting.reject(new RequestError('lost', 'the socket broke'));
    }
  }

  #ask<T>(context: Context, key: string, message: ClientMessage): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const queue = this.#waiting[context] as unknown as Array<Waiting<T>>;
      const timer = setTimeout(() => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        reject(new RequestError('timeout', `no reply to ${context}`));
      }, REPLY_TIMEOUT_MS);
      const waiting: Waiting<T> = {
        key,
        resolve: (value) => (clearTimeout(timer), resolve(value)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      };
      if (this.#send(message)) queue.push(waiting);
      else waiting.reject(new RequestError('lost', 'the socket is away'));
    });
  }

  #settle(context: Context, key: string, value: unknown): boolean {
    const queue = this.#waiting[context];
    const at = queue.findIndex((waiting) => waiting.key === key);
    const waiting = at < 0 ? undefined : queue.splice(at, 1)[0];
    waiting?.resolve(value as never);
    return waiting !== undefined;
  }

  #refuse(message: ErrorMessage): boolean {
    if (message.context === undefined || !Object.hasOwn(this.#waiting, message.context)) return false;
    const queue = this.#waiting[message.context as Context];
    const key = message.details?.producerId ?? message.transportType;
    const named = key === undefined ? -1 : queue.findIndex((waiting) => waiting.key === key);
    const waiting = queue.splice(Math.max(named, 0), 1)[0];
    waiting?.reject(new RequestError(message.code ?? 'error', message.message));
    return waiting !== undefined;
  }
}

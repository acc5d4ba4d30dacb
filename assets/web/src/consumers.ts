// Receiving: asks for every producer that was announced, and follows its end
// and its return (docs/protocol.md, 3.3 to 3.5).

import type { types } from 'mediasoup-client';
import type { Consumed, ProducerInfo } from './messages';
import type { Signaling } from './signaling';
import type { Stage } from './stage';

type Remote = { producer: ProducerInfo; consumer?: types.Consumer; asking?: boolean };

/** The consumers of one receive transport. */
export class Consumers {
  readonly #remotes = new Map<string, Remote>();
  #closed = false;

  constructor(
    private readonly device: types.Device,
    private readonly transport: types.Transport,
    private readonly signaling: Signaling,
    private readonly stage: Stage,
  ) {}

  get all(): Array<{ producer: ProducerInfo; consumer: types.Consumer }> {
    return [...this.#remotes.values()].flatMap(({ producer, consumer }) => (consumer ? [{ producer, consumer }] : []));
  }

  /** Asks for a producer's media. Asking again is harmless: the answer is the same consumer. */
  announce(producer: ProducerInfo): void {
    const known = this.#remotes.get(producer.id);
    const remote: Remote = known ?? { producer };
    this.#remotes.set(producer.id, remote);
    if (remote.asking === true) return;
    remote.asking = true;
    this.#consume(remote)
      .catch((error: unknown) => console.warn('consume', producer.kind, error))
      .finally(() => (remote.asking = false));
  }

  /** Brings everything in line with the list of an `init` that kept the media. */
  reconcile(producers: readonly ProducerInfo[]): void {
    const there = new Set(producers.map((producer) => producer.id));
    for (const id of [...this.#remotes.keys()]) if (!there.has(id)) this.remove(id);
    for (const producer of producers) this.announce(producer);
  }

  /** The producer, or its consumer, ended at the host. */
  remove(producerId: string): void {
    const remote = this.#remotes.get(producerId);
    if (remote === undefined) return;
    this.#remotes.delete(producerId);
    this.#drop(remote);
  }

  /** A consumer ended: a newer one of the same producer stays. */
  removeConsumer(consumerId: string): void {
    for (const remote of this.#remotes.values()) {
      if (remote.consumer?.id === consumerId) this.remove(remote.producer.id);
    }
  }

  removePeer(peerId: string): void {
    for (const { producer } of [...this.#remotes.values()]) if (producer.peerId === peerId) this.remove(producer.id);
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#remotes.keys()]) this.remove(id);
  }

  async #consume(remote: Remote): Promise<void> {
    const { id } = remote.producer;
    const answer = await this.signaling.requests.consume(id, this.device.recvRtpCapabilities);
    if (!this.#isCurrent(remote)) return;
    if (answer === undefined) return this.remove(id);
    if (remote.consumer?.id === answer.consumerId && !remote.consumer.closed) return;
    this.#drop(remote);
    await this.#start(remote, answer);
  }

  async #start(remote: Remote, { consumerId, kind, rtpParameters }: Consumed): Promise<void> {
    const { producer } = remote;
    const consumer = await this.transport.consume({ id: consumerId, producerId: producer.id, kind, rtpParameters });
    if (!this.#isCurrent(remote) || remote.consumer !== undefined) return consumer.close();
    remote.consumer = consumer;
    this.stage.addTrack({ producer, track: consumer.track, receiver: consumer.rtpReceiver });
  }

  #isCurrent(remote: Remote): boolean {
    return !this.#closed && this.#remotes.get(remote.producer.id) === remote;
  }

  #drop(remote: Remote): void {
    if (remote.consumer === undefined) return;
    this.stage.removeTrack(remote.producer.id);
    remote.consumer.close();
    delete remote.consumer;
  }
}

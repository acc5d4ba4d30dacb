// One call: the mediasoup Device and its two transports, rebuilt whenever an
// `init` brings new ones, kept when it says `resumed`.

import { detectDevice, Device, type types } from 'mediasoup-client';
import { Consumers } from './consumers';
import type { LocalMedia } from './devices';
import { HealthWatch } from './health';
import type { Init, ProducerInfo, ServerMessage } from './messages';
import { Producers } from './producers';
import { IceRestarts } from './restart';
import type { Signaling } from './signaling';
import type { CallEvents, MediaHealth, Stage } from './stage';

type Media = {
  send: types.Transport;
  recv: types.Transport;
  producers: Producers;
  consumers: Consumers;
  health: HealthWatch;
  /** Where the host offers it. */
  restarts: IceRestarts | undefined;
};

/** What getStats() of window.takosCall gives: plain objects for a test to read. */
export type CallStats = {
  transports: Array<{ direction: string; state: string; stats: unknown[] }>;
  producers: Array<{ id: string; kind: string; source?: string; paused: boolean; stats: unknown[] }>;
  consumers: Array<{ id: string; producerId: string; peerId: string; kind: string; source?: string; stats: unknown[] }>;
};

export class Call {
  #myPeerId = '';
  #media: Media | undefined;
  #announced = new Map<string, ProducerInfo>();
  #offered: ReadonlySet<string> = new Set();
  #epoch = 0;

  constructor(
    private readonly signaling: Signaling,
    private readonly local: LocalMedia,
    private readonly stage: Stage,
    private readonly events: CallEvents,
  ) {}

  get peerId(): string {
    return this.#myPeerId;
  }

  get health(): MediaHealth {
    return this.#media?.health.health ?? 'idle';
  }

  /** Takes an `init`: the first one, or one after a reconnect. */
  async init(init: Init): Promise<void> {
    this.#myPeerId = init.myPeerId;
    const producers = init.producers.filter((producer) => producer.peerId !== init.myPeerId);
    this.#announced = new Map(producers.map((producer) => [producer.id, producer]));
    this.#offered = new Set(init.extensions);
    this.events.onCallType(init.callType);
    this.stage.setExtensions(this.#offered);
    this.stage.setPeers(init.peers);
    for (const { id, paused } of producers) this.stage.setPaused(id, paused === true);
    if (init.resumed === true && this.#media !== undefined) {
      this.#media.consumers.reconcile(producers);
      void this.#media.restarts?.moved(init.transport.send.iceCandidates);
      await this.#media.producers.resumed();
      return;
    }
    await this.#rebuild(init).catch((error: unknown) => this.events.onUnsupported(error));
  }

  /** Takes any other message. */
  message(message: ServerMessage): void {
    switch (message.type) {
      case 'join':
        this.stage.addPeer(message.peerId);
        for (const producer of message.producers) this.#announce({ ...producer, peerId: message.peerId });
        break;
      case 'leave':
        this.#left(message.peerId);
        break;
      case 'produced': {
        const { type, producerId: id, ...rest } = message;
        this.#announce({ id, ...rest });
        break;
      }
      case 'producerClosed':
        this.#announced.delete(message.producerId);
        this.#media?.consumers.remove(message.producerId);
        this.stage.setPaused(message.producerId, false);
        break;
      case 'producerPaused':
      case 'producerResumed':
        this.stage.setPaused(message.producerId, message.type === 'producerPaused');
        break;
      case 'candidates':
        void this.#media?.restarts?.moved(message.iceCandidates);
        break;
      case 'speaking':
        this.stage.setSpeaking(message.peerIds);
        break;
      case 'chat':
        this.stage.addChat([message], true);
        break;
      case 'chatHistory':
        this.stage.addChat(message.messages, false);
        break;
      case 'consumerClosed':
        this.#media?.consumers.removeConsumer(message.consumerId);
        break;
      case 'error':
        console.warn('host:', message.message);
        if (message.context === 'chat') this.stage.refuseChat(message.code ?? '');
        break;
      default:
        break;
    }
  }

  /** Writes to everybody; false while the socket is away. */
  say(text: string): boolean {
    return this.signaling.send({ type: 'chat', text });
  }

  /** The person's devices changed. */
  localChanged(): void {
    void this.#media?.producers.sync();
  }

  close(): void {
    this.#epoch++;
    this.#teardown();
  }

  async getStats(): Promise<CallStats> {
    const media = this.#media;
    if (media === undefined) return { transports: [], producers: [], consumers: [] };
    return {
      transports: await Promise.all([media.send, media.recv].map(async (transport) => ({
        direction: transport.direction, state: transport.connectionState, stats: await statsOf(transport),
      }))),
      producers: await Promise.all(media.producers.all.map(async (producer) => ({
        id: producer.id, kind: producer.kind, paused: producer.paused,
        ...(producer.appData as { source?: string }), stats: await statsOf(producer),
      }))),
      consumers: await Promise.all(media.consumers.all.map(async ({ producer, consumer }) => ({
        id: consumer.id, producerId: producer.id, peerId: producer.peerId, kind: consumer.kind,
        ...(producer.source === undefined ? {} : { source: producer.source }), stats: await statsOf(consumer),
      }))),
    };
  }

  async #rebuild(init: Init): Promise<void> {
    const epoch = ++this.#epoch;
    this.#teardown();
    const device = createDevice();
    await device.load({ routerRtpCapabilities: init.routerRtpCapabilities });
    if (epoch !== this.#epoch) return;
    const send = this.#wire(device.createSendTransport(init.transport.send));
    const recv = this.#wire(device.createRecvTransport(init.transport.recv));
    const media: Media = {
      send,
      recv,
      producers: new Producers(device, send, {
        callType: init.callType, offersPause: this.#offered.has('pause'),
        local: this.local, signaling: this.signaling, onFailed: this.events.onSendFailed,
      }),
      consumers: new Consumers(device, recv, this.signaling, this.stage),
      health: new HealthWatch([send, recv], this.events.onHealth),
      restarts: this.#offered.has('restart')
        ? new IceRestarts([send, recv], (direction) => this.signaling.requests.restartIce(direction)) : undefined,
    };
    this.#media = media;
    for (const producer of this.#announced.values()) media.consumers.announce(producer);
    await media.producers.sync();
  }

  /** Answers what a transport asks its application for. */
  #wire(transport: types.Transport): types.Transport {
    const { requests } = this.signaling;
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      requests.connect(transport.direction, dtlsParameters).then(done, failed);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = typeof appData.source === 'string' ? appData.source : undefined;
      requests.produce(kind, rtpParameters, source).then((id) => done({ id }), failed);
    });
    return transport;
  }

  #announce(producer: ProducerInfo): void {
    if (producer.peerId === this.#myPeerId) return;
    this.stage.addPeer(producer.peerId);
    this.#announced.set(producer.id, producer);
    this.stage.setPaused(producer.id, producer.paused === true);
    this.#media?.consumers.announce(producer);
  }

  #left(peerId: string): void {
    for (const { id, peerId: owner } of this.#announced.values()) if (owner === peerId) this.#announced.delete(id);
    this.#media?.consumers.removePeer(peerId);
    this.stage.removePeer(peerId);
  }

  #teardown(): void {
    const media = this.#media;
    this.#media = undefined;
    media?.health.close();
    media?.producers.close();
    media?.consumers.close();
    media?.send.close();
    media?.recv.close();
  }
}

/**
 * The Device for this browser. On pages without https a Chromium names itself
 * only in its user agent, where its relatives write "…Chrome/": mediasoup-client
 * overlooks those.
 */
function createDevice(): Device {
  const handlerName = detectDevice() ?? (/Chrome\/\d{3}/.test(navigator.userAgent) ? 'Chrome111' : undefined);
  return new Device(handlerName === undefined ? {} : { handlerName });
}

async function statsOf(source: { getStats(): Promise<RTCStatsReport> }): Promise<unknown[]> {
  try {
    return [...(await source.getStats()).values()];
  } catch {
    return []; // closed meanwhile
  }
}

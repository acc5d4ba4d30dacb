// A call client as others write it: an unmodified mediasoup-client and the
// messages of the specification, or those of the client that takos shipped.
// Tests drive it through window.dial.
import { Device, types } from 'mediasoup-client';

interface DialOptions {
  url: string;
  // 'spec': bare connect, others' producers by `produced`.
  // 'shipped': connect with transportType, others' producers by `produce`.
  dialect: 'spec' | 'shipped';
  kinds: types.MediaKind[];
  simulcast?: boolean;
  zeroRtpOnPause?: boolean;
  codec?: string; // mimeType of the video, if not the first that the router offers
  height?: number;
}

interface Consumed {
  consumer: types.Consumer;
  element: HTMLMediaElement;
  peerId: string;
}

type Message = { type: string; [field: string]: any };

class Call {
  readonly log: string[] = [];
  readonly messages: Message[] = [];
  readonly opened = performance.now();
  peerId = '';
  init?: Message;
  closed?: { code: number; reason: string };
  send?: types.Transport;
  recv?: types.Transport;
  readonly producers = new Map<string, types.Producer>();
  readonly consumers = new Map<string, Consumed>();

  private readonly device = new Device();
  private readonly socket: WebSocket;
  private readonly waiting: { type: string; ours: (m: Message) => boolean; done: (m: Message) => void }[] = [];
  private readonly wanted = new Set<string>();

  constructor(private readonly options: DialOptions) {
    this.socket = new WebSocket(options.url);
    this.socket.onmessage = (event) => void this.receive(JSON.parse(event.data as string));
    this.socket.onclose = (event) => (this.closed = { code: event.code, reason: event.reason });
  }

  async start(): Promise<void> {
    const { data } = await this.reply('init');
    this.init = data;
    this.peerId = data.myPeerId;
    await this.device.load({ routerRtpCapabilities: data.routerRtpCapabilities });
    this.send = this.device.createSendTransport(data.transport.send);
    this.recv = this.device.createRecvTransport(data.transport.recv);
    this.wire(this.send, 'send');
    this.wire(this.recv, 'recv');
    for (const producer of data.producers) void this.consume(producer.id, producer.peerId);
    for (const kind of this.options.kinds) await this.produce(kind);
  }

  async produce(kind: types.MediaKind, track?: MediaStreamTrack): Promise<string> {
    if (!track) {
      const constraints = kind === 'audio' ? { audio: true } : { video: { height: this.options.height ?? 720 } };
      track = (await navigator.mediaDevices.getUserMedia(constraints)).getTracks()[0]!;
    }
    const encodings =
      kind === 'video' && this.options.simulcast
        ? [{ scaleResolutionDownBy: 4 }, { scaleResolutionDownBy: 2 }, { scaleResolutionDownBy: 1 }]
        : undefined;
    const codec = this.device.sendRtpCapabilities.codecs!.find((c) => c.mimeType === this.options.codec);
    const producer = await this.send!.produce({
      track, encodings, codec: kind === 'video' ? codec : undefined, zeroRtpOnPause: this.options.zeroRtpOnPause,
    });
    this.producers.set(kind, producer);
    return producer.id;
  }

  closeProducer(kind: string, tell: boolean): string {
    const producer = this.producers.get(kind)!;
    this.producers.delete(kind);
    producer.close();
    if (tell) this.say({ type: 'closeProducer', producerId: producer.id });
    return producer.id;
  }

  // sendable are the video codecs that this browser can send.
  sendable(): string[] {
    const codecs = this.device.sendRtpCapabilities.codecs!;
    return codecs.filter((c) => c.kind === 'video' && !c.mimeType.endsWith('/rtx')).map((c) => c.mimeType);
  }

  say(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  // clear takes away the pictures that were left of a call that has ended.
  clear(): void {
    for (const { element } of this.consumers.values()) element.remove();
  }

  hangUp(): void {
    this.socket.close();
    this.send?.close();
    this.recv?.close();
  }

  // stats are what the browser itself says it decodes, by peer and kind.
  async stats(): Promise<Record<string, number>> {
    const result: Record<string, number> = {};
    for (const { consumer, peerId } of this.consumers.values()) {
      for (const report of (await consumer.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        const key = `${peerId}/${consumer.kind}`;
        result[key] = consumer.kind === 'video' ? (report.framesDecoded ?? 0) : (report.totalAudioEnergy ?? report.packetsReceived ?? 0);
        result[`${key}/lost`] = report.packetsLost ?? 0;
        result[`${key}/freezes`] = report.freezeCount ?? 0;
        result[`${key}/height`] = report.frameHeight ?? 0;
        result[`${key}/packets`] = report.packetsReceived ?? 0;
      }
    }
    return result;
  }

  private wire(transport: types.Transport, transportType: 'send' | 'recv'): void {
    const typed = this.options.dialect === 'shipped' ? { transportType } : {};
    transport.on('connect', ({ dtlsParameters }, callback, errback) => {
      this.say({ type: 'connect', dtlsParameters, ...typed });
      this.reply('connected', (m) => m.transportType === transportType).then(callback, errback);
    });
    transport.on('produce', ({ kind, rtpParameters }, callback, errback) => {
      this.say({ type: 'produce', kind, rtpParameters });
      // The shipped client takes the first `produced` it sees for its own.
      const ours = (m: Message) => this.options.dialect === 'shipped' || m.peerId === this.peerId;
      this.reply('produced', ours).then((m) => callback({ id: m.producerId }), errback);
    });
    transport.on('connectionstatechange', (state) => this.log.push(`${transportType} ${state}`));
  }

  private async consume(producerId: string, peerId: string): Promise<void> {
    if (this.wanted.has(producerId)) return;
    this.wanted.add(producerId);
    // As the shipped client does: give the receive transport a second to connect.
    this.say({ type: 'consume', producerId, rtpCapabilities: this.device.recvRtpCapabilities, peerId });
    const m = await this.reply('consumed', (reply) => reply.producerId === producerId);
    const consumer = await this.recv!.consume({
      id: m.consumerId, producerId, kind: m.kind, rtpParameters: m.rtpParameters,
    });
    const element = document.createElement(m.kind) as HTMLMediaElement;
    element.autoplay = true;
    element.srcObject = new MediaStream([consumer.track]);
    document.body.append(element);
    if (m.kind === 'video') {
      (element as HTMLVideoElement).requestVideoFrameCallback?.(() => {
        this.log.push(`first frame ${Math.round(performance.now() - this.opened)}`);
      });
    }
    this.consumers.set(producerId, { consumer, element, peerId: m.peerId });
  }

  private drop(producerId: string): void {
    const consumed = this.consumers.get(producerId);
    this.wanted.delete(producerId);
    this.consumers.delete(producerId);
    consumed?.consumer.close();
    consumed?.element.remove();
  }

  private receive(message: Message): void {
    this.messages.push(message);
    const index = this.waiting.findIndex((w) => w.type === message.type && w.ours(message));
    if (index >= 0) {
      this.waiting.splice(index, 1)[0]!.done(message);
      return;
    }
    const announces = this.options.dialect === 'shipped' ? 'produce' : 'produced';
    if (message.type === announces && message.peerId !== this.peerId) void this.consume(message.producerId, message.peerId);
    if (message.type === 'producerClosed') this.drop(message.producerId);
    if (message.type === 'leave') {
      for (const [id, consumed] of this.consumers) if (consumed.peerId === message.peerId) this.drop(id);
    }
  }

  private reply(type: string, ours: (m: Message) => boolean = () => true): Promise<Message> {
    return new Promise((done) => this.waiting.push({ type, ours, done }));
  }
}

declare global {
  interface Window {
    dial(options: DialOptions): Promise<void>;
    call?: Call;
  }
}

window.dial = async (options) => {
  window.call?.clear();
  window.call = new Call(options);
  await window.call.start();
};

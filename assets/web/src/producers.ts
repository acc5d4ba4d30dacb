// Sending: makes the producers match what the person has switched on. Muting
// pauses: silence keeps flowing, the stream lives, and a host that offers
// `pause` is told, so that it forwards nothing and the others see the mark. A
// camera or screen that is off ends its producer.

import type { types } from 'mediasoup-client';
import type { CallType } from './fragment';
import type { LocalMedia } from './devices';
import { RequestError } from './requests';
import type { Signaling } from './signaling';

type Slot = 'microphone' | 'camera' | 'screen';

const SLOTS: readonly Slot[] = ['microphone', 'camera', 'screen'];
const MAX_BITRATE_BPS: Record<'camera' | 'screen', number> = { camera: 1_500_000, screen: 2_500_000 };
const START_BITRATE_KBPS = 1000;

export type ProducersOptions = {
  callType: CallType;
  /** Whether the host takes pauseProducer (docs/protocol.md, 6.1). */
  offersPause: boolean;
  local: LocalMedia;
  signaling: Signaling;
  onFailed: (error: unknown) => void;
};

/** The producers of one send transport. */
export class Producers {
  readonly #producers = new Map<Slot, types.Producer>();
  readonly #refused = new Map<Slot, MediaStreamTrack>();
  #queue: Promise<void> = Promise.resolve();
  /** The producer that the host knows to be paused, or not; undefined where that is unsure. */
  #told: { id: string; paused: boolean } | undefined;
  #closed = false;

  constructor(
    private readonly device: types.Device,
    private readonly transport: types.Transport,
    private readonly options: ProducersOptions,
  ) {}

  get all(): types.Producer[] {
    return [...this.#producers.values()];
  }

  /** Brings every slot in line with the devices; call it on each change. */
  sync(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      for (const slot of SLOTS) await this.#syncSlot(slot).catch((error: unknown) => this.#fail(slot, error));
    });
    return this.#queue;
  }

  /** The socket is back, the media was kept: what was said last may have been lost. */
  resumed(): Promise<void> {
    this.#told = undefined;
    return this.sync();
  }

  /** Forgets the producers; their transport closes with them. */
  close(): void {
    this.#closed = true;
    this.#producers.clear();
  }

  async #syncSlot(slot: Slot): Promise<void> {
    if (this.#closed) return;
    const track = this.#wantedTrack(slot);
    const producer = this.#producers.get(slot);
    if (track === undefined) {
      this.#refused.delete(slot);
      if (producer !== undefined) this.#end(slot, producer);
      return;
    }
    if (track.readyState === 'ended') return; // stopped for another device that is being opened
    if (producer === undefined) await this.#produce(slot, track);
    else if (producer.track !== track) await producer.replaceTrack({ track });
    if (slot === 'microphone') this.#applyMute();
  }

  #wantedTrack(slot: Slot): MediaStreamTrack | undefined {
    if (slot !== 'microphone' && this.options.callType === 'audio') return undefined;
    return slot === 'screen' ? this.options.local.screen : this.options.local.track(slot);
  }

  async #produce(slot: Slot, track: MediaStreamTrack): Promise<void> {
    if (this.#refused.get(slot) === track) return;
    const producer = await this.transport.produce({
      track,
      stopTracks: false, // LocalMedia owns the tracks
      zeroRtpOnPause: false, // a stream that falls silent would look ended to the host
      ...(slot === 'microphone' ? { codecOptions: { opusFec: true } } : this.#videoOptions(slot)),
      ...(slot === 'screen' ? { appData: { source: 'screen' } } : {}),
    });
    if (this.#closed) return;
    this.#producers.set(slot, producer);
    if (slot === 'microphone') this.#told = { id: producer.id, paused: false };
  }

  #videoOptions(slot: 'camera' | 'screen'): types.ProducerOptions {
    const options: types.ProducerOptions = {
      encodings: [{ maxBitrate: MAX_BITRATE_BPS[slot] }],
      codecOptions: { videoGoogleStartBitrate: START_BITRATE_KBPS },
    };
    const vp8 = this.device.sendRtpCapabilities.codecs?.find((codec) => codec.mimeType.toLowerCase() === 'video/vp8');
    return vp8 === undefined ? options : { ...options, codec: vp8 };
  }

  #applyMute(): void {
    const producer = this.#producers.get('microphone');
    if (producer === undefined) return;
    const { muted } = this.options.local;
    if (producer.paused !== muted) muted ? producer.pause() : producer.resume();
    if (this.#told?.id !== producer.id || this.#told.paused !== muted) this.#tellMute(producer.id, muted);
  }

  #tellMute(id: string, paused: boolean): void {
    if (!this.options.offersPause) return;
    const sent = this.options.signaling.send({ type: paused ? 'pauseProducer' : 'resumeProducer', producerId: id });
    this.#told = sent ? { id, paused } : undefined;
  }

  #end(slot: Slot, producer: types.Producer): void {
    this.#producers.delete(slot);
    this.options.signaling.send({ type: 'closeProducer', producerId: producer.id });
    producer.close();
  }

  #fail(slot: Slot, error: unknown): void {
    // A lost socket is no refusal: the next init tries again.
    if (this.#closed || (error instanceof RequestError && error.code === 'lost')) return;
    const track = this.#wantedTrack(slot);
    if (track !== undefined) this.#refused.set(slot, track);
    this.options.onFailed(error);
  }
}

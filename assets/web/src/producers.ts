// Sending: makes the producers match what the person has switched on. Muting
// pauses (silence keeps flowing, the stream lives); a camera or screen that is
// off ends its producer.

import type { types } from 'mediasoup-client';
import type { CallType } from './fragment';
import type { LocalMedia } from './devices';
import { RequestError } from './requests';
import type { Signaling } from './signaling';

type Slot = 'microphone' | 'camera' | 'screen';

const SLOTS: readonly Slot[] = ['microphone', 'camera', 'screen'];
const MAX_BITRATE_BPS: Record<'camera' | 'screen', number> = { camera: 1_500_000, screen: 2_500_000 };
const START_BITRATE_KBPS = 1000;

/** The producers of one send transport. */
export class Producers {
  readonly #producers = new Map<Slot, types.Producer>();
  readonly #refused = new Map<Slot, MediaStreamTrack>();
  #queue: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly device: types.Device,
    private readonly transport: types.Transport,
    private readonly callType: CallType,
    private readonly local: LocalMedia,
    private readonly signaling: Signaling,
    private readonly onFailed: (error: unknown) => void,
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
    if (slot !== 'microphone' && this.callType === 'audio') return undefined;
    return slot === 'screen' ? this.local.screen : this.local.track(slot);
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
    if (producer === undefined || producer.paused === this.local.muted) return;
    if (this.local.muted) producer.pause();
    else producer.resume();
  }

  #end(slot: Slot, producer: types.Producer): void {
    this.#producers.delete(slot);
    this.signaling.send({ type: 'closeProducer', producerId: producer.id });
    producer.close();
  }

  #fail(slot: Slot, error: unknown): void {
    // A lost socket is no refusal: the next init tries again.
    if (this.#closed || (error instanceof RequestError && error.code === 'lost')) return;
    const track = this.#wantedTrack(slot);
    if (track !== undefined) this.#refused.set(slot, track);
    this.onFailed(error);
  }
}

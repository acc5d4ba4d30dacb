// The person's own microphone, camera and screen: which are on, which are
// chosen, and why one is not there. It says `change` whenever something moved;
// the picture, the pickers and the call look at it and follow.

import {
  canCapture, capture, captureScreen, isAllowed, listDevices, problemOf,
  type DeviceChoice, type DeviceKind, type DeviceProblem,
} from './capture';

type Device = {
  track?: MediaStreamTrack | undefined;
  problem?: DeviceProblem | undefined;
  choice: DeviceChoice;
  /** What the person wants: a camera switched off, or not asked for, is not wanted. */
  wanted: boolean;
};

const KINDS: readonly DeviceKind[] = ['microphone', 'camera'];
const TRACK_KIND: Record<DeviceKind, string> = { microphone: 'audio', camera: 'video' };
const INPUT: Record<DeviceKind, MediaDeviceKind> = { microphone: 'audioinput', camera: 'videoinput' };

/** Own devices; tracks given out are stopped by this class alone. */
export class LocalMedia extends EventTarget {
  readonly #devices: Record<DeviceKind, Device> = {
    microphone: { choice: undefined, wanted: false },
    camera: { choice: undefined, wanted: false },
  };
  #screen: MediaStreamTrack | undefined;
  #muted = false;
  #known: MediaDeviceInfo[] = [];
  #speakerId = '';
  #queue: Promise<void> = Promise.resolve();
  #closed = false;

  constructor() {
    super();
    navigator.mediaDevices?.addEventListener?.('devicechange', () => void this.#devicesChanged());
  }

  get muted(): boolean {
    return this.#muted;
  }

  get cameraWanted(): boolean {
    return this.#devices.camera.wanted;
  }

  get screen(): MediaStreamTrack | undefined {
    return this.#screen;
  }

  get speakerId(): string {
    return this.#speakerId;
  }

  track(kind: DeviceKind): MediaStreamTrack | undefined {
    return this.#devices[kind].track;
  }

  problem(kind: DeviceKind): DeviceProblem | undefined {
    return this.#devices[kind].problem;
  }

  /** The devices to choose from, for a picker. */
  choices(kind: MediaDeviceKind): MediaDeviceInfo[] {
    return this.#known.filter((device) => device.kind === kind && device.deviceId !== '');
  }

  /** The device in use. */
  chosen(kind: DeviceKind): string {
    const { track, choice } = this.#devices[kind];
    return track?.getSettings().deviceId ?? choice?.id ?? '';
  }

  /** Opens what is wanted and not open yet, asking the person once. */
  open(wanted: readonly DeviceKind[]): Promise<void> {
    this.#closed = false;
    for (const kind of wanted) this.#devices[kind].wanted = true;
    return this.#enqueue(() => this.#openWanted());
  }

  choose(kind: DeviceKind, id: string): Promise<void> {
    this.#devices[kind].choice = { id, exact: true };
    this.#devices[kind].wanted = true;
    return this.#enqueue(() => this.#reopen(kind));
  }

  chooseSpeaker(id: string): void {
    this.#speakerId = id;
    this.#changed();
  }

  /** A muted microphone stays open, and silent: unmuting is at once. */
  setMuted(muted: boolean): void {
    this.#muted = muted;
    const { track } = this.#devices.microphone;
    if (track !== undefined) track.enabled = !muted;
    this.#changed();
  }

  /** A camera that is off is closed, so that its light goes out. */
  setCamera(on: boolean): Promise<void> {
    const { camera } = this.#devices;
    camera.wanted = on;
    if (on) return this.#enqueue(() => this.#openWanted());
    this.#drop(camera);
    camera.problem = undefined;
    this.#changed();
    return Promise.resolve();
  }

  async shareScreen(): Promise<void> {
    const track = await captureScreen();
    if (track === undefined) return;
    this.#screen?.stop();
    this.#screen = track;
    track.onended = () => this.#screen === track && this.stopScreen();
    this.#changed();
  }

  stopScreen(): void {
    this.#screen?.stop();
    this.#screen = undefined;
    this.#changed();
  }

  /** Closes everything; the wishes stay for the next open. */
  close(): void {
    this.#closed = true;
    for (const kind of KINDS) this.#drop(this.#devices[kind]);
    this.stopScreen();
  }

  // One request at a time: browsers answer overlapping ones with odd errors.
  #enqueue(task: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(task);
    this.#queue = run.catch((error: unknown) => console.warn('devices', error));
    return this.#queue;
  }

  async #openWanted(): Promise<void> {
    const kinds = KINDS.filter((kind) => this.#devices[kind].wanted && this.#devices[kind].track === undefined);
    if (!canCapture()) {
      for (const kind of kinds) this.#devices[kind].problem = 'insecure';
      return this.#changed();
    }
    await this.#refreshKnown();
    const present = kinds.filter((kind) => this.#isPresent(kind));
    for (const kind of kinds) if (!present.includes(kind)) this.#devices[kind].problem = 'missing';
    if (present.length > 0) await this.#openAll(present);
    await this.#refreshKnown();
    this.#changed();
  }

  async #openAll(kinds: readonly DeviceKind[]): Promise<void> {
    const problem = await this.#tryOpen(kinds);
    if (problem === undefined || kinds.length === 1) return;
    for (const kind of kinds) {
      // Asking one by one must not bring the prompt back that was just refused.
      if (problem !== 'denied' || (await isAllowed(kind))) await this.#tryOpen([kind]);
    }
  }

  async #tryOpen(kinds: readonly DeviceKind[]): Promise<DeviceProblem | undefined> {
    try {
      const wanted = Object.fromEntries(kinds.map((kind) => [kind, { choice: this.#devices[kind].choice }]));
      for (const track of await capture(wanted)) this.#adopt(track);
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      for (const kind of kinds) this.#devices[kind].problem = problem;
      return problem;
    }
  }

  #adopt(track: MediaStreamTrack): void {
    const kind: DeviceKind = track.kind === TRACK_KIND.microphone ? 'microphone' : 'camera';
    const device = this.#devices[kind];
    if (this.#closed || !device.wanted) return track.stop();
    device.track?.stop();
    device.track = track;
    device.problem = undefined;
    if (kind === 'microphone') track.enabled = !this.#muted;
    track.onended = () => void this.#trackEnded(kind, track);
  }

  async #reopen(kind: DeviceKind): Promise<void> {
    const device = this.#devices[kind];
    const previous = device.track;
    // Many phones open one camera at a time; the call keeps its producer meanwhile.
    if (kind === 'camera') previous?.stop();
    if ((await this.#tryOpen([kind])) !== undefined) {
      device.choice = undefined;
      if (previous?.readyState === 'ended') device.track = undefined;
    }
    await this.#refreshKnown();
    this.#changed();
  }

  /** The device was unplugged or taken away: try another one. */
  async #trackEnded(kind: DeviceKind, track: MediaStreamTrack): Promise<void> {
    const device = this.#devices[kind];
    if (device.track !== track) return;
    device.track = undefined;
    device.choice = undefined;
    device.problem = 'missing';
    this.#changed();
    await this.#enqueue(() => this.#openIfAllowed());
  }

  async #devicesChanged(): Promise<void> {
    await this.#refreshKnown();
    this.#changed();
    if (!this.#closed) await this.#enqueue(() => this.#openIfAllowed());
  }

  /** Opens what is wanted and was missing, if that asks nobody anything. */
  async #openIfAllowed(): Promise<void> {
    for (const kind of KINDS) {
      const { wanted, track, problem } = this.#devices[kind];
      if (!wanted || track !== undefined || problem !== 'missing' || !this.#isPresent(kind)) continue;
      if (await isAllowed(kind)) await this.#tryOpen([kind]);
    }
    this.#changed();
  }

  #isPresent(kind: DeviceKind): boolean {
    // Some browsers list nothing before something was allowed.
    return this.#known.length === 0 || this.#known.some((device) => device.kind === INPUT[kind]);
  }

  async #refreshKnown(): Promise<void> {
    this.#known = await listDevices();
  }

  #drop(device: Device): void {
    device.track?.stop();
    device.track = undefined;
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

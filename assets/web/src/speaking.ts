// Who speaks: the host says it, or each peer's loudness comes from its RTP
// packets' audio level (RTCRtpReceiver.getSynchronizationSources); one's own
// comes from the meter.

const SPEAKING_LEVEL = 0.02;
const HOLD_MS = 500;
const SILENT_AFTER_MS = 2_000;
const TAKE_OVER_AFTER_MS = 700;
const POLL_MS = 150;

export type Voice = { speaking: boolean; silent: boolean };

/**
 * One person's voice over time. `silent` is digital silence, which switched-off
 * microphones make: the bare specification has no word for "muted". Some
 * headsets are as silent between two sentences, so it does not count where the
 * host tells who is muted.
 */
export class VoiceState {
  #loudAt = Number.NEGATIVE_INFINITY;
  #soundAt: number | undefined;
  #speakingSince: number | undefined;

  /**
   * Takes a level, if the browser has one, whether the host says that this person speaks, if it says anything, and
   * whether it tells who is muted.
   */
  push(level: number | undefined, now: number, said?: boolean, tellsMuted = false): Voice {
    if (level !== undefined) this.#soundAt = level > 0 ? now : (this.#soundAt ?? now);
    if (level !== undefined && level >= SPEAKING_LEVEL) this.#loudAt = now;
    const speaking = said ?? now - this.#loudAt < HOLD_MS;
    this.#speakingSince = speaking ? (this.#speakingSince ?? now) : undefined;
    const silent = this.#soundAt !== undefined && now - this.#soundAt >= SILENT_AFTER_MS;
    return { speaking, silent: silent && !tellsMuted };
  }

  /** How long this person has been speaking. */
  spokenMs(now: number): number {
    return this.#speakingSince === undefined ? 0 : now - this.#speakingSince;
  }
}

/** Whose tile is large: it changes when another one speaks on while that one is quiet. */
export function nextSpeaker(current: string | undefined, spokenMs: ReadonlyMap<string, number>): string | undefined {
  if (current !== undefined && (spokenMs.get(current) ?? 0) > 0) return current;
  let next = current;
  let longest = TAKE_OVER_AFTER_MS;
  for (const [peerId, ms] of spokenMs) {
    if (ms >= longest) [next, longest] = [peerId, ms];
  }
  return next;
}

export type SpeakingEvents = {
  onVoice: (peerId: string, voice: Voice) => void;
  onSpeaker: (peerId: string) => void;
};

type Source = { receiver: RTCRtpReceiver; state: VoiceState };

/** Looks at all voices a few times a second. */
export class SpeakingWatch {
  readonly #events: SpeakingEvents;
  readonly #sources = new Map<string, Source>();
  #own: { peerId: string; read: () => number; state: VoiceState } | undefined;
  #speaker: string | undefined;
  #said: ReadonlySet<string> | undefined;
  #tellsMuted = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(events: SpeakingEvents) {
    this.#events = events;
  }

  start(ownPeerId: string, readOwn: () => number): void {
    clearInterval(this.#timer); // the voices of a call that goes on stay
    this.#own = { peerId: ownPeerId, read: readOwn, state: new VoiceState() };
    this.#timer = setInterval(() => this.#poll(performance.now()), POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#sources.clear();
    this.#speaker = undefined;
    this.#said = undefined;
  }

  /** Who speaks by the host's word; undefined where it says nothing of that kind. */
  hear(peerIds: readonly string[] | undefined): void {
    this.#said = peerIds === undefined ? undefined : new Set(peerIds);
    this.#poll(performance.now());
  }

  /** Whether the host tells who is muted. */
  trustMutes(told: boolean): void {
    this.#tellsMuted = told;
  }

  add(peerId: string, receiver: RTCRtpReceiver): void {
    this.#sources.set(peerId, { receiver, state: new VoiceState() });
  }

  remove(peerId: string): void {
    this.#sources.delete(peerId);
  }

  #poll(now: number): void {
    const own = this.#own;
    if (own !== undefined) this.#events.onVoice(own.peerId, { ...own.state.push(own.read(), now), silent: false });
    const spoken = new Map<string, number>();
    for (const [peerId, { receiver, state }] of this.#sources) {
      const level = receiver.getSynchronizationSources()[0]?.audioLevel;
      const said = this.#said?.has(peerId);
      if (level === undefined && said === undefined) continue; // nothing heard yet, or a browser that does not say
      this.#events.onVoice(peerId, state.push(level, now, said, this.#tellsMuted));
      spoken.set(peerId, state.spokenMs(now));
    }
    const speaker = nextSpeaker(this.#speaker, spoken);
    if (speaker === undefined || speaker === this.#speaker) return;
    this.#speaker = speaker;
    this.#events.onSpeaker(speaker);
  }
}

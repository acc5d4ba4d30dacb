// The others' voices. Browsers may hold sound back until the person touched
// the page; then `onBlocked` asks for a button.

export class Sound {
  readonly #players = new Map<string, HTMLAudioElement>();
  readonly #onBlocked: (blocked: boolean) => void;
  #speakerId = '';

  constructor(onBlocked: (blocked: boolean) => void) {
    this.#onBlocked = onBlocked;
  }

  add(id: string, track: MediaStreamTrack): void {
    this.remove(id);
    const player = document.createElement('audio');
    player.srcObject = new MediaStream([track]);
    this.#players.set(id, player);
    void this.#route(player);
    void this.#play(player);
  }

  remove(id: string): void {
    const player = this.#players.get(id);
    if (player === undefined) return;
    player.srcObject = null;
    this.#players.delete(id);
  }

  /** Plays everything: call it from a click. */
  async turnOn(): Promise<void> {
    this.#onBlocked(false);
    await Promise.all([...this.#players.values()].map((player) => this.#play(player)));
  }

  setSpeaker(id: string): void {
    if (id === this.#speakerId) return;
    this.#speakerId = id;
    for (const player of this.#players.values()) void this.#route(player);
  }

  clear(): void {
    for (const id of [...this.#players.keys()]) this.remove(id);
    this.#onBlocked(false);
  }

  async #play(player: HTMLAudioElement): Promise<void> {
    try {
      await player.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#onBlocked(true);
    }
  }

  async #route(player: HTMLAudioElement): Promise<void> {
    if (!('setSinkId' in player)) return;
    await player.setSinkId(this.#speakerId).catch((error: unknown) => console.warn('speaker', error));
  }
}

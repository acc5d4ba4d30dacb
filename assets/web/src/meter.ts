// How loud the own microphone is.

const FLOOR_DB = -60;
const SAMPLES = 1024;

/** Loudness as a share of the meter, 0 to 1, from an RMS amplitude. */
export function meterLevel(rms: number): number {
  if (rms <= 0) return 0;
  const db = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

/** Reads one microphone. Browsers start sound work only after a click or key: see wake(). */
export class Meter {
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  readonly #samples = new Float32Array(SAMPLES);
  #source: MediaStreamAudioSourceNode | undefined;
  #track: MediaStreamTrack | undefined;

  constructor() {
    this.#analyser.fftSize = SAMPLES;
  }

  listenTo(track: MediaStreamTrack | undefined): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#source?.disconnect();
    this.#source = undefined;
    if (track === undefined) return;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** Call it from a click or a key press. */
  wake(): void {
    if (this.#context.state === 'suspended') void this.#context.resume();
  }

  /** RMS amplitude, 0 to 1; 0 while muted. */
  read(): number {
    if (this.#track === undefined || !this.#track.enabled) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.sqrt(sum / SAMPLES);
  }
}

// One tile: a person or a shared screen.

import { cloneTemplate, inside, setData } from './dom';
import type { Rect } from './layout';
import { colourOf, initial } from './names';
import type { Texts } from './strings';
import type { Voice } from './speaking';

export type TileKind = 'camera' | 'screen';

export class Tile {
  readonly element: HTMLElement;
  readonly hideButton: HTMLButtonElement;
  readonly #video: HTMLVideoElement;
  readonly #name: HTMLElement;
  readonly #avatar: HTMLElement;
  readonly #tracks = new Map<string, MediaStreamTrack>();
  #silent = false;
  #paused = false;
  #hasAudio = false;

  constructor(
    readonly peerId: string,
    readonly kind: TileKind,
    isSelf: boolean,
    texts: Texts,
  ) {
    this.element = inside(cloneTemplate('tile-template'), '.tile');
    this.#video = inside(this.element, 'video');
    this.#name = inside(this.element, '.name');
    this.#avatar = inside(this.element, '.avatar');
    this.hideButton = inside(this.element, '.hide-self');
    inside(this.element, '.mark-muted title').textContent = texts.muted;
    inside(this.element, '.mark-speaking title').textContent = texts.speaking;
    Object.assign(this.element.dataset, { peer: peerId, kind, self: String(isSelf), video: 'off', audio: 'none', speaking: 'false' });
    this.element.title = peerId;
    this.#avatar.dataset.colour = String(colourOf(peerId));
    if (kind === 'screen') setData(this.element, 'audio', 'screen');
    this.#video.addEventListener('loadeddata', () => setData(this.element, 'video', this.#tracks.size > 0 ? 'on' : 'off'));
  }

  setName(label: string, short: string): void {
    this.#name.textContent = label;
    this.#avatar.textContent = initial(short);
    this.element.setAttribute('aria-label', label);
  }

  mirror(on: boolean): void {
    this.#video.classList.toggle('mirrored', on);
  }

  place({ x, y, width, height }: Rect, floating: boolean): void {
    const { style } = this.element;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = `${width}px`;
    style.height = `${height}px`;
    setData(this.element, 'floating', String(floating));
  }

  /** Shows a picture; of several, the newest. */
  addVideo(id: string, track: MediaStreamTrack): void {
    if (this.#tracks.get(id) === track) return;
    this.#tracks.delete(id);
    this.#tracks.set(id, track);
    this.#show();
  }

  removeVideo(id: string): void {
    if (this.#tracks.delete(id)) this.#show();
  }

  get hasVideo(): boolean {
    return this.#tracks.size > 0;
  }

  setAudio(hasAudio: boolean): void {
    this.#hasAudio = hasAudio;
    this.#silent = false;
    this.#showAudio(false);
  }

  /** The person muted the microphone, by the host's word. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#showAudio(false);
  }

  setVoice({ speaking, silent }: Voice): void {
    this.#silent = silent;
    this.#showAudio(speaking);
  }

  #show(): void {
    const track = [...this.#tracks.values()].at(-1);
    setData(this.element, 'video', 'off'); // until its first picture is there
    this.#video.srcObject = track === undefined ? null : new MediaStream([track]);
    if (track !== undefined) void this.#video.play().catch(() => undefined); // replaced meanwhile
  }

  #showAudio(speaking: boolean): void {
    if (this.kind === 'screen') return;
    const muted = this.#silent || this.#paused;
    setData(this.element, 'speaking', String(speaking && this.#hasAudio && !muted));
    setData(this.element, 'audio', this.#hasAudio ? (muted ? 'muted' : 'on') : 'none');
  }
}

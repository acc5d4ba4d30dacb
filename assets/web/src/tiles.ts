// All tiles of a call and where they stand.

import { layoutTiles } from './layout';
import { displayNames } from './names';
import { fill, type Texts } from './strings';
import { Tile, type TileKind } from './tile';
import type { Voice } from './speaking';

const FEATURE_FROM = 5;

export class Tiles {
  readonly #root: HTMLElement;
  readonly #texts: Texts;
  readonly #others = new Map<string, Tile>();
  #self: Tile | undefined;
  #selfHidden = false;
  #speaker: string | undefined;
  #frame = 0;

  constructor(root: HTMLElement, texts: Texts) {
    this.#root = root;
    this.#texts = texts;
    new ResizeObserver(() => this.#schedule()).observe(root);
  }

  /** Calls back when the own tile's hide button is pressed. */
  setSelf(peerId: string, onHide: () => void): Tile {
    if (this.#self?.peerId === peerId) return this.#self;
    this.#self?.element.remove();
    this.#self = new Tile(peerId, 'camera', true, this.#texts);
    const { hideButton } = this.#self;
    hideButton.hidden = false;
    hideButton.setAttribute('aria-label', this.#texts.hideSelf);
    hideButton.title = this.#texts.hideSelf;
    hideButton.addEventListener('click', onHide);
    this.#root.append(this.#self.element);
    this.#schedule();
    return this.#self;
  }

  hideSelf(hidden: boolean): void {
    this.#selfHidden = hidden;
    this.#schedule();
  }

  get peers(): string[] {
    return [...this.#others.values()].filter(({ kind }) => kind === 'camera').map(({ peerId }) => peerId);
  }

  tile(peerId: string, kind: TileKind): Tile | undefined {
    if (kind === 'camera' && this.#self?.peerId === peerId) return this.#self;
    return this.#others.get(keyOf(peerId, kind));
  }

  add(peerId: string, kind: TileKind): Tile {
    const known = this.#others.get(keyOf(peerId, kind));
    if (known !== undefined) return known;
    const tile = new Tile(peerId, kind, false, this.#texts);
    this.#others.set(keyOf(peerId, kind), tile);
    this.#root.append(tile.element);
    this.#schedule();
    return tile;
  }

  remove(peerId: string, kind: TileKind): void {
    this.#others.get(keyOf(peerId, kind))?.element.remove();
    this.#others.delete(keyOf(peerId, kind));
    this.#schedule();
  }

  /** Empties the stage for another call. */
  clear(): void {
    for (const tile of this.#others.values()) tile.element.remove();
    this.#others.clear();
    this.#self?.element.remove();
    this.#self = undefined;
    this.#speaker = undefined;
  }

  setVoice(peerId: string, voice: Voice): void {
    this.tile(peerId, 'camera')?.setVoice(voice);
  }

  setSpeaker(peerId: string): void {
    this.#speaker = peerId;
    this.#schedule();
  }

  /** What a peer is called on this page. */
  nameOf(peerId: string): string {
    return this.namesOf([peerId]).get(peerId) ?? peerId;
  }

  /** What these peers are called, some of whom may have left, beside those who are here. */
  namesOf(peerIds: Iterable<string>): Map<string, string> {
    return displayNames([...new Set([...this.#allIds(), ...peerIds])]);
  }

  #allIds(): string[] {
    return this.#self === undefined ? this.peers : [this.#self.peerId, ...this.peers];
  }

  /** Names at once, so that no tile is ever without; places with the next picture. */
  #schedule(): void {
    this.#rename();
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#layout());
  }

  #layout(): void {
    const tiles = this.#ordered();
    const own = this.#self !== undefined && !this.#selfHidden;
    const { clientWidth: width, clientHeight: height } = this.#root;
    if (width === 0 || height === 0) return;
    const layout = layoutTiles({ width, height, count: tiles.length, screen: tiles[0]?.kind === 'screen', own });
    tiles.forEach((tile, at) => {
      const rect = layout.tiles[at];
      if (rect !== undefined) tile.place(rect, false);
    });
    if (this.#self === undefined) return;
    this.#self.element.hidden = layout.own === undefined;
    if (layout.own !== undefined) this.#self.place(layout.own, layout.ownFloats);
  }

  /** Screens first, then the speaker where one is featured, then in order of coming. */
  #ordered(): Tile[] {
    const tiles = [...this.#others.values()];
    const rank = (tile: Tile): number => {
      if (tile.kind === 'screen') return 0;
      return tiles.length >= FEATURE_FROM && tile.peerId === this.#speaker ? 1 : 2;
    };
    return tiles.sort((a, b) => rank(a) - rank(b));
  }

  #rename(): void {
    const names = displayNames(this.#allIds());
    for (const tile of this.#others.values()) {
      const name = names.get(tile.peerId) ?? tile.peerId;
      tile.setName(tile.kind === 'screen' ? fill(this.#texts.screenOf, { name }) : name, name);
    }
    const own = this.#self === undefined ? undefined : names.get(this.#self.peerId);
    if (own !== undefined) this.#self?.setName(this.#texts.you, own);
  }
}

function keyOf(peerId: string, kind: TileKind): string {
  return `${kind}:${peerId}`;
}

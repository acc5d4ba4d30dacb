// In the call: tiles, sound, speaking markers, and the bar of buttons.

import { Chat } from './chat';
import { canShareScreen, type DeviceKind } from './capture';
import type { LocalMedia } from './devices';
import { byId, inside, setData, setIcon } from './dom';
import type { CallType } from './fragment';
import type { ChatLine } from './messages';
import type { Meter } from './meter';
import { Pickers } from './pickers';
import { problemKey } from './problems';
import type { Sound } from './sound';
import { SpeakingWatch } from './speaking';
import type { RemoteTrack, Stage } from './stage';
import { fill, type Key, type Texts } from './strings';
import type { TileKind } from './tile';
import { Tiles } from './tiles';

const SELF_VIDEO = 'self';

export type CallViewEvents = { say: (text: string) => void; onHangUp: () => void; onShareFailed: () => void; onChat: (text: string) => boolean };

export class CallView implements Stage {
  readonly #root = byId('call');
  readonly #panel = byId('device-panel');
  readonly #devices = byId<HTMLButtonElement>('devices');
  readonly #tiles: Tiles;
  readonly #pickers: Pickers;
  readonly #watch: SpeakingWatch;
  readonly #chat: Chat;
  readonly #remotes = new Map<string, RemoteTrack>();
  /** Producers of others that their owners muted. */
  readonly #paused = new Set<string>();
  #self = '';
  #callType: CallType = 'video';
  #sharing = false;

  constructor(
    private readonly local: LocalMedia,
    private readonly meter: Meter,
    private readonly sound: Sound,
    private readonly texts: Texts,
    private readonly events: CallViewEvents,
  ) {
    this.#tiles = new Tiles(byId('tiles'), texts);
    this.#pickers = new Pickers(inside(this.#panel, '[data-pickers]'), local, texts);
    this.#watch = new SpeakingWatch({
      onVoice: (peerId, voice) =>
        this.#tiles.setVoice(peerId, peerId === this.#self ? { ...voice, silent: local.muted } : voice),
      onSpeaker: (peerId) => this.#tiles.setSpeaker(peerId),
    });
    this.#chat = new Chat(texts, {
      send: events.onChat, say: events.say, namesOf: (peerIds) => this.#tiles.namesOf(peerIds),
    });
    local.addEventListener('change', () => this.#render());
    this.#wireButtons();
  }

  get shown(): boolean {
    return !this.#root.hidden;
  }

  show(peerId: string): void {
    if (this.#root.hidden) {
      this.#root.hidden = false;
      this.#root.focus(); // not a button: a held Enter would press it
    }
    this.#self = peerId;
    this.#chat.setSelf(peerId);
    this.#tiles.setSelf(peerId, () => this.#hideSelf(true));
    this.meter.listenTo(this.local.track('microphone'));
    this.#watch.start(peerId, () => this.meter.read());
    this.#render();
  }

  hide(): void {
    this.#root.hidden = true;
    this.#watch.stop();
    this.#remotes.clear();
    this.#paused.clear();
    this.#chat.clear();
    this.#tiles.clear();
    this.sound.clear();
    this.#hideSelf(false);
    this.togglePanel(false);
  }

  setCallType(callType: CallType): void {
    this.#callType = callType;
    this.#pickers.setWithCamera(callType === 'video');
    this.#render();
  }

  /** Opens or closes the pickers; true if something changed. */
  togglePanel(open: boolean): boolean {
    if ((this.#panel.hidden === false) === open) return false;
    this.#panel.hidden = !open;
    this.#devices.setAttribute('aria-expanded', String(open));
    if (open) this.#pickers.render();
    if (open) byId('panel-close').focus();
    else if (this.shown) this.#devices.focus();
    return true;
  }

  toggleChat(): void {
    this.#chat.toggle();
  }

  /** Closes what lies over the call; true if anything did. */
  escape(): boolean {
    return this.togglePanel(false) || this.#chat.escape();
  }

  /** The socket is away for now. */
  disconnected(): void {
    this.#chat.disconnected();
  }

  toggleMute(): void {
    if (this.local.track('microphone') === undefined) {
      return void this.local.open(['microphone']).then(() => this.#sayProblem('microphone'));
    }
    this.local.setMuted(!this.local.muted);
    this.events.say(this.texts[this.local.muted ? 'youMuted' : 'youUnmuted']);
  }

  toggleCamera(): void {
    if (this.#callType === 'audio') return;
    const on = this.local.track('camera') === undefined;
    void this.local.setCamera(on).then(() => {
      const isOn = this.local.track('camera') !== undefined;
      if (isOn === on) this.events.say(this.texts[on ? 'yourCameraOn' : 'yourCameraOff']);
      else this.#sayProblem('camera');
    });
  }

  // Stage: what the call tells.

  setPeers(peerIds: readonly string[]): void {
    for (const peerId of this.#tiles.peers) if (!peerIds.includes(peerId)) this.#dropPeer(peerId);
    for (const peerId of peerIds) this.#tiles.add(peerId, 'camera');
    this.#render();
  }

  addPeer(peerId: string): void {
    if (this.#tiles.peers.includes(peerId)) return;
    this.#tiles.add(peerId, 'camera');
    this.events.say(fill(this.texts.joined, { name: this.#tiles.nameOf(peerId) }));
    this.#render();
  }

  removePeer(peerId: string): void {
    if (!this.#tiles.peers.includes(peerId)) return;
    this.events.say(fill(this.texts.left, { name: this.#tiles.nameOf(peerId) }));
    this.#dropPeer(peerId);
    this.#render();
  }

  addTrack(remote: RemoteTrack): void {
    const { producer, track, receiver } = remote;
    this.#remotes.set(producer.id, remote);
    if (producer.kind === 'video') {
      this.#tiles.add(producer.peerId, tileKindOf(producer.source));
      return this.#showPaused(remote);
    }
    this.sound.add(producer.id, track);
    this.#tiles.tile(producer.peerId, 'camera')?.setAudio(true);
    this.#showPaused(remote);
    if (receiver !== undefined) this.#watch.add(producer.peerId, receiver);
  }

  removeTrack(producerId: string): void {
    const remote = this.#remotes.get(producerId);
    if (remote === undefined) return;
    this.#remotes.delete(producerId);
    const { peerId, kind, source } = remote.producer;
    if (kind === 'video') return this.#removePicture(peerId, producerId, tileKindOf(source));
    this.sound.remove(producerId);
    if ([...this.#remotes.values()].some(({ producer }) => producer.kind === 'audio' && producer.peerId === peerId)) return;
    this.#watch.remove(peerId);
    this.#tiles.tile(peerId, 'camera')?.setAudio(false);
  }

  setExtensions(offered: ReadonlySet<string>): void {
    this.#chat.offer(offered.has('chat'));
    this.#watch.trustMutes(offered.has('pause'));
    this.#watch.hear(offered.has('speaking') ? [] : undefined);
  }

  setSpeaking(peerIds: readonly string[]): void {
    this.#watch.hear(peerIds);
  }

  setPaused(producerId: string, paused: boolean): void {
    if (this.#paused.has(producerId) === paused) return;
    if (paused) this.#paused.add(producerId);
    else this.#paused.delete(producerId);
    const remote = this.#remotes.get(producerId);
    if (remote !== undefined) this.#showPaused(remote);
  }

  addChat(lines: readonly ChatLine[], live: boolean): void {
    this.#chat.add(lines, live);
  }

  refuseChat(code: string): void {
    this.#chat.refuse(code);
  }

  /** A muted voice gets its mark; in place of a muted picture, which would stand still, comes the avatar. */
  #showPaused({ producer: { id, peerId, kind, source }, track }: RemoteTrack): void {
    const paused = this.#paused.has(id);
    const tile = this.#tiles.tile(peerId, kind === 'audio' ? 'camera' : tileKindOf(source));
    if (kind === 'audio') tile?.setPaused(paused);
    else if (paused) tile?.removeVideo(id);
    else tile?.addVideo(id, track);
  }

  #removePicture(peerId: string, producerId: string, kind: TileKind): void {
    const tile = this.#tiles.tile(peerId, kind);
    tile?.removeVideo(producerId);
    if (kind === 'screen' && tile?.hasVideo === false) this.#tiles.remove(peerId, kind);
  }

  #dropPeer(peerId: string): void {
    for (const { producer } of [...this.#remotes.values()]) if (producer.peerId === peerId) this.removeTrack(producer.id);
    this.#tiles.remove(peerId, 'camera');
  }

  #wireButtons(): void {
    byId('mute').addEventListener('click', () => this.toggleMute());
    byId('camera').addEventListener('click', () => this.toggleCamera());
    byId('share').addEventListener('click', () => void this.#toggleShare());
    byId('hangup').addEventListener('click', () => this.events.onHangUp());
    byId('show-self').addEventListener('click', () => this.#hideSelf(false));
    byId('panel-close').addEventListener('click', () => this.togglePanel(false));
    this.#devices.addEventListener('click', () => this.togglePanel(this.#panel.hidden !== false));
  }

  async #toggleShare(): Promise<void> {
    if (this.local.screen !== undefined) return this.local.stopScreen();
    await this.local.shareScreen().catch(() => this.events.onShareFailed());
  }

  #sayProblem(kind: DeviceKind): void {
    const problem = this.local.problem(kind);
    const key = kind === 'microphone' ? problemKey(problem, undefined) : problemKey(undefined, problem);
    if (key !== undefined) this.events.say(this.texts[key]);
  }

  #hideSelf(hidden: boolean): void {
    this.#tiles.hideSelf(hidden);
    byId('show-self').hidden = !hidden;
  }

  #render(): void {
    if (this.#root.hidden) return;
    this.#renderSelf();
    byId('alone').hidden = this.#tiles.peers.length > 0;
    const hasMicrophone = this.local.track('microphone') !== undefined;
    const muted = this.local.muted || !hasMicrophone;
    const cameraOn = this.local.track('camera') !== undefined;
    const sharing = this.local.screen !== undefined;
    if (sharing !== this.#sharing) this.events.say(this.texts[sharing ? 'sharing' : 'notSharing']);
    this.#sharing = sharing;
    this.#renderTool('mute', !muted, muted ? 'unmute' : 'mute', muted ? 'i-mic-off' : 'i-mic', 'M');
    this.#renderTool('camera', cameraOn, cameraOn ? 'cameraOff' : 'cameraOn', cameraOn ? 'i-camera' : 'i-camera-off', 'V');
    this.#renderTool('share', true, sharing ? 'stopSharing' : 'share', 'i-screen');
    setData(byId('share'), 'active', String(sharing));
    byId('camera').hidden = this.#callType === 'audio';
    byId('share').hidden = this.#callType === 'audio' || !canShareScreen();
    this.sound.setSpeaker(this.local.speakerId);
    this.meter.listenTo(this.local.track('microphone'));
  }

  #renderSelf(): void {
    const tile = this.#tiles.tile(this.#self, 'camera');
    const camera = this.local.track('camera');
    tile?.mirror(camera?.getSettings().facingMode !== 'environment');
    if (camera === undefined) tile?.removeVideo(SELF_VIDEO);
    else tile?.addVideo(SELF_VIDEO, camera);
    tile?.setAudio(this.local.track('microphone') !== undefined);
    tile?.setVoice({ speaking: false, silent: this.local.muted });
  }

  #renderTool(id: string, on: boolean, text: Key, icon: string, key?: string): void {
    const button = byId<HTMLButtonElement>(id);
    setData(button, 'on', String(on));
    inside(button, 'span').textContent = this.texts[text];
    button.title = key === undefined ? this.texts[text] : `${this.texts[text]} (${key})`;
    setIcon(button, icon);
  }
}

function tileKindOf(source: string | undefined): TileKind {
  return source === 'screen' ? 'screen' : 'camera';
}

// The page's flow: invitation → devices → call → end.

import { baseOf, fetchRoomInfo, fetchToken, JoinError } from './api';
import { Call, type CallStats } from './call';
import { CallView } from './callview';
import { LocalMedia } from './devices';
import { applyTexts } from './dom';
import { Ended } from './ended';
import type { Ending } from './endings';
import { appLink, takeInvite, type Invite } from './fragment';
import type { Init } from './messages';
import { Meter } from './meter';
import { Notices } from './notices';
import { PreJoin } from './prejoin';
import { Session, type Resume } from './session';
import { Signaling, type Credential, type End } from './signaling';
import { Sound } from './sound';
import type { MediaHealth } from './stage';
import { Status } from './status';
import { languageOf, textsOf, type Key } from './strings';

const RESUME_TTL_MS = 30_000;
const MAX_MEDIA_RESTARTS = 2;

type State = 'starting' | 'prejoin' | 'joining' | 'incall' | 'reconnecting' | 'ended';

/** What tests may read as window.takosCall. */
export type TakosCall = Readonly<{ state: State; ending: Ending | undefined; peerId: string; getStats(): Promise<CallStats> }>;

class Page {
  readonly #texts = textsOf(languageOf(navigator.language));
  readonly #base = baseOf(location.href);
  readonly #session = Session.ofBrowser();
  readonly #local = new LocalMedia();
  readonly #meter = new Meter();
  readonly #notices = new Notices();
  readonly #status = new Status();
  readonly #ended = new Ended(this.#texts, () => this.#again());
  readonly #sound = new Sound((blocked) => this.#soundBlocked(blocked));
  readonly #prejoin = new PreJoin(this.#local, this.#meter, this.#texts, (name) => void this.#join(name));
  readonly #view = new CallView(this.#local, this.#meter, this.#sound, this.#texts, {
    say: (text) => this.#status.say(text),
    onHangUp: () => this.#hangUp(),
    onShareFailed: () => this.#status.say(this.#texts.shareFailed),
    onChat: (text) => this.#call?.say(text) ?? false,
  });
  #state: State = 'starting';
  #ending: Ending | undefined;
  #invite: Invite | undefined;
  #name = '';
  #room = '';
  #signaling: Signaling | undefined;
  #call: Call | undefined;
  #secret: string | undefined;
  #mediaRestarts = 0;

  start(): void {
    const link = appLink(location);
    const fresh = takeInvite(location, history);
    const saved = this.#session.load();
    const resume = this.#session.takeResume(Date.now());
    document.documentElement.lang = languageOf(navigator.language);
    applyTexts(document, this.#texts);
    this.#listen();
    this.#invite = fresh ?? saved.invite;
    this.#name = saved.name ?? this.#session.lastName;
    this.#room = fresh === undefined ? (saved.room ?? '') : '';
    this.#session.update({ invite: this.#invite, room: this.#room, appLink: link ?? saved.appLink });
    if (fresh === undefined && resume !== undefined) this.#comeBack(resume);
    else this.#enter();
  }

  /** For tests. */
  get handle(): TakosCall {
    const page = this;
    return Object.freeze({
      get state() { return page.#state; },
      get ending() { return page.#ending; },
      get peerId() { return page.#call?.peerId ?? ''; },
      getStats: () => page.#call?.getStats() ?? Promise.resolve({ transports: [], producers: [], consumers: [] }),
    });
  }

  /** Shows the devices and the join button, or that there is no invitation. */
  #enter(problem?: Key): void {
    if (this.#invite === undefined) return this.#end('linkMissing');
    this.#setState('prejoin');
    const isRoomLink = this.#invite.kind === 'code';
    const withCamera = this.#invite.callType !== 'audio';
    const { appLink } = this.#session.load();
    this.#prejoin.show({ asksName: isRoomLink, name: this.#name, withCamera, room: this.#room, appLink });
    if (problem !== undefined) this.#prejoin.setProblem(problem);
    if (isRoomLink) void this.#lookUpRoom(this.#invite.value);
    else void this.#prejoin.openDevices();
  }

  async #lookUpRoom(code: string): Promise<void> {
    try {
      const info = await fetchRoomInfo(this.#base, code);
      if (!this.#prejoin.shown) return;
      this.#room = info.room;
      this.#session.update({ room: info.room });
      document.title = info.room === '' ? this.#texts.appName : `${info.room} – ${this.#texts.appName}`;
      this.#prejoin.showRoom(info);
    } catch (error) {
      const problem = error instanceof JoinError ? error.problem : 'unreachable';
      if (problem === 'badCode') return this.#refuseLink();
      this.#prejoin.setProblem(problem);
    }
    if (this.#prejoin.shown) await this.#prejoin.openDevices();
  }

  async #join(name: string): Promise<void> {
    const invite = this.#invite;
    if (invite === undefined) return;
    this.#prejoin.setBusy(true);
    this.#setState('joining');
    try {
      const token = invite.kind === 'token' ? invite.value : await this.#newToken(invite.value, name);
      if (this.#state === 'joining') this.#connect({ token });
    } catch (error) {
      const problem = error instanceof JoinError ? error.problem : 'unreachable';
      if (problem === 'badCode') return this.#refuseLink();
      this.#setState('prejoin');
      this.#prejoin.setBusy(false);
      this.#prejoin.setProblem(problem);
    }
  }

  #newToken(code: string, name: string): Promise<string> {
    this.#name = name;
    this.#session.lastName = name;
    this.#session.update({ name });
    return fetchToken(this.#base, code, name);
  }

  /** After a reload: straight back into the call, muted if one was muted. */
  #comeBack(resume: Resume): void {
    this.#local.setMuted(resume.muted);
    this.#setState('joining');
    this.#notices.show('socket', { text: this.#texts.connecting });
    this.#connect({ resume: resume.secret });
    void this.#local.open(resume.camera ? ['microphone', 'camera'] : ['microphone']);
  }

  #connect(credential: Credential): void {
    const code = this.#invite?.kind === 'code' ? this.#invite.value : undefined;
    const signaling = new Signaling({
      base: this.#base,
      credential,
      renew: code === undefined ? undefined : () => this.#newToken(code, this.#name),
      onInit: (init) => this.#onInit(init),
      onMessage: (message) => this.#call?.message(message),
      onDown: () => this.#onDown(),
      onEnd: (end) => this.#onEnd(end),
    });
    this.#signaling = signaling;
    this.#call = new Call(signaling, this.#local, this.#view, {
      onCallType: (callType) => this.#view.setCallType(callType),
      onHealth: (health) => this.#onHealth(health),
      onSendFailed: (error) => this.#onSendFailed(error),
      onUnsupported: (error) => this.#onUnsupported(error),
    });
    signaling.start();
  }

  #onInit(init: Init): void {
    const isFirst = this.#state === 'joining';
    this.#setState('incall');
    this.#notices.clear('socket');
    if (this.#invite?.kind === 'token') {
      this.#invite = undefined; // used
      this.#session.update({ invite: undefined, appLink: undefined });
    }
    this.#prejoin.hide();
    if (init.callType === 'audio') void this.#local.setCamera(false);
    this.#view.show(init.myPeerId);
    this.#status.say(this.#texts[isFirst ? 'youJoined' : 'reconnected']);
    void this.#call?.init(init).then(() => {
      if (this.#call?.health === 'failed') this.#onHealth('failed');
    });
  }

  #onDown(): void {
    this.#setState('reconnecting');
    this.#view.disconnected();
    const action = (): void => this.#signaling?.retryNow();
    this.#notices.show('socket', { text: this.#texts.reconnecting, button: { text: this.#texts.tryAgain, action } });
  }

  #onEnd(end: End): void {
    const back: Partial<Record<End, Key>> = { hostGone: 'unreachable', busy: 'tooMany', full: 'full' };
    const problem = back[end];
    const joining = this.#state === 'joining';
    if (!joining || problem === undefined || this.#invite === undefined) return this.#end(end);
    this.#leave();
    this.#enter(problem);
  }

  #onHealth(health: MediaHealth): void {
    if (health === 'unstable') this.#notices.show('unstable', { text: this.#texts.unstable });
    else this.#notices.clear('unstable');
    if (health === 'connected') {
      this.#mediaRestarts = 0;
      this.#notices.clear('media');
    }
    if (health !== 'failed') return;
    const action = (): void => this.#signaling?.restartMedia();
    this.#notices.show('media', { tone: 'bad', text: this.#texts.mediaFailed, button: { text: this.#texts.tryAgain, action } });
    if (this.#state === 'incall' && this.#mediaRestarts++ < MAX_MEDIA_RESTARTS) this.#signaling?.restartMedia();
  }

  #onSendFailed(error: unknown): void {
    console.warn('send', error);
    const action = (): void => this.#notices.clear('send');
    this.#notices.show('send', { text: this.#texts.sendFailed, button: { text: this.#texts.close, action } });
  }

  #onUnsupported(error: unknown): void {
    console.error(error);
    this.#signaling?.hangUp();
    const isBrowser = error instanceof Error && error.name === 'UnsupportedError';
    this.#end(isBrowser ? 'unsupported' : 'protocol');
  }

  #hangUp(): void {
    this.#signaling?.hangUp();
    this.#end('hungUp');
  }

  #refuseLink(): void {
    this.#invite = undefined;
    this.#session.update({ invite: undefined, appLink: undefined });
    this.#end('refused');
  }

  /** Ends whatever runs, and says why. */
  #end(ending: Ending): void {
    this.#secret = this.#signaling?.resumeSecret;
    this.#leave();
    this.#ending = ending;
    this.#setState('ended');
    const mayResume = ending === 'hostGone' && this.#secret !== undefined;
    this.#ended.show(ending, this.#invite !== undefined || mayResume);
  }

  /** Puts call, devices and views away. */
  #leave(): void {
    this.#call?.close();
    this.#call = undefined;
    this.#signaling = undefined;
    this.#view.hide();
    this.#prejoin.hide();
    this.#local.close();
    this.#meter.listenTo(undefined);
    this.#notices.clearAll();
    this.#status.say('');
    this.#mediaRestarts = 0;
  }

  #again(): void {
    this.#ended.hide();
    const { muted, cameraWanted: camera } = this.#local;
    if (this.#ending === 'hostGone' && this.#secret !== undefined) {
      this.#comeBack({ secret: this.#secret, until: 0, muted, camera });
    } else this.#enter();
    this.#ending = undefined;
  }

  #setState(state: State): void {
    this.#state = state;
    document.body.dataset.state = state;
  }

  #soundBlocked(blocked: boolean): void {
    if (!blocked) return this.#notices.clear('sound');
    const action = (): void => void this.#sound.turnOn();
    this.#notices.show('sound', { text: this.#texts.soundBlocked, button: { text: this.#texts.turnOnSound, action } });
  }

  #listen(): void {
    this.#local.addEventListener('change', () => this.#call?.localChanged());
    document.addEventListener('keydown', (event) => this.#onKey(event));
    for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, () => this.#meter.wake());
    addEventListener('online', () => this.#signaling?.retryNow());
    addEventListener('pagehide', () => this.#keepForReload());
    addEventListener('pageshow', (event) => event.persisted && location.reload());
    addEventListener('hashchange', () => this.#onNewLink());
  }

  #keepForReload(): void {
    const secret = this.#signaling?.resumeSecret;
    if (secret === undefined || this.#state === 'ended') return;
    const { muted, cameraWanted: camera } = this.#local;
    this.#session.update({ resume: { secret, until: Date.now() + RESUME_TTL_MS, muted, camera } });
  }

  /** Another link was put into the address bar of this tab. */
  #onNewLink(): void {
    const link = appLink(location);
    const invite = takeInvite(location, history);
    if (invite === undefined) return;
    this.#signaling?.hangUp();
    this.#leave();
    this.#session.update({ invite, appLink: link, room: undefined, resume: undefined });
    location.reload();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Escape' && this.#view.escape()) return;
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.matches('input, select, textarea')) return;
    const key = event.key.toLowerCase();
    if (key === 'm') this.#toggle('microphone');
    if (key === 'v') this.#toggle('camera');
    if (key !== 'c' || !this.#view.shown) return;
    event.preventDefault(); // or the letter goes into the field that gets the focus
    this.#view.toggleChat();
  }

  #toggle(kind: 'microphone' | 'camera'): void {
    if (this.#view.shown) return kind === 'microphone' ? this.#view.toggleMute() : this.#view.toggleCamera();
    if (!this.#prejoin.shown) return;
    if (kind === 'microphone') this.#local.setMuted(!this.#local.muted);
    else void this.#local.setCamera(!this.#local.cameraWanted);
  }
}

const page = new Page();
Object.defineProperty(window, 'takosCall', { value: page.handle, enumerable: true });
page.start();

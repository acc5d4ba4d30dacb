// Before joining: own picture large, microphone meter, pickers, name, one button.

import type { RoomInfo } from './api';
import type { LocalMedia } from './devices';
import { byId, inside, setData, setIcon } from './dom';
import { Meter, meterLevel } from './meter';
import { isGuestName } from './names';
import { Pickers } from './pickers';
import { isWorthRetrying, problemKey } from './problems';
import { fill, type Key, type Texts } from './strings';

export class PreJoin {
  readonly #root = byId('prejoin');
  readonly #video = byId<HTMLVideoElement>('preview');
  readonly #hint = byId('preview-hint');
  readonly #name = byId<HTMLInputElement>('name');
  readonly #button = byId<HTMLButtonElement>('join');
  readonly #problem = byId('join-problem');
  readonly #deviceProblem = byId('device-problem');
  readonly #mute = byId<HTMLButtonElement>('pre-mute');
  readonly #camera = byId<HTMLButtonElement>('pre-camera');
  readonly #meterBar = byId('meter-bar');
  readonly #openApp = byId<HTMLAnchorElement>('open-app');
  readonly #pickers: Pickers;
  #asksName = false;
  #withCamera = true;
  #asking = false;
  #frame = 0;

  constructor(
    private readonly local: LocalMedia,
    private readonly meter: Meter,
    private readonly texts: Texts,
    onJoin: (name: string) => void,
  ) {
    this.#pickers = new Pickers(inside(this.#root, '[data-pickers]'), local, texts);
    byId('join-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit(onJoin);
    });
    this.#mute.addEventListener('click', () => local.setMuted(!local.muted));
    this.#camera.addEventListener('click', () => void local.setCamera(!local.cameraWanted));
    // The app wants the camera, and most systems give it to one program at a time.
    this.#openApp.addEventListener('click', () => void local.setCamera(false));
    const retry = inside<HTMLButtonElement>(this.#deviceProblem, 'button');
    retry.addEventListener('click', () => void this.openDevices());
    local.addEventListener('change', () => this.#render());
  }

  show(options: { asksName: boolean; name: string; withCamera: boolean; room: string; appLink: string | undefined }): void {
    this.#root.hidden = false;
    this.#asksName = options.asksName;
    this.#withCamera = options.withCamera;
    byId('name-field').hidden = !options.asksName;
    this.#name.value = options.name;
    inside(byId('room'), 'bdi').textContent = options.room || this.texts.joinTitle;
    this.#pickers.setWithCamera(options.withCamera);
    this.#openApp.hidden = options.appLink === undefined;
    if (options.appLink !== undefined) this.#openApp.href = options.appLink;
    this.setBusy(false);
    this.#render();
    this.#drawMeter();
    if (options.asksName) this.#name.focus();
    else this.#button.focus();
  }

  hide(): void {
    this.#root.hidden = true;
    this.#video.srcObject = null;
    cancelAnimationFrame(this.#frame);
  }

  get shown(): boolean {
    return !this.#root.hidden;
  }

  /** Asks the browser for the devices this call needs. */
  async openDevices(): Promise<void> {
    this.#asking = true;
    this.#render();
    await this.local.open(this.#withCamera ? ['microphone', 'camera'] : ['microphone']);
    this.#asking = false;
    this.#render();
  }

  showRoom({ room, people, callType }: RoomInfo): void {
    inside(byId('room'), 'bdi').textContent = room || this.texts.joinTitle;
    const key = people === 0 ? 'peopleNone' : people === 1 ? 'peopleOne' : 'peopleMany';
    byId('people').textContent = fill(this.texts[key], { count: people });
    this.#withCamera = callType === 'video';
    this.#pickers.setWithCamera(this.#withCamera);
    this.#render();
  }

  setBusy(busy: boolean): void {
    this.#button.disabled = busy;
    this.#button.textContent = busy ? this.texts.joining : this.texts.join;
    if (busy) this.setProblem(undefined);
  }

  setProblem(key: Key | undefined): void {
    this.#problem.hidden = key === undefined;
    this.#problem.textContent = key === undefined ? '' : this.texts[key];
    const aboutName = key === 'badName';
    this.#name.setAttribute('aria-invalid', String(aboutName));
    if (aboutName) this.#name.focus();
  }

  #submit(onJoin: (name: string) => void): void {
    if (this.#button.disabled) return;
    const name = this.#name.value.trim();
    if (this.#asksName && !isGuestName(name)) return this.setProblem('badName');
    onJoin(name);
  }

  #render(): void {
    if (this.#root.hidden) return;
    this.#renderPicture();
    this.#renderButtons();
    this.#renderProblem();
    this.meter.listenTo(this.local.track('microphone'));
  }

  #renderPicture(): void {
    const track = this.local.track('camera');
    const shown = (this.#video.srcObject as MediaStream | null)?.getVideoTracks()[0];
    if (shown !== track) this.#video.srcObject = track === undefined ? null : new MediaStream([track]);
    this.#hint.textContent = track !== undefined || !this.#withCamera ? '' : this.texts[this.#pictureHint()];
    this.#root.classList.toggle('sound-only', !this.#withCamera);
  }

  #pictureHint(): Key {
    if (this.#asking) return 'askingDevices';
    return this.local.cameraWanted ? 'noCamera' : 'cameraOffHint';
  }

  #renderButtons(): void {
    const { muted, cameraWanted } = this.local;
    setButton(this.#mute, !muted, this.texts[muted ? 'unmute' : 'mute'], muted ? 'i-mic-off' : 'i-mic', 'M');
    const cameraText = this.texts[cameraWanted ? 'cameraOff' : 'cameraOn'];
    setButton(this.#camera, cameraWanted, cameraText, cameraWanted ? 'i-camera' : 'i-camera-off', 'V');
    this.#camera.hidden = !this.#withCamera;
    this.#mute.disabled = this.local.track('microphone') === undefined;
    this.#camera.disabled = this.local.problem('camera') === 'insecure' || this.local.problem('camera') === 'missing';
  }

  #renderProblem(): void {
    const microphone = this.local.problem('microphone');
    const camera = this.#withCamera ? this.local.problem('camera') : undefined;
    const key = this.#asking ? undefined : problemKey(microphone, camera);
    this.#deviceProblem.hidden = key === undefined;
    inside(this.#deviceProblem, 'span').textContent = key === undefined ? '' : this.texts[key];
    const retry = inside<HTMLButtonElement>(this.#deviceProblem, 'button');
    retry.hidden = !isWorthRetrying(microphone) && !isWorthRetrying(camera);
    const denied = microphone === 'denied' || camera === 'denied';
    retry.textContent = this.texts[denied ? 'allowDevices' : 'tryAgain'];
  }

  #drawMeter(): void {
    cancelAnimationFrame(this.#frame);
    const draw = (): void => {
      this.#meterBar.style.transform = `scaleX(${meterLevel(this.meter.read()).toFixed(3)})`;
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }
}

/** A round button: its state, its name for screen readers, its picture, its key. */
function setButton(button: HTMLButtonElement, on: boolean, text: string, icon: string, key: string): void {
  setData(button, 'on', String(on));
  button.setAttribute('aria-label', text);
  button.title = `${text} (${key})`;
  setIcon(button, icon);
}

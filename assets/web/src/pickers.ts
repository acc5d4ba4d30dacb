// Microphone, camera and speaker to choose from; the same before and in the call.

import { canChooseSpeaker, type DeviceKind } from './capture';
import type { LocalMedia } from './devices';
import { applyTexts, cloneTemplate, inside } from './dom';
import type { Key, Texts } from './strings';

type PickerKind = DeviceKind | 'speaker';

const LIST: Record<PickerKind, MediaDeviceKind> = { microphone: 'audioinput', camera: 'videoinput', speaker: 'audiooutput' };
const NONE: Record<PickerKind, Key> = { microphone: 'noMicrophone', camera: 'noCamera', speaker: 'defaultDevice' };

export class Pickers {
  readonly #fields: Array<{ kind: PickerKind; field: HTMLElement; select: HTMLSelectElement }> = [];
  #withCamera = true;

  constructor(
    root: HTMLElement,
    private readonly local: LocalMedia,
    private readonly texts: Texts,
  ) {
    const fields = cloneTemplate('pickers-template');
    applyTexts(fields, texts);
    root.append(fields);
    for (const field of root.querySelectorAll<HTMLElement>('[data-picker]')) {
      const kind = field.dataset.picker as PickerKind;
      const select = inside<HTMLSelectElement>(field, 'select');
      select.addEventListener('change', () => this.#choose(kind, select.value));
      this.#fields.push({ kind, field, select });
    }
    local.addEventListener('change', () => this.render());
  }

  /** A sound-only call needs no camera. */
  setWithCamera(withCamera: boolean): void {
    this.#withCamera = withCamera;
    this.render();
  }

  render(): void {
    for (const { kind, field, select } of this.#fields) {
      const devices = this.local.choices(LIST[kind]);
      field.hidden = this.#isHidden(kind, devices.length);
      this.#fill(select, kind, devices);
    }
  }

  #isHidden(kind: PickerKind, known: number): boolean {
    if (kind === 'camera') return !this.#withCamera;
    return kind === 'speaker' && (known === 0 || !canChooseSpeaker());
  }

  #fill(select: HTMLSelectElement, kind: PickerKind, devices: readonly MediaDeviceInfo[]): void {
    const options = devices.map(({ deviceId, label }, at) => new Option(label || `${this.texts[kind]} ${at + 1}`, deviceId));
    if (options.length === 0) options.push(new Option(this.#emptyText(kind), ''));
    const signature = options.map(({ value, text }) => `${value} ${text}`).join('\n');
    if (select.dataset.options !== signature) select.replaceChildren(...options);
    select.dataset.options = signature;
    select.disabled = devices.length === 0;
    select.value = this.#chosen(kind);
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  /** Before anything was allowed a browser gives no list, though a device may be open. */
  #emptyText(kind: PickerKind): string {
    const isOpen = kind !== 'speaker' && this.local.track(kind) !== undefined;
    return this.texts[isOpen ? 'defaultDevice' : NONE[kind]];
  }

  #chosen(kind: PickerKind): string {
    return kind === 'speaker' ? this.local.speakerId : this.local.chosen(kind);
  }

  #choose(kind: PickerKind, id: string): void {
    if (kind === 'speaker') this.local.chooseSpeaker(id);
    else void this.local.choose(kind, id);
  }
}

// The chat beside the call: what everybody wrote, a field to write, and a mark
// for what one has not seen yet.

import { belongsTo, charactersLeft, cleanText, glimpse, MAX_SHOWN, newerThan } from './chattext';
import { byId, cloneTemplate, inside, setData } from './dom';
import type { ChatLine } from './messages';
import { colourOf, initial } from './names';
import { fill, type Key, type Texts } from './strings';

const MAX_BADGE = 9;
/** How far from its end the list may be and still follow what comes. */
const END_PX = 48;

export type ChatEvents = {
  /** False while nothing can be sent. */
  send: (text: string) => boolean;
  say: (text: string) => void;
  namesOf: (peerIds: Iterable<string>) => Map<string, string>;
};

type Said = { line: ChatLine; element: HTMLElement };

export class Chat {
  readonly #panel = byId('chat');
  readonly #button = byId<HTMLButtonElement>('chat-toggle');
  readonly #badge = byId('chat-unread');
  readonly #log = byId('chat-log');
  readonly #list = byId('chat-list');
  readonly #new = byId<HTMLButtonElement>('chat-new');
  readonly #text = byId<HTMLTextAreaElement>('chat-text');
  readonly #problem = byId('chat-problem');
  readonly #time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
  #said: Said[] = [];
  #newestAt = Number.NEGATIVE_INFINITY;
  /** Sent, and neither confirmed nor refused. */
  #unconfirmed: string[] = [];
  #unread = 0;
  #self = '';

  constructor(
    private readonly texts: Texts,
    private readonly events: ChatEvents,
  ) {
    this.#button.addEventListener('click', () => this.toggle());
    byId('chat-close').addEventListener('click', () => this.#show(false));
    byId('chat-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener('keydown', (event) => this.#onKey(event));
    this.#text.addEventListener('input', () => this.#measure());
    this.#log.addEventListener('scroll', () => this.#atEnd() && (this.#new.hidden = true));
    this.#new.addEventListener('click', () => this.#toEnd());
  }

  /** A host without chat has no button for it. */
  offer(offered: boolean): void {
    this.#button.hidden = !offered;
    if (!offered) this.#show(false);
    this.#renderUnread();
  }

  setSelf(peerId: string): void {
    this.#self = peerId;
  }

  toggle(): void {
    if (!this.#button.hidden) this.#show(this.#panel.hidden !== false);
  }

  /** Closes the chat if one is in it. */
  escape(): boolean {
    if (!this.#panel.contains(document.activeElement)) return false;
    this.#show(false);
    return true;
  }

  add(lines: readonly ChatLine[], live: boolean): void {
    const wasAtEnd = this.#atEnd();
    const fresh = newerThan(this.#newestAt, lines);
    for (const line of fresh) this.#append(line);
    if (fresh.length === 0) return;
    for (const { element } of this.#said.splice(0, this.#said.length - MAX_SHOWN)) element.remove();
    this.#rename();
    this.#confirm(fresh);
    this.#tell(fresh.filter(({ peerId }) => peerId !== this.#self), { wasAtEnd, live });
  }

  refuse(code: string): void {
    this.#giveBack(this.#unconfirmed.splice(0, 1));
    this.#showProblem(code === 'tooMany' ? 'chatTooFast' : 'chatRefused');
  }

  /** What was not confirmed may be lost: it goes back into the field. */
  disconnected(): void {
    if (this.#unconfirmed.length === 0) return;
    this.#giveBack(this.#unconfirmed.splice(0));
    this.#showProblem('chatOffline');
  }

  /** Empties the chat for another call. */
  clear(): void {
    for (const { element } of this.#said) element.remove();
    this.#said = [];
    this.#newestAt = Number.NEGATIVE_INFINITY;
    this.#unconfirmed = [];
    this.#unread = 0;
    this.#text.value = '';
    this.#showProblem(undefined);
    this.#measure();
    this.offer(false);
    byId('chat-empty').hidden = false;
  }

  #show(open: boolean): void {
    if ((this.#panel.hidden === false) === open) return;
    const hadFocus = this.#panel.contains(document.activeElement);
    this.#panel.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    setData(this.#button, 'active', String(open));
    if (!open) {
      if (hadFocus) this.#button.focus();
      return;
    }
    if (this.#unread > 0) this.events.say(''); // the glimpse of what is read now
    this.#unread = 0;
    this.#renderUnread();
    this.#toEnd();
    this.#measure();
    // A field with the focus brings a phone's keyboard up, over what one wants to read.
    if (matchMedia('(pointer: fine)').matches) this.#text.focus();
    else byId('chat-close').focus();
  }

  #append(line: ChatLine): void {
    const element = inside(cloneTemplate('said-template'), '.said');
    const time = inside<HTMLTimeElement>(element, 'time');
    const at = new Date(line.at);
    Object.assign(element.dataset, {
      peer: line.peerId,
      self: String(line.peerId === this.#self),
      follows: String(belongsTo(this.#said.at(-1)?.line, line)),
    });
    inside(element, '.avatar').dataset.colour = String(colourOf(line.peerId));
    inside(element, '.text').textContent = line.text;
    if (!Number.isNaN(at.getTime())) {
      time.dateTime = at.toISOString();
      time.textContent = this.#time.format(at);
    }
    this.#list.append(element);
    this.#said.push({ line, element });
    this.#newestAt = line.at;
    byId('chat-empty').hidden = true;
  }

  /** Two who look the same are told apart by their whole names, also when one of them comes later. */
  #rename(): void {
    const names = this.events.namesOf(new Set(this.#said.map(({ line }) => line.peerId)));
    for (const { line: { peerId }, element } of this.#said) {
      const name = names.get(peerId) ?? peerId;
      inside(element, '.name').textContent = peerId === this.#self ? this.texts.you : name;
      inside(element, '.avatar').textContent = initial(name);
    }
  }

  #confirm(lines: readonly ChatLine[]): void {
    for (const { peerId, text } of lines) {
      const at = peerId === this.#self ? this.#unconfirmed.indexOf(text) : -1;
      if (at >= 0) this.#unconfirmed.splice(at, 1);
    }
  }

  /** Follows what came, or says that it did. */
  #tell(others: readonly ChatLine[], { wasAtEnd, live }: { wasAtEnd: boolean; live: boolean }): void {
    if (!this.#panel.hidden) {
      if (wasAtEnd || others.length === 0) this.#toEnd();
      else this.#new.hidden = false;
      return;
    }
    this.#unread += others.length;
    this.#renderUnread();
    const last = others.at(-1);
    if (last === undefined || !live) return;
    const name = this.events.namesOf([last.peerId]).get(last.peerId) ?? last.peerId;
    this.events.say(fill(this.texts.chatFrom, { name, text: glimpse(last.text) }));
  }

  #send(): void {
    const text = cleanText(this.#text.value);
    this.#showProblem(undefined);
    if (text === '') return;
    if (!this.events.send(text)) return this.#showProblem('chatOffline');
    this.#unconfirmed.push(text);
    this.#text.value = '';
    this.#measure();
  }

  /** Enter sends and Shift+Enter makes a line; an Enter that ends a word of an input method does neither. */
  #onKey(event: KeyboardEvent): void {
    const COMPOSING = 229; // what Safari says of that Enter
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === COMPOSING) return;
    event.preventDefault();
    this.#send();
  }

  #giveBack(texts: readonly string[]): void {
    this.#text.value = [...texts, this.#text.value].filter((text) => text !== '').join('\n');
    this.#measure();
  }

  #showProblem(key: Key | undefined): void {
    this.#problem.hidden = key === undefined;
    this.#problem.textContent = key === undefined ? '' : this.texts[key];
  }

  /** Fits the field to its text, up to what the style allows. */
  #measure(): void {
    const left = charactersLeft(this.#text.value);
    const hint = byId('chat-left');
    hint.hidden = left === undefined;
    hint.textContent = left === undefined ? '' : fill(this.texts.chatLeft, { count: left });
    this.#text.style.height = 'auto';
    if (!this.#panel.hidden) this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
  }

  #renderUnread(): void {
    this.#badge.hidden = this.#unread === 0;
    this.#badge.textContent = this.#unread > MAX_BADGE ? `${MAX_BADGE}+` : String(this.#unread);
    const text = this.#unread === 0 ? this.texts.chat : fill(this.texts.chatUnread, { count: this.#unread });
    this.#button.setAttribute('aria-label', text);
    this.#button.title = `${text} (C)`;
  }

  #atEnd(): boolean {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < END_PX;
  }

  #toEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#new.hidden = true;
  }
}

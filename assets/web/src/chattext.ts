// What may be written in the chat, and how it stands in the list
// (docs/protocol.md, 6.2). All of it is foreign text, only ever shown through
// textContent: no links, no marks.

import type { ChatLine } from './messages';

/** The host counts characters; UTF-16 units, which the field counts, are never fewer. */
export const MAX_CHAT = 2000;
/** From how few characters left on that is said. */
const TELL_LEFT = 200;
/** So many are kept to look at. */
export const MAX_SHOWN = 300;
const TOGETHER_MS = 5 * 60_000;
const GLIMPSE = 80;

/** The text as the host takes it; empty if there is nothing to send. */
export function cleanText(text: string): string {
  const plain = text.replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(/\t/g, ' ').replace(/(?!\n)\p{Cc}/gu, '');
  const trimmed = plain.trim();
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(trimmed) ? trimmed : '';
}

/** How many characters are left, once that is worth knowing. */
export function charactersLeft(text: string): number | undefined {
  const left = MAX_CHAT - text.length;
  return left <= TELL_LEFT ? left : undefined;
}

/** Whether a line follows so closely that it needs no name of its own. */
export function belongsTo(previous: ChatLine | undefined, line: ChatLine): boolean {
  return previous !== undefined && previous.peerId === line.peerId && line.at - previous.at < TOGETHER_MS;
}

/** The lines that are newer than the newest that is known, oldest first. */
export function newerThan(newestAt: number, lines: readonly ChatLine[]): ChatLine[] {
  return lines.filter(({ at }) => at > newestAt).sort((a, b) => a.at - b.at);
}

/** The beginning of a text, on one line. */
export function glimpse(text: string): string {
  const line = [...text.replace(/\s+/g, ' ')];
  return line.length > GLIMPSE ? `${line.slice(0, GLIMPSE).join('')}…` : line.join('');
}

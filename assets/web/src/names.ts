// How people are called on their tiles. A peerId is `alice@a.example` or a
// guest's name; both are foreign text, only ever shown through textContent.

const COLOURS = 6;
const MAX_NAME = 40;
// Controls, direction marks and overrides: invisible, and able to garble a line.
const INVISIBLE = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** The part before '@' of a takos ID, or the whole of a guest's name. */
export function shortName(peerId: string): string {
  const clean = peerId.replace(INVISIBLE, '').trim();
  const at = clean.lastIndexOf('@');
  return at > 0 ? clean.slice(0, at) : clean || '?';
}

/**
 * The names to show for these peers. Where two would look the same, both are
 * shown whole: a guest "alice" must not pass for alice@a.example.
 */
export function displayNames(peerIds: readonly string[]): Map<string, string> {
  const uses = new Map<string, number>();
  for (const id of peerIds) {
    const key = foldName(shortName(id));
    uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return new Map(
    peerIds.map((id) => {
      const short = shortName(id);
      const unique = uses.get(foldName(short)) === 1;
      return [id, unique ? short : id.replace(INVISIBLE, '').trim()];
    }),
  );
}

/** Whether the host will take this as a guest's name (docs/protocol.md, 1.3). */
export function isGuestName(name: string): boolean {
  const trimmed = name.trim();
  const length = [...trimmed].length;
  return length >= 1 && length <= MAX_NAME && !trimmed.includes('@') && trimmed.replace(INVISIBLE, '') === trimmed;
}

/** The first letter, or emoji, for a tile without a picture. */
export function initial(name: string): string {
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name);
  for (const { segment } of segments) return segment.toLocaleUpperCase();
  return '?';
}

/** A lasting colour number for a peer, 0 to 5. */
export function colourOf(peerId: string): number {
  let hash = 7;
  for (const char of peerId) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return hash % COLOURS;
}

function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

// How a call may be over, and the words for it.

import type { End } from './signaling';
import type { Key } from './strings';

export type Ending = End | 'linkMissing' | 'unsupported' | 'hungUp';

type Words = { title: Key; text: Key; button?: Key };

const WORDS: Record<Ending, Words> = {
  linkMissing: { title: 'linkMissing', text: 'linkMissingText' },
  refused: { title: 'refused', text: 'refusedText' },
  expired: { title: 'expired', text: 'expiredText', button: 'joinAgain' },
  foreign: { title: 'foreign', text: 'foreignText' },
  full: { title: 'fullTitle', text: 'full', button: 'tryAgain' },
  busy: { title: 'busyTitle', text: 'tooMany', button: 'tryAgain' },
  hostGone: { title: 'hostGone', text: 'hostGoneText', button: 'tryAgain' },
  removed: { title: 'removed', text: 'removedText' },
  replaced: { title: 'replaced', text: 'replacedText', button: 'joinAgain' },
  neverConnected: { title: 'neverConnected', text: 'neverConnectedText', button: 'tryAgain' },
  callEnded: { title: 'callEnded', text: 'callEndedText' },
  protocol: { title: 'protocol', text: 'protocolText', button: 'tryAgain' },
  unsupported: { title: 'unsupported', text: 'unsupportedText' },
  hungUp: { title: 'hungUp', text: 'hungUpText', button: 'joinAgain' },
};

/** The words for an ending; without a way to come back there is no button. */
export function wordsOf(ending: Ending, canReturn: boolean): Words {
  const { title, text, button } = WORDS[ending];
  if (!canReturn || button === undefined) return { title, text };
  return { title, text: ending === 'expired' ? 'expiredAgainText' : text, button };
}

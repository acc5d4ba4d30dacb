import assert from 'node:assert/strict';
import { test } from 'node:test';
import { belongsTo, charactersLeft, cleanText, glimpse, newerThan } from '../../src/chattext';

for (const [text, want] of [
  ['  hello \n', 'hello'],
  ['a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
  ['a\tb', 'a b'],
  ['a\u0000\u001b[31mb\u0085\u007f', 'a[31mb'],
  ['<b>x</b> https://example.org', '<b>x</b> https://example.org'],
  ['👩‍👩‍👧', '👩‍👩‍👧'],
  ['…', '…'],
  ['', ''],
  [' \n\t ', ''],
  ['\u200b\u200d', ''],
  ['\u202e', ''],
] as const) {
  test(`what is sent of ${JSON.stringify(text)}`, () => assert.equal(cleanText(text), want));
}

test('how much may still be written is said near the end', () => {
  assert.equal(charactersLeft('a'.repeat(1799)), undefined);
  assert.equal(charactersLeft('a'.repeat(1800)), 200);
  assert.equal(charactersLeft('a'.repeat(2000)), 0);
});

test('lines of one person that follow closely belong together', () => {
  const line = { peerId: 'a', text: 'x', at: 1_000_000 };
  assert.equal(belongsTo(undefined, line), false);
  assert.equal(belongsTo({ ...line, at: 900_000 }, line), true);
  assert.equal(belongsTo({ ...line, at: 100_000 }, line), false);
  assert.equal(belongsTo({ ...line, peerId: 'b' }, line), false);
});

test('of a history only what is new is taken, in its order', () => {
  const lines = [5, 3, 4, 1].map((at) => ({ peerId: 'a', text: String(at), at }));
  assert.deepEqual(newerThan(3, lines).map(({ at }) => at), [4, 5]);
  assert.deepEqual(newerThan(Number.NEGATIVE_INFINITY, lines).length, 4);
});

test('a glimpse is one short line', () => {
  assert.equal(glimpse('a\n\n b'), 'a b');
  assert.equal([...glimpse('𠮷'.repeat(500))].length, 81);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourOf, displayNames, initial, isGuestName, shortName } from '../../src/names';

for (const [peerId, want] of [
  ['alice@a.example', 'alice'],
  ['Hanako', 'Hanako'],
  ['はなこ', 'はなこ'],
  ['@odd', '@odd'],
  ['a@b@c.example', 'a@b'],
  ['\u202Eevil\u2066', 'evil'],
  ['', '?'],
] as const) {
  test(`the short name of ${JSON.stringify(peerId)}`, () => assert.equal(shortName(peerId), want));
}

test('names that look the same are shown whole', () => {
  const names = displayNames(['alice@a.example', 'Alice', 'bob@b.example', 'ｂｏｂ@c.example', 'carol@c.example']);
  assert.deepEqual([...names.values()], ['alice@a.example', 'Alice', 'bob@b.example', 'ｂｏｂ@c.example', 'carol']);
});

for (const [name, want] of [
  ['Hanako', true], ['  Hanako  ', true], ['あ'.repeat(40), true], ['👩‍👩‍👧‍👦', true], ['נועה', true],
  ['', false], ['   ', false], ['あ'.repeat(41), false], ['alice@a.example', false], ['a\u202Eb', false], ['a\nb', false],
] as const) {
  test(`${JSON.stringify(name.slice(0, 12))} ${want ? 'is' : 'is not'} a guest's name`, () => assert.equal(isGuestName(name), want));
}

test('the first letter is a whole one', () => {
  assert.deepEqual(['alice', '👩‍👩‍👧‍👦 F', 'がく', ''].map(initial), ['A', '👩‍👩‍👧‍👦', 'が', '?']);
});

test('a colour lasts and is one of six', () => {
  for (const id of ['', 'a', 'はなこ', 'alice@a.example', '👩‍👩‍👧‍👦']) {
    assert.equal(colourOf(id), colourOf(id));
    assert.ok(colourOf(id) >= 0 && colourOf(id) < 6 && Number.isInteger(colourOf(id)));
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../src/capture';
import { wordsOf } from '../../src/endings';
import { isWorthRetrying, problemKey } from '../../src/problems';
import { en, fill, ja, languageOf, textsOf } from '../../src/strings';

test('both languages have every sentence, with the same places', () => {
  assert.deepEqual(Object.keys(ja).sort(), Object.keys(en).sort());
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, text] of Object.entries<string>(en)) {
    const other = ja[key as keyof typeof en];
    assert.ok(text !== '' && other !== '', key);
    assert.deepEqual(places(other), places(text), key);
  }
});

test('the language is the browser\'s, English otherwise', () => {
  assert.deepEqual(['ja', 'ja-JP', 'JA-jp', 'en-US', 'jam', 'de', ''].map(languageOf), ['ja', 'ja', 'ja', 'en', 'en', 'en', 'en']);
  assert.equal(textsOf('ja'), ja);
});

test('a sentence is filled, and a right-to-left name kept apart in it', () => {
  assert.equal(fill(en.joined, { name: 'Zoë' }), 'Zoë joined.');
  assert.equal(fill(en.joined, { name: '{name}' }), '{name} joined.');
  assert.equal(fill(en.joined, { name: 'נועה' }), '\u2068נועה\u2069 joined.');
  assert.equal(fill(en.peopleMany, { count: 2 }), '2 people are in the call.');
  assert.equal(fill(en.joined, {}), '{name} joined.');
});

for (const [name, want] of [
  ['NotAllowedError', 'denied'], ['NotFoundError', 'missing'], ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'busy'], ['AbortError', 'busy'], ['TypeError', 'failed'],
] as const) {
  test(`${name} means ${want}`, () => assert.equal(problemOf(new DOMException('', name)), want));
}

test('what is thrown without being an error means failed', () => assert.equal(problemOf('no'), 'failed'));

test('one sentence says what is wrong with the devices', () => {
  assert.equal(problemKey(undefined, undefined), undefined);
  assert.equal(problemKey('insecure', 'insecure'), 'insecure');
  assert.equal(problemKey('denied', 'denied'), 'bothDenied');
  assert.equal(problemKey('missing', 'missing'), 'bothMissing');
  assert.equal(problemKey('busy', undefined), 'microphoneBusy');
  assert.equal(problemKey(undefined, 'missing'), 'cameraMissing');
  for (const problem of ['denied', 'missing', 'busy', 'failed'] as const) {
    assert.ok(problemKey(problem, undefined)! in en && problemKey(undefined, problem)! in en);
  }
  assert.deepEqual(['denied', 'missing', 'insecure', undefined].map((problem) => isWorthRetrying(problem as 'denied')), [true, false, false, false]);
});

test('an ending has a button only where there is a way back', () => {
  assert.equal(wordsOf('hungUp', true).button, 'joinAgain');
  assert.equal(wordsOf('hungUp', false).button, undefined);
  assert.equal(wordsOf('removed', true).button, undefined);
  assert.equal(wordsOf('expired', true).text, 'expiredAgainText');
  assert.equal(wordsOf('expired', false).text, 'expiredText');
});

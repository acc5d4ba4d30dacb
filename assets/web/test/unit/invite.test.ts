import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf } from '../../src/api';
import { appLink, parseFragment, takeInvite } from '../../src/fragment';
import { Session, type Store } from '../../src/session';

const FRAGMENTS: Array<[string, ReturnType<typeof parseFragment>]> = [
  ['#t=abc-DEF_123', { kind: 'token', value: 'abc-DEF_123' }],
  ['#i=CODE', { kind: 'code', value: 'CODE' }],
  ['#t=abc&c=audio', { kind: 'token', value: 'abc', callType: 'audio' }],
  ['#i=CODE&c=video', { kind: 'code', value: 'CODE', callType: 'video' }],
  ['#t=abc&c=audio&f=Zm9v', { kind: 'token', value: 'abc', callType: 'audio' }],
  ['#f=Zm9v&i=CODE', { kind: 'code', value: 'CODE' }],
  ['#f=%00', undefined],
  ['#i=CODE&c=smell', { kind: 'code', value: 'CODE' }],
  ['', undefined],
  ['#', undefined],
  ['#t=', undefined],
  ['#x=abc', undefined],
  ['#t=a b', undefined],
  ['#t=%3Cscript%3E', undefined],
  [`#t=${'a'.repeat(513)}`, undefined],
];

for (const [hash, want] of FRAGMENTS) {
  test(`the fragment ${hash.slice(0, 24)} is read`, () => assert.deepEqual(parseFragment(hash), want));
}

test('the fragment leaves the address bar, the rest of the address stays', () => {
  const replaced: unknown[] = [];
  const history = { state: null, replaceState: (...args: unknown[]) => replaced.push(args[2]) } as unknown as History;
  const location = { hash: '#t=SECRET', pathname: '/a/j', search: '?x=1' } as Location;
  assert.deepEqual(takeInvite(location, history), { kind: 'token', value: 'SECRET' });
  assert.deepEqual(replaced, ['/a/j?x=1']);
});

test('a broken fragment leaves the address bar too', () => {
  const replaced: unknown[] = [];
  const history = { state: null, replaceState: (...args: unknown[]) => replaced.push(args[2]) } as unknown as History;
  assert.equal(takeInvite({ hash: '#t=a b', pathname: '/j', search: '' } as Location, history), undefined);
  assert.deepEqual(replaced, ['/j']);
});

test('the link for the app is the whole one, and there is none without an invitation', () => {
  const at = (href: string): Location => ({ href, hash: new URL(href).hash }) as Location;
  const link = 'https://home.example:8443/a/j#t=abc&c=audio&f=Zm9v';
  assert.equal(appLink(at(link)), `takoshome:${link}`);
  assert.equal(appLink(at('https://home.example/j#x=1')), undefined);
  assert.equal(appLink(at('https://home.example/j')), undefined);
});

for (const [page, want] of [
  ['https://home.example/j', 'https://home.example/'],
  ['https://home.example/a/b/j#t=x', 'https://home.example/a/b/'],
  ['http://127.0.0.1:8080/j?x=1', 'http://127.0.0.1:8080/'],
] as const) {
  test(`the base of ${page}`, () => assert.equal(baseOf(page).href, want));
}

function memory(): Store {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

test('the resume secret can be taken once, and not after its time', () => {
  const session = new Session(memory(), memory());
  const resume = { secret: 's', until: 1000, muted: true, camera: false };
  session.update({ invite: { kind: 'code', value: 'C' }, resume });
  assert.deepEqual(session.takeResume(999), resume);
  assert.equal(session.takeResume(999), undefined);
  session.update({ resume });
  assert.equal(session.takeResume(1000), undefined);
  assert.deepEqual(session.load(), { invite: { kind: 'code', value: 'C' } });
});

test('a browser that forbids storage, or holds nonsense, only loses the reload', () => {
  const forbidden: Store = {
    getItem: () => { throw new Error('SecurityError'); },
    setItem: () => { throw new Error('SecurityError'); },
    removeItem: () => { throw new Error('SecurityError'); },
  };
  const session = new Session(forbidden, undefined);
  session.update({ name: 'x' });
  session.lastName = 'x';
  assert.deepEqual([session.load(), session.lastName, session.takeResume(0)], [{}, '', undefined]);
  assert.deepEqual(new Session({ ...memory(), getItem: () => '[not json' }, undefined).load(), {});
});

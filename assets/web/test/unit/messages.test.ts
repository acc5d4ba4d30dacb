import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '../../src/backoff';
import { parseMessage } from '../../src/messages';
import { verdictOf } from '../../src/probe';

const INIT = {
  roomId: 'r', peers: [], callType: 'video', routerRtpCapabilities: {}, transport: { send: {}, recv: {} }, producers: [], myPeerId: 'me',
};

const BROKEN: unknown[] = [
  undefined, new ArrayBuffer(2), '', '[', '[]', 'null', '1', '"init"', '{}', '{"type":1}', '{"type":"nonsense"}',
  '{"type":"toString"}', '{"type":"__proto__"}', '{"type":"leave"}', '{"type":"leave","peerId":3}',
  '{"type":"produced","producerId":"p","kind":"video"}', '{"type":"consumed","consumerId":"c"}', '{"type":"init"}',
  '{"type":"init","data":[]}', JSON.stringify({ type: 'init', data: { ...INIT, peers: 'all' } }),
  JSON.stringify({ type: 'init', data: { ...INIT, myPeerId: undefined } }), '{"type":"error"}',
  JSON.stringify({ type: 'init', data: { ...INIT, extensions: 'all' } }), '{"type":"producerPaused"}',
  '{"type":"chat","peerId":"a","text":"x"}', '{"type":"chat","peerId":"a","text":["x"],"at":1}', '{"type":"chat","text":"x","at":1}',
];

for (const text of BROKEN) {
  test(`${String(text).slice(0, 60)} is no message`, () => assert.equal(parseMessage(text), undefined));
}

test('messages come through with their fields', () => {
  for (const message of [
    { type: 'init', data: INIT },
    { type: 'leave', peerId: 'a' },
    { type: 'produced', producerId: 'p', peerId: 'a', kind: 'video', source: 'screen' },
    { type: 'init', data: { ...INIT, extensions: ['chat'] } },
    { type: 'producerPaused', producerId: 'p', peerId: 'a' },
    { type: 'chat', peerId: 'a', text: '<b>', at: 1 },
    { type: 'chatHistory', messages: [{ peerId: 'a', text: 'x', at: 1 }] },
    { type: 'speaking', peerIds: ['a', 'b'] },
    { type: 'error', message: 'no', context: 'consume' },
    { type: 'pong' },
  ]) assert.deepEqual(parseMessage(JSON.stringify(message)), message);
});

test('a join without producers has none', () => {
  assert.deepEqual(parseMessage('{"type":"join","peerId":"a"}'), { type: 'join', peerId: 'a', producers: [] });
});

test('of a list only what is as it should be is taken', () => {
  const line = { peerId: 'a', text: 'x', at: 1 };
  const messages = [line, null, 'x', { ...line, at: '1' }, { ...line, text: undefined }, [line]];
  assert.deepEqual(parseMessage(JSON.stringify({ type: 'chatHistory', messages })), { type: 'chatHistory', messages: [line] });
  assert.deepEqual(parseMessage('{"type":"chatHistory","messages":{}}'), { type: 'chatHistory', messages: [] });
  assert.deepEqual(parseMessage('{"type":"speaking","peerIds":["a",1,null]}'), { type: 'speaking', peerIds: ['a'] });
  assert.deepEqual(parseMessage('{"type":"speaking"}'), { type: 'speaking', peerIds: [] });
});

test('the waits double up to ten seconds, with jitter', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, 1)), [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.deepEqual([0, 50].map((attempt) => backoffMs(attempt, 0)), [250, 5000]);
});

test('a status tells why a socket did not open', () => {
  const words = [200, 400, 401, 403, 404, 429, 500, 502, 503].map((status) => verdictOf(status, null).word);
  assert.deepEqual(words, ['alive', 'alive', 'refused', 'foreign', 'alive', 'busy', 'gone', 'gone', 'full']);
  assert.deepEqual(verdictOf(429, '7'), { word: 'busy', retryAfterMs: 7000 });
  assert.deepEqual(verdictOf(429, 'soon'), { word: 'busy', retryAfterMs: 10_000 });
});

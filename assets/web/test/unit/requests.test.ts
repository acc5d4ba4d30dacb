import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { ClientMessage, ServerMessage } from '../../src/messages';
import { Pacer } from '../../src/pacer';
import { RequestError, Requests } from '../../src/requests';

const ME = 'me';

function start(): { requests: Requests; sent: ClientMessage[] } {
  const sent: ClientMessage[] = [];
  return { requests: new Requests((message) => sent.push(message) > 0), sent };
}

function consumed(producerId: string, consumerId: string): ServerMessage {
  return { type: 'consumed', consumerId, producerId, kind: 'video', peerId: 'a', rtpParameters: { codecs: [] } };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'fulfilled', (error: RequestError) => error.code);
}

test('connect is answered by its transport type', async () => {
  const { requests, sent } = start();
  const send = requests.connect('send', { fingerprints: [] });
  const recv = requests.connect('recv', { fingerprints: [] });
  assert.deepEqual(sent.map((message) => message.type === 'connect' && message.transportType), ['send', 'recv']);
  assert.ok(requests.uncertain);
  assert.ok(requests.handle({ type: 'connected', transportType: 'recv' }, ME));
  await recv;
  assert.ok(requests.handle({ type: 'connected', transportType: 'send' }, ME));
  await send;
  assert.equal(requests.uncertain, false);
});

test('another\'s produced is no reply to the own produce', async () => {
  const { requests, sent } = start();
  const produce = requests.produce('video', { codecs: [] }, 'screen');
  assert.deepEqual(sent, [{ type: 'produce', kind: 'video', rtpParameters: { codecs: [] }, source: 'screen' }]);
  assert.equal(requests.handle({ type: 'produced', producerId: 'p1', peerId: 'other', kind: 'video' }, ME), false);
  assert.equal(requests.handle({ type: 'produced', producerId: 'p2', peerId: ME, kind: 'video' }, ME), true);
  assert.equal(await produce, 'p2');
  assert.equal(requests.handle({ type: 'produced', producerId: 'p3', peerId: ME, kind: 'video' }, ME), false);
});

test('consume is answered by its producer, in any order', async () => {
  const { requests } = start();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => requests.consume(id, {}));
  await Promise.resolve();
  requests.handle(consumed('b', 'cb'), ME);
  requests.handle({ type: 'producerNotFound', producerId: 'c' }, ME);
  requests.handle({ type: 'selfProducer', producerId: 'd' }, ME);
  requests.handle(consumed('a', 'ca'), ME);
  assert.deepEqual([(await a)?.consumerId, (await b)?.consumerId, await c, await d], ['ca', 'cb', undefined, undefined]);
});

test('an error refuses the request it names, or else the oldest of its kind', async () => {
  const { requests } = start();
  const codes = Promise.all(['a', 'b', 'c'].map((id) => codeOf(requests.consume(id, {}))));
  await Promise.resolve();
  requests.handle({ type: 'error', message: 'x', context: 'consume', code: 'unsupported', details: { producerId: 'b' } }, ME);
  requests.handle({ type: 'error', message: 'x', context: 'consume', code: 'tooMany' }, ME);
  requests.handle(consumed('c', 'cc'), ME);
  assert.deepEqual(await codes, ['tooMany', 'unsupported', 'fulfilled']);
  assert.equal(requests.handle({ type: 'error', message: 'x', context: 'consume' }, ME), false);
  assert.equal(requests.handle({ type: 'error', message: 'x', context: 'toString' }, ME), false);
  assert.equal(requests.handle({ type: 'error', message: 'x' }, ME), false);
});

test('a lost socket fails everything under way, and what is asked while it is away', async () => {
  const { requests } = start();
  const produce = codeOf(requests.produce('audio', { codecs: [] }));
  requests.failAll();
  assert.equal(await produce, 'lost');
  assert.equal(await codeOf(new Requests(() => false).produce('audio', { codecs: [] })), 'lost');
});

test('a request without a reply fails in the end', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { requests } = start();
  const produce = codeOf(requests.produce('audio', { codecs: [] }));
  mock.timers.tick(15_000);
  assert.equal(await produce, 'timeout');
  assert.equal(requests.uncertain, false);
  mock.timers.reset();
});

test('more than a burst goes out in order at ten a second', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const pacer = new Pacer();
  const out: number[] = [];
  for (let number = 0; number < 65; number++) void pacer.take().then(() => out.push(number));
  const passed = async (): Promise<number> => (await new Promise(setImmediate), out.length);
  assert.equal(await passed(), 60);
  mock.timers.tick(300);
  assert.equal(await passed(), 63);
  mock.timers.tick(60_000);
  assert.equal(await passed(), 65);
  assert.deepEqual(out, [...out].sort((a, b) => a - b));
  mock.timers.reset();
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { Init } from '../../src/messages';
import type { Verdict } from '../../src/probe';
import { callUrl, Signaling, type Credential } from '../../src/signaling';

const BASE = new URL('https://home.example/a/');

class FakeSocket {
  static all: FakeSocket[] = [];
  readonly sent: Array<{ type: string }> = [];
  closedWith: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: URL) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }

  close(code: number): void {
    this.closedWith = code;
  }

  init(secret: string, resumed?: boolean): void {
    const data: Init = {
      roomId: 'r', peers: [], callType: 'video', routerRtpCapabilities: {}, producers: [], myPeerId: 'me',
      transport: { send: {} as never, recv: {} as never }, resume: { secret, ttlMs: 30_000 },
    };
    if (resumed !== undefined) data.resumed = resumed;
    this.onmessage?.({ data: JSON.stringify({ type: 'init', data }) });
  }

  break(code = 1006): void {
    this.onclose?.({ code });
  }
}

type Run = { signaling: Signaling; log: string[]; verdict: Verdict };

function run(credential: Credential, renew?: () => Promise<string>): Run {
  const log: string[] = [];
  const result = { log, verdict: { word: 'gone' } } as unknown as Run;
  result.signaling = new Signaling({
    base: BASE,
    credential,
    renew,
    onInit: (init) => log.push(init.resumed === true ? 'kept' : 'init'),
    onMessage: (message) => log.push(message.type),
    onDown: () => log.push('down'),
    onEnd: (end) => log.push(`end ${end}`),
    probe: () => Promise.resolve(result.verdict),
  });
  result.signaling.start();
  return result;
}

const last = (): FakeSocket => FakeSocket.all.at(-1) as FakeSocket;
const settle = (): Promise<void> => new Promise(setImmediate);

beforeEach(() => {
  FakeSocket.all = [];
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  Object.assign(globalThis, { WebSocket: FakeSocket });
});
afterEach(() => mock.timers.reset());

test('the address is below the base and says who comes', () => {
  assert.equal(callUrl(BASE, { token: 'T' }, false).href, 'wss://home.example/a/_takos/v2/call?token=T&dialect=spec');
  assert.equal(callUrl(new URL('http://h:1/'), { resume: 'S' }, true).href, 'ws://h:1/_takos/v2/call?resume=S&media=keep&dialect=spec');
});

test('a broken socket comes back with the newest secret and keeps the media', async () => {
  const { log } = run({ token: 'T' });
  last().init('S1');
  last().break();
  mock.timers.tick(500);
  assert.equal(last().url.search, '?resume=S1&media=keep&dialect=spec');
  last().init('S2', true);
  last().break();
  mock.timers.tick(500);
  assert.equal(last().url.searchParams.get('resume'), 'S2');
  assert.deepEqual(log, ['init', 'down', 'kept', 'down']);
  await settle();
});

test('a request whose reply was lost makes the media start anew', async () => {
  const { signaling } = run({ token: 'T' });
  last().init('S1');
  const produce = signaling.requests.produce('audio', { codecs: [] });
  last().break();
  await assert.rejects(produce);
  mock.timers.tick(500);
  assert.equal(last().url.search, '?resume=S1&dialect=spec');
});

test('what was closed while the socket was away is told afterwards', () => {
  const { signaling } = run({ token: 'T' });
  last().init('S1');
  last().break();
  assert.equal(signaling.send({ type: 'closeProducer', producerId: 'p' }), false);
  mock.timers.tick(500);
  last().init('S2', true);
  assert.deepEqual(last().sent, [{ type: 'closeProducer', producerId: 'p' }]);
});

for (const [code, end] of [[4000, 'removed'], [4001, 'replaced'], [4008, 'neverConnected'], [4010, 'callEnded'], [1008, 'protocol']] as const) {
  test(`close code ${code} ends the call: ${end}`, () => {
    const { log } = run({ token: 'T' });
    last().init('S1');
    last().break(code);
    mock.timers.tick(200_000);
    assert.deepEqual([log, FakeSocket.all.length], [['init', `end ${end}`], 1]);
  });
}

for (const code of [1001, 1006, 1011, 1013, 1005]) {
  test(`close code ${code} is a pause`, () => {
    run({ token: 'T' });
    last().init('S1');
    last().break(code);
    mock.timers.tick(500);
    assert.equal(FakeSocket.all.length, 2);
  });
}

test('hanging up closes with 1000 and nothing comes after', () => {
  const { signaling, log } = run({ token: 'T' });
  last().init('S1');
  signaling.hangUp();
  assert.equal(last().closedWith, 1000);
  last().break(1000);
  mock.timers.tick(200_000);
  assert.deepEqual([log, FakeSocket.all.length], [['init'], 1]);
});

for (const [word, end] of [['refused', 'refused'], ['foreign', 'foreign'], ['full', 'full']] as const) {
  test(`a first socket that is ${word} ends at once`, async () => {
    const result = run({ token: 'T' });
    result.verdict = { word };
    last().break();
    await settle();
    assert.deepEqual(result.log, [`end ${end}`]);
  });
}

test('an unexplained refusal is tried twice', async () => {
  const result = run({ token: 'T' });
  result.verdict = { word: 'alive' };
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.deepEqual(result.log, []);
    last().break();
    await settle();
    mock.timers.tick(2000);
  }
  assert.deepEqual([result.log, FakeSocket.all.length], [['end refused'], 2]);
});

test('a host that is gone is given up after two minutes, with growing waits', async () => {
  const { log } = run({ token: 'T' });
  last().init('S1');
  last().break();
  let waited = 0;
  for (; !log.includes('end hostGone') && waited < 300_000; waited += 500) {
    mock.timers.tick(500);
    if (last().onclose !== null) last().break();
    await settle();
  }
  assert.ok(waited > 115_000 && waited < 140_000, `${waited}`);
  assert.ok(FakeSocket.all.length < 30, `${FakeSocket.all.length} attempts`);
});

test('a secret that came too late: a room link asks for a new token, a token link is over', async () => {
  const renewed = run({ token: 'T' }, () => Promise.resolve('T2'));
  last().init('S1');
  renewed.verdict = { word: 'refused' };
  last().break();
  mock.timers.tick(500);
  last().break();
  await settle();
  assert.equal(last().url.search, '?token=T2&dialect=spec');
  last().init('S2');
  assert.deepEqual(renewed.log, ['init', 'down', 'init']);

  const single = run({ token: 'T' });
  last().init('S1');
  single.verdict = { word: 'refused' };
  last().break();
  mock.timers.tick(500);
  last().break();
  await settle();
  assert.deepEqual(single.log, ['init', 'down', 'end expired']);
});

test('a room link that gives no token any more is over', async () => {
  const result = run({ resume: 'S' }, () => Promise.reject(new Error('badCode')));
  result.verdict = { word: 'refused' };
  last().break();
  await settle();
  assert.deepEqual(result.log, ['end expired']);
});

test('while busy the host is left alone for as long as it says', async () => {
  const result = run({ token: 'T' });
  last().init('S1');
  last().break();
  mock.timers.tick(500);
  result.verdict = { word: 'busy', retryAfterMs: 30_000 };
  last().break();
  await settle();
  mock.timers.tick(29_000);
  assert.equal(FakeSocket.all.length, 2);
  mock.timers.tick(1000);
  assert.equal(FakeSocket.all.length, 3);
});

test('a socket that says nothing more is taken for dead', () => {
  const { log } = run({ token: 'T' });
  last().init('S1');
  mock.timers.tick(10_000);
  assert.deepEqual(last().sent, [{ type: 'ping' }]);
  last().onmessage?.({ data: '{"type":"pong"}' });
  mock.timers.tick(20_000);
  assert.deepEqual(log, ['init']);
  mock.timers.tick(20_000);
  assert.deepEqual(log, ['init', 'down']);
});

test('after a change of network a silent socket is found out within seconds', () => {
  const { signaling, log } = run({ token: 'T' });
  last().init('S1');
  mock.timers.tick(1000);
  signaling.retryNow();
  mock.timers.tick(5000);
  assert.deepEqual(log, ['init', 'down']);
});

test('new media means a new socket without media=keep, and the old one is not hung up', () => {
  const { signaling, log } = run({ token: 'T' });
  last().init('S1');
  const old = last();
  signaling.restartMedia();
  assert.equal(last().url.search, '?resume=S1&dialect=spec');
  last().init('S2');
  old.break(4001);
  assert.equal(old.closedWith, undefined);
  assert.deepEqual(log, ['init', 'down', 'init']);
});

test('a socket that opens too late gives way to its successor', () => {
  const { log, signaling } = run({ token: 'T' });
  const slow = last();
  mock.timers.tick(10_000);
  mock.timers.tick(500);
  assert.equal(FakeSocket.all.length, 2);
  slow.onopen?.();
  assert.equal(slow.closedWith, 4900);
  slow.init('S1');
  assert.deepEqual(log, []);
  last().init('S2');
  assert.deepEqual([log, signaling.resumeSecret], [['init'], 'S2']);
});

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { types } from 'mediasoup-client';
import { parseMessage, type IceRestarted } from '../../src/messages';
import { IceRestarts, lineOf, type Restartable } from '../../src/restart';

const OLD: types.IceCandidate = {
  foundation: 'udp1', priority: 100, address: '192.0.2.1', ip: '192.0.2.1', protocol: 'udp', port: 40000, type: 'host',
};
const NEW: types.IceCandidate = { ...OLD, foundation: 'tcp1', address: '2001:db8::7', ip: '2001:db8::7', protocol: 'tcp', port: 7, tcpType: 'passive' };
const SERVERS = [{ urls: ['turn:192.0.2.1:3478'], username: 'u', credential: 'c' }];

/** A transport that is connected to OLD, and notes what it is told. */
class FakeTransport {
  connectionState: types.ConnectionState = 'connected';
  closed = false;
  told: unknown[] = [];
  stats: Array<Record<string, unknown>> = [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'X', type: 'candidate-pair', remoteCandidateId: 'other' },
    { id: 'P', type: 'candidate-pair', remoteCandidateId: 'R' },
    { id: 'R', type: 'remote-candidate', address: OLD.address, port: OLD.port },
  ];
  readonly handler = { _pc: { addIceCandidate: async (candidate: unknown) => void this.told.push(candidate) } };
  #listener: (state: types.ConnectionState) => void = () => undefined;

  constructor(readonly direction: 'send' | 'recv') {}

  on(_: string, listener: (state: types.ConnectionState) => void): void { this.#listener = listener; }
  become(state: types.ConnectionState): void { this.connectionState = state; this.#listener(state); }
  async getStats(): Promise<RTCStatsReport> { return new Map(this.stats.map((one) => [one.id as string, one])) as unknown as RTCStatsReport; }
  async restartIce(parameters: unknown): Promise<void> { this.told.push(parameters); }
  async updateIceServers(servers: unknown): Promise<void> { this.told.push(servers); }
}

function start(answer: Partial<IceRestarted> | Error = {}): { send: FakeTransport; recv: FakeTransport; asked: string[]; restarts: IceRestarts } {
  const [send, recv] = [new FakeTransport('send'), new FakeTransport('recv')];
  const asked: string[] = [];
  const restarts = new IceRestarts([send, recv] as unknown as Restartable[], async (direction) => {
    asked.push(direction);
    if (answer instanceof Error) throw answer;
    return {
      type: 'iceRestarted', transportType: direction, iceParameters: { usernameFragment: direction, password: 'p' }, iceCandidates: [NEW], ...answer,
    };
  });
  return { send, recv, asked, restarts };
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

test('a transport whose address is still the host\'s is left alone', async () => {
  const { asked, restarts } = start();
  await restarts.moved([NEW, OLD]);
  assert.deepEqual(asked, []);
});

test('one whose address is gone begins anew, with the relays and candidates of now', async () => {
  const { send, recv, asked, restarts } = start({ iceServers: SERVERS });
  recv.stats = [{ id: 'P', type: 'candidate-pair', selected: true, remoteCandidateId: 'R' }, recv.stats[3]!]; // as Firefox has it
  await restarts.moved([NEW]);
  assert.deepEqual(asked, ['send', 'recv']);
  for (const transport of [send, recv]) {
    assert.deepEqual(transport.told, [
      { iceServers: SERVERS },
      { iceParameters: { usernameFragment: transport.direction, password: 'p' } },
      { candidate: 'candidate:tcp1 1 tcp 100 2001:db8::7 7 typ host tcptype passive', sdpMLineIndex: 0 },
    ]);
  }
});

test('one from which nothing comes begins anew, and not again at once', async () => {
  mock.timers.enable({ apis: ['Date'] });
  const now = mock.method(performance, 'now', () => 1000);
  const { send, asked, restarts } = start();
  send.become('disconnected');
  await settled();
  await restarts.moved([OLD]); // still disconnected
  assert.deepEqual(asked, ['send']);
  now.mock.mockImplementation(() => 5000);
  await restarts.moved([OLD]);
  assert.deepEqual(asked, ['send', 'send']);
  mock.reset();
});

test('one that has not begun yet is told when it does', async () => {
  const { recv, asked, restarts } = start();
  recv.connectionState = 'new';
  await restarts.moved([OLD, NEW]);
  assert.deepEqual([asked, recv.told], [[], []]);
  recv.become('connecting');
  await settled();
  assert.equal(recv.told.length, 2);
});

test('what fails, or is over meanwhile, changes nothing', async () => {
  mock.method(console, 'warn', () => undefined);
  const refused = start(new Error('tooMany'));
  await refused.restarts.moved([NEW]);
  assert.deepEqual(refused.send.told, []);
  const over = start();
  over.send.closed = true;
  await over.restarts.moved([NEW]);
  assert.deepEqual(over.send.told, []);
  const strange = start();
  Object.assign(strange.send.handler, { _pc: undefined });
  await strange.restarts.moved([NEW]);
  assert.deepEqual(strange.send.told, [{ iceParameters: { usernameFragment: 'send', password: 'p' } }]);
  mock.reset();
});

test('an old host\'s candidate has only an ip', () => {
  const { address: _, ...old } = OLD;
  assert.equal(lineOf(old as types.IceCandidate), 'candidate:udp1 1 udp 100 192.0.2.1 40000 typ host');
});

test('candidates and restarts are read, and broken ones are not', () => {
  const parse = (message: unknown): unknown => parseMessage(JSON.stringify(message));
  const answer = { type: 'iceRestarted', transportType: 'send', iceParameters: { usernameFragment: 'u', password: 'p' }, iceCandidates: [OLD, 7, { port: 1 }] };
  assert.deepEqual(parse(answer), { ...answer, iceCandidates: [OLD] });
  assert.deepEqual(parse({ type: 'candidates', iceCandidates: 'none' }), { type: 'candidates', iceCandidates: [] });
  for (const change of [{ iceParameters: undefined }, { iceParameters: { usernameFragment: 1, password: 'p' } }, { transportType: 1 }, { iceServers: 'x' }]) {
    assert.equal(parse({ ...answer, ...change }), undefined);
  }
});

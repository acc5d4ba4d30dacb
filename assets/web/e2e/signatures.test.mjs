// The host's signatures and another implementation's, each checked by the other:
// a running host and a server that signs by @noble/post-quantum.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World } from './authority.mjs';
import { Foreign, newEventId } from './foreign.mjs';
import { Host } from './host.mjs';
import { until } from './wait.mjs';

let world, host, raw, wrapped;

before(async () => {
  world = await World.make('a.example', 'raw.example', 'wrapped.example');
  [raw, wrapped, host] = await Promise.all([
    Foreign.start(world, 'raw.example'),
    Foreign.start(world, 'wrapped.example', { wrapped: true }),
    Host.start({ ...world.options('a.example'), name: 'alice' }),
  ]);
});

after(async () => {
  await host?.stop();
  await raw?.stop();
  await wrapped?.stop();
  await world?.remove();
});

const stateOf = async (id) => (await host.cli('friend', 'list')).find((friend) => friend.id === id)?.state;

for (const [how, server, friend] of [['raw', () => raw, 'ron@raw.example'], ['wrapped', () => wrapped, 'wes@wrapped.example']]) {
  test(`signatures of both are the other's too, with a ${how} key`, async () => {
    const foreign = server();
    await host.cli('friend', 'add', friend);
    const event = await until('the request comes', () => foreign.events.find(({ event: name }) => name === 't.friend.request'));
    assert.deepEqual(event.payload, { userId: 'alice@a.example', friendId: friend });
    assert.ok(await foreign.verify(event), 'the signature is not the key\'s');
    event.body[event.body.length - 3] ^= 1;
    assert.ok(!await foreign.verify(event), 'a changed event is verified');

    const answer = { userId: friend, friendId: 'alice@a.example' };
    const refused = async (what, options) => {
      const { status, text } = await foreign.send('a.example', 't.friend.accept', answer, options);
      assert.equal(status, 401, `${what}: ${text}`);
      assert.equal(await stateOf(friend), 'requested', what);
    };
    await refused('another\'s signature', { sign: 'AAAA'.repeat(1103) });
    await refused('a changed body', { change: (body) => Buffer.from(body.toString().replace('t.friend.accept', 't.friend.remove')) });

    const eventId = newEventId();
    const accepted = await foreign.send('a.example', 't.friend.accept', answer, { eventId });
    assert.equal(accepted.status, 200, accepted.text);
    assert.equal(await stateOf(friend), 'friends');
    assert.equal((await foreign.send('a.example', 't.friend.accept', answer, { eventId })).status, 409, 'accepted twice');
  });
}

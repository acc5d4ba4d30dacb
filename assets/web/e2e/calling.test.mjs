// Calling people: alice and bob with a window each on hosts of their own, carol
// with a host that has none, and bob's phone.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { World } from './authority.mjs';
import { launchChromium } from './chromium.mjs';
import { Desktop } from './desktop.mjs';
import { Host } from './host.mjs';
import { Phone } from './phone.mjs';
import { border, writeCamera } from './picture.mjs';
import { Pulse } from './pulse.mjs';
import { measureTone, rms } from './sound.mjs';
import { until } from './wait.mjs';

const [aliceID, bobID, carolID] = ['alice@a.example', 'bob@b.example', 'carol@c.example'];
let world, pulse, alice, bob, carol, chromium, dir;

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'takoshome-films-'));
  const film = async (color) => {
    const file = path.join(dir, `${color}.y4m`);
    await writeCamera(file, { color });
    return file;
  };
  world = await World.make('a.example', 'b.example', 'c.example');
  pulse = await Pulse.start();
  const start = async (id, color, hertz) => {
    const [name, domain] = id.split('@');
    const person = await pulse.addPerson(name);
    const devices = { camera: await film(color), microphone: `tone:${hertz}`, speaker: person.speaker };
    const desktop = await Desktop.start([], { ...world.options(domain), name, env: pulse.env, hosting: true, devices });
    return Object.assign(desktop, { person });
  };
  [alice, bob, carol, chromium] = await Promise.all([
    start(aliceID, 'green', 600), start(bobID, 'magenta', 440),
    Host.start({ ...world.options('c.example'), name: 'carol' }),
    launchChromium({ world, film: await film('blue') }),
  ]);
});

after(async () => {
  await chromium?.close();
  await Promise.all([alice, bob, carol].map((one) => one?.stop()));
  await pulse?.stop();
  await world?.remove();
  await rm(dir, { recursive: true, force: true });
});

// A friend may be rung at three times a minute, so the calls go many ways.
const friendOf = async (app, id) => (await app.status()).people.friends.find((friend) => friend.id === id)?.state;
const isFriend = (app, id, state) => until(`${id} is ${state}`, async () => (await friendOf(app, id)) === state);
const incoming = async (app) => (await app.status()).call.incoming ?? [];
const rings = (app, from) => until(`${from} rings`, async () => (await incoming(app)).find((call) => call.from === from));
const isQuiet = (app) => until('nothing rings', async () => (await incoming(app)).length === 0);
const lastCall = async (app) => (await app.status()).people.history[0];
const ended = (app, outcome) => until(`the last call is ${outcome}`, async () => (await lastCall(app))?.outcome === outcome);
const isOut = (app) => until('nobody is in a call', async () => ['idle', 'ended'].includes((await app.call()).state));

// hears waits until a person's ear has a tone.
const hears = (app, hertz) => until(`${app.person.name} hears ${hertz} Hz`, async () => {
  const { ear } = await pulse.record(app.person, 1);
  return Math.abs(measureTone(ear, hertz).hertz - hertz) < 2 && rms(ear) > 0.02;
});

test('people become friends', async () => {
  for (const app of [alice, carol]) await app.cli('friend', 'add', bobID);
  for (const id of [aliceID, carolID]) await isFriend(bob, id, 'asked');
  assert.equal(await friendOf(alice, bobID), 'requested');
  await bob.shot('app-asked');
  for (const id of [aliceID, carolID]) await bob.cli('friend', 'accept', id);
  for (const app of [alice, carol]) await isFriend(app, bobID, 'friends');
});

test('alice calls bob, who answers in the window, and both talk through her host', async () => {
  await alice.cli('call', bobID, '--type', 'video');
  const call = await rings(bob, aliceID);
  assert.equal(call.callType, 'video');
  await alice.shot('app-calling');
  await bob.shot('app-rings');
  await bob.press('answer');
  await Promise.all([alice.isIn('inCall'), bob.isIn('inCall')]);
  await isQuiet(bob);

  await Promise.all([alice.sees(border.magenta), bob.sees(border.green)]);
  await hears(bob, 600);
  await hears(alice, 440);
  const { rooms } = await alice.status();
  assert.deepEqual(rooms.map((room) => room.peers.map((peer) => peer.id).sort()), [[aliceID, bobID]]);
  assert.deepEqual((await bob.status()).rooms, []);
  await alice.shot('app-talks');

  await bob.cli('hangup');
  await Promise.all([isOut(alice), isOut(bob)]);
  for (const app of [alice, bob]) await ended(app, 'answered');
});

test('alice declines in the window', async () => {
  await bob.cli('call', aliceID);
  await rings(alice, bobID);
  await alice.press('decline');
  await isQuiet(alice);
  for (const app of [alice, bob]) await ended(app, 'declined');
  await bob.shot('app-declined');
});

test('alice takes her call back, and bob has missed it', async () => {
  const missed = (await bob.status()).people.missed;
  await alice.cli('call', bobID);
  await rings(bob, aliceID);
  await alice.cli('cancel');
  await isQuiet(bob);
  await ended(alice, 'cancelled');
  await ended(bob, 'missed');
  assert.equal((await bob.status()).people.missed, missed + 1);
  await bob.shot('app-missed');
  await bob.cli('history', '--seen');
  await until('the missed call is seen', async () => (await bob.status()).people.missed === 0);
});

test('who is not there is named with the reason', async () => {
  await assert.rejects(alice.cli('call', 'nobody@b.example'));
  await assert.rejects(alice.cli('friend', 'add', 'dave@d.example'), /d\.example/);
});

test('bob answers on his phone, and the window rings no more', async () => {
  await bob.type('bobs secret', 'account', 'password', 'bob');
  const phone = await Phone.open(chromium, bobID);
  assert.equal((await phone.get('sessions/status')).login, false);
  assert.notEqual((await phone.signIn('a wrong one')).status, 200);
  assert.equal((await phone.signIn('bobs secret')).status, 200);
  assert.deepEqual((await phone.get('friend/list')).sort(), [aliceID, carolID]);
  await phone.listen();

  await alice.cli('call', bobID, '--type', 'video');
  const request = await phone.hears('callRequest');
  assert.deepEqual([request.type, request.mode, request.userId], ['friend', 'video', aliceID]);
  await rings(bob, aliceID);
  const { status, body } = await phone.post('call/friend/video/accept', { friendId: aliceID });
  assert.equal(status, 200);
  await isQuiet(bob);
  await phone.enter('a.example', body.token);
  await alice.isIn('inCall');
  await phone.sees(border.green);
  await alice.sees(border.blue);
  await alice.cli('hangup');
  await until('the phone is told', () => phone.closed());
  await isOut(alice);

  // The phone calls, and goes in when alice answers.
  await phone.post('call/friend/video/request', { friendId: aliceID, roomKeyHash: '' });
  await rings(alice, bobID);
  await alice.press('answer');
  const accept = await phone.hears('callAccept');
  assert.equal(accept.userId, aliceID);
  assert.equal(accept.sessionid, undefined, 'the session is told');
  await phone.enter('b.example', accept.token);
  await alice.sees(border.blue);
  await phone.sees(border.green);
  await phone.hangUp();
  await phone.post('call/friend/video/end', { friendId: aliceID });
  await isOut(alice);

  // It declines, and it takes back.
  await carol.cli('call', bobID);
  assert.equal((await phone.hears('callRequest')).userId, carolID);
  assert.equal((await phone.post('call/friend/audio/reject', { friendId: carolID })).status, 200);
  await ended(carol, 'declined');
  await phone.post('call/friend/audio/request', { friendId: carolID, roomKeyHash: '' });
  await rings(carol, bobID);
  assert.equal((await phone.post('call/friend/audio/cancel', { friendId: carolID })).status, 200);
  await isQuiet(carol);
  await phone.close();
});

test('carol answers without a window, and takes the way in elsewhere', async () => {
  await bob.cli('call', carolID, '--type', 'video');
  await rings(carol, bobID);
  const { url } = await carol.cli('answer');
  const phone = await Phone.open(chromium, carolID);
  await phone.dial(url);
  await bob.isIn('inCall');
  await Promise.all([phone.sees(border.magenta), bob.sees(border.blue)]);
  await bob.cli('hangup');
  await until('the page is told', () => phone.closed());
  await ended(carol, 'answered');
  await phone.close();
});

test('alice and bob meet in the call of a group on a third server', async () => {
  const { id } = await carol.cli('group', 'new', 'Band');
  for (const member of [aliceID, bobID]) await carol.cli('group', 'add', id, member);
  for (const app of [alice, bob]) await app.cli('group', 'follow', id, 'Band');
  await alice.cli('group', 'call', id, '--type', 'video');
  await alice.isIn('inCall');
  await rings(carol, aliceID);
  await bob.cli('group', 'call', id, '--type', 'video');
  await bob.isIn('inCall');
  await Promise.all([alice.sees(border.magenta), bob.sees(border.green)]);
  const { rooms } = await carol.status();
  const room = id.replace(/(.*)@/, 'g{$1}@');
  assert.deepEqual(rooms.map((room) => [room.id, room.peers.map((peer) => peer.id).sort()]), [[room, [aliceID, bobID]]]);
  for (const app of [alice, bob]) {
    assert.deepEqual((await app.status()).rooms, []);
    await app.cli('hangup');
    await isOut(app);
  }
  await until('carol\'s host is empty', async () => (await carol.status()).rooms.length === 0);
});

// What goes wrong around a person in a call, in the real app: networks that
// change and lose packets, devices that come and go, hosts and links that end.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Desktop } from './desktop.mjs';
import { Host } from './host.mjs';
import { Network } from './network.mjs';
import { border, writeCamera } from './picture.mjs';
import { Pulse } from './pulse.mjs';
import { longestGap, measureTone, rms } from './sound.mjs';
import { until } from './wait.mjs';

let pulse, anna, taro, dir, film;

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'takoshome-films-'));
  film = path.join(dir, 'green.y4m');
  await writeCamera(film);
  pulse = await Pulse.start();
  anna = await pulse.addPerson('anna');
  taro = await pulse.addPerson('taro');
});

after(async () => {
  await pulse?.stop();
  await rm(dir, { recursive: true, force: true });
});

function start(t, args, options = {}) {
  return Desktop.start(args, { env: pulse.env, ...options }).then((desktop) => {
    t.after(() => desktop.stop());
    return desktop;
  });
}

const joins = (t, link, person, { camera = 'none', microphone = person.microphone, ...options } = {}) =>
  start(t, ['join', link, '--now', '--name', person.name, '--camera', camera, '--microphone', microphone,
    '--speaker', person.speaker], options);

async function hosts(t, options) {
  const host = await Host.start(options);
  t.after(() => host.process.exitCode === null && host.stop());
  return host;
}

// hums waits until a second of a person's ear is one clean tone.
const hums = (person, hertz) => until(`${person.name} hears ${hertz} Hz`, async () => {
  const { ear } = await pulse.record(person, 1);
  return Math.abs(measureTone(ear, hertz).hertz - hertz) < 2 && rms(ear) > 0.02;
});

test('a person takes the laptop to another network, and stays', async (t) => {
  const network = await Network.make();
  t.after(() => network.remove());
  const host = await hosts(t, { http: '0.0.0.0:0', rtc: '0.0.0.0:0', announce: network.cables.map((cable) => cable.gateway) });
  const { joinUrl } = await host.invite(null, { room: 'Moving' });
  const link = joinUrl.replace(/\/\/[^/:]+/, `//${network.gateway}`);
  const a = await joins(t, link, anna, { camera: film, network });
  const b = await joins(t, link, taro, { microphone: 'tone:440' });
  await b.sees(border.green);
  await hums(anna, 440);
  const { joinedAt } = await host.peer('anna');

  await network.use(1);
  await until('the host hears from the new address', async () => {
    const peer = await host.peer('anna');
    return peer?.connected && peer.transports.every((transport) => transport.iceState !== 'disconnected');
  });
  await hums(anna, 440);
  await b.sees(border.green);
  assert.equal((await host.peer('anna')).joinedAt, joinedAt, 'anna came back as somebody new');
  assert.equal((await host.status()).rooms[0].peers.length, 2);
  assert.equal((await a.call()).state, 'inCall');
});

test('five packets in a hundred are lost, and nobody misses a word', async (t) => {
  const network = await Network.make();
  t.after(() => network.remove());
  const host = await hosts(t, { http: '0.0.0.0:0', rtc: '0.0.0.0:0', announce: [network.gateway] });
  const { joinUrl } = await host.invite(null, { room: 'Lossy' });
  const link = joinUrl.replace(/\/\/[^/:]+/, `//${network.gateway}`);
  const a = await joins(t, link, anna, { network });
  await joins(t, link, taro, { camera: film, microphone: 'tone:440' });
  await a.sees(border.green);
  await hums(anna, 440);
  await network.lose(5);
  // A machine with too much to do makes gaps of its own: one clean stretch is
  // asked for, in which hundreds of packets were sent and a dozen lost.
  await until('no gap above 60 ms', async () => longestGap((await pulse.record(anna, 6)).ear) <= 60);
  await a.sees(border.green);
});

test('media does not get through for a while, though the line to the host stands', async (t) => {
  const network = await Network.make();
  t.after(() => network.remove());
  const host = await hosts(t, { http: '0.0.0.0:0', rtc: '0.0.0.0:0', announce: [network.gateway] });
  const { joinUrl } = await host.invite(null, { room: 'Half' });
  const link = joinUrl.replace(/\/\/[^/:]+/, `//${network.gateway}`);
  const a = await joins(t, link, anna, { network });
  const b = await joins(t, link, taro, { microphone: 'tone:440' });
  await hums(anna, 440);
  await network.shut((await host.status()).host.rtc.split(':').at(-1)); // over UDP and TCP
  await until('Anna is told', async () => {
    const call = await a.call();
    return call.state === 'reconnecting' || call.me.quality === 'bad' || call.people.some((person) => person.quality === 'bad');
  });
  await a.shot('app-weak');
  await network.lose(0);
  await a.isIn('inCall');
  await hums(anna, 440);
  assert.equal((await b.call()).people.length, 1);
});

test('the microphone is unplugged and comes back', async (t) => {
  const host = await hosts(t);
  const { joinUrl } = await host.invite(null, { room: 'Unplugged' });
  const a = await joins(t, joinUrl, anna);
  await a.isIn('inCall');
  const trouble = async () => (await a.call()).troubles?.find((device) => device.kind === 'microphone')?.trouble;
  assert.equal(await trouble(), undefined);
  await pulse.unplugMicrophone(anna);
  await until('the loss is told', async () => (await trouble()) === 'gone');
  await a.shot('app-unplugged');
  assert.equal((await a.call()).state, 'inCall');
  await pulse.plugMicrophone(anna);
  await until('it is taken again', async () => (await trouble()) === undefined);
});

test('a computer without any device joins all the same', async (t) => {
  const host = await hosts(t);
  const { joinUrl } = await host.invite(null, { room: 'Bare' });
  const b = await joins(t, joinUrl, taro, { camera: film });
  const a = await start(t, ['join', joinUrl, '--now', '--name', 'anna'], { env: { PULSE_SERVER: 'unix:/nowhere' } });
  await a.isIn('inCall');
  await a.sees(border.green);
  await until('Taro sees Anna', () => b.person('anna'));
  await a.shot('app-no-device');
});

test('the host stops, and the call says so', async (t) => {
  const host = await hosts(t);
  const { joinUrl } = await host.invite(null, { room: 'Ending' });
  const a = await joins(t, joinUrl, anna);
  await a.isIn('inCall');
  await host.stop();
  const call = await a.isIn('ended');
  assert.match(call.problem.key, /^host(Ended|Gone)$/);
  await a.shot('app-host-ended');
});

test('the host loses its power, and the call says so', async (t) => {
  const host = await hosts(t);
  const { joinUrl } = await host.invite(null, { room: 'Power' });
  const a = await joins(t, joinUrl, anna);
  await a.isIn('inCall');
  host.process.kill('SIGKILL');
  await a.isIn('reconnecting');
  await a.shot('app-reconnecting');
  const call = await a.isIn('ended');
  assert.equal(call.problem.key, 'hostGone');
});

test('a person joins from a second computer: the newest stays', async (t) => {
  const host = await hosts(t);
  const first = await host.invite('anna@a.example', { room: 'Twice' });
  const second = await host.invite('anna@a.example', { room: 'Twice' });
  const a = await joins(t, first.joinUrl, anna);
  await a.isIn('inCall');
  const b = await joins(t, second.joinUrl, anna);
  await b.isIn('inCall');
  const call = await a.isIn('ended');
  assert.equal(call.problem.key, 'replaced');
  assert.equal((await host.status()).rooms[0].peers.length, 1);
});

test('links that do not work are explained', async (t) => {
  const host = await hosts(t);
  const { joinUrl } = await host.invite('anna@a.example', { room: 'Links' });
  const a = await joins(t, joinUrl, anna);
  await a.isIn('inCall');
  await a.cli('hangup');
  await a.isIn('idle');
  const cases = [
    ['used', joinUrl, 'expired'],
    ['unknown', `${host.http}/j#i=AAAAAAAAAAAAAAAAAAAAAA`, 'expired'],
    ['nobody', 'https://127.0.0.1:9/j#t=AAAAAAAAAAAAAAAAAAAAAA', 'unreachable'],
    ['nonsense', 'https://example.com/', 'badLink'],
  ];
  for (const [name, link, problem] of cases) {
    await a.cli('join', link, '--now', '--name', 'anna');
    await until(`${name}: ${problem}`, async () => (await a.call()).problem?.key === problem);
    await a.shot(`app-link-${name}`);
  }
});

test('a host with another certificate than the link names is refused', async (t) => {
  const host = await hosts(t, { tls: 'self-signed' });
  const { joinUrl } = await host.invite(null, { room: 'Certificate' });
  assert.match(joinUrl, /&f=[\w-]{43}/);
  const a = await joins(t, joinUrl, anna);
  await a.isIn('inCall');
  await a.cli('hangup');
  await a.isIn('idle');
  const other = joinUrl.replace(/&f=./, (start) => `&f=${start.endsWith('A') ? 'B' : 'A'}`);
  for (const [link, problem] of [[other, 'certificate'], [joinUrl.replace(/&f=[\w-]+/, ''), 'untrusted']]) {
    await a.cli('join', link, '--now', '--name', 'anna');
    await until(problem, async () => (await a.call()).problem?.key === problem);
    await a.shot(`app-${problem}`);
  }
  assert.equal((await host.status()).rooms.length, 0);
});

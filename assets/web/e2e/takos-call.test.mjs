// Calls of a takos server that lets this host carry their media: an unmodified
// mediasoup-client in browsers, and takos-call's control API behind the server.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { launchChromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';
import { Host } from './host.mjs';
import { servePages } from './pages.mjs';
import { Controller, TakosServer } from './takosserver.mjs';
import { until } from './wait.mjs';

const key = 'tako'; // as the deployed server has it
let api, site, host, takos, chromium;

before(async () => {
  const address = `127.0.0.1:${await freePort()}`;
  api = `ws://${address}/takos-api`;
  site = await servePages();
  // Firefox does not speak to loopback addresses.
  host = await Host.start({ rtc: '0.0.0.0:0', settings: `[takos_call]\nlisten = "${address}"\napi_key = "${key}"\n` });
  takos = await TakosServer.start(`${api}?api_key=${key}`);
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await takos?.close();
  await host?.stop();
  await site?.close();
});

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function open(browser = chromium) {
  if (browser instanceof Firefox) return browser.newPage(site.url);
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => console.error('page:', error));
  await page.goto(site.url);
  return page;
}

async function dial(page, user, { room = 'alice@a.example-bob@b.example', kinds = ['audio', 'video'] } = {}) {
  const url = `${takos.url}?${new URLSearchParams({ user, room })}`;
  await page.evaluate((call) => window.dial(call), { url, dialect: 'shipped', kinds });
}

const stats = (page) => page.evaluate(() => window.call.stats());

const decodes = (page, peer, kinds = ['audio', 'video']) =>
  until(`${peer} decoded`, async () => {
    const now = await stats(page);
    return kinds.every((kind) => now[`${peer}/${kind}`] > 0) && now;
  });

async function grows(page, figure) {
  const before = (await stats(page))[figure] ?? 0;
  await until(`${figure} grows`, async () => ((await stats(page))[figure] ?? 0) > before);
}

async function hangUpAll(...pages) {
  for (const page of pages) await page.evaluate(() => window.call.hangUp());
  await until('no room is left', async () => (await takos.control.ask('getAllRooms')).rooms.length === 0);
  for (const page of pages) await page.close();
}

test('two pages see and hear each other, mute and unmute', async () => {
  const [alice, bob] = [await open(), await open()];
  await dial(alice, 'alice@a.example');
  await dial(bob, 'bob@b.example');
  await decodes(alice, 'bob@b.example');
  await decodes(bob, 'alice@a.example');

  // The host's panel and command line show the call as any other.
  const { rooms } = await host.status();
  assert.deepEqual(rooms.map((room) => [room.id, room.peers.map((peer) => peer.id).sort()]),
    [['alice@a.example-bob@b.example', ['alice@a.example', 'bob@b.example']]]);

  // Takos' client mutes by closing, and unmutes by producing anew.
  const closed = await alice.evaluate(() => window.call.closeProducer('audio', true));
  await until('bob hears of it', async () => (await bob.evaluate(() => window.call.messages))
    .some((m) => m.type === 'producerClosed' && m.producerId === closed));
  await alice.evaluate(() => window.call.produce('audio'));
  await grows(bob, 'alice@a.example/audio');
  await hangUpAll(alice, bob);
  const events = takos.control.events.map(({ event }) => event);
  for (const what of ['room', 'peer', 'transport', 'producer', 'consumer']) {
    const began = events.filter((event) => event === `${what}Created` || event === `${what}Added`).length;
    assert.ok(began > 0 && began === events.filter((event) => event === `${what}Closed`).length, `${what}: ${events}`);
  }
});

test('a Firefox and a Chromium see and hear each other', async () => {
  const firefox = await Firefox.launch();
  try {
    const [fox, page] = [await open(firefox), await open()];
    await dial(fox, 'fox@a.example');
    await dial(page, 'bob@b.example');
    await decodes(page, 'fox@a.example');
    await decodes(fox, 'bob@b.example');
    await hangUpAll(page, fox);
  } finally {
    await firefox.close();
  }
});

test('a call goes on while the takos server has lost the host', async () => {
  const [alice, bob, carol] = [await open(), await open(), await open()];
  await dial(alice, 'alice@a.example', { room: 'group' });
  await dial(bob, 'bob@b.example', { room: 'group', kinds: [] });
  await decodes(bob, 'alice@a.example');
  takos.control.socket.terminate();
  await takos.control.closed;
  await grows(bob, 'alice@a.example/video');
  await takos.reconnect();
  await dial(carol, 'carol@c.example', { room: 'group', kinds: [] });
  await decodes(carol, 'alice@a.example');
  await hangUpAll(alice, bob, carol);
});

test('a wrong key is closed with 1008', async () => {
  const wrong = await Controller.dial(`${api}?api_key=wrong`);
  assert.deepEqual(await wrong.closed, { code: 1008, reason: 'Invalid API Key' });
});

// Calls between browsers with an unmodified mediasoup-client.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { launchChromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';
import { Host } from './host.mjs';
import { servePages } from './pages.mjs';
import { until } from './wait.mjs';

let site, host, chromium;

before(async () => {
  site = await servePages();
  // Firefox does not speak to loopback addresses.
  host = await Host.start({ origins: [site.url], rtc: '0.0.0.0:0' });
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await host?.stop();
  await site?.close();
});

async function open(browser = chromium) {
  if (browser instanceof Firefox) return browser.newPage(site.url);
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => console.error('page:', error));
  await page.goto(site.url);
  return page;
}

async function dial(page, user, options = {}) {
  const { room = 'room', type = 'video', query = '', ...rest } = options;
  const { url } = await host.invite(user, { room, type });
  const call = { dialect: 'spec', kinds: ['audio', 'video'], ...rest, url: url + query };
  await page.evaluate((c) => window.dial(c), call);
  return page;
}

const decodes = (page, peer, kinds = ['audio', 'video']) =>
  until(`${peer} decoded`, async () => {
    const stats = await page.evaluate(() => window.call.stats());
    return kinds.every((kind) => stats[`${peer}/${kind}`] > 0) && stats;
  });

const messages = (page) => page.evaluate(() => window.call.messages);

const hears = (page, what, check) =>
  until(what, async () => (await messages(page)).find(check));

// grows waits until a figure of the page's statistics is larger than before.
async function grows(page, figure) {
  const before = (await page.evaluate(() => window.call.stats()))[figure] ?? 0;
  await until(`${figure} grows`, async () => (await page.evaluate(() => window.call.stats()))[figure] > before);
}

async function hangUpAll(...pages) {
  for (const page of pages) await page.evaluate(() => window.call.hangUp());
  await until('the room is empty', async () => (await host.status()).rooms.length === 0);
  for (const page of pages) await page.close();
}

for (const dialects of [['spec', 'spec', 'spec'], ['shipped', 'shipped', 'shipped'], ['spec', 'shipped', 'spec']]) {
  test(`three pages see and hear each other: ${dialects}`, async () => {
    const users = ['alice@a.example', 'bob@b.example', 'carol@c.example'];
    const pages = await Promise.all(users.map(() => open()));
    for (const [i, page] of pages.entries()) await dial(page, users[i], { dialect: dialects[i] });
    for (const [i, page] of pages.entries()) {
      for (const [j, user] of users.entries()) if (i !== j) await decodes(page, user);
    }
    await hangUpAll(...pages);
  });
}

test('a Firefox and a Chromium see and hear each other', async () => {
  const firefox = await Firefox.launch();
  try {
    const fox = await open(firefox);
    const page = await open();
    await dial(fox, 'fox@a.example', { dialect: 'spec' });
    await dial(page, 'bob@b.example', { dialect: 'shipped' });
    await decodes(page, 'fox@a.example');
    await decodes(fox, 'bob@b.example');

    const producerId = await fox.evaluate(() => window.call.closeProducer('video', false));
    await hears(page, 'producerClosed of the video', (m) => m.type === 'producerClosed' && m.producerId === producerId);
    await grows(page, 'fox@a.example/audio/packets');
    await hangUpAll(page, fox);
  } finally {
    await firefox.close();
  }
});

test('mute keeps the producer, closing it ends the consumers', async () => {
  const [alice, bob] = [await open(), await open()];
  await dial(alice, 'alice@a.example');
  await dial(bob, 'bob@b.example');
  await decodes(bob, 'alice@a.example');

  await alice.evaluate(() => { for (const producer of window.call.producers.values()) producer.pause(); });
  await until('bob hears nothing', async () => {
    const loudness = async () => (await bob.evaluate(() => window.call.stats()))['alice@a.example/audio'];
    const before = await loudness();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (await loudness()) - before < 1e-6;
  });
  // Longer than any of the rules by which a silent producer counts as closed.
  await new Promise((resolve) => setTimeout(resolve, 14_000));
  assert.ok(!(await messages(bob)).some((m) => m.type === 'producerClosed'), 'mute was taken for an end');
  await alice.evaluate(() => { for (const producer of window.call.producers.values()) producer.resume(); });
  await grows(bob, 'alice@a.example/video');
  await grows(bob, 'alice@a.example/audio');

  // Closed without a word, as the specification has it.
  for (const kind of ['audio', 'video']) {
    const producerId = await alice.evaluate((k) => window.call.closeProducer(k, false), kind);
    await hears(bob, `producerClosed of ${kind}`, (m) => m.type === 'producerClosed' && m.producerId === producerId);
  }
  // A new one on the recycled m-line.
  await alice.evaluate(() => window.call.produce('video'));
  await decodes(bob, 'alice@a.example', ['video']);

  // Closed with the shipped client's message.
  const producerId = await alice.evaluate(() => window.call.closeProducer('video', true));
  await hears(bob, 'producerClosed', (m) => m.type === 'producerClosed' && m.producerId === producerId);
  await until('the consumer is gone', async () => (await host.peer('bob@b.example')).consumers.length === 0);
  await hangUpAll(alice, bob);
});

test('a producer that stops sending is announced again when it returns', async () => {
  const [alice, bob] = [await open(), await open()];
  await dial(alice, 'alice@a.example', { kinds: ['video'], zeroRtpOnPause: true });
  await dial(bob, 'bob@b.example', { kinds: [] });
  await decodes(bob, 'alice@a.example', ['video']);
  const producerId = await alice.evaluate(() => { const p = window.call.producers.get('video'); p.pause(); return p.id; });
  await hears(bob, 'producerClosed', (m) => m.type === 'producerClosed' && m.producerId === producerId);
  const known = (await messages(bob)).length;
  await alice.evaluate(() => window.call.producers.get('video').resume());
  await until('the producer is announced again', async () =>
    (await messages(bob)).slice(known).some((m) => m.type === 'produced' && m.producerId === producerId));
  await decodes(bob, 'alice@a.example', ['video']);
  await hangUpAll(alice, bob);
});

test('simulcast arrives in one layer', async () => {
  const [alice, bob] = [await open(), await open()];
  await dial(alice, 'alice@a.example', { kinds: ['video'], simulcast: true });
  await dial(bob, 'bob@b.example', { kinds: [] });
  await decodes(bob, 'alice@a.example', ['video']);
  const { producers } = await host.peer('alice@a.example');
  assert.equal(producers[0].type, 'simulcast');
  assert.equal(producers[0].layers.length, 3);
  await hangUpAll(alice, bob);
});

test('every video codec that the browser can send is decoded', async () => {
  const [alice, bob] = [await open(), await open()];
  await dial(alice, 'alice@a.example', { kinds: [] });
  const codecs = new Set(await alice.evaluate(() => window.call.sendable()));
  assert.deepEqual([...codecs].sort(), ['video/AV1', 'video/H264', 'video/VP8', 'video/VP9']);
  await hangUpAll(alice);
  await dial(bob, 'bob@b.example', { kinds: [] });
  for (const codec of codecs) {
    const user = `${codec.split('/')[1].toLowerCase()}@a.example`;
    const page = await open();
    await dial(page, user, { kinds: ['video'], codec, height: 180 });
    await decodes(bob, user, ['video']);
    const [producer] = (await host.peer(user)).producers;
    assert.equal(producer.mimeType, codec);
    assert.ok(producer.layers[0].height > 0, `${codec}: the picture's size is not known`);
    await page.evaluate(() => window.call.hangUp());
    await page.close();
  }
  await hangUpAll(bob);
});

test('a token works once', async () => {
  const page = await open();
  const { url } = await host.invite('alice@a.example');
  await page.evaluate((call) => window.dial(call), { url, dialect: 'spec', kinds: [] });
  const { status, body } = await new Promise((resolve, reject) => {
    request(url.replace(/^ws/, 'http'), {
      headers: {
        Connection: 'Upgrade', Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    }, async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, body: JSON.parse(chunks.join('')) });
    }).on('upgrade', () => reject(new Error('let in again'))).on('error', reject).end();
  });
  assert.equal(status, 401);
  assert.match(body.error, /used/);
  await hangUpAll(page);
});

test('the newest of two pages of one person stays', async () => {
  const [first, second, bob] = [await open(), await open(), await open()];
  await dial(bob, 'bob@b.example');
  await dial(first, 'alice@a.example');
  await decodes(bob, 'alice@a.example');
  await dial(second, 'alice@a.example');
  await until('the first is told', async () => (await first.evaluate(() => window.call.closed))?.code === 4001);
  await until('alice is there once', async () => {
    const { rooms } = await host.status();
    return rooms[0].peers.filter((peer) => peer.id === 'alice@a.example').length === 1;
  });
  await decodes(second, 'bob@b.example');
  await first.close();
  await hangUpAll(second, bob);
});

test('a broken connection resumes with its media', async () => {
  const [alice, bob] = [await open(), await open()];
  await dial(alice, 'alice@a.example');
  await dial(bob, 'bob@b.example');
  await decodes(bob, 'alice@a.example');
  const { resume } = await alice.evaluate(() => window.call.init);
  const base = (await host.invite('nobody@a.example')).url.split('?')[0];

  // The page's socket stays open and useless; the host gets a second one.
  const again = await alice.evaluate(async (url) => {
    const socket = new WebSocket(url);
    const message = await new Promise((resolve, reject) => {
      socket.onmessage = (event) => resolve(JSON.parse(event.data));
      socket.onclose = () => reject(new Error('refused'));
    });
    window.resumed = socket;
    return message;
  }, `${base}?resume=${resume.secret}&media=keep`);
  assert.equal(again.data.resumed, true);
  assert.equal(again.data.myPeerId, 'alice@a.example');
  await grows(bob, 'alice@a.example/video');
  assert.ok(!(await messages(bob)).some((m) => m.type === 'leave'), 'bob was told that alice left');
  await alice.evaluate(() => window.resumed.close(1000));
  await hears(bob, 'leave', (m) => m.type === 'leave' && m.peerId === 'alice@a.example');
  await alice.close();
  await hangUpAll(bob);
});

test('an audio call takes no video', async () => {
  const page = await open();
  await dial(page, 'alice@a.example', { room: 'voices', type: 'audio', kinds: ['audio'] });
  await page.evaluate(() => { window.refused = window.call.produce('video').then(() => false, () => true); });
  await hears(page, 'an error', (m) => m.type === 'error' && m.context === 'produce');
  await hangUpAll(page);
});

test('stopping the host ends the calls', async () => {
  const other = await Host.start({ origins: [site.url] });
  const page = await open();
  const { url } = await other.invite('alice@a.example');
  await page.evaluate((call) => window.dial(call), { url, dialect: 'spec', kinds: ['audio'] });
  assert.deepEqual(await other.stop(), { code: 0, signal: null });
  assert.deepEqual(other.logs.filter((line) => !/^time=/.test(line)), [], 'the log has strange lines');
  await until('the page is told', async () => (await page.evaluate(() => window.call.closed))?.code === 1001);
  await page.close();
});

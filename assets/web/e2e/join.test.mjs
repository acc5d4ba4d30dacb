// The join page against the real host: by keyboard, and by clicks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { layCable } from './cable.mjs';
import { launchChromium } from './chromium.mjs';
import { Host } from './host.mjs';
import { until } from './wait.mjs';

let host, browser;

before(async () => {
  host = await Host.start();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await host?.stop();
});

async function visit(url, locale = 'en-US') {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (message) => { if (message.type() === 'error') page.problems.push(message.text()); });
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(host.http).host) page.problems.push(`outside: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

const control = (page, id) => page.getByTestId(id);
const tile = (page, peer) => page.locator(`[data-testid=tile][data-peer="${peer}"]`);
const shot = async (page, name) => {
  if (process.env.TAKOSHOME_SCREENSHOTS) await page.screenshot({ path: `${process.env.TAKOSHOME_SCREENSHOTS}/${name}.png` });
};

// plays waits until the picture of a tile moves on.
async function plays(page, peer) {
  const time = () => tile(page, peer).locator('video').evaluate((video) => video.currentTime);
  const before = await time();
  await until(`${peer} plays`, async () => (await time()) > before);
}

test('friends join by a room link, one by keyboard and one by clicks', async () => {
  const { joinUrl } = await host.invite(null, { room: 'Movie night' });

  const hanako = await visit(joinUrl);
  await control(hanako, 'join').waitFor();
  assert.ok(!hanako.url().includes('i='), 'the code stays in the address bar');
  await hanako.keyboard.type('Hanako'); // the name has the focus
  await shot(hanako, 'join-before');
  await hanako.keyboard.press('Enter');
  await control(hanako, 'hangup').waitFor();

  const taro = await visit(joinUrl, 'ja-JP');
  await control(taro, 'name').fill('太郎');
  await shot(taro, 'join-before-ja');
  await control(taro, 'join').click();
  await plays(hanako, '太郎');
  await plays(taro, 'Hanako');
  await shot(hanako, 'join-call');
  await shot(taro, 'join-call-ja');

  // The same name again gets another one.
  const other = await visit(joinUrl);
  await control(other, 'name').fill('Hanako');
  await control(other, 'join').click();
  await plays(taro, 'Hanako 2');
  await control(other, 'hangup').click();
  await until('Hanako 2 has left', async () => (await tile(taro, 'Hanako 2').count()) === 0);

  // Mute by key; the other sees it as silence, not as an end.
  await hanako.keyboard.press('m');
  await until('the microphone is off', async () => /unmute/i.test(await control(hanako, 'mute').innerText()));
  await hanako.keyboard.press('m');

  // The camera off ends the picture for the other, on again brings it back.
  await control(taro, 'camera').click();
  await until('the picture ends', async () =>
    (await host.peer('太郎')).producers.every((producer) => producer.kind === 'audio'));
  await control(taro, 'camera').click();
  await plays(hanako, '太郎');

  await control(hanako, 'hangup').click();
  await until('Hanako has left', async () => (await tile(taro, 'Hanako').count()) === 0);
  await control(taro, 'hangup').click();
  await until('the room is empty', async () => (await host.status()).rooms.length === 0);
  for (const page of [hanako, taro, other]) {
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
});

test('the page comes back after its connection broke, and after a reload', async (t) => {
  const { joinUrl } = await host.invite('alice@a.example', { room: 'resume' });
  const guests = await host.invite(null, { room: 'resume' });
  const cable = await layCable(host.http);
  t.after(() => cable.close());
  const alice = await visit(joinUrl.replace(host.http, cable.url));
  await control(alice, 'join').click();
  await control(alice, 'hangup').waitFor();
  const bob = await visit(guests.joinUrl);
  await control(bob, 'name').fill('Bob');
  await control(bob, 'join').click();
  await plays(bob, 'alice@a.example');

  const joinedAt = async () => (await host.peer('alice@a.example')).joinedAt;
  const before = await joinedAt();
  cable.cut(); // the WebSocket breaks, media goes on
  await until('the page says that it is back', async () => /is back/.test(await control(alice, 'status').textContent()));
  await until('alice is back', async () => (await host.peer('alice@a.example')).connected);
  assert.equal(await joinedAt(), before, 'alice came back as somebody new');
  await plays(bob, 'alice@a.example');

  await alice.reload();
  await control(alice, 'hangup').waitFor(); // straight back into the call
  await plays(bob, 'alice@a.example');
  assert.equal((await host.status()).rooms[0].peers.length, 2);

  await control(alice, 'hangup').click();
  await control(bob, 'hangup').click();
  await until('the room is empty', async () => (await host.status()).rooms.length === 0);
  await alice.context().close();
  await bob.context().close();
});

test('a used or unknown link is explained', async () => {
  const { joinUrl } = await host.invite('alice@a.example', { room: 'once' });
  const first = await visit(joinUrl);
  await control(first, 'join').click();
  await control(first, 'hangup').waitFor();
  const second = await visit(joinUrl);
  await control(second, 'join').click();
  await until('it is explained', async () => {
    const text = await second.locator('body').innerText();
    return /used|expired|invitation|link/i.test(text) && !(await control(second, 'hangup').isVisible());
  });
  await shot(second, 'join-used');
  const unknown = await visit(`${host.http}/j#i=AAAAAAAAAAAAAAAAAAAAAA`);
  await until('it is explained', async () => /link|invitation/i.test(await unknown.locator('body').innerText()));
  await shot(unknown, 'join-unknown');
  await control(first, 'hangup').click();
  for (const page of [first, second, unknown]) await page.context().close();
});

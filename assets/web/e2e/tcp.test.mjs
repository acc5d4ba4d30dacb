// Calls of browsers that may use no UDP, as in networks that let none through.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launchChromium } from './chromium.mjs';
import { Host } from './host.mjs';
import { until } from './wait.mjs';

const closing = [];
after(async () => { for (const close of closing.reverse()) await close(); });

async function joins(browser, url, name) {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await page.goto(url);
  await page.getByTestId('name').fill(name);
  await page.getByTestId('join').click();
  await page.getByTestId('hangup').waitFor();
  return page;
}

// plays waits until the picture of a tile moves on.
async function plays(page, peer) {
  const time = () => page.locator(`[data-testid=tile][data-peer="${peer}"]`).locator('video').evaluate((video) => video.currentTime);
  const before = await time();
  await until(`${peer} plays`, async () => (await time()) > before);
}

// free is a port that is likely to be free for all: web, media over UDP and over TCP.
const free = 20_000 + (process.pid % 10_000);

for (const [what, address] of [['a port of its own', '127.0.0.1:0'], ['the port of the web page', `127.0.0.1:${free}`]]) {
  test(`who gets no UDP through is in the call by TCP, on ${what}`, async () => {
    const host = await Host.start({ http: address, rtc: address });
    closing.push(() => host.stop());
    const open = await launchChromium();
    const closed = await launchChromium({ more: ['--force-webrtc-ip-handling-policy', '--webrtc-ip-handling-policy=disable_non_proxied_udp'] });
    closing.push(() => open.close(), () => closed.close());
    const { joinUrl } = await host.invite(null, { room: 'Behind walls' });
    const udp = await joins(open, joinUrl, 'Open');
    const tcp = await joins(closed, joinUrl, 'Closed');
    await plays(udp, 'Closed');
    await plays(tcp, 'Open');
    const protocols = async (name) => (await host.peer(name)).transports.map((transport) => transport.protocol);
    assert.deepEqual(await protocols('Open'), ['udp', 'udp']);
    assert.deepEqual(await protocols('Closed'), ['tcp', 'tcp']);
    for (const page of [udp, tcp]) await page.getByTestId('hangup').click();
    await until('the room is empty', async () => (await host.status()).rooms.length === 0);
    await until('no connections are left', async () => (await host.status()).host.port.tcp.connections === 0);
  });
}

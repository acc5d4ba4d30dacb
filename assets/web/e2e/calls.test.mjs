// Calls between browsers with an unmodified mediasoup-client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';
import { Host } from './host.mjs';
import { servePages } from './pages.mjs';
import { until } from './wait.mjs';

let site, host, chromium;

before(async () => {
  site = await servePages();
  host = await Host.start({ origins: [site.url] });
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

const heard = (page, check) => page.evaluate(`(${String((c) => window.call.messages.filter((m) => eval(c)(m)))})(${JSON.stringify(check)})`);

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

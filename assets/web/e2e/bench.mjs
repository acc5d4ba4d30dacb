// Prints how long it takes a Chromium to see a call, and what a person costs
// the host in memory. Run by `make bench`; wants a machine with nothing else to do.
import { readFile } from 'node:fs/promises';
import { launchChromium } from './chromium.mjs';
import { Host } from './host.mjs';
import { servePages } from './pages.mjs';
import { until } from './wait.mjs';

const joins = 10;

const site = await servePages();
const host = await Host.start({ origins: [site.url] });
const browser = await launchChromium();

async function dial(user, kinds) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(site.url);
  const { url } = await host.invite(user);
  await page.evaluate((call) => window.dial(call), { url, dialect: 'spec', kinds });
  return page;
}

async function residentKiB() {
  const status = await readFile(`/proc/${host.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
}

const firstFrame = (page) => until('a frame', () => page.evaluate(() => {
  const line = window.call.log.find((entry) => entry.startsWith('first frame'));
  return line && Number(line.split(' ')[2]);
}));

await dial('publisher@a.example', ['audio', 'video']);
await until('the publisher sends', async () => (await host.peer('publisher@a.example'))?.producers.every((p) => p.bitrateBps > 0));

const times = [];
for (let i = 0; i < joins; i++) {
  const page = await dial(`guest${i}@a.example`, []);
  times.push(await firstFrame(page));
  await page.evaluate(() => window.call.hangUp());
  await page.close();
}
times.sort((a, b) => a - b);
const median = (times[joins / 2 - 1] + times[joins / 2]) / 2;
console.log(`join, WebSocket open to first decoded frame: median ${median} ms of ${times.join(' ')}`);

const before = await residentKiB();
const people = 5;
for (let i = 0; i < people; i++) await firstFrame(await dial(`stays${i}@a.example`, []));
console.log(`memory of the host: ${before} KiB with the publisher, ${Math.round((await residentKiB() - before) / people)} KiB more a viewer`);

await browser.close();
await host.stop();
await site.close();

// The host gets another address while a call runs, and all ways to those of before
// are shut: browsers find the new one by an ICE restart (docs/protocol.md 6.4), and
// the same streams go on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { launchChromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';
import { Host } from './host.mjs';
import { Network } from './network.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);
let network;

before(async () => { network = await Network.make(); });
after(() => network?.remove());

const browsers = {
  async Chromium() {
    const browser = await launchChromium({ more: ['--ignore-certificate-errors'] });
    return { open: (url, name) => join(browser, url, name), close: () => browser.close() };
  },
  async Firefox() {
    const browser = await Firefox.launch();
    const open = async (url, person) => {
      const page = await browser.newPage(url);
      await until('the form', () => page.evaluate(() => document.querySelector('[data-testid=name]') !== null));
      await page.evaluate((text) => {
        const name = document.querySelector('[data-testid=name]');
        name.value = text;
        name.dispatchEvent(new Event('input', { bubbles: true }));
      }, person);
      await until('being in', () => page.evaluate(() => {
        if (window.takosCall.state !== 'incall') document.querySelector('[data-testid=join]').click();
        return window.takosCall.state === 'incall';
      }));
      return page;
    };
    return { open, close: () => browser.close() };
  },
};

async function join(browser, url, name) {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await page.goto(url);
  await page.getByTestId('name').fill(name);
  await page.getByTestId('join').click();
  await page.getByTestId('hangup').waitFor();
  return page;
}

const stats = (page) => page.evaluate(() => window.takosCall.getStats());

// decoded is how many pictures of others the page has decoded.
const decoded = async (page) => (await stats(page)).transports.flatMap(({ stats: all }) => all)
  .reduce((sum, it) => sum + (it.type === 'inbound-rtp' && it.kind === 'video' ? it.framesDecoded ?? 0 : 0), 0);

const plays = async (page) => {
  const before = await decoded(page);
  await until('pictures come', async () => (await decoded(page)) > before + 10);
};

const streams = async (page) => {
  const { producers, consumers } = await stats(page);
  return [...producers, ...consumers].map(({ id }) => id).sort();
};

// remotes are where the page's transports find the host.
const remotes = async (page) => (await stats(page)).transports.map(({ stats: all }) => {
  const used = all.find((it) => it.type === 'transport')?.selectedCandidatePairId;
  const pair = all.find((it) => it.type === 'candidate-pair' && (it.selected === true || it.id === used));
  return all.find((it) => it.id === pair?.remoteCandidateId)?.address;
});

let number = 0;
for (const [name, launch] of Object.entries(browsers)) {
  test(`${name} goes on with its streams by the host's new address`, async () => {
    const { address: old, outside, inside } = network.cables[0];
    const net = `10.78.${number++}`;
    const address = `${net}.2`;
    await network.in('nft', 'flush', 'ruleset');
    const host = await Host.start({ http: '0.0.0.0:0', rtc: '0.0.0.0:0', tls: 'self-signed', more: ['--relay', 'off'], network });
    let browser;
    try {
      browser = await launch();
      const port = new URL(host.http).port;
      const { joinUrl } = await host.invite(null, { room: 'Moving' });
      const url = joinUrl.replace(/\/\/[^/]+/, `//${old}:${port}`);
      const pages = [await browser.open(url, 'Hanako'), await browser.open(url, 'Taro')];
      await Promise.all(pages.map(plays));
      const before = await Promise.all(pages.map(streams));

      await run('ip', ['address', 'add', `${net}.1/24`, 'dev', outside]);
      await network.in('ip', 'address', 'add', `${address}/24`, 'dev', inside);
      const walls = [['in', 'input', 'daddr', 'dport'], ['out', 'output', 'saddr', 'sport']].flatMap(([chain, hook, end, tcp]) => [
        `add chain inet walls ${chain} { type filter hook ${hook} priority 0; policy drop; }`,
        `add rule inet walls ${chain} meta oifname lo accept`, `add rule inet walls ${chain} meta iifname lo accept`,
        `add rule inet walls ${chain} ip ${end} ${old} tcp ${tcp} ${port} accept`,
        `add rule inet walls ${chain} ip ${end} ${address} accept`,
      ]);
      await network.in('nft', ['add table inet walls', ...walls].join('; '));
      for (const page of pages) await until('the new address is used', async () => (await remotes(page)).every((it) => it === address));
      await Promise.all(pages.map(plays));
      assert.deepEqual(await Promise.all(pages.map(streams)), before);
    } finally {
      await browser?.close();
      await network.in('ip', 'address', 'del', `${address}/24`, 'dev', inside).catch(() => {});
      await run('ip', ['address', 'del', `${net}.1/24`, 'dev', outside]).catch(() => {});
      await host.stop();
    }
  });
}

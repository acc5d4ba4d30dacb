// Calls from a network that lets nothing through but to the host's web page: no
// UDP, no other port, and in the end nothing that does not begin as TLS does.
// The relay (TURN) on the page's own port carries them.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Authority } from './authority.mjs';
import { launchChromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';
import { Host } from './host.mjs';
import { Network } from './network.mjs';
import { until } from './wait.mjs';

const domain = 'home.example';
let network, authority, certificate, dir, browsers;

before(async () => {
  network = await Network.make();
  // An address that becomes ready later would seem another network to browsers.
  for (const { inside } of network.cables) await network.in('ip', '-6', 'address', 'flush', 'dev', inside);
  authority = await Authority.make();
  certificate = await authority.certify(domain);
  // A program that starts the browser in the network.
  dir = await mkdtemp(path.join(tmpdir(), 'takoshome-relay-'));
  const program = path.join(dir, 'chromium');
  const command = network.wrap([process.env.CHROMIUM ?? '/usr/bin/chromium']);
  await writeFile(program, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  await chmod(program, 0o700);
  const options = {
    executablePath: program,
    // The test's authority is none of the browser's.
    more: [`--host-resolver-rules=MAP ${domain} ${network.gateway}`, '--ignore-certificate-errors'],
  };
  browsers = await Promise.all([launchChromium(options), launchChromium(options)]);
});

after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  await network?.remove();
  await authority?.remove();
  if (dir) await rm(dir, { recursive: true });
});

async function joins(browser, url, name) {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await until('the page opens', () => page.goto(url).then(() => true, (error) => {
    if (/ERR_NETWORK_CHANGED/.test(error.message)) return false; // a cable of another test, or ours
    throw error;
  }));
  await page.getByTestId('name').fill(name);
  await page.getByTestId('join').click();
  await page.getByTestId('hangup').waitFor();
  return page;
}

const stats = (page) => page.evaluate(() => window.takosCall.getStats());

// paths are how the page's media goes: of each transport the relay's protocol.
const paths = async (page) => (await stats(page)).transports.map(({ stats: all }) => {
  const used = all.find((it) => it.type === 'transport')?.selectedCandidatePairId;
  const local = all.find((it) => it.id === all.find((pair) => pair.id === used)?.localCandidateId);
  return local && `${local.candidateType} ${local.relayProtocol}`;
});

// decoded is how many pictures of others the page has decoded.
const decoded = async (page) => (await stats(page)).transports.flatMap(({ stats: all }) => all)
  .reduce((sum, it) => sum + (it.type === 'inbound-rtp' && it.kind === 'video' ? it.framesDecoded ?? 0 : 0), 0);

const plays = async (page) => {
  const before = await decoded(page);
  await until('pictures come', async () => (await decoded(page)) > before + 10);
};

const walls = [
  { through: 'TCP to the page', by: 'relay tcp', name: () => network.gateway, tls: () => 'self-signed' },
  {
    through: 'TLS to the page', by: 'relay tls', name: () => domain, tls: () => `${certificate.cert},${certificate.key}`,
    // What begins with a byte of zero, as a request to a relay does, is no TLS.
    refused: '@ih,0,8 0',
  },
];

for (const { through, by, name, tls, refused } of walls) {
  test(`a call from a network that lets through nothing but ${through}`, async () => {
    const host = await Host.start({
      http: '0.0.0.0:0', rtc: '0.0.0.0:0', announce: [network.gateway], tls: tls(), more: ['--relay', '0.0.0.0:0'],
    });
    try {
      const port = new URL(host.http).port;
      await network.in('nft', ['flush ruleset', 'add table inet walls',
        'add chain inet walls out { type filter hook output priority 0; policy drop; }',
        'add rule inet walls out oifname lo accept',
        ...(refused ? [`add rule inet walls out tcp dport ${port} ${refused} drop`] : []),
        `add rule inet walls out ip daddr ${network.gateway} tcp dport ${port} accept`].join('; '));
      const { joinUrl } = await host.invite(null, { room: 'Behind walls' });
      const url = joinUrl.replace(/\/\/[^/]+/, `//${name()}:${port}`);
      const people = ['Hanako', 'Taro'];
      const pages = await Promise.all(people.map((person, i) => joins(browsers[i], url, person)));
      await Promise.all(pages.map(plays));
      for (const page of pages) assert.deepEqual(await paths(page), [by, by]);
      for (const person of people) {
        assert.deepEqual((await host.peer(person)).transports.map((transport) => transport.protocol), ['relay', 'relay']);
      }
      for (const page of pages) await page.getByTestId('hangup').click();
      await until('the room is empty', async () => (await host.status()).rooms.length === 0);
    } finally {
      await host.stop();
    }
  });
}

// Where media reaches nobody but through the relay, by UDP in this case.
test('Firefox uses the relay, too', async () => {
  const host = await Host.start({
    http: '0.0.0.0:0', rtc: '0.0.0.0:0', announce: ['203.0.113.5'], tls: 'self-signed', more: ['--relay', '0.0.0.0:0'],
  });
  const firefox = await Firefox.launch();
  const chromium = await launchChromium({ more: ['--ignore-certificate-errors'] });
  try {
    const { joinUrl } = await host.invite(null, { room: 'Far away' });
    const url = joinUrl.replace(/\/\/[^/:]+/, `//${network.gateway}`);
    const other = await joins(chromium, url, 'Taro');
    const page = await firefox.newPage(url);
    await until('the page asks for the name', () => page.evaluate(() => window.takosCall?.state === 'prejoin'));
    await page.evaluate(() => {
      document.querySelector('#name').value = 'Hanako';
      document.querySelector('#join').click();
    });
    await until('Hanako is in the call', () => page.evaluate(() => window.takosCall.state === 'incall'));
    await Promise.all([page, other].map(plays));
    for (const person of ['Hanako', 'Taro']) {
      assert.deepEqual((await host.peer(person)).transports.map((transport) => transport.protocol), ['relay', 'relay']);
    }
  } finally {
    await firefox.close();
    await chromium.close();
    await host.stop();
  }
});

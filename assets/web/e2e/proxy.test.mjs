// The page behind a real nginx that encrypts and has the host below a path, set up
// as docs/reverse-proxy.md says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { start } from './children.mjs';
import { launchChromium } from './chromium.mjs';
import { Host } from './host.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);
const manual = new URL('../../../docs/reverse-proxy.md', import.meta.url);
const control = (page, id) => page.getByTestId(id);
const tile = (page, peer) => page.locator(`[data-testid=tile][data-peer="${peer}"]`);

// The proxy comes from an address of its own: else whoever tests, who is on this
// computer too, would be a trusted proxy.
const proxyAddress = '127.0.0.9';

let dir, nginx, browser, kept, host;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// blockOf is the first nginx block of the manual, for the ports and files of the test.
async function blockOf(port, backend) {
  const [, block] = /```nginx\n([\s\S]*?)```/.exec(await readFile(manual, 'utf8'));
  return block
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll('/etc/ssl/home.example', `${dir}/proxy`)
    .replace('http://127.0.0.1:8080/', `http://${backend}/`)
    .replace('location /calls/ {', `location /calls/ {\n        proxy_bind ${proxyAddress};`);
}

async function startNginx(block) {
  const file = path.join(dir, 'nginx.conf');
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${dir}/${what};`);
  await writeFile(file, `daemon off;\nmaster_process off;\npid ${dir}/nginx.pid;\nerror_log stderr warn;\n` +
    `events {}\nhttp {\naccess_log ${dir}/access.log;\n${places.join('\n')}\n${block}\n}\n`);
  const process = start('nginx', ['-p', dir, '-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'inherit'] });
  process.gone = new Promise((resolve) => process.once('exit', resolve));
  await new Promise((resolve, reject) => {
    process.once('spawn', resolve);
    process.once('error', (error) => reject(new Error(`nginx is needed (make deps-test): ${error.message}`)));
  });
  return process;
}

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'takoshome-proxy-'));
  await chmod(dir, 0o755);
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', `${dir}/proxy.key`, '-out', `${dir}/proxy.pem`]);
  const [port, backend] = [await freePort(), `127.0.0.1:${await freePort()}`];
  kept = { port, base: `https://localhost:${port}/calls` };
  host = await Host.start({
    http: backend, settings: `public_url = "${kept.base}"\ntrusted_proxies = ["${proxyAddress}"]\n`,
  });
  host.backend = backend;
  nginx = await startNginx(await blockOf(port, backend));
  await until('nginx answers', async () => {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`);
    return (await get(`${kept.base}/about`).catch(() => 0)) === 200;
  });
  browser = await launchChromium({ more: ['--ignore-certificate-errors'] });
});

after(async () => {
  await browser?.close();
  nginx?.kill('SIGTERM');
  await nginx?.gone;
  await host?.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

// get asks from an address of this computer, and gives the status.
function get(url, { from = '127.0.0.1', forwarded } = {}) {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secureRequest : request;
    const headers = forwarded ? { 'X-Forwarded-For': forwarded } : {};
    send(url, { localAddress: from, family: 4, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode));
    }).once('error', reject).end();
  });
}

async function visit(url) {
  const context = await browser.newContext({ locale: 'en-US' });
  context.setDefaultTimeout(60_000); // three processes of a browser and a busy machine
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (message) => { if (message.type() === 'error') page.problems.push(message.text()); });
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('request', (asked) => {
    if (!asked.url().startsWith(`${kept.base}/`) && !asked.url().startsWith('blob:')) page.problems.push(`outside: ${asked.url()}`);
  });
  page.sockets = [];
  page.on('websocket', (socket) => page.sockets.push(new URL(socket.url()).pathname));
  await page.goto(url);
  return page;
}

async function plays(page, peer) {
  const time = () => tile(page, peer).locator('video').evaluate((video) => video.currentTime);
  const first = await time();
  await until(`${peer} plays`, async () => (await time()) > first);
}

test('a call of two browsers below a path', async () => {
  const { joinUrl } = await host.invite(null, { room: 'proxied' });
  assert.ok(joinUrl.startsWith(`${kept.base}/j#i=`), joinUrl);
  const pages = [];
  for (const name of ['Hanako', 'Taro']) {
    const page = await visit(joinUrl);
    await control(page, 'name').waitFor().catch(async () => {
      assert.fail(`no name is asked for: ${await page.locator('body').innerText()} ${page.problems.join('; ')}`);
    });
    await control(page, 'name').fill(name);
    await control(page, 'join').click();
    await control(page, 'hangup').waitFor();
    pages.push(page);
  }
  await plays(pages[0], 'Taro');
  await plays(pages[1], 'Hanako');
  for (const page of pages) {
    assert.deepEqual(page.sockets, ['/calls/_takos/v2/call']);
    await control(page, 'hangup').click();
  }
  await until('the room is empty', async () => (await host.status()).rooms.length === 0);
  for (const page of pages) {
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
  const log = await readFile(`${dir}/access.log`, 'utf8');
  assert.ok(!log.includes('token='), 'the proxy writes tokens into its log');
});

// clientOf is who the host takes the asker of the newest request for.
async function clientOf(url, how) {
  const seen = host.logs.length;
  assert.equal(await get(url, how), 200);
  let line;
  await until('the request is in the log', () => {
    line = host.logs.slice(seen).find((text) => text.includes('GET /about'));
    return line !== undefined;
  });
  return /client=(\S+)/.exec(line)[1];
}

test('the proxy tells who asks, and nobody else does', async () => {
  const proxied = `${kept.base}/about`;
  assert.equal(await clientOf(proxied, { from: '127.0.0.5' }), '127.0.0.5');
  assert.equal(await clientOf(proxied, { from: '127.0.0.5', forwarded: '203.0.113.9' }), '127.0.0.5');
  const direct = `http://${host.backend}/about`;
  assert.equal(await clientOf(direct, { from: '127.0.0.5', forwarded: '203.0.113.9' }), '127.0.0.5');
  assert.equal(await clientOf(direct, { from: proxyAddress, forwarded: '203.0.113.9' }), '203.0.113.9');
});

test('a proxy may leave the path in', async () => {
  assert.equal(await get(`http://${host.backend}/calls/about`), 200);
  assert.equal(await get(`http://${host.backend}/calls/j`), 200);
  assert.equal(await get(`http://${host.backend}/callsabout`), 404);
});


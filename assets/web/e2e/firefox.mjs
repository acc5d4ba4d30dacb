// Drives Debian's Firefox ESR by WebDriver BiDi: the little of it that the
// tests need. https://www.w3.org/TR/webdriver-bidi/
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const preferences = {
  'media.navigator.permission.disabled': true,
  'media.navigator.streams.fake': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
};

export class Firefox {
  static async launch() {
    const browser = new Firefox();
    browser.profile = await mkdtemp(path.join(tmpdir(), 'takoshome-firefox-'));
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    await writeFile(path.join(browser.profile, 'user.js'), lines.join('\n'));
    browser.process = spawn(process.env.FIREFOX ?? '/usr/bin/firefox-esr',
      ['--headless', '--no-remote', '--profile', browser.profile, '--remote-debugging-port', '0'],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: browser.profile } });
    const endpoint = await new Promise((resolve, reject) => {
      browser.process.once('exit', (code) => reject(new Error(`firefox ended with ${code}`)));
      createInterface({ input: browser.process.stderr }).on('line', (line) => {
        const match = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
        if (match) resolve(match[1]);
      });
    });
    await browser.connect(`${endpoint}/session`);
    await browser.command('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
    return browser;
  }

  connect(url) {
    this.pending = new Map();
    this.socket = new WebSocket(url);
    this.socket.on('close', () => {
      for (const { reject } of this.pending.values()) reject(new Error('firefox is gone'));
    });
    this.socket.on('message', (data) => {
      const message = JSON.parse(data);
      const { resolve, reject } = this.pending.get(message.id) ?? {};
      this.pending.delete(message.id);
      if (message.type === 'error') reject?.(new Error(`${message.error}: ${message.message}`));
      else resolve?.(message.result);
    });
    return new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
  }

  command(method, params = {}) {
    const id = (this.lastId = (this.lastId ?? 0) + 1);
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  async newPage(url) {
    const { context } = await this.command('browsingContext.create', { type: 'tab' });
    await this.command('browsingContext.navigate', { context, url, wait: 'complete' });
    return new Page(this, context);
  }

  async close() {
    this.socket.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill();
      await ended;
    }
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Page {
  constructor(browser, context) { Object.assign(this, { browser, context }); }

  // evaluate runs an async function of one JSON argument in the page.
  async evaluate(fn, argument) {
    const source = `async () => JSON.stringify(await (${fn})(${JSON.stringify(argument) ?? ''}) ?? null)`;
    const { type, result, exceptionDetails } = await this.browser.command('script.callFunction', {
      functionDeclaration: source, awaitPromise: true, target: { context: this.context },
    });
    if (type === 'exception') throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  }

  async close() { await this.browser.command('browsingContext.close', { context: this.context }); }
}

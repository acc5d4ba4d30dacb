// Debian's Chromium with a fake microphone and camera, and what every page
// test watches: nothing may break the policy, ask an outside host, or throw.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { MockHost } from '../mock/host';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SHOTS = process.env.JOINPAGE_SHOTS ?? join(process.cwd(), 'test-output');

/** A name for 127.0.0.1 that a browser does not hold for this computer itself. */
export const INSECURE_HOST = 'host.test';

/** One browser for a file of tests; a test that failed leaves nothing open behind it. */
export function useBrowser(): { visit: (options?: BrowserContextOptions) => Promise<Visit> } {
  let browser: Browser;
  const visits: Visit[] = [];
  before(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const visit of visits.splice(0)) await visit.close();
  });
  after(() => browser.close());
  return {
    visit: async (options) => {
      const visit = await Visit.start(browser, options);
      visits.push(visit);
      return visit;
    },
  };
}

async function launch(): Promise<Browser> {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing: the page tests need Debian's chromium`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--no-sandbox', '--disable-gpu',
      '--no-first-run', '--disable-background-networking', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
    ],
  });
}

/** One page with its own host, for one test. */
export class Visit {
  readonly faults: string[] = [];
  #closed = false;

  private constructor(readonly host: MockHost, readonly context: BrowserContext, readonly page: Page) {}

  static async start(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
    const host = await MockHost.start();
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 720 }, ...options });
    const page = await context.newPage();
    const visit = new Visit(host, context, page);
    visit.#watch();
    return visit;
  }

  /** Opens a link and waits for the page's first view. */
  async open(fragment: string, hostname?: string): Promise<void> {
    await this.page.goto(this.host.page(fragment, hostname));
    await this.page.waitForFunction(() => window.takosCall.state !== 'starting');
  }

  /** Opens a room link and joins with a name. */
  async joinRoom(name = 'Hanako'): Promise<void> {
    await this.open('#i=CODE');
    await this.page.getByTestId('name').fill(name);
    await this.page.getByTestId('join').click();
    await this.inState('incall');
  }

  /** Looks again with every picture of the page until the answer is yes; unlike waitForFunction it waits for promises. */
  async eventually(question: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await this.page.evaluate(question))) await this.page.evaluate(() => new Promise(requestAnimationFrame));
  }

  inState(state: string): Promise<unknown> {
    return this.page.waitForFunction((wanted) => window.takosCall.state === wanted, state);
  }

  /** A picture for a person to look at. */
  async shot(name: string): Promise<void> {
    await mkdir(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }

  /** Ends the visit; fails if the page did anything it must not. */
  async end(): Promise<void> {
    await this.close();
    assert.deepEqual(this.faults, []);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.context.close();
    await this.host.stop();
  }

  #watch(): void {
    const { page, host } = this;
    if (process.env.JOINPAGE_DEBUG !== undefined) page.on('console', (message) => console.log('console:', message.text()));
    page.on('pageerror', (error) => this.faults.push(`thrown: ${error.message}`));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) this.faults.push(message.text());
    });
    page.on('request', (request) => {
      const { port, protocol } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && port !== String(host.port)) this.faults.push(`asked ${request.url()}`);
    });
  }
}

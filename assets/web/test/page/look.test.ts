// How the page looks: tiles at every size and number of people stay inside the
// window and apart; pictures go to test-output/ (or $JOINPAGE_SHOTS) to be looked at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Producer } from '../mock/host';
import { INSECURE_HOST, useBrowser } from './browser';

const SIZES = [{ width: 360, height: 640 }, { width: 1280, height: 720 }];
const LOOKS = [
  { locale: 'en-GB', colorScheme: 'light' },
  { locale: 'ja-JP', colorScheme: 'dark' },
] as const;
const NAMES = [
  'alice@a.example', 'はなこ', 'Maximilian-Alexander von Hohenlohe-Langen', 'נועה לוי', '👩‍👩‍👧‍👦 Familie', 'محمد عبد الله',
  '佐藤太郎＠東京', 'Ω', 'bob@b.example', 'bob@c.example', 'Zoë',
];

const { visit: startVisit } = useBrowser();

for (const look of LOOKS) {
  for (const size of SIZES) {
    const name = `${look.locale.slice(0, 2)}-${look.colorScheme}-${size.width}`;

    test(`before joining: ${name}`, async () => {
      const visit = await startVisit({ ...look, viewport: size });
      await visit.open('#i=CODE');
      await visit.page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).videoWidth > 0);
      await visit.page.getByTestId('name').fill('はなこ');
      await insideWindow(visit.page, '#join');
      await visit.shot(`prejoin-${name}`);
      await visit.end();
    });

    for (const people of [1, 2, 4, 12]) {
      test(`${people} in the call: ${name}`, async () => {
        const visit = await startVisit({ ...look, viewport: size });
        visit.host.peers = NAMES.slice(0, people - 1);
        await visit.joinRoom();
        await someVideos(visit.page);
        await tilesFit(visit.page, people);
        await insideWindow(visit.page, '#hangup');
        await visit.shot(`call-${people}-${name}`);
        await visit.end();
      });
    }
  }

  test(`a shared screen, a notice, the devices, the end: ${look.locale}`, async () => {
    const visit = await startVisit(look);
    visit.host.peers = NAMES.slice(0, 5);
    visit.host.producers = [{ id: 'p1', peerId: 'はなこ', kind: 'video', source: 'screen' } satisfies Producer];
    await visit.joinRoom();
    await visit.page.locator('[data-kind=screen]').waitFor();
    await someVideos(visit.page);
    await tilesFit(visit.page, 7);
    await visit.page.getByTestId('devices').click();
    await visit.shot(`screen-devices-${look.locale}`);
    visit.host.refuse = () => 502;
    visit.host.link.socket.terminate();
    await visit.inState('reconnecting');
    await visit.shot(`reconnecting-${look.locale}`);
    await visit.page.getByTestId('hangup').click();
    await visit.shot(`ended-${look.locale}`);
    await visit.end();
  });

  test(`without devices: ${look.locale}`, async () => {
    const visit = await startVisit({ ...look, viewport: { width: 360, height: 640 } });
    await visit.open('#i=CODE', INSECURE_HOST);
    await visit.page.getByTestId('device-problem').waitFor();
    await insideWindow(visit.page, '#join');
    await visit.shot(`insecure-${look.locale}`);
    await visit.end();
  });
}

test('a call of sound alone, on a wide and a narrow window', async () => {
  const visit = await startVisit({ locale: 'ja-JP' });
  visit.host.callType = 'audio';
  visit.host.info.body = { room: 'おしゃべり', callType: 'audio', people: 1 };
  visit.host.peers = NAMES.slice(0, 3);
  await visit.open('#i=CODE');
  await visit.page.getByText('おしゃべり').waitFor();
  await visit.page.getByTestId('name').fill('はなこ');
  await visit.shot('prejoin-audio-1280');
  await visit.page.setViewportSize({ width: 480, height: 600 });
  await insideWindow(visit.page, '#join');
  await visit.shot('prejoin-audio-480');
  await visit.page.getByTestId('join').click();
  await visit.inState('incall');
  await tilesFit(visit.page, 4);
  await visit.shot('call-audio-480');
  await visit.end();
});

/** Gives every second tile of others a drawn picture, as no media comes from the mock. */
async function someVideos(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const videos = [...document.querySelectorAll<HTMLVideoElement>('[data-self=false] video')].filter((_, at) => at % 2 === 0);
    for (const [at, video] of videos.entries()) {
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
      const context = canvas.getContext('2d')!;
      context.fillStyle = `hsl(${at * 67} 45% 45%)`;
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = '#fff';
      context.beginPath();
      context.arc(320, 180, 90, 0, 7);
      context.fill();
      video.srcObject = canvas.captureStream(5);
      await video.play();
      (video.closest('.tile') as HTMLElement).dataset.video = 'on';
    }
  });
}

async function tilesFit(page: Page, count: number): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelectorAll('.tile').length === wanted, count);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const stage = document.querySelector('#tiles')!.getBoundingClientRect();
    const tiles = [...document.querySelectorAll<HTMLElement>('.tile')];
    const boxes = tiles.map((tile) => tile.getBoundingClientRect());
    tiles.forEach((tile, at) => {
      const box = boxes[at]!;
      const who = tile.dataset.peer;
      if (box.width < 60 || box.height < 60) found.push(`${who} is too small: ${box.width}x${box.height}`);
      if (box.left < stage.left - 1 || box.right > stage.right + 1) found.push(`${who} stands out`);
      const label = tile.querySelector('.label')!.getBoundingClientRect();
      if (label.width < 20 || label.left < box.left || label.right > box.right || label.bottom > box.bottom) found.push(`${who}'s name stands out`);
      if (tile.dataset.floating === 'true') return;
      boxes.forEach((other, index) => {
        if (index <= at || tiles[index]!.dataset.floating === 'true') return;
        const apart = other.left >= box.right - 1 || other.right <= box.left + 1 || other.top >= box.bottom - 1 || other.bottom <= box.top + 1;
        if (!apart) found.push(`${who} is under ${tiles[index]!.dataset.peer}`);
      });
    });
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;
  });
  assert.deepEqual(faults, []);
}

async function insideWindow(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  const size = page.viewportSize();
  assert.ok(box !== null && size !== null);
  assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height, `${selector} is outside: ${JSON.stringify(box)}`);
}

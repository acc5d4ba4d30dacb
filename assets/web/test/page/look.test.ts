// How the page looks: tiles at every size and number of people stay inside the
// window and apart; pictures go to test-output/ (or $JOINPAGE_SHOTS) to be looked at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { EXTENSIONS, type Producer } from '../mock/host';
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

const CONVERSATION = [
  ['alice@a.example', 'Hi everybody! Can you hear me?'],
  ['はなこ', '聞こえるよ〜！'],
  ['はなこ', '来週の旅行、何時に出発する？\n9時でいいかな'],
  ['Maximilian-Alexander von Hohenlohe-Langen', 'Nine is fine with me. This is where we meet, by the way: https://maps.example/some/very/long/path/that/does/not/want/to/break?with=parameters&and=more'],
  ['נועה לוי', 'שלום לכולם 👋'],
] as const;

const { visit: startAnyVisit } = useBrowser();

/** A visit to a host that offers all there is. */
async function startVisit(options: Parameters<typeof startAnyVisit>[0]): ReturnType<typeof startAnyVisit> {
  const visit = await startAnyVisit(options);
  visit.host.extensions = EXTENSIONS;
  return visit;
}

for (const look of LOOKS) {
  for (const size of SIZES) {
    const name = `${look.locale.slice(0, 2)}-${look.colorScheme}-${size.width}`;

    test(`before joining: ${name}`, async () => {
      const visit = await startVisit({ ...look, viewport: size });
      await visit.open('#i=CODE');
      await visit.page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).videoWidth > 0);
      await visit.page.getByTestId('name').fill('はなこ');
      await insideWindow(visit.page, '#join');
      await insideWindow(visit.page, '#open-app');
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

  for (const size of SIZES) {
    test(`the chat: ${look.locale} ${size.width}`, async () => {
      const visit = await startVisit({ ...look, viewport: size });
      const { host, page } = visit;
      host.peers = NAMES.slice(0, 3);
      host.producers = NAMES.slice(0, 3).map((peerId, at) => ({ id: `a${at}`, peerId, kind: 'audio', paused: at === 1 }) satisfies Producer);
      for (const [who, text] of CONVERSATION) host.remember(who, text);
      await visit.joinRoom();
      await someVideos(page);
      host.send({ type: 'speaking', peerIds: [NAMES[0]] });
      await page.locator('[data-self=false][data-speaking=true]').waitFor();
      await page.locator('[data-self=false][data-audio=muted]').waitFor({ state: 'attached' });
      await page.getByTestId('chat-unread').waitFor();
      host.say('はなこ', look.locale === 'ja-JP' ? '聞こえる？' : 'Are you there?');
      await page.getByTestId('status').getByText('はなこ').waitFor();
      await visit.shot(`chat-unread-${look.locale}-${size.width}`);
      await page.getByTestId('chat-toggle').click();
      await page.getByTestId('chat-text').fill(look.locale === 'ja-JP' ? '駅に着いたら連絡するね' : 'See you at the station then');
      await page.keyboard.press('Enter');
      await page.getByTestId('said').nth(CONVERSATION.length + 1).waitFor();
      await insideWindow(page, '#chat');
      const outside = await page.evaluate(() => {
        const right = document.querySelector('#chat-list')!.getBoundingClientRect().right + 1;
        return [...document.querySelectorAll('#chat-list :is(.text, time)')].filter((it) => it.getBoundingClientRect().right > right).map((it) => it.textContent);
      });
      assert.deepEqual(outside, []);
      await insideWindow(page, '#hangup');
      await visit.shot(`chat-${look.locale}-${size.width}`);
      await visit.end();
    });
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

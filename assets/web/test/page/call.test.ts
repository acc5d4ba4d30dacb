// In the call: others come and go, buttons and keys, breaks and ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { useBrowser, type Visit } from './browser';

const ALICE = 'alice@a.example';

const { visit: startVisit } = useBrowser();

function tile(page: Page, peer: string, kind = 'camera'): Locator {
  return page.locator(`[data-testid=tile][data-peer="${peer}"][data-kind=${kind}]`);
}

/** Joins and waits until microphone and camera are sent. */
async function inCall(options?: BrowserContextOptions): Promise<Visit> {
  const visit = await startVisit(options);
  await visit.joinRoom();
  await visit.host.until(() => visit.host.received('produce').length === 2);
  return visit;
}

test('others come, send, show a screen, and go', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('alone').waitFor();
  host.send({ type: 'join', peerId: ALICE, producers: [] });
  await page.getByTestId('status').getByText('alice joined.').waitFor();
  assert.equal(await tile(page, ALICE).locator('.name').textContent(), 'alice');
  assert.equal(await tile(page, ALICE).getAttribute('data-audio'), 'none');
  assert.equal(await page.getByTestId('alone').isVisible(), false);

  host.announce({ id: 'a', peerId: ALICE, kind: 'audio' });
  host.announce({ id: 'v', peerId: ALICE, kind: 'video' });
  host.announce({ id: 's', peerId: ALICE, kind: 'video', source: 'screen' });
  await tile(page, ALICE, 'screen').waitFor();
  await visit.eventually(async () => (await window.takosCall.getStats()).consumers.length === 3);
  await page.waitForFunction((peer) => document.querySelector(`[data-peer="${peer}"]`)?.getAttribute('data-audio') === 'on', ALICE);

  host.endProducer('s');
  await tile(page, ALICE, 'screen').waitFor({ state: 'detached' });
  host.announce({ id: 's', peerId: ALICE, kind: 'video', source: 'screen' });
  await tile(page, ALICE, 'screen').waitFor();

  host.send({ type: 'leave', peerId: ALICE });
  await page.getByTestId('status').getByText('alice left.').waitFor();
  assert.equal(await page.getByTestId('tile').count(), 1);
  assert.deepEqual((await page.evaluate(() => window.takosCall.getStats())).consumers, []);
  await visit.end();
});

test('a join announces what that person sends already', async () => {
  const visit = await inCall();
  const { host } = visit;
  host.producers = [{ id: 'v', peerId: ALICE, kind: 'video' }];
  host.send({ type: 'join', peerId: ALICE, producers: [{ id: 'v', kind: 'video' }] });
  await visit.eventually(async () => (await window.takosCall.getStats()).consumers[0]?.producerId === 'v');
  await visit.end();
});

test('a producer that is gone already is no fault', async () => {
  const visit = await inCall();
  const { host } = visit;
  host.send({ type: 'produced', producerId: 'gone', peerId: ALICE, kind: 'video' });
  await host.until(() => host.received('consume').length === 1);
  host.announce({ id: 'v', peerId: ALICE, kind: 'video' });
  await visit.eventually(async () => (await window.takosCall.getStats()).consumers.length === 1);
  await visit.end();
});

test('muting pauses and keeps the stream; the camera off ends it, and its light', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  const self = tile(page, 'Hanako');
  await page.getByTestId('mute').click();
  await page.getByTestId('status').getByText('Your microphone is off.').waitFor();
  await page.waitForFunction(() => document.querySelector('[data-self=true]')?.getAttribute('data-audio') === 'muted');
  assert.equal((await page.evaluate(() => window.takosCall.getStats())).producers.find(({ kind }) => kind === 'audio')?.paused, true);
  await page.getByTestId('mute').click();
  await page.waitForFunction(() => document.querySelector('[data-self=true]')?.getAttribute('data-audio') === 'on');

  const track = await page.evaluateHandle(() => (document.querySelector<HTMLVideoElement>('[data-self=true] video')!.srcObject as MediaStream).getVideoTracks()[0]!);
  await page.getByTestId('camera').click();
  await host.until(() => host.received('closeProducer').length === 1);
  assert.deepEqual(host.received('closeProducer'), [{ type: 'closeProducer', producerId: 'mine-2' }]);
  assert.equal(await track.evaluate((it) => it.readyState), 'ended');
  await page.waitForFunction(() => document.querySelector('[data-self=true]')?.getAttribute('data-video') === 'off');
  await page.getByTestId('camera').click();
  await host.until(() => host.received('produce').length === 3);
  await page.waitForFunction(() => document.querySelector('[data-self=true]')?.getAttribute('data-video') === 'on');
  assert.equal(await self.count(), 1);
  await visit.end();
});

test('a screen is shared as a second video and taken back', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(Object.assign(document.createElement('canvas'), { width: 64, height: 64 }).captureStream(5));
  });
  await page.getByTestId('share').click();
  await host.until(() => host.received('produce').length === 3);
  assert.equal(host.received('produce')[2]?.source, 'screen');
  await page.getByTestId('share').click();
  await host.until(() => host.received('closeProducer').length === 1);
  assert.equal(await page.getByTestId('share').textContent(), 'Share screen');
  await visit.end();
});

test('everything works by keyboard', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.keyboard.press('m');
  await page.getByTestId('status').getByText('Your microphone is off.').waitFor();
  await page.keyboard.press('v');
  await host.until(() => host.received('closeProducer').length === 1);
  await page.keyboard.press('Control+m');
  assert.equal(await page.getByTestId('mute').textContent(), 'Unmute');

  const reached = new Set<string>();
  for (let press = 0; press < 12; press++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle } = getComputedStyle(element);
      return outlineStyle === 'none' && element !== document.body ? `${element.id} has no visible focus` : element.id;
    }));
  }
  for (const id of ['mute', 'camera', 'share', 'devices', 'hangup']) assert.ok(reached.has(id), `${id}: ${[...reached].join(', ')}`);

  await page.locator('#devices').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('device-panel').waitFor();
  await page.getByTestId('device-panel').getByTestId('pick-camera').focus();
  await page.keyboard.press('m');
  assert.equal(await page.getByTestId('mute').textContent(), 'Unmute');
  await page.keyboard.press('Escape');
  assert.equal(await page.getByTestId('device-panel').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'devices');
  await page.locator('#hangup').focus();
  await page.keyboard.press('Enter');
  await visit.inState('ended');
  await visit.end();
});

test('another camera is sent in place of the first', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('devices').click();
  const before = await page.evaluate(() => (document.querySelector<HTMLVideoElement>('[data-self=true] video')!.srcObject as MediaStream).id);
  await page.getByTestId('device-panel').getByTestId('pick-microphone').selectOption({ index: 1 });
  await visit.eventually(async () => (await window.takosCall.getStats()).producers.length === 2);
  await page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const original = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      document.querySelector<HTMLElement>('#mute')!.click(); // something else changes meanwhile
      return original(wanted);
    };
  });
  await page.getByTestId('device-panel').getByTestId('pick-camera').dispatchEvent('change');
  await page.waitForFunction((id) => (document.querySelector<HTMLVideoElement>('[data-self=true] video')!.srcObject as MediaStream).id !== id, before);
  assert.deepEqual([host.received('produce').length, host.received('closeProducer').length], [2, 0]);
  await visit.end();
});

test('an unplugged camera ends its stream; the call goes on', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
    const track = (document.querySelector<HTMLVideoElement>('[data-self=true] video')!.srcObject as MediaStream).getVideoTracks()[0]!;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  });
  await host.until(() => host.received('closeProducer').length === 1);
  assert.equal(await page.getByTestId('camera').textContent(), 'Camera on');
  assert.equal(await page.evaluate(() => window.takosCall.state), 'incall');
  await visit.end();
});

test('sound that the browser holds back is turned on by a button', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.evaluate(() => {
    const play = HTMLAudioElement.prototype.play;
    HTMLAudioElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    document.addEventListener('click', () => (HTMLAudioElement.prototype.play = play), true);
  });
  host.announce({ id: 'a', peerId: ALICE, kind: 'audio' });
  await page.getByTestId('notice').getByText('Your browser is holding back the sound.').waitFor();
  await page.getByRole('button', { name: 'Turn on sound' }).click();
  await page.getByTestId('notice').waitFor({ state: 'hidden' });
  await visit.end();
});

test('a camera that cannot be opened in the call is explained', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('camera').click();
  await host.until(() => host.received('closeProducer').length === 1);
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotReadableError'));
  });
  await page.getByTestId('camera').click();
  await page.getByTestId('status').getByText('Another program is using the camera.').waitFor();
  await visit.end();
});

test('one can hide oneself and come back', async () => {
  const visit = await inCall();
  const { page } = visit;
  await tile(page, 'Hanako').hover();
  await page.getByRole('button', { name: 'Hide my picture' }).click();
  await tile(page, 'Hanako').waitFor({ state: 'hidden' });
  await page.getByTestId('show-self').click();
  await tile(page, 'Hanako').waitFor();
  await visit.end();
});

test('hanging up closes with 1000, puts the devices away, and the room link works again', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  const stream = await page.evaluateHandle(() => document.querySelector<HTMLVideoElement>('[data-self=true] video')!.srcObject as MediaStream);
  await page.getByTestId('hangup').click();
  await host.until(() => host.link.closeCode === 1000);
  assert.equal(await page.getByTestId('ended-title').textContent(), 'You left the call');
  assert.equal(await stream.evaluate((it) => it.getVideoTracks()[0]?.readyState), 'ended');
  await page.getByTestId('again').click();
  assert.equal(await page.getByTestId('name').inputValue(), 'Hanako');
  await page.getByTestId('join').click();
  await visit.inState('incall');
  await host.until(() => host.links.length === 2 && host.received('produce').length === 2);
  await visit.end();
});

test('a broken socket comes back with everything kept', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.peers = [ALICE, 'Bob'];
  host.send({ type: 'join', peerId: ALICE, producers: [] });
  host.announce({ id: 'v', peerId: ALICE, kind: 'video' });
  host.announce({ id: 'a', peerId: ALICE, kind: 'audio' });
  await visit.eventually(async () => (await window.takosCall.getStats()).consumers.length === 2);
  const kept = await page.evaluate(async () => (await window.takosCall.getStats()).consumers.map(({ id }) => id).sort());
  host.producers = host.producers.filter(({ id }) => id !== 'a');
  host.link.socket.terminate();
  await page.getByTestId('notice').getByText('Reconnecting').waitFor();
  await host.until(() => host.links.length === 2);
  await visit.inState('incall');
  assert.equal(host.link.query.toString(), 'resume=secret-1&media=keep&dialect=spec');
  await tile(page, 'Bob').waitFor();
  await visit.eventually(async () => (await window.takosCall.getStats()).consumers.length === 1);
  assert.deepEqual(host.received('produce'), []);
  assert.equal(kept.length, 2);
  assert.equal(await page.getByTestId('notice').isVisible(), false);
  await visit.end();
});

test('a resume that lost the media sends and receives anew', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.peers = [ALICE];
  host.announce({ id: 'v', peerId: ALICE, kind: 'video' });
  await page.getByTestId('mute').click();
  host.keepsMedia = false;
  host.link.socket.terminate();
  await host.until(() => host.links.length === 2 && host.received('produce').length === 2 && host.received('consume').length === 1);
  await visit.inState('incall');
  await visit.eventually(async () => {
    const { producers, consumers } = await window.takosCall.getStats();
    return producers.length === 2 && consumers.length === 1 && producers.find(({ kind }) => kind === 'audio')?.paused === true;
  });
  await visit.end();
});

test('a reload comes back into the call by the secret, still muted', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('mute').click();
  await page.reload();
  await host.until(() => host.links.length === 2);
  assert.equal(host.links[0]?.closeCode, 1001);
  assert.equal(host.link.query.toString(), 'resume=secret-1&dialect=spec');
  await visit.inState('incall');
  await host.until(() => host.received('produce').length === 2);
  assert.equal(await page.getByTestId('mute').textContent(), 'Unmute');
  assert.equal(host.joins.length, 1);
  assert.equal(await page.evaluate(() => JSON.parse(sessionStorage.getItem('takos.session') ?? '{}').resume), undefined);
  await visit.end();
});

test('a reload that comes too late asks the room link for a new place', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.refuse = (query) => (query.has('resume') ? 401 : undefined);
  host.join.body = { token: 'token-2', user: 'Hanako' };
  await page.reload();
  await host.until(() => host.links.length === 2);
  assert.equal(host.link.query.get('token'), 'token-2');
  assert.deepEqual(host.joins.at(-1), { code: 'CODE', name: 'Hanako' });
  await visit.inState('incall');
  await visit.end();
});

test('a used token link has no way back after a late reload', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await visit.open('#t=TOKEN');
  await page.getByTestId('join').click();
  await visit.inState('incall');
  host.refuse = () => 401;
  await page.reload();
  await page.getByTestId('ended').getByText('You were away too long').waitFor();
  assert.equal(await page.getByTestId('again').isVisible(), false);
  await visit.end();
});

for (const [code, title] of [
  [4000, 'You were removed from the call'],
  [4001, 'The call goes on elsewhere'],
  [4008, 'No way was found for sound and picture'],
  [4010, 'The call has ended'],
  [1008, 'Something went wrong'],
] as const) {
  test(`close code ${code}: ${title}`, async () => {
    const visit = await inCall();
    visit.host.link.socket.close(code);
    await visit.page.getByTestId('ended').getByText(title).waitFor();
    assert.equal(await visit.page.evaluate(() => window.takosCall.state), 'ended');
    await visit.end();
  });
}

test('a host that is gone is given up after two minutes, with a button', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await page.clock.install();
  await visit.joinRoom();
  host.refuse = () => 502;
  host.link.socket.terminate();
  await visit.inState('reconnecting');
  for (let step = 0; step < 40 && (await page.evaluate(() => window.takosCall.state)) !== 'ended'; step++) {
    await page.clock.fastForward(10_000);
    await page.evaluate(() => fetch('api/join/info').then((answer) => answer.text())); // lets an attempt fail
  }
  await page.getByTestId('ended').getByText('The host cannot be reached').waitFor();
  host.refuse = () => undefined;
  await page.getByTestId('again').click();
  await visit.inState('incall');
  await visit.end();
});

test('media that finds no way is explained, tried again, and the call stays open', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await page.clock.install();
  await visit.joinRoom();
  await host.until(() => host.received('produce').length === 2);
  await visit.eventually(async () => (await window.takosCall.getStats()).transports.some(({ state }) => state === 'connecting'));
  await page.clock.fastForward(20_000);
  await page.getByTestId('notice').getByText('Sound and picture do not get through.').waitFor();
  await host.until(() => host.links.length === 2);
  assert.equal(host.link.query.toString(), 'resume=secret-1&dialect=spec');
  await visit.inState('incall');
  await host.until(() => host.received('produce').length === 2);
  await visit.end();
});

test('what the page shows tests cannot be changed from outside', async () => {
  const visit = await inCall();
  const kept = await visit.page.evaluate(() => {
    'use strict';
    const attempts = [
      () => Object.assign(window, { takosCall: { state: 'x' } }),
      () => Object.assign(window.takosCall, { state: 'x' }),
    ];
    for (const attempt of attempts) try { attempt(); } catch { /* frozen */ }
    return window.takosCall.state;
  });
  assert.equal(kept, 'incall');
  await visit.end();
});

test('names are text, whatever they hold', async () => {
  const visit = await startVisit();
  const name = '<img src=x onerror=alert(1)>';
  visit.host.peers = [name];
  visit.host.info.body = { room: name, callType: 'video', people: 1 };
  await visit.joinRoom();
  assert.equal(await visit.page.locator('[data-self=false] .name').textContent(), name);
  assert.equal(await visit.page.locator('img').count(), 0);
  await visit.end();
});

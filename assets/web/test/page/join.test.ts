// From the link to the call and out again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INSECURE_HOST, useBrowser } from './browser';

const { visit: startVisit } = useBrowser();

test('a room link asks for a name, gets a token on Join, and hides itself', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await visit.open('#i=CODE');
  assert.equal(page.url(), host.page(''));
  await page.getByText('Movie night').waitFor();
  await page.getByText('2 people are in the call.').waitFor();
  assert.deepEqual([host.codes, host.joins], [['CODE'], []]);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'name');
  await page.getByTestId('name').fill('  Hanako ');
  await page.keyboard.press('Enter');
  await visit.inState('incall');
  assert.deepEqual(host.joins, [{ code: 'CODE', name: 'Hanako' }]);
  assert.equal(host.link.query.toString(), 'token=token-1&dialect=spec');
  assert.equal(await page.evaluate(() => window.takosCall.peerId), 'Hanako');
  await visit.end();
});

test('a token link has no name field and survives a reload before joining', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  host.myPeerId = 'alice@a.example';
  await visit.open('#t=TOKEN');
  assert.equal(page.url(), host.page(''));
  assert.equal(await page.getByTestId('name').isVisible(), false);
  await page.reload();
  await page.getByTestId('join').click();
  await visit.inState('incall');
  assert.equal(host.link.query.get('token'), 'TOKEN');
  assert.deepEqual([host.codes, host.joins], [[], []]);
  await visit.end();
});

test('microphone and camera are sent, the camera as VP8', async () => {
  const visit = await startVisit();
  await visit.joinRoom();
  const { host } = visit;
  await host.until(() => host.received('produce').length === 2);
  const kinds = host.received('produce').map(({ kind, rtpParameters }) => [kind, (rtpParameters as { codecs: [{ mimeType: string }] }).codecs[0].mimeType]);
  assert.deepEqual(kinds, [['audio', 'audio/opus'], ['video', 'video/VP8']]);
  assert.deepEqual(host.received('connect').map(({ transportType }) => transportType), ['send']);
  const encodings = host.received('produce').map(({ rtpParameters }) => (rtpParameters as { encodings: unknown[] }).encodings.length);
  assert.deepEqual(encodings, [1, 1]);
  await visit.end();
});

test('an audio call asks for no camera and sends none', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  host.callType = 'audio';
  host.info.body = { room: 'Chat', callType: 'audio', people: 0 };
  await visit.open('#i=CODE');
  await page.getByText('Nobody is in the call yet.').waitFor();
  assert.equal(await page.getByTestId('pre-camera').isVisible(), false);
  await page.getByTestId('name').fill('Hanako');
  await page.getByTestId('join').click();
  await visit.inState('incall');
  await host.until(() => host.received('produce').length === 1);
  for (const id of ['camera', 'share']) assert.equal(await page.getByTestId(id).isVisible(), false);
  await page.keyboard.press('v');
  await page.keyboard.press('m');
  await page.getByTestId('status').getByText('Your microphone is off.').waitFor();
  assert.equal(host.received('produce').length, 1);
  await visit.end();
});

test('where the browser gives no devices one can still join to watch', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  host.peers = ['alice@a.example'];
  host.producers = [{ id: 'p1', peerId: 'alice@a.example', kind: 'video' }];
  await visit.open('#i=CODE', INSECURE_HOST);
  await page.getByTestId('device-problem').getByText('only on pages opened over https').waitFor();
  await page.getByTestId('name').fill('Hanako');
  await page.getByTestId('join').click();
  await visit.inState('incall');
  await host.until(() => host.received('consume').length === 1 && host.received('connect').length === 1);
  assert.deepEqual(host.received('produce'), []);
  assert.deepEqual(host.received('connect').map(({ transportType }) => transportType), ['recv']);
  await visit.end();
});

for (const [error, kinds, sentence] of [
  ['NotAllowedError', 'both', 'Microphone and camera are blocked for this page.'],
  ['NotFoundError', 'video', 'No camera was found.'],
  ['NotReadableError', 'video', 'Another program is using the camera.'],
  ['NotReadableError', 'audio', 'Another program is using the microphone.'],
] as const) {
  test(`${error} of ${kinds} is a sentence, not an obstacle`, async () => {
    const visit = await startVisit();
    const { page } = visit;
    await page.addInitScript(({ error, kinds }) => {
      const devices = navigator.mediaDevices;
      const original = devices.getUserMedia.bind(devices);
      devices.getUserMedia = (wanted) =>
        kinds === 'both' || wanted?.[kinds] ? Promise.reject(new DOMException('', error)) : original(wanted);
      if (kinds === 'both') navigator.permissions.query = () => Promise.resolve({ state: 'denied' } as PermissionStatus);
    }, { error, kinds });
    await visit.open('#i=CODE');
    await page.getByTestId('device-problem').getByText(sentence).waitFor();
    await page.getByTestId('name').fill('Hanako');
    await page.getByTestId('join').click();
    await visit.inState('incall');
    await visit.host.until(() => visit.host.received('produce').length === (kinds === 'both' ? 0 : 1));
    await visit.end();
  });
}

test('a camera that was busy is there after trying again', async () => {
  const visit = await startVisit();
  const { page } = visit;
  await page.addInitScript(() => {
    const devices = navigator.mediaDevices;
    const original = devices.getUserMedia.bind(devices);
    let busy = true;
    document.addEventListener('click', () => (busy = false), true);
    devices.getUserMedia = (wanted) => (busy && wanted?.video ? Promise.reject(new DOMException('', 'NotReadableError')) : original(wanted));
  });
  await visit.open('#i=CODE');
  await page.getByTestId('device-problem').getByRole('button', { name: 'Try again' }).click();
  await page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).videoWidth > 0);
  assert.equal(await page.getByTestId('device-problem').isVisible(), false);
  await visit.end();
});

test('muted and without camera one joins muted and without camera', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await visit.open('#i=CODE');
  await page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).videoWidth > 0);
  await page.getByTestId('pre-mute').click();
  await page.getByTestId('pre-camera').click();
  await page.getByText('Your camera is off.').waitFor();
  await page.getByTestId('name').fill('Hanako');
  await page.getByTestId('join').click();
  await visit.inState('incall');
  await host.until(() => host.received('produce').length === 1);
  await visit.eventually(async () => (await window.takosCall.getStats()).producers[0]?.paused === true);
  assert.equal(await page.getByTestId('mute').textContent(), 'Unmute');
  assert.equal(await page.getByTestId('camera').textContent(), 'Camera on');
  await visit.end();
});

test('the meter moves with the microphone', async () => {
  const visit = await startVisit();
  await visit.open('#i=CODE');
  await visit.page.getByTestId('name').click();
  await visit.page.waitForFunction(() => {
    const { transform } = (document.querySelector('#meter-bar') as HTMLElement).style;
    return Number(/scaleX\(([\d.]+)\)/.exec(transform)?.[1] ?? 0) > 0.2;
  });
  await visit.end();
});

for (const [locale, title] of [['ja-JP', '招待リンクが必要です'], ['en-US', 'An invitation link is needed'], ['de-DE', 'An invitation link is needed']] as const) {
  test(`without an invitation the page says so: ${locale}`, async () => {
    const visit = await startVisit({ locale });
    await visit.open('');
    assert.equal(await visit.page.getByTestId('ended-title').textContent(), title);
    assert.equal(await visit.page.evaluate(() => document.documentElement.lang), locale.startsWith('ja') ? 'ja' : 'en');
    await visit.end();
  });
}

for (const [answer, sentence, ends] of [
  [{ status: 404, body: { error: 'badCode' } }, 'This link no longer works', true],
  [{ status: 400, body: { error: 'badName' } }, 'Please choose another name', false],
  [{ status: 429, body: { error: 'tooMany' } }, 'There were too many attempts', false],
  [{ status: 503, body: { error: 'full' } }, 'The call is full just now', false],
  [{ status: 503, body: { error: 'notHosting' } }, 'The host is not taking calls', false],
  [{ status: 502, body: {} }, 'The host cannot be reached', false],
] as const) {
  test(`joining answered with ${answer.status} ${JSON.stringify(answer.body)}`, async () => {
    const visit = await startVisit();
    const { host, page } = visit;
    host.join = answer;
    await visit.open('#i=CODE');
    await page.getByTestId('name').fill('Hanako');
    await page.getByTestId('join').click();
    await page.getByTestId(ends ? 'ended' : 'problem').getByText(sentence).waitFor();
    if (!ends) {
      host.join = { status: 200, body: { token: 'token-2', user: 'Hanako' } };
      await page.getByTestId('join').click();
      await visit.inState('incall');
    }
    await visit.end();
  });
}

test('a name the host would refuse is refused here', async () => {
  const visit = await startVisit();
  const { page } = visit;
  await visit.open('#i=CODE');
  for (const name of ['', '   ', 'alice@a.example', 'x'.repeat(41)]) {
    await page.getByTestId('name').fill(name);
    await page.getByTestId('join').click();
    await page.getByTestId('problem').getByText('Please choose another name').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'name');
  }
  assert.deepEqual(visit.host.joins, []);
  await visit.end();
});

for (const [status, sentence] of [[401, 'This link no longer works'], [403, 'This address is not accepted']] as const) {
  test(`a socket refused with ${status} is explained`, async () => {
    const visit = await startVisit();
    visit.host.refuse = () => status;
    await visit.open('#t=USED');
    await visit.page.getByTestId('join').click();
    await visit.page.getByTestId('ended').getByText(sentence).waitFor();
    await visit.end();
  });
}

test('a full call can be tried again with the same link', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  host.refuse = () => 503;
  await visit.open('#t=TOKEN');
  await page.getByTestId('join').click();
  await page.getByTestId('problem').getByText('The call is full just now').waitFor();
  host.refuse = () => undefined;
  await page.getByTestId('join').click();
  await visit.inState('incall');
  await visit.end();
});

test('another link put into the same tab is taken', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await visit.joinRoom();
  host.info.body = { room: 'Book club', callType: 'video', people: 1 };
  await page.goto(host.page('#i=OTHER'));
  await page.getByText('Book club').waitFor();
  await host.until(() => host.link.closeCode === 1000);
  assert.equal(host.codes.at(-1), 'OTHER');
  await visit.end();
});

for (const fragment of ['#i=CODE&c=video&f=Zm9v', '#t=TOKEN&f=Zm9v']) {
  test(`${fragment} opens in the app as well, whole, also after a reload`, async () => {
    const visit = await startVisit();
    const { host, page } = visit;
    await visit.open(fragment);
    const link = page.getByTestId('open-app');
    const wanted = `takoshome:${host.page(fragment)}`;
    assert.equal(await link.getAttribute('href'), wanted);
    assert.equal(await link.textContent(), 'Open in the Takos Home app');
    assert.equal(page.url(), host.page(''));
    await page.reload();
    await link.waitFor();
    assert.equal(await link.getAttribute('href'), wanted);
    await visit.end();
  });
}

test('the app gets the camera, which one can have back', async () => {
  const visit = await startVisit();
  const { page } = visit;
  await visit.open('#i=CODE');
  await page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).videoWidth > 0);
  await page.evaluate(() => document.querySelector('#open-app')!.addEventListener('click', (event) => event.preventDefault()));
  await page.getByTestId('open-app').click();
  await page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).srcObject === null);
  await page.getByTestId('pre-camera').click();
  await page.waitForFunction(() => (document.querySelector('#preview') as HTMLVideoElement).videoWidth > 0);
  await visit.end();
});

test('a used token is no longer offered to the app', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  await visit.open('#t=TOKEN');
  await page.getByTestId('join').click();
  await visit.inState('incall');
  assert.ok(!(await page.evaluate(() => sessionStorage.getItem('takos.session')))?.includes('TOKEN'));
  await page.getByTestId('hangup').click();
  await host.until(() => host.link.closeCode === 1000);
  assert.equal(await page.getByTestId('open-app').isVisible(), false);
  await visit.end();
});

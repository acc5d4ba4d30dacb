// Who is muted and who speaks, by the host's word.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXTENSIONS } from '../mock/host';
import { useBrowser, type Visit } from './browser';

const ALICE = 'alice@a.example';

const { visit: startVisit } = useBrowser();

async function inCall(prepare?: (visit: Visit) => void): Promise<Visit> {
  const visit = await startVisit();
  visit.host.extensions = EXTENSIONS;
  visit.host.peers = [ALICE, 'Bob'];
  prepare?.(visit);
  await visit.joinRoom();
  await visit.host.until(() => visit.host.received('produce').length === 2);
  return visit;
}

/** Waits until a tile's mark is so. */
async function marked(visit: Visit, peer: string, name: string, value: string): Promise<void> {
  await visit.page.locator(`[data-testid=tile][data-peer="${peer}"][data-kind=camera][data-${name}="${value}"]`).waitFor({ state: 'attached' });
}

test('muting is told to a host that can pause, and no more than needed', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('mute').click();
  await host.until(() => host.received('pauseProducer').length === 1);
  assert.deepEqual(host.received('pauseProducer'), [{ type: 'pauseProducer', producerId: 'mine-1' }]);
  await page.getByTestId('camera').click(); // something else changes
  await host.until(() => host.received('closeProducer').length === 1);
  await page.getByTestId('mute').click();
  await host.until(() => host.received('resumeProducer').length === 1);
  assert.deepEqual([host.received('pauseProducer').length, host.received('resumeProducer').length], [1, 1]);
  await visit.end();
});

test('a host of the bare specification hears nothing of it', async () => {
  const visit = await inCall(({ host }) => { host.extensions = undefined; });
  const { host, page } = visit;
  await page.getByTestId('mute').click();
  await page.getByTestId('camera').click();
  await host.until(() => host.received('closeProducer').length === 1);
  assert.deepEqual(host.received('pauseProducer'), []);
  await visit.end();
});

test('who joins muted is muted from the beginning', async () => {
  const visit = await startVisit();
  const { host, page } = visit;
  host.extensions = EXTENSIONS;
  await visit.open('#i=CODE');
  await page.waitForFunction(() => !(document.querySelector('#pre-mute') as HTMLButtonElement).disabled);
  await page.getByTestId('pre-mute').click();
  await page.getByTestId('name').fill('Hanako');
  await page.keyboard.press('Enter');
  await visit.inState('incall');
  await host.until(() => host.received('pauseProducer').length === 1);
  await visit.end();
});

test('after a break the host is told again, as it may not have heard', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.refuse = () => 502;
  host.link.socket.terminate();
  await visit.inState('reconnecting');
  await page.getByTestId('mute').click();
  host.refuse = () => undefined;
  await page.getByTestId('notice-button').click();
  await host.until(() => host.links.length > 1 && host.received('pauseProducer').length === 1);
  host.link.socket.terminate();
  const links = host.links.length;
  await host.until(() => host.links.length > links && host.received('pauseProducer').length === 1);
  await visit.end();
});

test('the others\' marks come and go', async () => {
  const visit = await inCall(({ host }) => {
    host.producers = [
      { id: 'a', peerId: ALICE, kind: 'audio', paused: true }, { id: 'b', peerId: 'Bob', kind: 'audio' }, { id: 'v', peerId: 'Bob', kind: 'video' },
    ];
  });
  const { host } = visit;
  await marked(visit, ALICE, 'audio', 'muted');
  await marked(visit, 'Bob', 'audio', 'on');
  host.send({ type: 'producerResumed', producerId: 'a', peerId: ALICE });
  await marked(visit, ALICE, 'audio', 'on');
  host.send({ type: 'producerPaused', producerId: 'b', peerId: 'Bob' });
  await marked(visit, 'Bob', 'audio', 'muted');
  host.send({ type: 'join', peerId: 'Carol', producers: [] });
  host.announce({ id: 'c', peerId: 'Carol', kind: 'audio', paused: true });
  await marked(visit, 'Carol', 'audio', 'muted');

  // It fell silent, and is back without the mark.
  host.endProducer('c');
  await marked(visit, 'Carol', 'audio', 'none');
  host.announce({ id: 'c', peerId: 'Carol', kind: 'audio' });
  await marked(visit, 'Carol', 'audio', 'on');

  // What a resumed init says counts.
  host.peers = [ALICE, 'Bob', 'Carol'];
  for (const producer of host.producers) producer.paused = producer.id === 'a';
  host.link.socket.terminate();
  await marked(visit, ALICE, 'audio', 'muted');
  await marked(visit, 'Bob', 'audio', 'on');
  await visit.end();
});

test('a paused picture gives way to the avatar and comes back', async () => {
  const visit = await inCall(({ host }) => { host.producers = [{ id: 'v', peerId: 'Bob', kind: 'video' }]; });
  const { host, page } = visit;
  const hasPicture = (wanted: boolean): Promise<unknown> => page.waitForFunction((has) =>
    ((document.querySelector('[data-peer=Bob] video') as HTMLVideoElement).srcObject !== null) === has, wanted);
  await hasPicture(true);
  host.send({ type: 'producerPaused', producerId: 'v', peerId: 'Bob' });
  await hasPicture(false);
  host.send({ type: 'producerResumed', producerId: 'v', peerId: 'Bob' });
  await hasPicture(true);
  await visit.end();
});

test('the ring goes round who speaks by the host\'s word, and never who is muted', async () => {
  const visit = await inCall(({ host }) => {
    host.producers = [{ id: 'a', peerId: ALICE, kind: 'audio' }, { id: 'b', peerId: 'Bob', kind: 'audio' }];
  });
  const { host } = visit;
  await marked(visit, ALICE, 'audio', 'on');
  await marked(visit, 'Bob', 'audio', 'on');
  host.send({ type: 'speaking', peerIds: [ALICE, 'Nobody'] });
  await marked(visit, ALICE, 'speaking', 'true');
  await marked(visit, 'Bob', 'speaking', 'false');
  host.send({ type: 'speaking', peerIds: ['Bob'] });
  await marked(visit, 'Bob', 'speaking', 'true');
  await marked(visit, ALICE, 'speaking', 'false');
  host.send({ type: 'producerPaused', producerId: 'b', peerId: 'Bob' });
  await marked(visit, 'Bob', 'speaking', 'false');
  host.send({ type: 'speaking', peerIds: [] });
  host.send({ type: 'producerResumed', producerId: 'b', peerId: 'Bob' });
  await marked(visit, 'Bob', 'audio', 'on');

  // After a break the voices are followed as before.
  host.link.socket.terminate();
  await host.until(() => host.links.length === 2);
  await visit.inState('incall');
  host.send({ type: 'speaking', peerIds: [ALICE] });
  await marked(visit, ALICE, 'speaking', 'true');
  await visit.end();
});

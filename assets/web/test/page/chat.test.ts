// Writing to each other in the call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { EXTENSIONS } from '../mock/host';
import { useBrowser, type Visit } from './browser';

const ALICE = 'alice@a.example';

const { visit: startVisit } = useBrowser();

async function inCall(options?: BrowserContextOptions, prepare?: (visit: Visit) => void): Promise<Visit> {
  const visit = await startVisit(options);
  visit.host.extensions = EXTENSIONS;
  visit.host.peers = [ALICE];
  prepare?.(visit);
  await visit.joinRoom();
  await visit.host.until(() => visit.host.received('produce').length === 2);
  return visit;
}

/** The texts in the list, as people read them. */
function texts(visit: Visit): Promise<string[]> {
  return visit.page.locator('[data-testid=said] .text').allTextContents();
}

test('a host without chat has no button and no key for it', async () => {
  const visit = await startVisit();
  await visit.joinRoom();
  assert.equal(await visit.page.getByTestId('chat-toggle').isVisible(), false);
  await visit.page.keyboard.press('c');
  assert.equal(await visit.page.getByTestId('chat').isVisible(), false);
  await visit.end();
});

test('one writes and reads by keyboard alone', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.keyboard.press('c');
  await page.getByText('Nothing has been written yet.').waitFor();
  await page.keyboard.type('mvc are letters here'); // and no shortcuts
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await host.until(() => host.received('chat').length === 1);
  assert.equal(host.received('chat')[0]?.text, 'mvc are letters here\nsecond line');
  await page.getByTestId('said').waitFor();
  assert.equal(await page.getByTestId('said').locator('.name').textContent(), 'You');
  assert.equal(await page.getByTestId('chat-text').inputValue(), '');
  await page.keyboard.press('Enter'); // nothing to send
  host.say(ALICE, 'Hello!');
  await page.getByTestId('said').nth(1).waitFor();
  assert.equal(await page.getByTestId('said').nth(1).locator('.name').textContent(), 'alice');
  assert.equal(await page.getByTestId('chat-unread').isVisible(), false);
  await page.keyboard.press('Escape');
  assert.equal(await page.getByTestId('chat').isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'chat-toggle');
  assert.equal(host.received('chat').length, 1);
  assert.equal(await page.getByTestId('mute').textContent(), 'Mute');
  await visit.end();
});

test('an Enter that ends a word of an input method sends nothing', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('chat-toggle').click();
  await page.getByTestId('chat-text').fill('にほん');
  await page.evaluate(() => {
    const field = document.querySelector('#chat-text')!;
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...init } as KeyboardEventInit));
    }
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, isComposing: true }));
  });
  assert.equal(await page.getByTestId('chat-text').inputValue(), 'にほん');
  await page.getByTestId('chat-send').click();
  await host.until(() => host.received('chat').length === 1);
  assert.equal(host.received('chat')[0]?.text, 'にほん');
  await visit.end();
});

test('what comes while the chat is closed is counted, and gone when it is opened', async () => {
  const visit = await inCall({}, ({ host }) => { host.remember(ALICE, 'before you came'); });
  const { host, page } = visit;
  const badge = page.getByTestId('chat-unread');
  await badge.getByText('1', { exact: true }).waitFor();
  host.say(ALICE, 'and since');
  await badge.getByText('2', { exact: true }).waitFor();
  await page.getByTestId('status').getByText('alice: and since').waitFor();
  await page.getByRole('button', { name: 'Chat, 2 unread' }).click();
  assert.deepEqual(await texts(visit), ['before you came', 'and since']);
  assert.equal(await badge.isVisible(), false);
  await page.getByRole('button', { name: 'Chat', exact: true }).click();
  for (let at = 0; at < 12; at++) host.say(ALICE, `more ${at}`);
  await badge.getByText('9+').waitFor();
  await visit.end();
});

test('what is written is text, whatever it holds', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('chat-toggle').click();
  const hostile = [
    '<img src=x onerror=alert(1)><script>alert(1)</script>', 'javascript:alert(1) https://evil.example/', '\u202edlrow olleh',
    '&lt;b&gt;', 'x'.repeat(2000), 'line\n'.repeat(400), '\u0301'.repeat(200), 'שלום abc',
  ];
  for (const text of hostile) host.say('<b>Eve</b>', text);
  await page.getByTestId('said').nth(hostile.length - 1).waitFor();
  assert.deepEqual(await texts(visit), hostile);
  assert.equal(await page.locator('#chat :is(img, script, a, b)').count(), 0);
  assert.equal(await page.getByTestId('said').first().locator('.name').textContent(), '<b>Eve</b>');
  const wide = await page.evaluate(() => [document.documentElement, document.querySelector('#chat-log')!].filter((it) => it.scrollWidth > it.clientWidth).length);
  assert.equal(wide, 0);
  await visit.end();
});

test('two who look the same are told apart, also where one has left', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.say(ALICE, 'I am the real one');
  host.send({ type: 'leave', peerId: ALICE });
  host.send({ type: 'join', peerId: 'alice', producers: [] });
  host.say('alice', 'So am I');
  await page.getByTestId('chat-toggle').click();
  await page.getByTestId('said').nth(1).waitFor();
  assert.deepEqual(await page.locator('[data-testid=said] .name').allTextContents(), [ALICE, 'alice']);
  await visit.end();
});

for (const [code, sentence] of [['tooMany', 'That was too fast.'], ['badParameters', 'The host did not take this message.']] as const) {
  test(`a message refused with ${code} comes back into the field`, async () => {
    const visit = await inCall();
    const { host, page } = visit;
    host.refuseChat = code;
    await page.getByTestId('chat-toggle').click();
    await page.getByTestId('chat-text').fill('Hello');
    await page.keyboard.press('Enter');
    await page.getByTestId('chat-problem').getByText(sentence).waitFor();
    assert.equal(await page.getByTestId('chat-text').inputValue(), 'Hello');
    host.refuseChat = undefined;
    await page.keyboard.press('Enter');
    await page.getByTestId('said').waitFor();
    assert.equal(await page.getByTestId('chat-problem').isVisible(), false);
    await visit.end();
  });
}

test('a break loses nothing: what was missed comes, what was not sent stays', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.say(ALICE, 'one');
  await page.getByTestId('chat-toggle').click();
  await page.getByTestId('said').waitFor();
  host.refuse = () => 502;
  host.link.socket.terminate();
  await visit.inState('reconnecting');
  await page.getByTestId('chat-text').fill('Are you there?');
  await page.keyboard.press('Enter');
  await page.getByTestId('chat-problem').getByText('Not sent').waitFor();
  host.remember(ALICE, 'two');
  host.refuse = () => undefined;
  await page.getByTestId('notice-button').click();
  await visit.inState('incall');
  await page.getByTestId('said').nth(1).waitFor();
  assert.deepEqual(await texts(visit), ['one', 'two']);
  await page.getByTestId('chat-text').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('said').nth(2).waitFor();
  assert.deepEqual(await texts(visit), ['one', 'two', 'Are you there?']);
  await visit.end();
});

test('a list that one reads back in stays where it is', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  await page.getByTestId('chat-toggle').click();
  for (let at = 0; at < 60; at++) host.say(ALICE, `line ${at}`);
  await page.getByTestId('said').nth(59).waitFor();
  const log = page.getByTestId('chat-log');
  assert.ok(await log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight < 2), 'it follows at its end');
  await log.evaluate((it) => (it.scrollTop = 0));
  host.say(ALICE, 'new');
  await page.getByTestId('chat-new').click();
  assert.ok(await log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight < 2), 'the button goes to the end');
  assert.equal(await page.getByTestId('chat-new').isVisible(), false);
  for (let at = 0; at < 300; at++) host.say(ALICE, `more ${at}`);
  await page.getByText('more 299').waitFor();
  assert.equal(await page.getByTestId('said').count(), 300);
  await visit.end();
});

test('another call begins with an empty chat', async () => {
  const visit = await inCall();
  const { host, page } = visit;
  host.say(ALICE, 'secret');
  await page.getByTestId('chat-toggle').click();
  await page.getByTestId('said').waitFor();
  await page.getByTestId('hangup').click();
  host.history = [];
  await page.getByTestId('again').click();
  await page.getByTestId('join').click();
  await visit.inState('incall');
  await page.getByTestId('chat-toggle').click();
  await page.getByText('Nothing has been written yet.').waitFor();
  assert.equal(await page.getByTestId('said').count(), 0);
  await visit.end();
});

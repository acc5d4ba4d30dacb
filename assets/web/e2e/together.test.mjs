// The join page in Chromium and in Firefox, against the real host: chat, mute
// marks, and who speaks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchChromium } from './chromium.mjs';
import { Firefox } from './firefox.mjs';
import { Host } from './host.mjs';
import { until } from './wait.mjs';

let host, chromium, firefox;

before(async () => {
  host = await Host.start({ rtc: '0.0.0.0:0' }); // Firefox does not speak to loopback addresses
  [chromium, firefox] = await Promise.all([launchChromium(), Firefox.launch()]);
});

after(async () => {
  await chromium?.close();
  await firefox?.close();
  await host?.stop();
});

const inChromium = async (url) => {
  const page = await (await chromium.newContext()).newPage();
  await page.goto(url);
  return page;
};
const inFirefox = (url) => firefox.newPage(url);

// join opens the page in a browser and goes into the call under a name.
async function join(open, url, name) {
  const page = await open(url);
  await until('the page asks for the name', () => page.evaluate(() => window.takosCall?.state === 'prejoin'));
  await page.evaluate((name) => {
    document.querySelector('#name').value = name;
    document.querySelector('#join').click();
  }, name);
  await until(`${name} is in the call`, () => page.evaluate(() => window.takosCall.state === 'incall'));
  return page;
}

const click = (page, id) => page.evaluate((id) => document.querySelector(`#${id}`).click(), id);

// shows waits until a person's tile has a mark.
const shows = (page, peer, mark, value) => until(`${peer} has ${mark} ${value}`, () => page.evaluate(
  ([peer, mark, value]) => document.querySelector(`[data-testid=tile][data-peer="${peer}"]`)?.dataset[mark] === value, [peer, mark, value]));

// said is the list of the chat as people read it.
const said = (page) => page.evaluate(() => [...document.querySelectorAll('#chat-list li')].map((it) =>
  `${it.querySelector('.name').textContent}: ${it.querySelector('.text').textContent}`));

async function write(page, text) {
  await page.evaluate((text) => {
    document.querySelector('#chat-text').value = text;
    document.querySelector('#chat-form').requestSubmit();
  }, text);
}

for (const [first, second, names] of [
  [inChromium, inFirefox, ['Chromium', 'Firefox']],
  [inFirefox, inChromium, ['Firefox', 'Chromium']],
]) {
  test(`${names.join(' and ')} write, mute and speak`, async () => {
    const { joinUrl } = await host.invite(null, { room: names[0] });
    const [ann, bob] = names;
    const alone = await join(first, joinUrl, ann);
    await write(alone, 'Is anybody here?');
    await until('the first sees it', async () => (await said(alone)).length === 1);

    // Who comes later reads what was written before.
    const other = await join(second, joinUrl, bob);
    await until('the history comes', async () => (await said(other)).length === 1);
    assert.equal(await other.evaluate(() => document.querySelector('#chat-unread').textContent), '1');
    const hostile = '<b>はい</b> 👋\nhttps://example.org';
    await write(other, hostile);
    await until('it comes', async () => (await said(alone)).length === 2);
    assert.deepEqual(await said(alone), ['You: Is anybody here?', `${bob}: ${hostile}`]);
    assert.deepEqual(await said(other), [`${ann}: Is anybody here?`, `You: ${hostile}`]);

    // The fake microphones hum and beep.
    await shows(other, ann, 'speaking', 'true');
    await shows(alone, bob, 'speaking', 'true');

    await shows(other, ann, 'audio', 'on');
    await click(alone, 'mute');
    await shows(other, ann, 'audio', 'muted');
    await shows(other, ann, 'speaking', 'false');
    const muted = (await host.peer(ann)).producers.find(({ kind }) => kind === 'audio');
    assert.equal(muted.paused, true);
    await until('the host hears nothing of her', async () => !(await host.peer(ann)).speaking);

    // A third sees it from the beginning.
    const third = await join(first, joinUrl, 'Third');
    await shows(third, ann, 'audio', 'muted');
    await shows(third, bob, 'audio', 'on');

    await click(alone, 'mute');
    await shows(other, ann, 'audio', 'on');
    await shows(third, ann, 'audio', 'on');
    await shows(other, ann, 'speaking', 'true');
    for (const page of [alone, other, third]) await click(page, 'hangup');
    await until('the room is empty', async () => (await host.status()).rooms.length === 0);
    for (const page of [alone, other, third]) await page.close();
  });
}

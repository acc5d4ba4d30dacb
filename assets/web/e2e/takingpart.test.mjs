// The app as a participant: two of them with windows, and a browser, in one
// call. Pictures are known by the numbers in them, sound by its tone.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launchChromium } from './chromium.mjs';
import { Desktop } from './desktop.mjs';
import { Host } from './host.mjs';
import { border, readNumber, writeCamera } from './picture.mjs';
import { Pulse } from './pulse.mjs';
import { longestGap, measureTone, rms, tone } from './sound.mjs';
import { until } from './wait.mjs';

let host, pulse, anna, taro, browser, dir;
const films = {};

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'takoshome-films-'));
  for (const color of ['green', 'magenta']) {
    films[color] = path.join(dir, `${color}.y4m`);
    await writeCamera(films[color], { color });
  }
  host = await Host.start();
  pulse = await Pulse.start();
  anna = await pulse.addPerson('anna');
  taro = await pulse.addPerson('taro');
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await pulse?.stop();
  await host?.stop();
  await rm(dir, { recursive: true, force: true });
});

// join starts an app that goes straight into the call.
function join(link, person, { camera = 'none', microphone = person.microphone, name = person.name, ...options } = {}) {
  return Desktop.start(['join', link, '--now', '--name', name, '--camera', camera, '--microphone', microphone,
    '--speaker', person.speaker], { env: pulse.env, ...options });
}

// numberIn reads the number of a person's video in the join page.
function numberIn(page, peer, color) {
  return page.evaluate(([source, id, wanted]) => {
    const video = document.querySelector(`[data-testid=tile][data-peer="${id}"] video`);
    if (!video?.videoWidth) return null;
    const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    return new Function(`return (${source})`)()(context.getImageData(0, 0, canvas.width, canvas.height), wanted);
  }, [readNumber.toString(), peer, color]);
}

async function visit(url, name) {
  const page = await (await browser.newContext({ locale: 'en-US', bypassCSP: true })).newPage();
  await page.goto(url);
  await page.getByTestId('name').fill(name);
  await page.getByTestId('join').click();
  await page.getByTestId('hangup').waitFor();
  return page;
}

test('two apps and a browser see and hear each other', async (t) => {
  const { joinUrl } = await host.invite(null, { room: 'Three' });
  const a = await join(joinUrl, anna, { camera: films.green });
  t.after(() => a.stop());
  const b = await join(joinUrl, taro, { camera: films.magenta, microphone: 'tone:440', language: 'ja' });
  t.after(() => b.stop());
  await a.isIn('inCall');
  await b.isIn('inCall');
  await a.sees(border.magenta);
  await b.sees(border.green);

  const page = await visit(joinUrl, 'Hanako');
  const first = await until('the browser shows a numbered picture', () => numberIn(page, 'anna', border.green));
  await until('the picture moves', async () => {
    const now = await numberIn(page, 'anna', border.green);
    return now && now.number !== first.number;
  });
  await until('a name for the browser', () => a.person('Hanako'));
  await until('the browser is seen', async () => (await a.person('Hanako')).videos.some((video) => video.width > 0));
  await a.shot('app-three');
  await b.shot('app-three-ja');
  await page.getByTestId('hangup').click();
  await until('the browser has left', async () => !(await a.person('Hanako')));
  await page.context().close();

  // Taro hums into the call; Anna hears it as it was, as soon as the machine
  // has time for it.
  await until('Anna hears a clean tone', async () => {
    const heard = measureTone((await pulse.record(anna, 2)).ear, 440);
    return Math.abs(heard.hertz - 440) < 1 && heard.odd <= 2;
  });

  // What Anna says reaches Taro until she mutes.
  const said = pulse.say(anna, tone(600, 6));
  await until('Taro hears Anna', async () => rms((await pulse.record(taro, 1)).ear) > 0.02);
  await a.cli('mute');
  await until('Taro sees that Anna is muted', async () => (await b.person('anna')).muted);
  await until('Taro hears nothing', async () => longestGap((await pulse.record(taro, 1)).ear) > 900);
  await said;
  await a.cli('unmute');
  await until('Taro sees that Anna is not muted', async () => !(await b.person('anna')).muted);

  await a.cli('hangup');
  await a.isIn('idle');
  await until('Anna has left', async () => !(await b.person('anna')));
});

// Prints what taking part costs and how long things take, in the real app: from
// mouth to ear, from the click to the first picture, and the CPU of watching
// and of sending. Run by `make bench`; wants a machine with nothing else to do.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { launchChromium } from './chromium.mjs';
import { Desktop } from './desktop.mjs';
import { Host } from './host.mjs';
import { border, writeCamera } from './picture.mjs';
import { Pulse, rate } from './pulse.mjs';
import { measureTone, onsets, tone } from './sound.mjs';
import { until } from './wait.mjs';

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const dir = await mkdtemp(path.join(tmpdir(), 'takoshome-bench-'));
const films = {};
for (const color of Object.keys(border)) {
  films[color] = path.join(dir, `${color}.y4m`);
  await writeCamera(films[color], { color });
}
const pulse = await Pulse.start();
const anna = await pulse.addPerson('anna');
const nobody = { microphone: 'none', speaker: 'none' };

const join = (link, name, { microphone, speaker }, camera = 'none') =>
  Desktop.start(['join', link, '--now', '--name', name, '--camera', camera, '--microphone', microphone, '--speaker', speaker],
    { env: pulse.env });

// cpu is how much of a core a process used in ten seconds, in percent.
async function cpu(pid) {
  const ticks = async () => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const [before, from] = [await ticks(), performance.now()];
  await pause(10_000);
  return (await ticks() - before) / ((performance.now() - from) / 1000); // a tick is 10 ms
}

async function mouthToEar() {
  const host = await Host.start();
  const { joinUrl } = await host.cli('invite', '--room', 'room', '--type', 'video', '--uses', '30');
  const a = await join(joinUrl, 'anna', { microphone: anna.microphone, speaker: 'none' });
  const b = await join(joinUrl, 'taro', { microphone: 'none', speaker: anna.speaker });
  await until('taro hears anna', () => a.call().then((call) => call.people.length === 1));
  // Short sounds a second apart, each an onset in the mouth and in the ear.
  const clicks = new Int16Array(22 * rate);
  for (let i = 1; i < 21; i++) clicks.set(tone(1000, 0.1, 0.6), i * rate + (i * 997) % 480);
  const recording = pulse.record(anna, 23);
  await pulse.say(anna, clicks);
  const { mouth, ear } = await recording;
  const said = onsets(mouth), heard = onsets(ear);
  const delays = said.map((at) => heard.find((h) => h > at) - at).filter((delay) => delay < 500);
  console.log(`mouth to ear, virtual microphone to virtual speaker: median ${Math.round(median(delays))} ms of ${delays.map(Math.round).join(' ')}`);

  const humming = pulse.say(anna, tone(440, 64));
  await pause(2000);
  const hummed = measureTone((await pulse.record(anna, 60)).ear, 440);
  await humming;
  console.log(`a tone of 440 Hz for 60 s: ${hummed.hertz.toFixed(2)} Hz, ${hummed.periods} periods, ${hummed.odd} odd`);
  await a.stop();
  await b.stop();
  await host.stop();
}

async function firstFrame() {
  const host = await Host.start();
  const { joinUrl } = await host.cli('invite', '--room', 'room', '--type', 'video', '--uses', '30');
  const sender = await join(joinUrl, 'sender', nobody, films.green);
  await until('it sends', async () => (await host.peer('sender'))?.producers.some((p) => p.bitrateBps > 0));
  const viewer = await join(joinUrl, 'viewer', nobody);
  const times = [];
  for (let i = 0; i < 10; i++) {
    await until('a frame', async () => (await viewer.call()).firstFrameMs > 0);
    times.push((await viewer.call()).firstFrameMs);
    await viewer.cli('hangup');
    await viewer.isIn('idle');
    if (i < 9) await viewer.cli('join', joinUrl, '--now', '--name', 'viewer', '--camera', 'none', '--microphone', 'none', '--speaker', 'none');
  }
  console.log(`from the click to the first decoded frame: median ${median(times)} ms of ${times.join(' ')}`);
  await viewer.stop();

  console.log(`sending 640x360 at 30 frames a second, with the person's own picture drawn: ${(await cpu(await sender.pid())).toFixed(1)} % of a core`);
  await sender.stop();
  await host.stop();
}

async function watching() {
  const host = await Host.start();
  const { joinUrl } = await host.invite(null, { room: 'Four' });
  const browser = await launchChromium({ film: films.green });
  for (const name of ['A', 'B', 'C', 'D']) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(joinUrl);
    await page.getByTestId('name').fill(name);
    await page.getByTestId('join').click();
    await page.getByTestId('hangup').waitFor();
  }
  const viewer = await join(joinUrl, 'viewer', { microphone: 'none', speaker: anna.speaker });
  await until('four pictures', async () => (await viewer.call()).people.filter((p) => p.videos.some((v) => v.width > 0)).length === 4);
  const sizes = (await viewer.call()).people.flatMap((p) => p.videos.map((v) => `${v.width}x${v.height}`));
  console.log(`watching four people (${sizes.join(' ')}): ${(await cpu(await viewer.pid())).toFixed(1)} % of a core`);
  await viewer.shot('bench-four');
  await viewer.stop();
  await browser.close();
  await host.stop();
}

const parts = { mouthToEar, firstFrame, watching };
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)) await parts[name]();
await pulse.stop();
await rm(dir, { recursive: true, force: true });

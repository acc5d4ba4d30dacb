// A PulseAudio of a test's own, with no hardware behind it. Each person gets a
// bus of three channels: what the person hears (left and right) and what is
// said into the person's microphone. A recording of the bus has both on one
// clock, so that the way from mouth to ear can be measured in it.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { start } from './children.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);
export const rate = 48_000;

export class Pulse {
  static async start() {
    const pulse = new Pulse();
    pulse.dir = await mkdtemp(path.join(tmpdir(), 'takoshome-pulse-'));
    const socket = path.join(pulse.dir, 'socket');
    const script = path.join(pulse.dir, 'start.pa');
    await writeFile(script, `load-module module-native-protocol-unix auth-anonymous=1 socket=${socket}\n`);
    const home = { ...process.env, HOME: pulse.dir, XDG_RUNTIME_DIR: pulse.dir, PULSE_SERVER: '' };
    pulse.process = start('pulseaudio', ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '-F', script],
      { env: home, stdio: 'ignore' });
    pulse.exited = new Promise((resolve, reject) => {
      pulse.process.once('exit', resolve);
      pulse.process.once('error', reject);
    });
    pulse.env = { PULSE_SERVER: `unix:${socket}`, PULSE_COOKIE: path.join(pulse.dir, 'cookie') };
    await until('PulseAudio answers', () => pulse.ctl('info').then(() => true, () => false));
    return pulse;
  }

  async ctl(...args) {
    const { stdout } = await run('pactl', args, { env: { ...process.env, ...this.env } });
    return stdout.trim();
  }

  // addPerson makes "NAME-ear" and "NAME-mouth" and the microphone "NAME-microphone".
  async addPerson(name) {
    const described = (kind) => `${kind}_properties=device.description=`;
    const modules = [
      await this.ctl('load-module', 'module-null-sink', `sink_name=${name}-bus`, `rate=${rate}`, 'channels=3', 'norewinds=1',
        'channel_map=front-left,front-right,lfe'),
      await this.ctl('load-module', 'module-remap-sink', `sink_name=${name}-ear`, `master=${name}-bus`, 'channels=2', 'remix=no',
        'channel_map=front-left,front-right', 'master_channel_map=front-left,front-right', `${described('sink')}${name}-ear`),
      await this.ctl('load-module', 'module-remap-sink', `sink_name=${name}-mouth`, `master=${name}-bus`, 'channels=1', 'remix=no',
        'channel_map=lfe', 'master_channel_map=lfe', `${described('sink')}${name}-mouth`),
    ];
    const person = { name, microphone: `${name}-microphone`, speaker: `${name}-ear`, modules };
    await this.plugMicrophone(person);
    return person;
  }

  async plugMicrophone(person) {
    person.microphoneModule = await this.ctl('load-module', 'module-remap-source', `source_name=${person.microphone}`,
      `master=${person.name}-bus.monitor`, 'channels=1', 'channel_map=mono', 'master_channel_map=lfe', 'remix=no',
      `source_properties=device.description=${person.microphone}`);
  }

  unplugMicrophone(person) { return this.ctl('unload-module', person.microphoneModule); }

  // say plays 16-bit samples into somebody's microphone.
  async say(person, samples) {
    const player = start('paplay', ['--raw', '--format=s16le', `--rate=${rate}`, '--channels=1', '--channel-map=lfe',
      '--no-remix', '--latency-msec=20', `--device=${person.name}-mouth`], { env: { ...process.env, ...this.env }, stdio: ['pipe', 'ignore', 'inherit'] });
    player.stdin.on('error', () => {});
    player.stdin.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
    await new Promise((resolve) => player.once('exit', resolve));
  }

  // record gives {ear, mouth} of a person: what was heard on the left, and what
  // was said, for so many seconds of sound.
  async record(person, seconds) {
    const recorder = start('parec', ['--format=s16le', `--rate=${rate}`, '--channels=3', '--channel-map=front-left,front-right,lfe',
      '--no-remix', '--latency-msec=20', `--device=${person.name}-bus.monitor`], { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'ignore'] });
    const frames = seconds * rate;
    const chunks = [];
    let size = 0;
    for await (const chunk of recorder.stdout) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= frames * 6) break;
    }
    recorder.kill();
    const all = Buffer.concat(chunks);
    const ear = new Int16Array(frames);
    const mouth = new Int16Array(frames);
    for (let i = 0; i < frames; i++) {
      ear[i] = all.readInt16LE(i * 6);
      mouth[i] = all.readInt16LE(i * 6 + 4);
    }
    return { ear, mouth };
  }

  async stop() {
    this.process.kill('SIGKILL');
    await this.exited;
    await rm(this.dir, { recursive: true, force: true });
  }
}

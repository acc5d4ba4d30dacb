// Runs the real app with its window on a screen of its own, with sound devices
// of its own, as one person at one computer.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { start } from './children.mjs';
import { binary, typed } from './host.mjs';
import { readNumber } from './picture.mjs';
import { Screen } from './screen.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);

// findButton finds, in the card on top of the window, the surface of its one strong
// colour that is large enough for a button: a point in it, and where it ends on
// the right. While the card is not drawn there is none.
function findButton({ data, width, height }) {
  const isColored = (x, y) => [0xe8, 0x57, 0x3f].every((value, i) => Math.abs(data[(y * width + x) * 4 + i] - value) < 4);
  const isFilled = (x, y) => {
    for (let dy = 0; dy < 16; dy++) for (let dx = 0; dx < 16; dx++) if (!isColored(x + dx, y + dy)) return false;
    return true;
  };
  for (let y = 0; y + 16 < Math.min(height, 90); y++) {
    for (let x = 0; x + 16 < width; x++) {
      if (!isColored(x, y) || !isFilled(x, y)) continue;
      let right = x;
      while (right < width && isColored(right, y)) right++;
      return { x: x + 8, y: y + 8, right };
    }
  }
  return null;
}

export class Desktop {
  // start begins with the given arguments of the command line, such as
  // ['join', link, '--now']; with hosting the app also hosts. network is where
  // the computer stands, this one's if it is missing. http, tls and more say
  // what it hosts with, as World has them for a domain, name whose host it is.
  // devices are those that it remembers from an earlier call.
  static async start(args, { env = {}, hosting = false, screen = {}, language = 'en', network, http = '127.0.0.1:0', tls = 'off', name, more = [], devices } = {}) {
    const desktop = new Desktop();
    Object.assign(desktop, { network, serving: ['--http', http, '--rtc', '127.0.0.1:0', '--tls', tls, ...(name ? ['--name', name] : []), ...more] });
    desktop.screen = await Screen.start(screen);
    desktop.dir = await mkdtemp(path.join(tmpdir(), 'takoshome-desktop-'));
    desktop.data = path.join(desktop.dir, 'data');
    const config = path.join(desktop.dir, 'config', 'takoshome');
    await mkdir(config, { recursive: true });
    await writeFile(path.join(config, 'config.toml'), `hosting = ${hosting}\nlanguage = "${language}"\n`);
    desktop.env = {
      ...process.env, HOME: desktop.dir, XDG_CONFIG_HOME: path.join(desktop.dir, 'config'), XDG_DATA_HOME: path.join(desktop.dir, 'share'),
      XDG_CACHE_HOME: path.join(desktop.dir, 'cache'), LANG: 'C.UTF-8', DISPLAY: desktop.screen.display, LIBGL_ALWAYS_SOFTWARE: '1', ...env,
    };
    if (devices) {
      await mkdir(desktop.data, { mode: 0o700 });
      await writeFile(path.join(desktop.data, 'call.json'), JSON.stringify({ name: '', choice: devices }));
    }
    desktop.logs = [];
    desktop.launch(args);
    await until('the app answers', async () => {
      if (desktop.gone) throw new Error(`the app ended: ${desktop.logs.join('\n')}`);
      return desktop.status().catch(() => null);
    });
    return desktop;
  }

  launch(args) {
    this.gone = false;
    const command = ['dbus-run-session', '--', binary, ...args, '--data-dir', this.data, ...this.serving];
    const [program, ...rest] = this.network ? this.network.wrap(command) : command;
    this.process = start(program, rest, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.logs.push(line));
    }
    this.exited = new Promise((resolve) => this.process.once('exit', (code, signal) => { this.gone = true; resolve({ code, signal }); }));
  }

  async cli(...args) {
    const { stdout } = await run(binary, [...args, '--data-dir', this.data], { env: this.env });
    return stdout;
  }

  async ask(...args) { return JSON.parse(await this.cli(...args, '--json')); }

  // type is ask with a line that somebody types, such as a password.
  type(line, ...args) { return typed(line, [...args, '--data-dir', this.data, '--json'], this.env); }

  status() { return this.ask('status'); }

  async call() { return (await this.status()).call; }

  // isIn waits until the call has the wanted state.
  async isIn(state) {
    return until(`the call is ${state}`, async () => {
      const call = await this.call();
      return call.state === state && call;
    });
  }

  async person(name) { return (await this.call()).people.find((person) => person.name === name); }

  // number reads the number of the camera with that border from the window.
  async number(color) { return readNumber(await this.screen.grab(), color); }

  // sees waits until the camera's number in the window has changed, and so moves.
  async sees(color) {
    const first = await until('a numbered picture in the window', () => this.number(color));
    return until('the picture moves', async () => {
      const now = await this.number(color);
      return now && now.number !== first.number && now;
    });
  }

  // press takes or refuses the call that rings, in the card on top of the window:
  // by its coloured button, 'answer', or the one to the right of it, 'decline'.
  // What is above the card may go just then, so that it takes another click.
  async press(which) {
    const ringing = (await this.call()).incoming.length;
    await until(`${which} is pressed`, async () => {
      const button = findButton(await this.screen.grab());
      if (!button) return false;
      const x = which === 'decline' ? button.right + 40 : button.x;
      await run('xdotool', ['mousemove', '--sync', x, button.y, 'sleep', '0.1', 'click', '1'].map(String), { env: this.env });
      for (let n = 0; n < 20; n++) {
        if (((await this.call()).incoming ?? []).length < ringing) return true;
        await pause(100);
      }
      return false;
    });
  }

  async shot(name) {
    if (!process.env.TAKOSHOME_SCREENSHOTS) return;
    await pause(500); // until the window has drawn what the status says
    await this.screen.save(path.join(process.env.TAKOSHOME_SCREENSHOTS, `${name}.png`));
  }

  // pid is that of the program itself, below dbus-run-session.
  async pid() {
    const parent = this.process.pid;
    const children = (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim().split(' ');
    for (const child of children) {
      if ((await readFile(`/proc/${child}/comm`, 'utf8')).startsWith('takoshome')) return Number(child);
    }
    throw new Error('the program is not running');
  }

  async stop() {
    if (!this.gone) process.kill(-this.process.pid, 'SIGTERM');
    const result = await this.exited;
    await this.screen.stop();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
    return result;
  }
}

// A screen without a monitor: an Xvfb whose picture tests can read.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { deflateSync, crc32 } from 'node:zlib';
import { start } from './children.mjs';

export class Screen {
  static async start({ width = 1000, height = 740 } = {}) {
    const screen = new Screen();
    screen.dir = await mkdtemp(path.join(tmpdir(), 'takoshome-screen-'));
    screen.process = start('Xvfb', ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-fbdir', screen.dir,
      '-nolisten', 'tcp', '-noreset', '+extension', 'GLX', '+extension', 'RANDR'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    screen.exited = new Promise((resolve) => screen.process.once('exit', resolve));
    const number = await new Promise((resolve, reject) => {
      createInterface({ input: screen.process.stdio[3] }).once('line', resolve);
      screen.process.once('error', reject);
      screen.process.once('exit', () => reject(new Error('Xvfb ended')));
    });
    screen.display = `:${number}`;
    return screen;
  }

  // grab gives the picture of this moment as RGBA, from the XWD file that Xvfb
  // keeps: a header of 32-bit big-endian words, a color table, then BGRX.
  async grab() {
    const file = await readFile(path.join(this.dir, 'Xvfb_screen0'));
    const word = (i) => file.readUInt32BE(4 * i);
    const start = word(0) + 12 * word(19);
    const width = word(4), height = word(5), line = word(12);
    const data = new Uint8ClampedArray(width * height * 4);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = start + y * line + 4 * x, to = 4 * (y * width + x);
        data[to] = file[from + 2];
        data[to + 1] = file[from + 1];
        data[to + 2] = file[from];
        data[to + 3] = 255;
      }
    }
    return { data, width, height };
  }

  // save writes the picture of this moment as a PNG.
  async save(to) {
    const { data, width, height } = await this.grab();
    const lines = Buffer.alloc(height * (width * 4 + 1));
    for (let y = 0; y < height; y++) Buffer.from(data.buffer, y * width * 4, width * 4).copy(lines, y * (width * 4 + 1) + 1);
    const chunk = (type, body) => {
      const named = Buffer.concat([Buffer.from(type), body]);
      const out = Buffer.alloc(8 + named.length);
      out.writeUInt32BE(body.length);
      named.copy(out, 4);
      out.writeUInt32BE(crc32(named), out.length - 4);
      return out;
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    header.set([8, 6, 0, 0, 0], 8);
    await writeFile(to, Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', header), chunk('IDAT', deflateSync(lines, { level: 4 })), chunk('IEND', Buffer.alloc(0))]));
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.exited;
    await rm(this.dir, { recursive: true, force: true });
  }
}

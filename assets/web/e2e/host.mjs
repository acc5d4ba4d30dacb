// Starts the real program for a test, and talks to it as a person would.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { start } from './children.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
export const binary = process.env.TAKOSHOME_BIN ?? path.join(root, 'bin', 'takoshome');

// typed runs the program with a line on its standard input.
export function typed(line, args, env) {
  return new Promise((resolve, reject) => {
    const child = execFile(binary, args, { env }, (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))));
    child.stdin.end(`${line}\n`);
  });
}

export class Host {
  // more are further arguments, as World has them for a domain; name is the owner's;
  // settings are further lines of the configuration file; it may have a network of its own.
  static async start({ origins = [], http = '127.0.0.1:0', rtc = '127.0.0.1:0', announce = [], tls = 'off', name, more = [], settings = '', network } = {}) {
    const host = new Host();
    host.dir = await mkdtemp(path.join(tmpdir(), 'takoshome-e2e-'));
    host.env = { ...process.env, XDG_CONFIG_HOME: path.join(host.dir, 'config'), LANG: 'C.UTF-8' };
    const config = path.join(host.dir, 'config', 'takoshome');
    await mkdir(config, { recursive: true });
    await writeFile(path.join(config, 'config.toml'), `origins = ${JSON.stringify(origins)}\n${settings}`);
    const args = ['serve', '--data-dir', host.dir, '--http', http, '--rtc', rtc, '--tls', tls];
    for (const address of announce) args.push('--announce', address);
    if (name) args.push('--name', name);
    args.push(...more);
    const [program, ...rest] = network ? network.wrap([binary, ...args]) : [binary, ...args];
    host.process = start(program, rest, { env: host.env, stdio: ['ignore', 'pipe', 'pipe'] });
    host.logs = [];
    createInterface({ input: host.process.stderr }).on('line', (line) => host.logs.push(line));
    host.exited = new Promise((resolve) => host.process.once('exit', (code, signal) => resolve({ code, signal })));
    const lines = createInterface({ input: host.process.stdout });
    const first = await Promise.race([
      new Promise((resolve) => lines.once('line', resolve)),
      host.exited.then(({ code }) => { throw new Error(`host ended with ${code}: ${host.logs.join('\n')}`); }),
    ]);
    Object.assign(host, JSON.parse(first));
    return host;
  }

  async cli(...args) {
    const { stdout } = await run(binary, [...args, '--data-dir', this.dir, '--json'], { env: this.env });
    return JSON.parse(stdout);
  }

  // type is cli with a line that somebody types, such as a password.
  type(line, ...args) { return typed(line, [...args, '--data-dir', this.dir, '--json'], this.env); }

  invite(user, { room = 'room', type = 'video' } = {}) {
    return this.cli('invite', '--room', room, '--type', type, ...(user ? ['--user', user] : []));
  }

  status() { return this.cli('status'); }

  // peer is one person of the only room, as `status` shows it.
  async peer(id) {
    const { rooms } = await this.status();
    return rooms.flatMap((room) => room.peers).find((peer) => peer.id === id);
  }

  async stop() {
    this.process.kill('SIGTERM');
    const result = await this.exited;
    await rm(this.dir, { recursive: true, force: true });
    return result;
  }
}

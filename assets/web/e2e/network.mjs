// A home of its own for a person: a network namespace that reaches the host
// over two cables, of which one is in use, and that may lose packets. Needs
// root, as namespaces do; sends nothing beyond the test's own cables.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ip = (...args) => run('ip', args);

// Each network has two /24 of 10.77 of its own.
let made = 0;

export class Network {
  static async make() {
    const network = new Network();
    const id = `${process.pid % 100_000}${made++}`;
    network.name = `takos${id}`;
    network.cables = [0, 1].map((side) => ({
      outside: `tk${id}${'ab'[side]}`, inside: `eth${side}`,
      gateway: `10.77.${2 * (made - 1) + side}.1`, address: `10.77.${2 * (made - 1) + side}.2`,
    }));
    await ip('netns', 'add', network.name);
    await network.in('ip', 'link', 'set', 'lo', 'up');
    for (const cable of network.cables) {
      await ip('link', 'add', cable.outside, 'type', 'veth', 'peer', 'name', cable.inside, 'netns', network.name);
      await ip('address', 'add', `${cable.gateway}/24`, 'dev', cable.outside);
      await ip('link', 'set', cable.outside, 'up');
      await network.in('ip', 'address', 'add', `${cable.address}/24`, 'dev', cable.inside);
    }
    await network.use(0);
    return network;
  }

  // gateway is the host's address, whichever cable is in use.
  get gateway() { return this.cables[0].gateway; }

  in(...command) { return ip('netns', 'exec', this.name, ...command); }

  // wrap makes a command run inside.
  wrap(command) { return ['ip', 'netns', 'exec', this.name, ...command]; }

  // use pulls one cable and plugs in the other: another address from now on.
  async use(side) {
    const [on, off] = [this.cables[side], this.cables[1 - side]];
    await this.in('ip', 'link', 'set', off.inside, 'down');
    await this.in('ip', 'link', 'set', on.inside, 'up');
    await this.in('ip', 'route', 'replace', 'default', 'via', on.gateway);
  }

  // lose drops so many percent of the UDP packets in both directions, or none.
  async lose(percent) {
    await this.drop(percent, ['meta l4proto udp']);
  }

  // shut drops all that goes to and comes from a port of the other side.
  async shut(port) {
    await this.drop(100, [`th sport ${port}`, `th dport ${port}`].map((what) => `meta l4proto { tcp, udp } ${what}`));
  }

  async drop(percent, what) {
    await this.in('nft', 'flush', 'ruleset');
    if (!percent) return;
    const some = percent >= 100 ? '' : `numgen random mod 1000 < ${Math.round(percent * 10)}`;
    const rules = ['in', 'out'].flatMap((chain) => what.map((packets) => `add rule inet loss ${chain} ${packets} ${some} drop`));
    await this.in('nft', ['add table inet loss', 'add chain inet loss in { type filter hook input priority 0; }',
      'add chain inet loss out { type filter hook output priority 0; }', ...rules].join('; '));
  }

  async remove() {
    for (const cable of this.cables) await ip('link', 'delete', cable.outside).catch(() => {});
    await ip('netns', 'delete', this.name);
  }
}

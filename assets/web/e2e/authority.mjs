// A certificate authority of a test's own, made by openssl, and free ports for
// the servers that it vouches for.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export class Authority {
  static async make() {
    const authority = new Authority();
    authority.dir = await mkdtemp(path.join(tmpdir(), 'takoshome-ca-'));
    authority.file = authority.path('ca.pem');
    await authority.openssl('req', '-x509', ...curve, '-keyout', authority.path('ca.key'), '-out', authority.file,
      '-days', '2', '-subj', '/CN=Test CA', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign');
    authority.text = await readFile(authority.file, 'utf8');
    return authority;
  }

  path(name) { return path.join(this.dir, name); }

  openssl(...args) { return run('openssl', args); }

  // certify gives the two files of a domain.
  async certify(domain) {
    const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'cnf'].map((end) => this.path(`${domain}.${end}`));
    await writeFile(extensions, `subjectAltName=DNS:${domain}\nextendedKeyUsage=serverAuth\n`);
    await this.openssl('req', ...curve, '-keyout', key, '-out', request, '-subj', `/CN=${domain}`);
    await this.openssl('x509', '-req', '-in', request, '-CA', this.file, '-CAkey', this.path('ca.key'),
      '-CAcreateserial', '-days', '2', '-extfile', extensions, '-out', cert);
    return { cert, key };
  }

  remove() { return rm(this.dir, { recursive: true, force: true }); }
}

// freePort is one that nobody listens on at this moment.
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// World is some domains with a certificate and a port each, which know of each other.
export class World {
  static async make(...domains) {
    const world = new World();
    world.authority = await Authority.make();
    world.places = new Map();
    for (const domain of domains) {
      world.places.set(domain, { port: await freePort(), ...await world.authority.certify(domain) });
    }
    return world;
  }

  port(domain) { return this.places.get(domain).port; }

  // options are what a host of the domain needs on its command line. It has no
  // relay: Chromium's network service crashes at one whose port is mapped to another,
  // as those of the domains are.
  options(domain) {
    const { port, cert, key } = this.places.get(domain);
    const others = [...this.places].filter(([name]) => name !== domain);
    return {
      http: `127.0.0.1:${port}`, tls: `${cert},${key}`,
      more: ['--domain', domain, '--ca-file', this.authority.file, '--relay', 'off',
        ...others.flatMap(([name, place]) => ['--host', `${name}=127.0.0.1:${place.port}`])],
    };
  }

  remove() { return this.authority.remove(); }
}

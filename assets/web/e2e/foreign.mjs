// A takos server of somebody else's making: it signs by @noble/post-quantum, as
// takos servers did, and does nothing but say what it is told and keep what it hears.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:https';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

// newEventId is a UUID of version 7 (RFC 9562 section 5.7).
export function newEventId(now = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export class Foreign {
  // wrapped gives the key in JSON, as later servers did.
  static async start(world, domain, { wrapped = false } = {}) {
    const foreign = new Foreign();
    const { cert, key, port } = world.places.get(domain);
    Object.assign(foreign, { world, domain, wrapped, events: [], ...ml_dsa65.keygen() });
    foreign.expire = new Date(Date.now() + 30 * 24 * 3600_000).toISOString();
    foreign.agent = new Agent({ ca: world.authority.text, keepAlive: false });
    foreign.server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (q, s) => foreign.serve(q, s));
    await new Promise((resolve) => foreign.server.listen(port, '127.0.0.1', resolve));
    return foreign;
  }

  async serve(query, response) {
    const answer = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const url = new URL(query.url, `https://${this.domain}`);
    if (url.pathname === '/_takos/v1/key/server') {
      if (url.searchParams.get('expire') !== this.expire) return answer(400, { error: 'Invalid expire' });
      const raw = base64(this.publicKey);
      return answer(200, { key: this.wrapped ? JSON.stringify({ keyType: 'serverKeyPublic', key: raw, timestamp: Date.now() }) : raw });
    }
    const body = Buffer.concat(await query.toArray());
    this.events.push({ ...JSON.parse(body), body, authorization: query.headers.authorization });
    return answer(200, 200);
  }

  // ask sends a request to another domain of the world.
  async ask(domain, target, { method = 'GET', headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const query = request({
        host: '127.0.0.1', port: this.world.port(domain), servername: domain, path: target, method, agent: this.agent,
        headers: { Host: domain, ...headers, ...(body ? { 'Content-Length': body.length } : {}) },
      }, async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode, text, json: JSON.parse(text || 'null') });
      });
      query.on('error', reject).end(body);
    });
  }

  // sign gives the header for a body.
  sign(body, { sign = base64(ml_dsa65.sign(body, this.secretKey)), origin = this.domain } = {}) {
    return `Signature sign="${sign}",expire="${this.expire}",origin="${origin}"`;
  }

  // send brings an event to a domain.
  send(domain, event, payload, { eventId = newEventId(), change = (body) => body, ...header } = {}) {
    const body = Buffer.from(JSON.stringify({ event, eventId, payload }));
    return this.ask(domain, '/_takos/v1/event', {
      method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: this.sign(body, header) }, body: change(body),
    });
  }

  // verify checks the signature of an event that came, by its origin's key.
  async verify({ body, authorization }) {
    const field = (name) => new RegExp(`${name}="(.+?)"`).exec(authorization)[1];
    const { status, json } = await this.ask(field('origin'), `/_takos/v1/key/server?expire=${field('expire')}`);
    assert.equal(status, 200);
    return ml_dsa65.verify(Buffer.from(field('sign'), 'base64'), body, Buffer.from(json.key, 'base64'));
  }

  async stop() {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

// A host for the page tests: it serves dist/ under a path prefix, as behind a
// reverse proxy, with the strict policy, and speaks docs/protocol.md over a
// WebSocket as far as no media is needed.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { consumerRtpParameters, routerRtpCapabilities, transport } from './parameters';

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob: mediastream:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const DIST = join(process.cwd(), 'dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.txt': 'text/plain',
};

export type Message = { type: string; [field: string]: unknown };
export type Answer = { status: number; body: object };
export type Producer = { id: string; peerId: string; kind: 'audio' | 'video'; source?: string; paused?: boolean };
export type ChatLine = { peerId: string; text: string; at: number };

/** What this program's own host offers; none is what a host of the bare specification does. */
export const EXTENSIONS = ['chat', 'pause', 'restart', 'speaking'];

/** One socket of the page, from its handshake to its end. */
export type Link = { query: URLSearchParams; messages: Message[]; socket: WebSocket; closeCode: number | undefined };

export class MockHost {
  /** What the next requests are answered. */
  info: Answer = { status: 200, body: { room: 'Movie night', callType: 'video', people: 2 } };
  join: Answer = { status: 200, body: { token: 'token-1', user: 'Hanako' } };
  /** The status of a refused handshake, and of a plain request to the same address; undefined lets everybody in. */
  refuse: (query: URLSearchParams) => number | undefined = () => undefined;
  callType: 'audio' | 'video' = 'video';
  myPeerId = 'Hanako';
  peers: string[] = [];
  producers: Producer[] = [];
  extensions: string[] | undefined;
  /** What was said before the page came. */
  history: ChatLine[] = [];
  /** The code with which chat is refused; undefined takes it. */
  refuseChat: string | undefined;
  /** Whether a resume with media=keep finds the media still there. */
  keepsMedia = true;

  readonly links: Link[] = [];
  readonly joins: unknown[] = [];
  readonly codes: string[] = [];
  #number = 0;
  #waiting: Array<() => void> = [];
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  /** Takes media packets and never answers. */
  readonly #media = createSocket('udp4');

  private constructor(readonly prefix: string) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '', 'http://mock');
      const status = this.refuse(url.searchParams);
      if (url.pathname !== `${prefix}/_takos/v2/call` || status !== undefined) {
        socket.end(`HTTP/1.1 ${status ?? 404} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket, url.searchParams));
    });
  }

  static async start(prefix = '/friends/takos'): Promise<MockHost> {
    const host = new MockHost(prefix);
    host.#server.listen(0, '127.0.0.1');
    host.#media.bind(0, '127.0.0.1');
    await Promise.all([once(host.#server, 'listening'), once(host.#media, 'listening')]);
    return host;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.links) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    this.#media.close();
    await Promise.all([once(this.#server, 'close'), once(this.#media, 'close')]);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get #mediaPort(): number {
    return this.#media.address().port;
  }

  page(fragment: string, hostname = '127.0.0.1'): string {
    return `http://${hostname}:${this.port}${this.prefix}/j${fragment}`;
  }

  /** The newest socket. */
  get link(): Link {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('nobody has connected');
    return link;
  }

  send(message: Message): void {
    this.link.socket.send(JSON.stringify(message));
  }

  /** Somebody else starts to send. */
  announce(producer: Producer): void {
    this.producers.push(producer);
    const { id: producerId, ...rest } = producer;
    this.send({ type: 'produced', producerId, ...rest });
  }

  endProducer(id: string): void {
    const at = this.producers.findIndex((producer) => producer.id === id);
    const [producer] = this.producers.splice(at, 1);
    this.send({ type: 'producerClosed', producerId: id, peerId: producer?.peerId });
  }

  /** Waits for something to become true, looking after each event of the host. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The messages of a type on the newest socket. */
  received(type: string): Message[] {
    return this.link.messages.filter((message) => message.type === type);
  }

  #welcome(socket: WebSocket, query: URLSearchParams): void {
    const link: Link = { query, messages: [], socket, closeCode: undefined };
    this.links.push(link);
    socket.on('message', (data) => this.#heard(link, JSON.parse(String(data)) as Message));
    socket.on('close', (code) => {
      link.closeCode = code;
      this.#wake();
    });
    const resumed = query.has('resume') && query.get('media') === 'keep' && this.keepsMedia;
    const number = this.links.length;
    const data = {
      roomId: 'room', peers: this.peers, callType: this.callType, routerRtpCapabilities,
      transport: { send: transport(`s${number}`, this.#mediaPort), recv: transport(`r${number}`, this.#mediaPort) },
      producers: this.producers, myPeerId: this.myPeerId, peerId: this.myPeerId,
      resume: { secret: `secret-${number}`, ttlMs: 30_000 }, ...(resumed ? { resumed } : {}),
      ...(this.extensions === undefined ? {} : { extensions: this.extensions }),
    };
    socket.send(JSON.stringify({ type: 'init', data }));
    if (this.history.length > 0) socket.send(JSON.stringify({ type: 'chatHistory', messages: this.history }));
    this.#wake();
  }

  #heard(link: Link, message: Message): void {
    link.messages.push(message);
    const reply = this.#replyTo(message);
    if (reply !== undefined) link.socket.send(JSON.stringify(reply));
    this.#wake();
  }

  #replyTo(message: Message): Message | undefined {
    switch (message.type) {
      case 'connect':
        return { type: 'connected', transportType: message.transportType };
      case 'produce':
        return { type: 'produced', producerId: `mine-${++this.#number}`, peerId: this.myPeerId, kind: message.kind };
      case 'consume':
        return this.#consumed(message);
      case 'chat':
        return this.#chat(String(message.text));
      case 'ping':
        return { type: 'pong' };
      default:
        return undefined;
    }
  }

  #chat(text: string): Message {
    if (this.refuseChat !== undefined) return { type: 'error', context: 'chat', code: this.refuseChat, message: 'No' };
    return { type: 'chat', ...this.remember(this.myPeerId, text) };
  }

  /** Somebody writes. */
  say(peerId: string, text: string): void {
    this.send({ type: 'chat', ...this.remember(peerId, text) });
  }

  /** Keeps what was written for who comes back. */
  remember(peerId: string, text: string): ChatLine {
    const line = { peerId, text, at: Math.max(Date.now(), (this.history.at(-1)?.at ?? 0) + 1) };
    this.history.push(line);
    return line;
  }

  #consumed({ producerId }: Message): Message {
    const producer = this.producers.find(({ id }) => id === producerId);
    if (producer === undefined) return { type: 'producerNotFound', producerId };
    const number = ++this.#number;
    const { kind, peerId } = producer;
    return { type: 'consumed', consumerId: `consumer-${number}`, producerId, kind, peerId, rtpParameters: consumerRtpParameters(kind, number) };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://mock');
    const path = url.pathname.startsWith(this.prefix) ? url.pathname.slice(this.prefix.length) : '';
    if (path === '/_takos/v2/call') return this.#answer(response, { status: this.refuse(url.searchParams) ?? 400, body: { error: 'x' } });
    if (path === '/api/join/info') {
      this.codes.push(String(request.headers['x-takos-code']));
      return this.#answer(response, this.info);
    }
    if (path === '/api/join') {
      this.joins.push(JSON.parse(await bodyOf(request)));
      return this.#answer(response, this.join);
    }
    await this.#file(response, path);
  }

  async #file(response: ServerResponse, path: string): Promise<void> {
    const name = path === '/j' ? 'index.html' : /^\/j\/([a-z.]+)$/.exec(path)?.[1];
    const body = name === undefined ? undefined : await readFile(join(DIST, name)).catch(() => undefined);
    if (name === undefined || body === undefined) return this.#answer(response, { status: 404, body: {} });
    response.writeHead(200, {
      'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
    response.end(body);
  }

  #answer(response: ServerResponse, { status, body }: Answer): void {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

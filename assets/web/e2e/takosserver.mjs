// A takos server as far as calls go: pages speak the call protocol with it as
// the shipped client does, and it lets a host carry their media by takos-call's
// control API (docs/takos-call.md).
import { WebSocket, WebSocketServer } from 'ws';

// Controller is a connection to the control API.
export class Controller {
  static async dial(url) {
    const c = new Controller();
    c.socket = new WebSocket(url);
    c.pending = new Map();
    c.events = [];
    c.onEvent = () => {};
    c.closed = new Promise((resolve) => c.socket.once('close', (code, reason) => {
      resolve({ code, reason: String(reason) });
      for (const { reject } of c.pending.values()) reject(new Error(`closed with ${code}`));
    }));
    c.socket.on('message', (text) => c.receive(JSON.parse(text)));
    await new Promise((resolve, reject) => {
      c.socket.once('open', resolve);
      c.socket.once('error', reject);
    });
    return c;
  }

  receive(message) {
    if (message.type === 'event') {
      this.events.push(message.data);
      this.onEvent(message.data);
      return;
    }
    const { resolve, reject } = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.success) resolve(message.data);
    else reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
  }

  ask(type, data = {}) {
    const id = crypto.randomUUID();
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ type, id, data }));
    });
  }
}

export class TakosServer {
  static async start(apiURL) {
    const server = new TakosServer();
    server.apiURL = apiURL;
    server.people = new Set();
    await server.reconnect();
    server.sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => server.sockets.once('listening', resolve));
    server.sockets.on('connection', (socket, request) => {
      const query = new URL(request.url, 'ws://x').searchParams;
      void server.admit({ socket, room: query.get('room'), id: query.get('user') });
    });
    server.url = `ws://127.0.0.1:${server.sockets.address().port}/_takos/v2/call`;
    return server;
  }

  async reconnect() {
    this.control = await Controller.dial(this.apiURL);
    this.control.onEvent = (event) => this.pass(event);
  }

  // pass tells the others what takos-call tells of somebody.
  pass({ event, roomId, peerId, producerId, kind }) {
    const others = this.others(roomId, peerId);
    if (event === 'producerCreated') for (const other of others) say(other, { type: 'produce', producerId, kind, peerId });
    if (event === 'producerClosed') for (const other of others) say(other, { type: 'producerClosed', producerId, peerId });
  }

  others(room, id) { return [...this.people].filter((p) => p.room === room && p.id !== id); }

  async admit(person) {
    const messages = [];
    let handle = (message) => messages.push(message);
    person.socket.on('message', (text) => handle(JSON.parse(text)));
    person.socket.on('close', () => void this.leave(person));
    const at = { roomId: person.room, peerId: person.id };
    const room = (await this.control.ask('getRoomInfo', at)) ?? (await this.control.ask('createRoom', { ...at, options: {} }));
    if (await this.control.ask('getPeerInfo', at)) await this.control.ask('removePeer', at);
    await this.control.ask('addPeer', at);
    const { rtpCapabilities } = await this.control.ask('getRouterRtpCapabilities', at);
    const send = await this.control.ask('createTransport', { ...at, direction: 'send', options: {} });
    const recv = await this.control.ask('createTransport', { ...at, direction: 'recv', options: {} });
    person.transports = { send: send.id, recv: recv.id };
    const producers = Object.values(room.peers).filter((peer) => peer.id !== person.id).flatMap((peer) =>
      Object.values(peer.producers).map(({ id, kind }) => ({ id, kind, peerId: peer.id })));
    this.people.add(person);
    say(person, {
      type: 'init',
      data: {
        roomId: person.room, callType: 'video', myPeerId: person.id, peers: producers.map((p) => p.peerId),
        routerRtpCapabilities: rtpCapabilities, transport: { send, recv }, producers,
      },
    });
    handle = (message) => void this.handle(person, at, message);
    messages.forEach(handle);
  }

  async handle(person, at, message) {
    switch (message.type) {
      case 'connect': {
        const { transportType, dtlsParameters } = message;
        await this.control.ask('connectTransport', { ...at, transportId: person.transports[transportType], dtlsParameters });
        say(person, { type: 'connected', transportType });
        break;
      }
      case 'produce': {
        const { kind, rtpParameters } = message;
        const { id } = await this.control.ask('createProducer', { ...at, transportId: person.transports.send, kind, rtpParameters });
        say(person, { type: 'produced', producerId: id, kind });
        // The deployed server says so twice, and clients have to bear it.
        this.pass({ event: 'producerCreated', ...at, producerId: id, kind });
        break;
      }
      case 'consume': {
        const { producerId, rtpCapabilities, peerId } = message;
        try {
          const consumer = await this.control.ask('createConsumer', { ...at, transportId: person.transports.recv, producerId, rtpCapabilities });
          say(person, { type: 'consumed', consumerId: consumer.id, producerId, kind: consumer.kind, rtpParameters: consumer.rtpParameters, peerId });
        } catch (error) {
          say(person, { type: 'producerNotFound', producerId, error: error.message });
        }
        break;
      }
      case 'closeProducer':
        await this.control.ask('closeProducer', { ...at, producerId: message.producerId });
    }
  }

  async leave(person) {
    if (!this.people.delete(person)) return;
    for (const other of this.others(person.room, person.id)) say(other, { type: 'leave', peerId: person.id });
    const at = { roomId: person.room, peerId: person.id };
    if (await this.control.ask('getPeerInfo', at)) await this.control.ask('removePeer', at);
    const room = await this.control.ask('getRoomInfo', at);
    if (room && Object.keys(room.peers).length === 0) await this.control.ask('closeRoom', at);
  }

  async close() {
    this.control.socket.terminate();
    for (const socket of this.sockets.clients) socket.terminate();
    await new Promise((resolve) => this.sockets.close(resolve));
  }
}

const say = (person, message) => person.socket.send(JSON.stringify(message));

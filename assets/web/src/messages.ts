// The messages of the call socket (docs/protocol.md, 2, 3 and 6), as far as this
// page speaks them. It asks for dialect=spec, so others' producers come as
// `produced` alone.

import type { types } from 'mediasoup-client';
import type { CallType } from './fragment';

export type MediaKind = 'audio' | 'video';

export type ProducerInfo = { id: string; peerId: string; kind: MediaKind; source?: string; paused?: boolean };

/** What somebody wrote; `at`, in Unix milliseconds, is no other message's. */
export type ChatLine = { peerId: string; text: string; at: number };

export type Init = {
  roomId: string;
  peers: string[];
  callType: CallType;
  routerRtpCapabilities: types.RtpCapabilities;
  transport: { send: types.TransportOptions; recv: types.TransportOptions };
  producers: ProducerInfo[];
  myPeerId: string;
  resume?: { secret: string; ttlMs: number };
  resumed?: boolean;
  /** What the host offers beyond the specification. */
  extensions?: string[];
};

export type Consumed = {
  type: 'consumed';
  consumerId: string;
  producerId: string;
  kind: MediaKind;
  rtpParameters: types.RtpParameters;
  peerId: string;
};

/** The answer to restartIce: what a transport's checks begin anew with. */
export type IceRestarted = {
  type: 'iceRestarted';
  transportType: 'send' | 'recv';
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  iceServers?: RTCIceServer[];
};

export type ErrorMessage = {
  type: 'error';
  message: string;
  code?: string;
  context?: string;
  transportType?: string;
  details?: { producerId?: string };
};

export type ServerMessage =
  | { type: 'init'; data: Init }
  | { type: 'join'; peerId: string; producers: Array<Omit<ProducerInfo, 'peerId'>> }
  | { type: 'leave'; peerId: string }
  | { type: 'connected'; transportType: 'send' | 'recv' }
  | { type: 'produced'; producerId: string; peerId: string; kind: MediaKind; source?: string; paused?: boolean }
  | Consumed
  | { type: 'producerClosed'; producerId: string; peerId: string }
  | { type: 'producerPaused'; producerId: string; peerId: string }
  | { type: 'producerResumed'; producerId: string; peerId: string }
  | ({ type: 'chat' } & ChatLine)
  | { type: 'chatHistory'; messages: ChatLine[] }
  | { type: 'speaking'; peerIds: string[] }
  | { type: 'candidates'; iceCandidates: types.IceCandidate[] }
  | IceRestarted
  | { type: 'consumerClosed'; consumerId: string; producerId: string }
  | { type: 'producerNotFound'; producerId: string }
  | { type: 'selfProducer'; producerId: string }
  | { type: 'pong' }
  | ErrorMessage;

export type ClientMessage =
  | { type: 'connect'; transportType: 'send' | 'recv'; dtlsParameters: types.DtlsParameters }
  | { type: 'produce'; kind: MediaKind; rtpParameters: types.RtpParameters; source?: string }
  | { type: 'consume'; producerId: string; rtpCapabilities: types.RtpCapabilities }
  | { type: 'closeProducer'; producerId: string }
  | { type: 'closeConsumer'; consumerId: string }
  | { type: 'pauseProducer'; producerId: string }
  | { type: 'resumeProducer'; producerId: string }
  | { type: 'chat'; text: string }
  | { type: 'restartIce'; transportType: 'send' | 'recv' }
  | { type: 'ping' };

// The fields without which a message means nothing, by type.
const STRINGS: Record<ServerMessage['type'], readonly string[]> = {
  init: [],
  join: ['peerId'],
  leave: ['peerId'],
  connected: ['transportType'],
  produced: ['producerId', 'peerId', 'kind'],
  consumed: ['consumerId', 'producerId', 'kind'],
  producerClosed: ['producerId'],
  producerPaused: ['producerId'],
  producerResumed: ['producerId'],
  chat: ['peerId', 'text'],
  chatHistory: [],
  speaking: [],
  candidates: [],
  iceRestarted: ['transportType'],
  consumerClosed: ['consumerId', 'producerId'],
  producerNotFound: ['producerId'],
  selfProducer: ['producerId'],
  pong: [],
  error: ['message'],
};

/** One message, or undefined for anything unknown or broken: a newer host may say more. */
export function parseMessage(text: unknown): ServerMessage | undefined {
  if (typeof text !== 'string') return undefined;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(message) || typeof message.type !== 'string') return undefined;
  const needed = Object.hasOwn(STRINGS, message.type) ? STRINGS[message.type as ServerMessage['type']] : undefined;
  if (needed === undefined || needed.some((field) => typeof message[field] !== 'string')) return undefined;
  if (message.type === 'init' && !isInit(message.data)) return undefined;
  if (message.type === 'join' && !Array.isArray(message.producers)) message.producers = [];
  if (message.type === 'chatHistory') message.messages = listOf(message.messages, isChatLine);
  if (message.type === 'speaking') message.peerIds = listOf(message.peerIds, isString);
  if (message.type === 'candidates' || message.type === 'iceRestarted') {
    message.iceCandidates = listOf(message.iceCandidates, isCandidate);
  }
  if (message.type === 'iceRestarted' && !isIceRestarted(message)) return undefined;
  if (message.type === 'chat' && typeof message.at !== 'number') return undefined;
  return message as ServerMessage;
}

function isInit(data: unknown): boolean {
  return (
    isRecord(data) &&
    typeof data.myPeerId === 'string' &&
    Array.isArray(data.peers) &&
    Array.isArray(data.producers) &&
    isRecord(data.routerRtpCapabilities) &&
    isRecord(data.transport) &&
    (data.extensions === undefined || Array.isArray(data.extensions))
  );
}

function isIceRestarted({ iceParameters, iceServers }: Record<string, unknown>): boolean {
  return (
    isRecord(iceParameters) && isString(iceParameters.usernameFragment) && isString(iceParameters.password) &&
    (iceServers === undefined || Array.isArray(iceServers))
  );
}

function isCandidate(value: unknown): value is types.IceCandidate {
  return isRecord(value) && isString(value.address ?? value.ip) && typeof value.port === 'number';
}

function isChatLine(value: unknown): value is ChatLine {
  return isRecord(value) && isString(value.peerId) && isString(value.text) && typeof value.at === 'number';
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** What of a list is as it should be; nothing, if it is no list. */
function listOf<T>(value: unknown, is: (item: unknown) => item is T): T[] {
  return Array.isArray(value) ? value.filter(is) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What a call tells whoever shows it.

import type { CallType } from './fragment';
import type { ChatLine, ProducerInfo } from './messages';

/** A stream of somebody else that plays now. */
export type RemoteTrack = { producer: ProducerInfo; track: MediaStreamTrack; receiver: RTCRtpReceiver | undefined };

/** How the two transports are doing together. */
export type MediaHealth = 'idle' | 'connecting' | 'connected' | 'unstable' | 'failed';

/** The view of a call. Everything is idempotent: it may be told again after a reconnect. */
export interface Stage {
  /** Everybody else who is in the call now. */
  setPeers(peerIds: readonly string[]): void;
  addPeer(peerId: string): void;
  removePeer(peerId: string): void;
  addTrack(remote: RemoteTrack): void;
  removeTrack(producerId: string): void;
  /** What of docs/protocol.md 6 the host offers. */
  setExtensions(offered: ReadonlySet<string>): void;
  /** Its owner muted a producer, or no longer does. */
  setPaused(producerId: string, paused: boolean): void;
  setSpeaking(peerIds: readonly string[]): void;
  /** Shows what is newer than what is shown already; `live` is what was written just now. */
  addChat(lines: readonly ChatLine[], live: boolean): void;
  /** The host did not take what was written. */
  refuseChat(code: string): void;
}

export type CallEvents = {
  onCallType: (callType: CallType) => void;
  onHealth: (health: MediaHealth) => void;
  /** A stream of one's own could not be sent. */
  onSendFailed: (error: unknown) => void;
  /** The browser, or this call's codecs, make media impossible. */
  onUnsupported: (error: unknown) => void;
};

// What a call tells whoever shows it.

import type { CallType } from './fragment';
import type { ProducerInfo } from './messages';

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
}

export type CallEvents = {
  onCallType: (callType: CallType) => void;
  onHealth: (health: MediaHealth) => void;
  /** A stream of one's own could not be sent. */
  onSendFailed: (error: unknown) => void;
  /** The browser, or this call's codecs, make media impossible. */
  onUnsupported: (error: unknown) => void;
};

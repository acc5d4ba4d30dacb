// What a host says about media, enough for a browser to build its side. Nobody
// answers at the addresses: the page tests look at signaling and at the page.

export const routerRtpCapabilities = {
  codecs: [
    codec('audio', 'audio/opus', 100, 48_000, { channels: 2, parameters: { useinbandfec: 1 } }),
    codec('video', 'video/VP8', 101, 90_000),
    codec('video', 'video/rtx', 102, 90_000, { parameters: { apt: 101 }, rtcpFeedback: [] }),
  ],
  headerExtensions: [
    extension('audio', 'urn:ietf:params:rtp-hdrext:sdes:mid', 1),
    extension('video', 'urn:ietf:params:rtp-hdrext:sdes:mid', 1),
    extension('audio', 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', 10),
  ],
};

/** One transport of `init`, at an address where nobody answers. */
export function transport(id: string, port: number): Record<string, unknown> {
  return {
    id,
    iceParameters: { usernameFragment: `ufrag${id}`, password: 'mock-password-of-enough-length', iceLite: true },
    iceCandidates: [
      { foundation: 'udp', priority: 1_076_302_079, address: '127.0.0.1', ip: '127.0.0.1', protocol: 'udp', port, type: 'host' },
    ],
    dtlsParameters: { role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }] },
    sctpParameters: { port: 5000, OS: 1024, MIS: 1024, maxMessageSize: 262_144, maxSendMessageSize: 262_144, maxReceiveMessageSize: 262_144 },
  };
}

/** A consumer's rtpParameters; `number` makes mid and SSRC its own. */
export function consumerRtpParameters(kind: 'audio' | 'video', number: number): Record<string, unknown> {
  const ssrc = 10_000 + 2 * number;
  const isAudio = kind === 'audio';
  return {
    mid: String(number),
    codecs: isAudio
      ? [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [] }]
      : [
          { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000, parameters: {}, rtcpFeedback: [] },
          { mimeType: 'video/rtx', payloadType: 102, clockRate: 90_000, parameters: { apt: 101 }, rtcpFeedback: [] },
        ],
    headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1, encrypt: false, parameters: {} }],
    encodings: [isAudio ? { ssrc } : { ssrc, rtx: { ssrc: ssrc + 1 } }],
    rtcp: { cname: `cname${number}`, reducedSize: true },
  };
}

function codec(kind: string, mimeType: string, preferredPayloadType: number, clockRate: number, more: object = {}): object {
  const rtcpFeedback = kind === 'video' ? [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] : [];
  return { kind, mimeType, preferredPayloadType, clockRate, parameters: {}, rtcpFeedback, ...more };
}

function extension(kind: string, uri: string, preferredId: number): object {
  return { kind, uri, preferredId, preferredEncrypt: false, direction: 'sendrecv' };
}

package ortc

// URIs of the header extensions that the router knows.
const (
	// UriMid carries the MID (RFC 9143 section 15).
	UriMid = "urn:ietf:params:rtp-hdrext:sdes:mid"
	// UriRid carries the RtpStreamId (RFC 8852 section 4.1).
	UriRid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	// UriRepairedRid carries the RepairedRtpStreamId (RFC 8852 section 4.2).
	UriRepairedRid = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
	// UriAbsSendTime carries the time of sending as 6.18 fixed point seconds.
	UriAbsSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
	// UriTransportCC carries the transport-wide sequence number
	// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
	UriTransportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	// UriDependencyDescriptor carries AV1's frame dependencies.
	UriDependencyDescriptor = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
	// UriAudioLevel carries the sender's audio level (RFC 6464).
	UriAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	// UriVideoOrientation carries the rotation of the picture (3GPP TS 26.114).
	UriVideoOrientation = "urn:3gpp:video-orientation"
	// UriTimeOffset carries the transmission time offset (RFC 5450).
	UriTimeOffset = "urn:ietf:params:rtp-hdrext:toffset"
	// UriAbsCaptureTime carries the NTP time of capture.
	UriAbsCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
	// UriPlayoutDelay carries the sender's limits of the playout delay.
	UriPlayoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
	// UriPacketId carries mediasoup's own packet identifier.
	UriPacketId = "urn:mediasoup:params:rtp-hdrext:packet-id"
)

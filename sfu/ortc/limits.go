package ortc

// Bounds on what a remote end may send. Browsers stay far below them: Chromium
// lists about 45 codecs and 30 header extensions, and sends 3 encodings.
const (
	maxJSONBytes        = 256 << 10
	maxCodecs           = 128 // as many as payload types
	maxHeaderExtensions = 128
	maxEncodings        = 16
	maxRtcpFeedback     = 32   // of one codec
	maxParameters       = 64   // of one codec or header extension
	maxTextBytes        = 255  // an SDES item holds no more (RFC 3550 section 6.5)
	maxParameterBytes   = 2048 // H264's sprop-parameter-sets are long
	maxPayloadType      = 127
)

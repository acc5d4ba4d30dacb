package room

import (
	"takoshome/sfu"
	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
)

// CallType says whether a call may carry video.
type CallType string

// The two types of a call.
const (
	CallAudio CallType = "audio"
	CallVideo CallType = "video"
)

// Valid reports whether it is one of the known types.
func (c CallType) Valid() bool { return c == CallAudio || c == CallVideo }

// narrower is what a peer invited to an a-call may do in a b-call.
func narrower(a, b CallType) CallType {
	if a == CallVideo && b == CallVideo {
		return CallVideo
	}
	return CallAudio
}

// ProducerInfo is what others need to know of a Producer.
type ProducerInfo struct {
	ID     string
	PeerID string
	Kind   ortc.MediaKind
	Source string // tells a second video of a peer apart, such as "screen"
	Paused bool   // its owner has muted it
}

// TransportInfo is what a client needs to make its end of a WebRtcTransport.
type TransportInfo struct {
	ID             string
	IceParameters  ice.Parameters
	IceCandidates  []ice.Candidate
	DtlsParameters sfu.DtlsParameters
	SctpParameters sfu.SctpParameters
	IceServers     []IceServer // empty: there is no relay
}

// ProduceRequest asks for a Producer.
type ProduceRequest struct {
	Kind          ortc.MediaKind
	RtpParameters ortc.RtpParameters
	Source        string
}

// ConsumeRequest asks for a Consumer.
type ConsumeRequest struct {
	ProducerID      string
	RtpCapabilities ortc.RtpCapabilities
}

// Departure is how a WebSocket ended.
type Departure int

const (
	// HungUp means that the person ended the call.
	HungUp Departure = iota
	// WentAway means that the page was left or loaded again: the others are told
	// at once, and the person may come back under the same name.
	WentAway
	// Broken means that the connection was lost: nobody is told anything unless
	// the time to come back runs out.
	Broken
)

package room

import (
	"time"

	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
)

// Event is something a peer is told. Notify gets the events of one step of the
// room together, in order; it runs on the room's goroutine and must return at
// once, without calling into the room.
type Event interface{ isEvent() }

// Welcome is the first event of a Membership: the room as it is.
type Welcome struct {
	RoomID   string
	PeerID   string
	CallType CallType
	Peers    []string // everybody else
	// Producers are everybody else's, as far as they can be consumed now.
	Producers             []ProducerInfo
	RouterRtpCapabilities ortc.RtpCapabilities
	Send, Recv            TransportInfo
	ResumeSecret          string
	ResumeTTL             time.Duration
	// Resumed means that transports, producers and consumers were kept.
	Resumed bool
}

// PeerJoined says that somebody came.
type PeerJoined struct {
	PeerID    string
	Producers []ProducerInfo
}

// PeerLeft says that somebody left, and all its producers with it.
type PeerLeft struct{ PeerID string }

// Connected answers Connect and ConnectAny; Directions are those of package sfu.
type Connected struct{ Directions []string }

// Produced answers Produce.
type Produced struct{ ProducerInfo }

// ProducerAdded says that somebody else's producer can be consumed, for the
// first time or again after it had fallen silent.
type ProducerAdded struct{ ProducerInfo }

// ProducerClosed says that a producer ended or fell silent. Its owner hears it
// only when the host closed it.
type ProducerClosed struct{ ProducerID, PeerID string }

// ProducerPaused says that somebody else muted a producer.
type ProducerPaused struct{ ProducerID, PeerID string }

// ProducerResumed ends ProducerPaused.
type ProducerResumed struct{ ProducerID, PeerID string }

// Chatted says that somebody said something; to whoever did, it answers Chat.
type Chatted struct{ ChatMessage }

// ChatHistory follows Welcome where something was said before, oldest first.
type ChatHistory struct{ Messages []ChatMessage }

// Speaking says who speaks now, the loudest first. It follows Welcome too where
// somebody does.
type Speaking struct{ PeerIDs []string }

// Consumed answers Consume.
type Consumed struct {
	ConsumerID    string
	Producer      ProducerInfo
	RtpParameters ortc.RtpParameters
}

// CandidatesChanged says that the media server's addresses are others than before.
type CandidatesChanged struct{ IceCandidates []ice.Candidate }

// IceRestarted answers RestartIce.
type IceRestarted struct {
	Direction string
	Transport TransportInfo
}

// ConsumerClosed says that the peer's consumer ended with its producer.
type ConsumerClosed struct{ ConsumerID, ProducerID string }

// Closed is the last event of a Membership that the room ended.
type Closed struct{ Reason ClosedReason }

// ClosedReason says why the room ended a Membership.
type ClosedReason int

// The reasons for a Membership's end that are not the peer's own.
const (
	ReasonRemoved        ClosedReason = iota // the host removed the peer
	ReasonReplaced                           // a newer socket of the same user
	ReasonNeverConnected                     // no valid connect in time
	ReasonEnded                              // the host ended the call
)

func (Welcome) isEvent()           {}
func (PeerJoined) isEvent()        {}
func (PeerLeft) isEvent()          {}
func (Connected) isEvent()         {}
func (Produced) isEvent()          {}
func (ProducerAdded) isEvent()     {}
func (ProducerClosed) isEvent()    {}
func (ProducerPaused) isEvent()    {}
func (ProducerResumed) isEvent()   {}
func (Chatted) isEvent()           {}
func (ChatHistory) isEvent()       {}
func (Speaking) isEvent()          {}
func (Consumed) isEvent()          {}
func (ConsumerClosed) isEvent()    {}
func (CandidatesChanged) isEvent() {}
func (IceRestarted) isEvent()      {}
func (Closed) isEvent()            {}

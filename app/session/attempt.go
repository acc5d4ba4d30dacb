package session

import (
	"context"
	"sync/atomic"
	"time"

	"takoshome/app/participant"
)

const (
	// maxEvents is how many events of a host wait at most; a host that sends
	// more while this computer is busy is left.
	maxEvents = 1024

	callAudio = "audio"
	callVideo = "video"
)

// attempt is one link, from its reading until the call with it is over and put
// away.
type attempt struct {
	goal
	progress
	wire
	self   self
	people people
	chat   chat
	gear   *gear
	ticks  int
}

// goal is where somebody wants to go.
type goal struct {
	link     participant.Link
	wishes   Wishes
	name     string
	room     string
	callType string // empty: not known yet
}

// progress is how far an attempt has come.
type progress struct {
	state   State
	problem *Problem
	again   bool
	// atOnce: to be joined as soon as the devices have been looked at; entering:
	// on the way.
	atOnce, entering bool
	// repeated: link and switches are those of a call that ended.
	repeated bool
	asked    time.Time // to join
	since    time.Time // in the call
	first    time.Time // picture of anybody
}

// wire is what joins an attempt to the network.
type wire struct {
	ctx    context.Context // of asking and joining
	cancel context.CancelFunc
	events chan participant.Event
	flood  chan struct{} // closed when events were lost
	lost   atomic.Bool
	call   Call // nil: not in it
	about  About
}

// self is the person's own part in a call.
type self struct {
	switches
	camera     bool // wanted
	choice     Choice
	level      float64
	speech     speech
	hint       hint
	hinted     bool
	audible    bool // others hear the person speak
	tries      int  // at making a camera send
	quality    Quality
	microphone sender
	video      sender
	screen     screen
}

// isLive says whether devices and network are in use.
func (a *attempt) isLive() bool {
	return a != nil && a.state != StateEnded
}

func (a *attempt) isIn() bool {
	return a != nil && (a.state == StateInCall || a.state == StateReconnecting)
}

// incoming are the events of a live attempt.
func (a *attempt) incoming() <-chan participant.Event {
	if !a.isLive() {
		return nil
	}
	return a.events
}

func (a *attempt) tooMany() <-chan struct{} {
	if !a.isLive() {
		return nil
	}
	return a.flood
}

// take is participant.Config.Events.
func (a *attempt) take(e participant.Event) {
	select {
	case a.events <- e:
	default:
		if !a.lost.Swap(true) {
			close(a.flood)
		}
	}
}

func (a *attempt) flooded(o *owner) {
	o.log.Warn("the host sends more than can be taken")
	o.end(&Problem{Key: ProblemHostError, Args: map[string]string{"host": a.link.Host()}})
}

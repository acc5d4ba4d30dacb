package participant

import (
	"time"

	"takoshome/app/media"
)

// Event is something that happened in a call.
type Event interface{ isEvent() }

type (
	// PeerJoined means that somebody is in the call, or was there already.
	PeerJoined struct{ PeerID string }
	// PeerLeft means that somebody left; their tracks are gone too.
	PeerLeft struct{ PeerID string }
	// TrackAdded means that a stream of somebody's can be read.
	TrackAdded struct {
		PeerID, ProducerID string
		Kind               string // "audio" or "video"
		Source             string // "screen", empty for camera and microphone
		Paused             bool
		Track              media.RemoteTrack
	}
	// TrackRemoved means that a stream has ended. Its Track gives io.EOF.
	TrackRemoved struct{ PeerID, ProducerID string }
	// TrackPaused means that somebody muted a stream.
	TrackPaused struct{ PeerID, ProducerID string }
	// TrackResumed ends TrackPaused.
	TrackResumed struct{ PeerID, ProducerID string }
	// Chatted means that somebody, oneself included, said something.
	Chatted struct {
		PeerID, Text string
		At           time.Time
	}
	// Speaking lists who speaks now, the loudest first, oneself included.
	Speaking struct{ PeerIDs []string }
	// Reconnecting means that the way to the host broke, or media did.
	Reconnecting struct{}
	// Reconnected ends Reconnecting.
	Reconnected struct{}
	// Ended is the last event. Err is nil after HangUp.
	Ended struct{ Err error }
)

func (PeerJoined) isEvent()   {}
func (PeerLeft) isEvent()     {}
func (TrackAdded) isEvent()   {}
func (TrackRemoved) isEvent() {}
func (TrackPaused) isEvent()  {}
func (TrackResumed) isEvent() {}
func (Chatted) isEvent()      {}
func (Speaking) isEvent()     {}
func (Reconnecting) isEvent() {}
func (Reconnected) isEvent()  {}
func (Ended) isEvent()        {}

// maxQueuedEvents is what a consumer of events may lag behind; more make the
// call wait, and the host with it.
const maxQueuedEvents = 1024

// eventQueue hands events on in order.
type eventQueue struct {
	events  chan Event
	deliver func(Event)
	done    chan struct{} // closed when run has ended
}

func newEventQueue(deliver func(Event)) *eventQueue {
	return &eventQueue{
		events:  make(chan Event, maxQueuedEvents),
		deliver: deliver,
		done:    make(chan struct{}),
	}
}

// run is the goroutine that calls Config.Events.
func (q *eventQueue) run() {
	defer close(q.done)
	for e := range q.events {
		q.deliver(e)
	}
}

// put adds an event, and waits while the queue is full until stop.
func (q *eventQueue) put(e Event, stop <-chan struct{}) {
	select {
	case q.events <- e:
	default:
		select {
		case q.events <- e:
		case <-stop:
		}
	}
}

// end adds the last event. One that finds no place even then takes that of the
// oldest: Ended must arrive.
func (q *eventQueue) end(last Event) {
	for {
		select {
		case q.events <- last:
			close(q.events)
			return
		default:
		}
		select {
		case <-q.events:
		default:
		}
	}
}

package session

import (
	"context"
	"errors"

	"takoshome/app/media"
	"takoshome/app/participant"
)

// Network is the way into calls. Participant is the real one.
type Network interface {
	// Ask tells where a room link leads.
	Ask(ctx context.Context, link participant.Link) (participant.Info, error)
	// Join goes in; what happens there comes through c.Events.
	Join(ctx context.Context, c participant.Config) (Call, error)
}

// Call is a joined call. All but Produce and HangUp return at once.
type Call interface {
	About() About
	Produce(ctx context.Context, c participant.ProducerConfig) (Producer, error)
	Chat(text string) error
	Stats() participant.Stats
	// HangUp leaves and waits until all is given back.
	HangUp()
}

// About is what a call is, as the host says.
type About struct {
	Room, CallType, PeerID string
	CanChat                bool
}

// Producer is a stream of the person's own; its methods return at once.
type Producer interface {
	Write(layer int, s media.Sample) error
	Pause()
	Resume()
	Close()
}

// Participant joins calls over the network.
type Participant struct{}

// Ask is participant.Ask.
func (Participant) Ask(ctx context.Context, link participant.Link) (participant.Info, error) {
	return participant.Ask(ctx, link)
}

// Join is participant.Join.
func (Participant) Join(ctx context.Context, c participant.Config) (Call, error) {
	call, err := participant.Join(ctx, c)
	if err != nil {
		return nil, err
	}
	return participantCall{call}, nil
}

type participantCall struct{ *participant.Call }

func (c participantCall) About() About {
	return About{
		Room:     c.Room(),
		CallType: c.CallType(),
		PeerID:   c.PeerID(),
		CanChat:  c.Offers("chat"),
	}
}

func (c participantCall) Produce(ctx context.Context, config participant.ProducerConfig) (Producer, error) {
	p, err := c.Call.Produce(ctx, config)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (c participantCall) HangUp() { c.Call.HangUp() }

// problemOf is what the person is told about an error of Network.
func problemOf(err error, host string) *Problem {
	p := &Problem{Key: ProblemHostError, Args: map[string]string{"host": host}}
	for _, known := range []struct {
		err error
		key string
	}{
		{participant.ErrBadLink, ProblemBadLink},
		{participant.ErrExpired, ProblemExpired},
		{participant.ErrBadName, ProblemBadName},
		{participant.ErrFull, ProblemFull},
		{participant.ErrNotHosting, ProblemNotHosting},
		{participant.ErrNoMedia, ProblemNoMedia},
		{participant.ErrCertificate, ProblemCertificate},
		{participant.ErrUntrusted, ProblemUntrusted},
		{participant.ErrRemoved, ProblemRemoved},
		{participant.ErrReplaced, ProblemReplaced},
		{participant.ErrHostEnded, ProblemHostEnded},
		{participant.ErrHostGone, ProblemHostGone},
		{participant.ErrHostError, ProblemHostError},
		{participant.ErrUnreachable, ProblemUnreachable},
		{context.DeadlineExceeded, ProblemUnreachable},
	} {
		if errors.Is(err, known.err) {
			p.Key = known.key
			break
		}
	}
	return p
}

// canRetry says whether a link that failed for this reason may work later.
func canRetry(p *Problem, link participant.Link, wasIn bool) bool {
	if p != nil {
		switch p.Key {
		case ProblemBadLink, ProblemExpired, ProblemCertificate, ProblemUntrusted:
			return false
		}
	}
	// A token works once. It is not used up where nobody took it.
	return link.NeedsName() || (!wasIn && p != nil &&
		(p.Key == ProblemUnreachable || p.Key == ProblemNotHosting || p.Key == ProblemFull))
}

package room

import (
	"fmt"
	"time"

	"takoshome/sfu"
)

// maxBareConnects bounds the certificates that a peer may announce without
// saying for which transport.
const maxBareConnects = 4

// Connect starts DTLS on the transport of that direction; Connected is the
// answer.
func (m *Membership) Connect(direction string, params sfu.DtlsParameters) error {
	return m.do(func(_ time.Time, p *peer) error {
		t := p.media.send
		switch direction {
		case sfu.DirectionSend:
		case sfu.DirectionRecv:
			t = p.media.recv
		default:
			return fmt.Errorf("%w: transportType is neither send nor recv", ErrBadRequest)
		}
		if err := t.Connect(params); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		p.media.connected = true
		p.tell(Connected{Directions: []string{direction}})
		return nil
	})
}

// ConnectAny announces a certificate that may come on either transport, for a
// client that does not say which one it means; Connected is the answer. It
// names the send transport, and the receive transport too once the client has
// a reason to connect that one.
func (m *Membership) ConnectAny(params sfu.DtlsParameters) error {
	return m.do(func(_ time.Time, p *peer) error {
		if p.media.bareConnects >= maxBareConnects {
			return fmt.Errorf("%w connects", ErrTooMany)
		}
		if err := connectEither(p.media, params); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		p.media.bareConnects++
		p.media.connected = true
		directions := []string{sfu.DirectionSend}
		if p.media.consumed {
			directions = append(directions, sfu.DirectionRecv)
		}
		p.tell(Connected{Directions: directions})
		return nil
	})
}

func connectEither(m *media, params sfu.DtlsParameters) error {
	if err := m.send.ConnectAmbiguous(params); err != nil {
		return err
	}
	return m.recv.ConnectAmbiguous(params)
}

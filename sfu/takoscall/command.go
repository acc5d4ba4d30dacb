package takoscall

import (
	"fmt"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

// action is a command that has been read; it runs on the hub's goroutine and
// returns the answer's data.
type action func(h *hub, now time.Time) (any, error)

// readerOf says how to read the data of a command; nil for an unknown one.
func readerOf(command string) func(fields) (action, error) {
	switch command {
	case "createRoom":
		return readCreateRoom
	case "closeRoom":
		return readCloseRoom
	case "addPeer":
		return readAddPeer
	case "removePeer":
		return readRemovePeer
	case "createTransport":
		return readCreateTransport
	case "connectTransport":
		return readConnectTransport
	case "createProducer":
		return readCreateProducer
	case "createConsumer":
		return readCreateConsumer
	case "closeProducer":
		return readCloseProducer
	case "closeConsumer":
		return readCloseConsumer
	default:
		return readerOfQuestion(command)
	}
}

func readCreateRoom(f fields) (action, error) {
	id, err := f.name("roomId")
	if err != nil {
		return nil, err
	}
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	codecs, err := readCodecs(options)
	if err != nil {
		return nil, err
	}
	return func(h *hub, now time.Time) (any, error) {
		r, err := h.openRoom(now, id, codecs)
		if err != nil {
			return nil, err
		}
		return r.info(), nil
	}, nil
}

// readCodecs takes the codecs of a new room, the only option that the host lets
// a controller choose; nil: it does not.
func readCodecs(options fields) ([]ortc.RtpCodecCapability, error) {
	raw, given := options["mediaCodecs"]
	if !given {
		return nil, nil
	}
	var wanted ortc.RtpCapabilities
	if err := (fields{"mediaCodecs": append(append([]byte(`{"codecs":`), raw...), '}')}).object("mediaCodecs", &wanted); err != nil {
		return nil, err
	}
	if len(wanted.Codecs) == 0 {
		return nil, fmt.Errorf("%w: mediaCodecs is empty", errBadField)
	}
	return wanted.Codecs, nil
}

func readCloseRoom(f fields) (action, error) {
	id, err := f.name("roomId")
	return func(h *hub, now time.Time) (any, error) {
		r, err := h.room(now, id)
		if err != nil {
			return nil, err
		}
		h.closeRoom(r)
		return nil, nil
	}, err
}

func readAddPeer(f fields) (action, error) {
	path, err := f.peerPath()
	return func(h *hub, now time.Time) (any, error) {
		r, err := h.room(now, path.room)
		if err != nil {
			return nil, err
		}
		p, err := h.addPeer(now, r, path.peer)
		if err != nil {
			return nil, err
		}
		return p.info(), nil
	}, err
}

func readRemovePeer(f fields) (action, error) {
	return f.forPeer(func(h *hub, now time.Time, p *peer) (any, error) {
		h.closePeer(now, p)
		return nil, nil
	})
}

// readCreateTransport takes notice of no option: addresses, protocols and
// bitrates are the host's own business.
func readCreateTransport(f fields) (action, error) {
	direction, err := f.text("direction")
	if err != nil {
		return nil, err
	}
	if direction != sfu.DirectionSend && direction != sfu.DirectionRecv {
		return nil, fmt.Errorf("%w: direction is neither send nor recv", errBadField)
	}
	if _, err := f.options(); err != nil {
		return nil, err
	}
	return f.forPeer(func(h *hub, _ time.Time, p *peer) (any, error) {
		t, err := h.addTransport(p, direction)
		if err != nil {
			return nil, err
		}
		info := t.info()
		info.IceServers = h.iceServers(p)
		return info, nil
	})
}

func readConnectTransport(f fields) (action, error) {
	var parameters sfu.DtlsParameters
	if err := f.objectOrString("dtlsParameters", &parameters); err != nil {
		return nil, err
	}
	return f.forTransport(func(_ *hub, t *transport) (any, error) {
		return nil, t.sfu.Connect(parameters)
	})
}

func readCreateProducer(f fields) (action, error) {
	kind, err := f.text("kind")
	if err != nil {
		return nil, err
	}
	if k := ortc.MediaKind(kind); k != ortc.KindAudio && k != ortc.KindVideo {
		return nil, fmt.Errorf("%w: kind is neither audio nor video", errBadField)
	}
	var parameters ortc.RtpParameters
	if err := f.object("rtpParameters", &parameters); err != nil {
		return nil, err
	}
	return f.forTransport(func(h *hub, t *transport) (any, error) {
		p, err := h.addProducer(t, ortc.MediaKind(kind), parameters)
		if err != nil {
			return nil, err
		}
		return p.info(), nil
	})
}

func readCreateConsumer(f fields) (action, error) {
	producerID, err := f.text("producerId")
	if err != nil {
		return nil, err
	}
	var capabilities ortc.RtpCapabilities
	badCapabilities := f.object("rtpCapabilities", &capabilities)
	return f.forTransport(func(h *hub, t *transport) (any, error) {
		p := t.peer.room.producer(producerID)
		switch {
		case badCapabilities != nil:
			return nil, fmt.Errorf("%w: %w", errCannotConsume, badCapabilities)
		case p == nil:
			return nil, fmt.Errorf("%w: producer %s %w in room %s", errCannotConsume, producerID, errNotFound, t.peer.room.id)
		}
		c, err := h.addConsumer(t, p, capabilities)
		if err != nil {
			return nil, err
		}
		return c.info(), nil
	})
}

func readCloseProducer(f fields) (action, error) {
	id, err := f.text("producerId")
	if err != nil {
		return nil, err
	}
	return f.forPeer(func(h *hub, _ time.Time, p *peer) (any, error) {
		own, err := p.producer(id)
		if err != nil {
			return nil, err
		}
		h.closeProducer(own)
		return nil, nil
	})
}

func readCloseConsumer(f fields) (action, error) {
	id, err := f.text("consumerId")
	if err != nil {
		return nil, err
	}
	return f.forPeer(func(h *hub, _ time.Time, p *peer) (any, error) {
		own, err := p.consumer(id)
		if err != nil {
			return nil, err
		}
		h.closeConsumer(own)
		return nil, nil
	})
}

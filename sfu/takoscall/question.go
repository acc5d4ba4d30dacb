package takoscall

import (
	"cmp"
	"slices"
	"time"
)

// readerOfQuestion is readerOf for the commands that change nothing. Asked for
// something that is not there, they answer null.
func readerOfQuestion(command string) func(fields) (action, error) {
	switch command {
	case "getRouterRtpCapabilities":
		return readGetCapabilities
	case "getRoomInfo":
		return readGetRoomInfo
	case "getAllRooms":
		return func(fields) (action, error) { return getAllRooms, nil }
	case "getPeerInfo":
		return func(f fields) (action, error) {
			return f.about(func(p *peer) any { return p.info() })
		}
	case "getTransportInfo":
		return readGetTransportInfo
	case "getProducerInfo":
		return readGetProducerInfo
	case "getConsumerInfo":
		return readGetConsumerInfo
	default:
		return nil
	}
}

func readGetCapabilities(f fields) (action, error) {
	id, err := f.name("roomId")
	return func(h *hub, now time.Time) (any, error) {
		r, err := h.room(now, id)
		if err != nil {
			return nil, err
		}
		return map[string]any{"rtpCapabilities": r.router.RtpCapabilities()}, nil
	}, err
}

func readGetRoomInfo(f fields) (action, error) {
	id, err := f.name("roomId")
	return func(h *hub, now time.Time) (any, error) {
		r, err := h.room(now, id)
		if err != nil {
			return null(), nil
		}
		return r.info(), nil
	}, err
}

func getAllRooms(h *hub, _ time.Time) (any, error) {
	rooms := make([]*roomInfo, 0, len(h.rooms))
	for _, r := range h.rooms {
		rooms = append(rooms, r.info())
	}
	slices.SortFunc(rooms, func(a, b *roomInfo) int { return cmp.Compare(a.ID, b.ID) })
	return map[string]any{"rooms": rooms}, nil
}

func readGetTransportInfo(f fields) (action, error) {
	id, err := f.text("transportId")
	if err != nil {
		return nil, err
	}
	return f.about(func(p *peer) any {
		t, err := p.transport(id)
		if err != nil {
			return null()
		}
		return t.info()
	})
}

func readGetProducerInfo(f fields) (action, error) {
	id, err := f.text("producerId")
	if err != nil {
		return nil, err
	}
	return f.about(func(p *peer) any {
		own, err := p.producer(id)
		if err != nil {
			return null()
		}
		info, paused := own.info(), own.sfu.Paused()
		info.Paused = &paused
		return info
	})
}

func readGetConsumerInfo(f fields) (action, error) {
	id, err := f.text("consumerId")
	if err != nil {
		return nil, err
	}
	return f.about(func(p *peer) any {
		own, err := p.consumer(id)
		if err != nil {
			return null()
		}
		info, paused := own.info(), false // no command pauses one
		info.Paused = &paused
		return info
	})
}

// about makes a question about a peer, or what is its own.
func (f fields) about(tell func(*peer) any) (action, error) {
	path, err := f.peerPath()
	return func(h *hub, now time.Time) (any, error) {
		p, err := h.peer(now, path)
		if err != nil {
			return null(), nil
		}
		return tell(p), nil
	}, err
}

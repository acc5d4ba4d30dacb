package takoscall

import "time"

// path is where a command's object is.
type path struct{ room, peer string }

func (f fields) peerPath() (path, error) {
	roomID, err := f.name("roomId")
	if err != nil {
		return path{}, err
	}
	peerID, err := f.name("peerId")
	return path{roomID, peerID}, err
}

// forPeer makes an action about a peer that must be there.
func (f fields) forPeer(do func(h *hub, now time.Time, p *peer) (any, error)) (action, error) {
	path, err := f.peerPath()
	if err != nil {
		return nil, err
	}
	return func(h *hub, now time.Time) (any, error) {
		p, err := h.peer(now, path)
		if err != nil {
			return nil, err
		}
		return do(h, now, p)
	}, nil
}

// forTransport makes an action about a transport that must be there.
func (f fields) forTransport(do func(h *hub, t *transport) (any, error)) (action, error) {
	id, err := f.text("transportId")
	if err != nil {
		return nil, err
	}
	return f.forPeer(func(h *hub, _ time.Time, p *peer) (any, error) {
		t, err := p.transport(id)
		if err != nil {
			return nil, err
		}
		return do(h, t)
	})
}

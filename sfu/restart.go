package sfu

import (
	"fmt"

	"takoshome/sfu/ice"
)

// IceParameters are the server's, for the client's checks: the newest ones.
func (t *WebRtcTransport) IceParameters() ice.Parameters {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	return t.in.iceParametersLocked()
}

func (in *inbound) iceParametersLocked() ice.Parameters {
	return ice.Parameters{UsernameFragment: in.ufrags[len(in.ufrags)-1], Password: in.password, IceLite: true}
}

// RestartIce makes new IceParameters, for a client that wants to begin its checks
// anew (RFC 8445 section 9): because the way to the server is gone, or there may
// be a better one. Media goes on meanwhile, and the parameters of before hold
// until the client uses the new ones.
func (t *WebRtcTransport) RestartIce() (ice.Parameters, error) {
	ufrag, password := ice.NewCredentials()
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	if t.in.closed {
		return ice.Parameters{}, ErrClosed
	}
	if err := t.in.ice.Restart(ufrag, password); err != nil {
		return ice.Parameters{}, fmt.Errorf("restart ICE: %w", err)
	}
	t.in.password = password
	t.adoptUfragsLocked()
	return t.in.iceParametersLocked(), nil
}

// adoptUfragsLocked makes the transport known by the ufrags that ICE answers to.
// Needs in.mu.
func (t *WebRtcTransport) adoptUfragsLocked() {
	ufrags := t.in.ice.UsernameFragments()
	t.server.rename(t, t.in.ufrags, ufrags)
	t.in.ufrags = ufrags
}

package room

import "fmt"

// Relay is a TURN server that reaches nothing but Config.Server. Its methods are
// called on rooms' goroutines and must not wait.
type Relay interface {
	// ICEServers are where a peer who came by via finds it, with new credentials.
	// What the peer has by earlier ones goes on. None: there is none for this peer.
	ICEServers(peer, via string) []IceServer
	// Revoke ends all that a peer has there, at once. The peer may be unknown.
	Revoke(peer string)
}

// IceServer is an RTCIceServer.
type IceServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// noRelay is where the host has none.
type noRelay struct{}

func (noRelay) ICEServers(string, string) []IceServer { return nil }
func (noRelay) Revoke(string)                         {}

// relayKey is who a peer is for the relay, which serves all rooms.
func (r *Room) relayKey(p *peer) string { return fmt.Sprintf("%q %q", r.id, p.id) }

func (r *Room) iceServers(p *peer) []IceServer {
	return r.rooms.config.Relay.ICEServers(r.relayKey(p), p.via)
}

func (r *Room) revokeRelay(p *peer) { r.rooms.config.Relay.Revoke(r.relayKey(p)) }

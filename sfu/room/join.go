package room

import (
	"fmt"
	"slices"
	"time"

	"takoshome/sfu"
)

// join adds a peer, in the place of an older one of the same user.
func (r *Room) join(now time.Time, req JoinRequest) (*Membership, error) {
	old := r.peer(req.User)
	if old == nil && len(r.peers) >= r.rooms.config.Limits.Peers {
		return nil, fmt.Errorf("room: %w", ErrFull)
	}
	if err := r.open(req.CallType); err != nil {
		return nil, err
	}
	p := &peer{
		id:       req.User,
		granted:  req.CallType,
		callType: narrower(req.CallType, r.callType),
		joinedAt: now,
		via:      req.Via,
	}
	if err := r.openMedia(p); err != nil {
		return nil, err
	}
	r.rooms.tickets.revokeUser(r.id, req.User)
	if old != nil {
		r.dismiss(old, ReasonReplaced)
	}
	r.others(p, func(other *peer) { other.tell(PeerJoined{PeerID: p.id}) })
	r.peers = append(r.peers, p)
	r.log.Info("peer joined", "peer", p.id)
	return r.attach(now, p, req.Notify, false), nil
}

// resume gives the ticket's peer a new socket, or lets its user in again.
func (r *Room) resume(now time.Time, t ticket, req ResumeRequest) (*Membership, error) {
	p := r.peer(t.user)
	switch {
	case t.peer == nil && p == nil: // it had left, and nobody took its place
		return r.join(now, JoinRequest{Room: r.id, User: t.user, CallType: t.callType, Via: req.Via, Notify: req.Notify})
	case p == nil || p != t.peer:
		return nil, ErrBadResume
	}
	if p.link != nil {
		p.tell(Closed{Reason: ReasonReplaced})
		p.link = nil
	}
	p.via = req.Via
	if !req.KeepMedia {
		r.closeMedia(p)
		if err := r.openMedia(p); err != nil {
			r.remove(p)
			return nil, err
		}
	}
	r.log.Info("peer resumed", "peer", p.id, "media", req.KeepMedia)
	return r.attach(now, p, req.Notify, req.KeepMedia), nil
}

// attach makes a new socket the peer's and welcomes it.
func (r *Room) attach(now time.Time, p *peer, notify func([]Event), resumed bool) *Membership {
	r.flushMarks() // the others know no less than who is welcomed
	m := &Membership{room: r, peer: p, notify: notify}
	p.link, p.awayUntil = m, time.Time{}
	secret, key := r.rooms.tickets.issue(now, ticket{roomID: r.id, user: p.id, callType: p.granted, peer: p})
	p.resumeKey = key
	p.tell(r.welcome(p, secret, resumed))
	if len(r.chat.history) > 0 {
		p.tell(ChatHistory{Messages: slices.Clone(r.chat.history)})
	}
	if len(r.speakers.told) > 0 {
		p.tell(Speaking{PeerIDs: r.speakers.told})
	}
	r.changed = true
	return m
}

func (r *Room) welcome(p *peer, secret string, resumed bool) Welcome {
	w := Welcome{
		RoomID:                r.id,
		PeerID:                p.id,
		CallType:              p.callType,
		RouterRtpCapabilities: r.router.RtpCapabilities(),
		Send:                  r.transportInfo(p, p.media.send),
		Recv:                  r.transportInfo(p, p.media.recv),
		ResumeSecret:          secret,
		ResumeTTL:             r.rooms.config.Limits.ResumeTTL,
		Resumed:               resumed,
	}
	r.others(p, func(other *peer) {
		w.Peers = append(w.Peers, other.id)
		w.Producers = append(w.Producers, other.media.present()...)
	})
	return w
}

// leave ends a peer's hold on the room in the way its socket ended, of which
// nothing was heard since.
func (r *Room) leave(heard time.Time, p *peer, how Departure) {
	until := heard.Add(r.rooms.config.Limits.ResumeTTL)
	switch how {
	case Broken:
		p.link, p.awayUntil = nil, until
		r.changed = true
		r.log.Info("peer lost its connection", "peer", p.id)
	case WentAway:
		r.rooms.tickets.leave(p.resumeKey, until)
		r.drop(p)
	default:
		r.remove(p)
	}
}

// dismiss removes a peer and tells it why.
func (r *Room) dismiss(p *peer, reason ClosedReason) {
	p.tell(Closed{Reason: reason})
	r.remove(p)
}

// remove takes a peer out of the room without a way back.
func (r *Room) remove(p *peer) {
	r.rooms.tickets.revoke(p.resumeKey)
	r.drop(p)
}

// drop takes a peer out of the room; the others' consumers of it end with it.
func (r *Room) drop(p *peer) {
	p.link = nil
	r.peers = slices.DeleteFunc(r.peers, func(other *peer) bool { return other == p })
	for _, other := range r.peers {
		other.media.forgetConsumersOf(p)
		other.tell(PeerLeft{PeerID: p.id})
	}
	for _, own := range p.media.producers {
		r.speakers.forget(own)
	}
	p.media.close()
	r.revokeRelay(p)
	r.changed = true
	r.log.Info("peer left", "peer", p.id)
}

// open makes the router, in the call type of who comes first.
func (r *Room) open(callType CallType) error {
	if r.router != nil {
		return nil
	}
	router, err := r.rooms.config.Server.NewRouter(sfu.RouterConfig{
		MediaCodecs: r.rooms.config.MediaCodecs,
		Logger:      r.log,
	})
	if err != nil {
		return fmt.Errorf("open room: %w", err)
	}
	r.router, r.callType = router, callType
	if err := r.listen(); err != nil {
		return fmt.Errorf("open room: %w", err)
	}
	return nil
}

func (r *Room) transportInfo(p *peer, t *sfu.WebRtcTransport) TransportInfo {
	return TransportInfo{
		ID:             t.ID(),
		IceParameters:  t.IceParameters(),
		IceCandidates:  t.IceCandidates(),
		DtlsParameters: t.DtlsParameters(),
		SctpParameters: t.SctpParameters(),
		IceServers:     r.iceServers(p),
	}
}

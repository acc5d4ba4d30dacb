package app

import (
	"time"
)

// Snapshot is a picture of this moment. What Watch tells may be older by the
// tenth of a second that it waits between two of them.
func (a *App) Snapshot() *Snapshot {
	now := time.Now()
	a.mu.Lock()
	state := a.state
	a.mu.Unlock()

	s := &Snapshot{
		Host:        a.hostState(state),
		Rooms:       []Room{},
		Invitations: []Invitation{},
		Notice:      state.notice,
		Call:        *a.session.Snapshot(),
	}
	base, home, fingerprint := "", "", ""
	if state.host != nil {
		base, home, fingerprint = state.host.base(), state.host.otherBase(), state.host.fingerprint()
		s.Rooms = state.host.allRooms()
	}
	s.Doctor = a.examined.report()
	a.showPeople(s)
	s.Settings = a.settingsView(state.host)
	for _, i := range a.book.Invitations(now) {
		s.Invitations = append(s.Invitations, Invitation{
			ID:        i.ID,
			Room:      i.Room,
			User:      i.User,
			CallType:  i.CallType,
			JoinURL:   joinURL(base, i.Token, i.Code, i.CallType, fingerprint),
			HomeURL:   joinURL(home, i.Token, i.Code, i.CallType, fingerprint),
			UsesLeft:  i.UsesLeft,
			ExpiresAt: i.ExpiresAt,
		})
	}
	s.Totals = totals(s.Rooms)
	if len(s.Rooms) > 0 {
		s.Totals.CPUPercent = a.cpu.percent(now)
	}
	return s
}

func (a *App) hostState(state hosting) Host {
	h := Host{State: state.state, TLS: string(a.config.Settings.TLS.Mode)}
	if state.host == nil {
		return h
	}
	h.HTTP = state.host.base()
	h.RTC = state.host.sfu.LocalAddr().String()
	h.Announced = state.host.announced()
	h.Reach = state.host.reach()
	h.Since = state.since
	port := state.host.sfu.PortStats()
	h.Port = &port
	h.Outside = state.host.outside.snapshot()
	h.Certificates = state.host.certificateStates()
	return h
}

func totals(rooms []Room) Totals {
	var t Totals
	for _, r := range rooms {
		t.People += len(r.Peers)
		for _, p := range r.Peers {
			for _, transport := range p.Transports {
				t.InBps += transport.RecvBitrateBps
				t.OutBps += transport.SendBitrateBps
			}
		}
	}
	return t
}

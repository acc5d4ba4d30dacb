package portmap

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/netip"
	"time"

	"takoshome/app/reach/portmap/igd"
)

const (
	// Other ports outside are tried in this range where the wanted one is taken.
	firstOther, lastOther = 20000, 60000
	portsTried            = 6
	// earlyDeaths is how often a mapping may vanish before anybody has seen it
	// stand, until the router is one that cannot count: then it is asked for
	// mappings without an end (as some old ones need).
	earlyDeaths = 2
)

// upnpService asks for IPv4 ports by UPnP.
type upnpService struct {
	router    *igd.Router
	mark      string // the description of our mappings
	permanent bool   // mappings with an end are refused, or forgotten
	samePorts bool   // the port outside must be the one inside
	deaths    int
}

// markOf names this host's mappings, so that they are known after a crash, and
// another host of the same home is told apart.
func markOf(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("upnp description"))
	return "Takos Home " + hex.EncodeToString(mac.Sum(nil)[:4])
}

func (s *upnpService) method() Method  { return UPnP }
func (s *upnpService) restarted() bool { return false }

func (s *upnpService) add(ctx context.Context, r request) (grant, error) {
	// First, so that nothing is left behind by a router that fails here.
	addr, err := s.router.ExternalAddr(ctx)
	if err != nil {
		if errors.Is(err, igd.ErrMalformed) {
			err = errors.Join(errNoWAN, err)
		}
		return grant{}, err
	}
	external := r.external.Port()
	for range portsTried {
		m := igd.Mapping{Proto: string(r.port.Proto), External: external, Internal: r.local, Description: s.mark, Lease: r.lease}
		lease, err := s.addAt(ctx, m)
		if err == nil {
			return grant{external: netip.AddrPortFrom(addr, external), lease: lease}, nil
		}
		switch {
		case igd.HasCode(err, igd.CodeSamePorts) && !s.samePorts:
			s.samePorts, external = true, r.port.Internal
		case errors.Is(err, errTaken) && !s.samePorts:
			external = uint16(firstOther + rand.IntN(lastOther-firstOther))
		default:
			return grant{}, err
		}
	}
	return grant{}, errTaken
}

// addAt maps one port outside, if it is free or ours, and looks whether that
// came true.
func (s *upnpService) addAt(ctx context.Context, m igd.Mapping) (time.Duration, error) {
	found, err := s.router.Get(ctx, m.Proto, m.External)
	if err == nil && found.Internal != m.Internal {
		if found.Description != s.mark {
			return 0, errTaken
		}
		// Ours, from another address or port: it must not stay as it is.
		if err := s.router.Delete(ctx, m.Proto, m.External); err != nil {
			return 0, err
		}
	}
	lease, err := s.tell(ctx, m)
	if igd.HasCode(err, igd.CodeConflict) {
		if found.Internal != m.Internal {
			return 0, errTaken
		}
		// It knows our own mapping as a conflict: some cannot renew.
		if err := s.router.Delete(ctx, m.Proto, m.External); err != nil {
			return 0, err
		}
		lease, err = s.tell(ctx, m)
	}
	if err != nil {
		return 0, err
	}
	return lease, s.cameTrue(ctx, m)
}

// tell has the router map, for ever where it can nothing else.
func (s *upnpService) tell(ctx context.Context, m igd.Mapping) (time.Duration, error) {
	if !s.permanent {
		err := s.router.Add(ctx, m)
		if !igd.HasCode(err, igd.CodePermanentOnly, igd.CodeInvalidArgs, igd.CodeActionFailed) {
			return m.Lease, err
		}
	}
	m.Lease = 0
	err := s.router.Add(ctx, m)
	s.permanent = s.permanent || err == nil
	return 0, err
}

func (s *upnpService) cameTrue(ctx context.Context, m igd.Mapping) error {
	found, err := s.router.Get(ctx, m.Proto, m.External)
	switch {
	case igd.HasCode(err, igd.CodeNoSuchEntry):
		s.died()
		return errNotKept
	case err != nil:
		return nil // it cannot tell, and has said yes
	case found.Internal.Addr() != m.Internal.Addr():
		return errTaken
	case found.Internal != m.Internal:
		// Ours, and it would lead nowhere.
		return errors.Join(errNotKept, s.router.Delete(ctx, m.Proto, m.External))
	}
	return nil
}

func (s *upnpService) died() {
	if s.deaths++; s.deaths >= earlyDeaths {
		s.permanent = true
	}
}

func (s *upnpService) check(ctx context.Context, h *held) (netip.Addr, error) {
	addr, err := s.router.ExternalAddr(ctx)
	if err != nil {
		return netip.Addr{}, err
	}
	found, err := s.router.Get(ctx, string(h.port.Proto), h.external.Port())
	switch {
	case igd.HasCode(err, igd.CodeNoSuchEntry):
		if !h.checked {
			s.died()
		}
		return addr, errGone
	case err != nil:
		if isRefusal(err) || errors.Is(err, igd.ErrMalformed) {
			err = nil // it cannot tell
		}
		return addr, err
	case found.Internal.Addr() != h.local.Addr():
		return addr, errStolen
	case found.Internal != h.local:
		return addr, errGone
	}
	s.deaths = 0
	return addr, nil
}

// remove ends the mapping if it is ours still.
func (s *upnpService) remove(ctx context.Context, h *held) error {
	found, err := s.router.Get(ctx, string(h.port.Proto), h.external.Port())
	if err == nil && found.Internal != h.local && found.Description != s.mark {
		return nil
	}
	err = s.router.Delete(ctx, string(h.port.Proto), h.external.Port())
	if igd.HasCode(err, igd.CodeNoSuchEntry) {
		return nil
	}
	return err
}

// pinholeService opens IPv6 ports by UPnP.
type pinholeService struct{ router *igd.Router }

func (s *pinholeService) method() Method  { return UPnP }
func (s *pinholeService) restarted() bool { return false }

func (s *pinholeService) add(ctx context.Context, r request) (grant, error) {
	if r.before != nil {
		err := s.router.UpdatePinhole(ctx, r.before.pinhole, r.lease)
		if err == nil {
			return grant{external: r.local, lease: r.lease, pinhole: r.before.pinhole}, nil
		}
		if !isRefusal(err) {
			return grant{}, err
		}
	}
	id, err := s.router.AddPinhole(ctx, uint8(number(r.port.Proto)), r.local, r.lease)
	return grant{external: r.local, lease: r.lease, pinhole: id}, err
}

func (s *pinholeService) check(context.Context, *held) (netip.Addr, error) {
	return netip.Addr{}, errRenew
}

func (s *pinholeService) remove(ctx context.Context, h *held) error {
	err := s.router.DeletePinhole(ctx, h.pinhole)
	if igd.HasCode(err, igd.CodeNoSuchPinhole) {
		return nil
	}
	return err
}

package participant

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"
)

// extensionRestart is docs/protocol.md section 6.4.
const extensionRestart = "restart"

// restartPause is between two restarts of one transport: time for one to lead
// somewhere, and less than the host takes for a flood.
const restartPause = 3 * time.Second

// restarting is one transport's way to new credentials.
type restarting struct {
	asked   time.Time // when a restart was asked for last
	pending bool      // and no answer has come
}

// ends are both transports by their names.
func (pair *mediaPair) ends() map[string]*transport {
	return map[string]*transport{directionSend: &pair.send.transport, directionRecv: &pair.recv.transport}
}

// restartIce asks the host for what a transport's checks can begin anew with.
// Where it does not come, the transport fails after a while and is made anew.
func (o *owner) restartIce(pair *mediaPair, direction string, why string) {
	r := pair.restarts[direction]
	if o.socket == nil || !slices.Contains(o.host.Extensions, extensionRestart) || time.Since(r.asked) < restartPause {
		return
	}
	o.log.Info("ICE restarts", "transport", direction, "because", why)
	pair.restarts[direction] = restarting{asked: time.Now(), pending: true}
	o.send(restartRequest{Type: "restartIce", TransportType: direction})
}

// hostMoved takes the host's addresses of now. A transport whose own is still
// among them needs nothing: a restart would only interrupt it. isNews says that
// they are others than the transports began with.
func (o *owner) hostMoved(list map[string][]iceCandidate, isNews bool) {
	pair := o.media
	if pair == nil {
		return
	}
	for direction, t := range pair.ends() {
		if t.pc.ConnectionState() == webrtc.PeerConnectionStateDisconnected {
			o.restartIce(pair, direction, "nothing comes any more")
			continue
		}
		at, ok := t.remoteAddr()
		if !ok {
			if isNews {
				o.restartIce(pair, direction, "the host has moved before it was found")
			}
			continue
		}
		if !slices.Contains(addrsOf(list[direction], o.call.config.Media), at) {
			o.restartIce(pair, direction, "the host has moved")
		}
	}
}

func addrsOf(list []iceCandidate, more []netip.AddrPort) []netip.AddrPort {
	addrs := slices.Clone(more)
	for _, c := range list[:min(len(list), maxCandidates)] {
		if one, ok := newCandidate(c); ok {
			addrs = append(addrs, one.addr)
		}
	}
	return addrs
}

// remoteAddr is where the host is reached now, if it is.
func (t *transport) remoteAddr() (netip.AddrPort, bool) {
	selected, err := t.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || selected == nil || selected.Remote == nil {
		return netip.AddrPort{}, false
	}
	addr, err := netip.ParseAddr(selected.Remote.Address)
	return netip.AddrPortFrom(addr.WithZone("").Unmap(), selected.Remote.Port), err == nil
}

// iceRestarted takes the host's answer.
func (o *owner) iceRestarted(m message) {
	pair := o.media
	if pair == nil || !pair.restarts[m.TransportType].pending {
		return // of a transport that is gone, or not asked for
	}
	restarting := pair.restarts[m.TransportType]
	restarting.pending = false
	pair.restarts[m.TransportType] = restarting
	// The address that is in use may be one that the host does not know to work.
	more := slices.Clone(o.call.config.Media)
	if at, ok := pair.ends()[m.TransportType].remoteAddr(); ok {
		more = append(more, at)
	}
	fresh, err := newPath(transportParameters{Ice: m.Ice, Candidates: m.Candidates, IceServers: m.IceServers}, more)
	if err != nil {
		o.log.Warn("the host's ICE restart makes no sense", "error", err)
		return
	}
	if m.TransportType == directionSend {
		pair.send.restart(fresh)
	} else {
		pair.recv.restart(fresh)
	}
}

// restart begins the checks anew. What we offer has other credentials, too.
func (t *sendTransport) restart(fresh remote) {
	t.do(func() error {
		if err := t.adopt(fresh); err != nil {
			return err
		}
		err := t.negotiateBy(&webrtc.OfferOptions{ICERestart: true})
		t.hurrySoon()
		return err
	})
}

// restart begins the checks anew: the host's offer has other credentials, and so
// has our answer.
func (t *recvTransport) restart(fresh remote) {
	t.do(func() error {
		if err := t.adopt(fresh); err != nil {
			return err
		}
		err := t.negotiate()
		t.hurrySoon()
		return err
	})
}

// adopt describes the host by new credentials and addresses from now on. It is
// the lane's.
func (t *transport) adopt(fresh remote) error {
	t.remote.ufrag, t.remote.password, t.remote.candidates = fresh.ufrag, fresh.password, fresh.candidates
	if len(fresh.iceServers) > 0 {
		configuration := t.pc.GetConfiguration()
		configuration.ICEServers = fresh.iceServers
		if err := t.pc.SetConfiguration(configuration); err != nil {
			return fmt.Errorf("use other relays: %w", err)
		}
	}
	return nil
}

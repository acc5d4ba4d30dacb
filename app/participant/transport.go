package participant

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// The directions of a transport, as connect names them.
const (
	directionSend = "send"
	directionRecv = "recv"
)

// transport is what both transports of a call have: a PeerConnection whose
// remote end is described here. Its lane alone touches sections and version.
type transport struct {
	device   *device
	remote   remote
	pc       *webrtc.PeerConnection
	lane     *lane
	readers  sync.WaitGroup // of RTCP
	hurrying sync.WaitGroup
	closing  chan struct{} // closed by beginClose
	events   transportEvents
	sections []*section
	version  int
	closed   bool // the call's goroutine alone
}

// transportEvents are called from any goroutine.
type transportEvents struct {
	// state hears how the connection is.
	state func(webrtc.PeerConnectionState)
	// failed means that the transport cannot go on.
	failed func(error)
}

// transportConfig is what both are made of.
type transportConfig struct {
	device     *device
	parameters transportParameters
	media      []netip.AddrPort
	timeouts   Timeouts
	events     transportEvents
}

// init makes the PeerConnection; nothing is sent yet.
func (t *transport) init(c transportConfig, registry *interceptor.Registry) error {
	r, err := newRemote(c.parameters, c.media)
	if err != nil {
		return err
	}
	hostile := func() { c.events.failed(fmt.Errorf("%w: too many streams", ErrHostError)) }
	pc, err := newPeerConnection(c.device, r, c.timeouts, registry, hostile)
	if err != nil {
		return err
	}
	t.device, t.remote, t.pc, t.lane, t.events = c.device, r, pc, newLane(), c.events
	t.closing = make(chan struct{})
	pc.OnConnectionStateChange(c.events.state)
	go t.lane.run()
	return nil
}

// dtlsParameters are what connect says of us.
func (t *transport) dtlsParameters() (dtlsParameters, error) {
	local, err := t.pc.SCTP().Transport().GetLocalParameters()
	if err != nil {
		return dtlsParameters{}, fmt.Errorf("read certificate: %w", err)
	}
	p := dtlsParameters{Role: "client"}
	for _, f := range local.Fingerprints {
		p.Fingerprints = append(p.Fingerprints, dtlsFingerprint{Algorithm: f.Algorithm, Value: f.Value})
	}
	return p, nil
}

// do runs a change on the lane; one that fails ends the transport.
func (t *transport) do(change func() error) {
	if t.closed {
		return
	}
	queued := t.lane.do(func() {
		select {
		case <-t.closing:
			return
		default:
		}
		if err := change(); err != nil {
			t.events.failed(err)
		}
	})
	if !queued {
		t.overflow()
	}
}

// overflow ends a transport that the host gives too much to do. The call's
// goroutine does not wait for itself.
func (t *transport) overflow() {
	t.readers.Go(func() { t.events.failed(fmt.Errorf("%w: too many changes", ErrHostError)) })
}

// setRemote describes the host's end anew.
func (t *transport) setRemote(kind webrtc.SDPType, setup string) error {
	t.version++
	err := t.pc.SetRemoteDescription(webrtc.SessionDescription{
		Type: kind, SDP: t.remote.describe(t.version, setup, t.device.extensions, t.sections),
	})
	if err != nil {
		return fmt.Errorf("describe the host: %w", err)
	}
	return nil
}

// hurrySoon lets hurry run while the connection is made. It is the lane's.
func (t *transport) hurrySoon() {
	i := slices.IndexFunc(t.remote.candidates, func(c candidate) bool { return !c.tcp })
	if i >= 0 {
		c := t.remote.candidates[i]
		t.hurrying.Go(func() { t.hurry(c) })
	}
}

// hurry makes pion look at young connectivity checks more often than it would:
// whenever it hears of a candidate it looks at once. The same address under
// another type is news to it, and nothing new to the host.
func (t *transport) hurry(c candidate) {
	ice := t.pc.SCTP().Transport().ICETransport()
	began := time.Now()
	for i, after := range nudges {
		select {
		case <-time.After(time.Until(began.Add(after))):
		case <-t.closing:
			return
		}
		switch ice.State() {
		case webrtc.ICETransportStateNew, webrtc.ICETransportStateChecking, webrtc.ICETransportStateDisconnected:
		default:
			return
		}
		// One that cannot be added hurries nobody.
		_ = ice.AddRemoteCandidate(&webrtc.ICECandidate{
			Foundation: fmt.Sprint("n", i), Priority: uint32(i + 1), Address: c.addr.Addr().String(),
			Port: c.addr.Port(), Protocol: webrtc.ICEProtocolUDP, Component: 1, Typ: webrtc.ICECandidateTypeRelay,
			RelatedAddress: c.addr.Addr().String(), RelatedPort: uint16(i + 1),
		})
	}
}

// roundTrip is that of the connectivity checks, 0 where there is none.
func (t *transport) roundTrip() time.Duration {
	stats, ok := t.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats()
	if !ok {
		return 0
	}
	return time.Duration(stats.CurrentRoundTripTime * float64(time.Second))
}

// beginClose ends the transport; the returned channel is closed when everything
// of it has ended.
func (t *transport) beginClose() <-chan struct{} {
	done := make(chan struct{})
	if t.closed {
		close(done)
		return done
	}
	t.closed = true
	close(t.closing)
	t.lane.close()
	go func() {
		defer close(done)
		// Whatever touches pion's transport after it was closed makes it anew, and
		// nobody closes that.
		<-t.lane.done
		t.hurrying.Wait()
		_ = t.pc.GracefulClose() // whatever did not close as it should is gone as well
		t.readers.Wait()
	}()
	return done
}

// readRTCP is a goroutine that reads the RTCP of one stream, which lets the
// interceptors see it, until the stream ends.
func (t *transport) readRTCP(read func([]byte) (int, error), take func([]byte)) {
	t.readers.Go(func() {
		buffer := make([]byte, receiveMTU)
		for bad := 0; bad < maxBadReads; {
			n, err := read(buffer)
			switch {
			case err == nil:
				bad = 0
				take(buffer[:n])
			case isEndOfStream(err):
				return
			default:
				bad++ // the interceptors do not understand it
			}
		}
	})
}

// maxBadReads in a row are taken for the end of a stream.
const maxBadReads = 1000

func isEndOfStream(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed)
}

package participant

import (
	"errors"
	"fmt"
	"sync"

	"github.com/pion/webrtc/v4"
)

// recvTransport brings the others' streams.
type recvTransport struct {
	transport
	// wishes are the consumers that the lane has not looked at, the call's
	// goroutine gives them.
	wishes chan wish
	parked uint32 // the lane's; how many sections were parked

	mu     sync.Mutex
	bySsrc map[uint32]*remoteTrack // mu protects
}

// wish is a consumer that begins or ends.
type wish struct {
	track *remoteTrack
	added func(error) // nil: it ends
}

var errNoReceiver = errors.New("no receiver")

func newRecvTransport(c transportConfig) (*recvTransport, error) {
	registry, err := receiveInterceptors()
	if err != nil {
		return nil, err
	}
	t := &recvTransport{parked: 1, wishes: make(chan wish, maxLane), bySsrc: map[uint32]*remoteTrack{}}
	if err := t.init(c, registry); err != nil {
		return nil, fmt.Errorf("receive transport: %w", err)
	}
	t.pc.OnTrack(t.arrived)
	return t, nil
}

// connect begins to connect, before there is anything to receive.
func (t *recvTransport) connect() {
	t.do(func() error {
		t.sections = append(t.sections, &section{mid: "0", codec: t.base(), direction: sendOnly, ssrc: parkedSsrc})
		err := t.negotiate()
		t.hurrySoon()
		return err
	})
}

// add begins to receive a consumer's stream; added is called on the lane. Those
// that come together are described together.
func (t *recvTransport) add(track *remoteTrack, added func(error)) {
	t.wish(wish{track, added})
}

// remove ends what add began.
func (t *recvTransport) remove(track *remoteTrack) {
	track.end()
	t.wish(wish{track: track})
}

func (t *recvTransport) wish(w wish) {
	select {
	case t.wishes <- w:
		t.do(t.settle)
	default:
		t.overflow()
	}
}

// settle brings the description in line with the wishes.
func (t *recvTransport) settle() error {
	var added []wish
	parked := false
	for len(t.wishes) > 0 {
		w := <-t.wishes
		if w.added == nil {
			t.park(w.track)
			parked = true
		} else {
			added = append(added, w)
		}
	}
	if parked {
		// pion must have seen a section empty before another stream comes in it.
		if err := t.negotiate(); err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	for _, w := range added {
		if !w.track.isOver() {
			t.seat(w.track)
		}
	}
	err := t.negotiate()
	for _, w := range added {
		failed := err
		if failed == nil {
			failed = t.bind(w.track)
		}
		w.added(failed)
	}
	return err
}

// seat gives a consumer a section that another one has left, or a new one.
func (t *recvTransport) seat(track *remoteTrack) {
	r := track.received
	t.know(track, true)
	for _, s := range t.sections {
		if s.isParked() && s.codec == r.codec {
			s.ssrc, s.rtxSsrc, track.section = r.ssrc, r.rtxSsrc, s
			return
		}
	}
	track.section = &section{
		mid: fmt.Sprint(len(t.sections)), codec: r.codec, direction: sendOnly, ssrc: r.ssrc, rtxSsrc: r.rtxSsrc,
	}
	t.sections = append(t.sections, track.section)
}

// park empties a consumer's section.
func (t *recvTransport) park(track *remoteTrack) {
	t.know(track, false)
	if s := track.section; s != nil {
		s.ssrc, s.rtxSsrc, track.section = parkedSsrc+t.parked, 0, nil
		t.parked = (t.parked + 1) % (1 << 15)
	}
}

// negotiate describes the host's offer, and answers it.
func (t *recvTransport) negotiate() error {
	if err := t.setRemote(webrtc.SDPTypeOffer, "actpass"); err != nil {
		return err
	}
	answer, err := t.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("make answer: %w", err)
	}
	if err := t.pc.SetLocalDescription(answer); err != nil {
		return fmt.Errorf("set answer: %w", err)
	}
	return nil
}

// bind makes the packets of a consumer find it, once pion can read them.
func (t *recvTransport) bind(track *remoteTrack) error {
	if track.section == nil {
		return errNoReceiver // it has ended meanwhile
	}
	for _, transceiver := range t.pc.GetTransceivers() {
		receiver := transceiver.Receiver()
		if transceiver.Mid() != track.section.mid || receiver == nil {
			continue
		}
		// Reading RTCP waits for the connection, and ends with the receiver.
		t.readRTCP(func(b []byte) (int, error) {
			n, _, err := receiver.Read(b)
			return n, err
		}, func([]byte) {})
		return nil
	}
	return errNoReceiver
}

// arrived is called by pion when a stream can be read.
func (t *recvTransport) arrived(found *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	t.mu.Lock()
	track := t.bySsrc[uint32(found.SSRC())]
	t.mu.Unlock()
	if track != nil {
		track.bind(found)
	}
}

// know keeps a track by its SSRC while it has a section.
func (t *recvTransport) know(track *remoteTrack, isThere bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if isThere {
		t.bySsrc[track.received.ssrc] = track
	} else if t.bySsrc[track.received.ssrc] == track {
		delete(t.bySsrc, track.received.ssrc)
	}
}

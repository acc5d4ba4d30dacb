package callertest

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Track is a stream that the client sends.
type Track struct {
	t         testing.TB
	endpoint  *Endpoint
	Kind, Mid string
	SSRC      uint32
	local     *webrtc.TrackLocalStaticRTP
	stop      chan struct{} // of the goroutine that plays, nil if none does
	playing   sync.WaitGroup
	header    rtp.Header // of the last packet; the playing goroutine's
	level     atomic.Int32
}

// noLevel is a track whose packets do not say how loud they are.
const noLevel = -1

// SetLevel makes the packets of an audio track say how loud they are: from 0,
// the loudest, to 127, in -dBov (RFC 6464).
func (tr *Track) SetLevel(level uint8) { tr.level.Store(int32(level)) }

func newTrack(e *Endpoint, kind string, transceiver *webrtc.RTPTransceiver, local *webrtc.TrackLocalStaticRTP) *Track {
	track := &Track{
		t: e.t, endpoint: e, Kind: kind, Mid: transceiver.Mid(), local: local,
		SSRC:   uint32(transceiver.Sender().GetParameters().Encodings[0].SSRC),
		header: rtp.Header{Version: 2, Marker: true, SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32()},
	}
	track.level.Store(noLevel)
	e.t.Cleanup(track.Pause)
	return track
}

// Play sends until Pause, or the end of the test.
func (tr *Track) Play() {
	if tr.stop == nil {
		stop := make(chan struct{})
		tr.stop = stop
		tr.playing.Go(func() { tr.play(stop) })
	}
}

// Pause stops sending without a word.
func (tr *Track) Pause() {
	if tr.stop != nil {
		close(tr.stop)
		tr.playing.Wait()
		tr.stop = nil
	}
}

// Bye sends a BYE, as Firefox does when a producer is closed.
func (tr *Track) Bye() {
	tr.t.Helper()
	tr.endpoint.SendRTCP(&rtcp.Goodbye{Sources: []uint32{tr.SSRC}})
}

func (tr *Track) play(stop <-chan struct{}) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			tr.send()
		}
	}
}

func (tr *Track) send() {
	payload, ticks := []byte{0xFC, 0xFF, 0xFE}, uint32(960) // an Opus frame of silence
	if tr.Kind == "video" {
		payload, ticks = vp8KeyFrame(), 1800
	}
	tr.header.SequenceNumber++
	tr.header.Timestamp += ticks
	if level := tr.level.Load(); level != noLevel {
		// One byte always fits.
		_ = tr.header.SetExtension(levelID, []byte{byte(level)})
	}
	// A packet that cannot be sent is lost, as on any network.
	_ = tr.local.WriteRTP(&rtp.Packet{Header: tr.header, Payload: payload})
}

// vp8KeyFrame is a whole picture of 320x240: the payload descriptor with S
// (RFC 7741 section 4.2), then the frame's header (RFC 6386 section 9.1).
func vp8KeyFrame() []byte {
	return []byte{0x10, 0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00, 0x01, 0x02, 0x03}
}

// RemoteTrack is a stream that the client receives.
type RemoteTrack struct {
	t        testing.TB
	endpoint *Endpoint
	Consumed Consumed
	arrival  chan *webrtc.TrackRemote
	track    *webrtc.TrackRemote // nil before the first packet
}

// Read waits for the next packet.
func (r *RemoteTrack) Read() *rtp.Packet {
	r.t.Helper()
	if r.track == nil {
		r.track = await(r.t, "first packet of "+r.Consumed.PeerID, r.arrival, func(*webrtc.TrackRemote) bool { return true })
	}
	must(r.t, r.track.SetReadDeadline(time.Now().Add(patience)))
	packet, _, err := r.track.ReadRTP()
	if err != nil {
		r.t.Fatalf("receive %s of %s: %v", r.Consumed.Kind, r.Consumed.PeerID, err)
	}
	return packet
}

// ReportReceived sends reports of what is received of a track, as browsers do, ten
// times a second until stop is called.
func (c *Caller) ReportReceived(r *RemoteTrack) (stop func()) {
	c.t.Helper()
	ended := make(chan struct{})
	var reporting sync.WaitGroup
	reporting.Go(func() {
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				// What cannot be sent is lost, as on any network.
				_ = c.RecvTransport.pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverReport{
					SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: r.Consumed.RtpParameters.Encodings[0].SSRC}},
				}})
			}
		}
	})
	return func() {
		close(ended)
		reporting.Wait()
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// await takes values until one matches.
func await[T any](t testing.TB, what string, values <-chan T, match func(T) bool) T {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case v := <-values:
			if match(v) {
				return v
			}
		case <-timeout.C:
			t.Fatalf("waiting for %s in vain", what)
		}
	}
}

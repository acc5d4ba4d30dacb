package callertest

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Payload types and clock rates of the client's own choice, as Chromium's.
const (
	VP8PayloadType  = 96
	OpusPayloadType = 111
	rtxPayloadType  = 97
)

func localCodecs() []Codec {
	return []Codec{
		{MimeType: "video/VP8", PayloadType: VP8PayloadType, ClockRate: 90000},
		{MimeType: "audio/opus", PayloadType: OpusPayloadType, ClockRate: 48000, Channels: 2},
	}
}

// Track is a stream that the client sends.
type Track struct {
	t      testing.TB
	kind   string
	SSRC   uint32
	sender *webrtc.RTPSender
	local  *webrtc.TrackLocalStaticRTP
	dtls   *webrtc.DTLSTransport

	bound  bool          // the sender has been started
	stop   chan struct{} // of the goroutine that plays, nil if none does
	pace   sync.WaitGroup
	header rtp.Header // of the last packet; the playing goroutine's
}

// newTrack prepares a stream on an endpoint that is, or will be, connected.
func newTrack(t testing.TB, e *Endpoint, kind string) *Track {
	t.Helper()
	capability := webrtc.RTPCodecCapability{MimeType: "video/VP8", ClockRate: 90000}
	header := rtp.Header{Version: 2, Marker: true, SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32()}
	if kind == "audio" {
		capability = webrtc.RTPCodecCapability{MimeType: "audio/opus", ClockRate: 48000, Channels: 2}
	}
	local, err := webrtc.NewTrackLocalStaticRTP(capability, kind, "callertest")
	must(t, err)
	sender, err := e.api.NewRTPSender(local, e.dtls)
	must(t, err)
	track := &Track{t: t, kind: kind, sender: sender, local: local, dtls: e.dtls, header: header}
	track.SSRC = uint32(sender.GetParameters().Encodings[0].SSRC)
	return track
}

// RtpParameters describe the stream as mediasoup-client does in produce.
func (tr *Track) RtpParameters(mid string) map[string]any {
	codecs := []any{map[string]any{
		"mimeType": "video/VP8", "payloadType": VP8PayloadType, "clockRate": 90000, "parameters": map[string]any{},
		"rtcpFeedback": []any{
			map[string]any{"type": "nack", "parameter": ""},
			map[string]any{"type": "nack", "parameter": "pli"},
			map[string]any{"type": "ccm", "parameter": "fir"},
		},
	}, map[string]any{
		"mimeType": "video/rtx", "payloadType": rtxPayloadType, "clockRate": 90000,
		"parameters": map[string]any{"apt": VP8PayloadType}, "rtcpFeedback": []any{},
	}}
	encoding := map[string]any{"ssrc": tr.SSRC, "dtx": false, "rtx": map[string]any{"ssrc": tr.SSRC ^ 1}}
	if tr.kind == "audio" {
		codecs = []any{map[string]any{
			"mimeType": "audio/opus", "payloadType": OpusPayloadType, "clockRate": 48000, "channels": 2,
			"parameters": map[string]any{"minptime": 10, "useinbandfec": 1}, "rtcpFeedback": []any{},
		}}
		encoding = map[string]any{"ssrc": tr.SSRC, "dtx": false}
	}
	return map[string]any{
		"mid": mid, "codecs": codecs, "encodings": []any{encoding},
		"headerExtensions": []any{map[string]any{
			"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": 4, "encrypt": false, "parameters": map[string]any{},
		}},
		"rtcp": map[string]any{"cname": "callertest", "reducedSize": true},
	}
}

// Play sends until Pause, or the end of the test.
func (tr *Track) Play() {
	tr.t.Helper()
	if tr.stop != nil {
		tr.t.Fatal("already playing")
	}
	if !tr.bound {
		must(tr.t, tr.sender.Send(tr.sender.GetParameters()))
		tr.bound = true
	}
	stop := make(chan struct{})
	tr.stop = stop
	tr.pace.Go(func() { tr.play(stop) })
	tr.t.Cleanup(tr.Pause)
}

// Pause stops sending without a word.
func (tr *Track) Pause() {
	if tr.stop != nil {
		close(tr.stop)
		tr.pace.Wait()
		tr.stop = nil
	}
}

// SenderReport sends a sender report, a sign of life without media.
func (tr *Track) SenderReport() {
	tr.t.Helper()
	_, err := tr.dtls.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{SSRC: tr.SSRC, NTPTime: 1 << 32}})
	must(tr.t, err)
}

// Bye sends a BYE, as Firefox does when a producer is closed.
func (tr *Track) Bye() {
	tr.t.Helper()
	_, err := tr.dtls.WriteRTCP([]rtcp.Packet{&rtcp.Goodbye{Sources: []uint32{tr.SSRC}}})
	must(tr.t, err)
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
	tr.header.SequenceNumber++
	payload := []byte{0xFC, 0xFF, 0xFE} // an Opus frame of silence
	tr.header.Timestamp += 960
	if tr.kind == "video" {
		payload = vp8KeyFrame()
		tr.header.Timestamp += 1800 - 960
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
	receiver *webrtc.RTPReceiver
	Consumed Consumed
}

// Consumed is the server's answer to consume.
type Consumed struct {
	ConsumerID    string `json:"consumerId"`
	ProducerID    string `json:"producerId"`
	PeerID        string `json:"peerId"`
	Kind          string `json:"kind"`
	RtpParameters struct {
		Mid    string `json:"mid"`
		Codecs []struct {
			MimeType    string `json:"mimeType"`
			PayloadType uint8  `json:"payloadType"`
		} `json:"codecs"`
		Encodings []struct {
			SSRC uint32 `json:"ssrc"`
			Rtx  *struct {
				SSRC uint32 `json:"ssrc"`
			} `json:"rtx"`
		} `json:"encodings"`
	} `json:"rtpParameters"`
}

func newRemoteTrack(t testing.TB, e *Endpoint, consumed Consumed) *RemoteTrack {
	t.Helper()
	kind := webrtc.RTPCodecTypeVideo
	if consumed.Kind == "audio" {
		kind = webrtc.RTPCodecTypeAudio
	}
	receiver, err := e.api.NewRTPReceiver(kind, e.dtls)
	must(t, err)
	t.Cleanup(func() { _ = receiver.Stop() })
	coding := webrtc.RTPCodingParameters{
		SSRC:        webrtc.SSRC(consumed.RtpParameters.Encodings[0].SSRC),
		PayloadType: webrtc.PayloadType(consumed.RtpParameters.Codecs[0].PayloadType),
	}
	must(t, receiver.Receive(webrtc.RTPReceiveParameters{
		Encodings: []webrtc.RTPDecodingParameters{{RTPCodingParameters: coding}},
	}))
	return &RemoteTrack{t: t, receiver: receiver, Consumed: consumed}
}

// Read waits for the next packet.
func (r *RemoteTrack) Read() *rtp.Packet {
	r.t.Helper()
	must(r.t, r.receiver.SetReadDeadline(time.Now().Add(patience)))
	packet, _, err := r.receiver.Track().ReadRTP()
	if err != nil {
		r.t.Fatalf("receive %s of %s: %v", r.Consumed.Kind, r.Consumed.PeerID, err)
	}
	return packet
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func await(t testing.TB, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("waiting for %s in vain", what)
	}
}

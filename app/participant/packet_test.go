package participant

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"takoshome/app/media"
)

// Sound's timestamps count on whatever the device's jitter, and jump over gaps.
func TestAudioTimestamps(t *testing.T) {
	t.Parallel()
	c := newClock(kindAudio, noon)
	p := newPacketizer(kindAudio, c)
	var last packet
	for i, test := range []struct {
		at     time.Duration
		ticks  uint32 // since the last packet
		marker bool
	}{
		{0, 0, true},
		{20, 960, false},
		{43, 960, false},
		{57, 960, false},
		{80, 960, false},
		{1080, 48000, true},
		{1100, 960, false},
		{1119, 960, false},
	} {
		got := p.packets(noon, media.Sample{
			Data: []byte{1, 2, 3}, Duration: 20 * time.Millisecond, Taken: noon.Add(test.at * time.Millisecond), LevelDBov: 30,
		})
		if len(got) != 1 {
			t.Fatalf("%d packets", len(got))
		}
		if i > 0 && (got[0].timestamp-last.timestamp != test.ticks || got[0].sequence != last.sequence+1) {
			t.Errorf("at %d ms: %d ticks, want %d", test.at, got[0].timestamp-last.timestamp, test.ticks)
		}
		if got[0].marker != test.marker || got[0].level != 30 {
			t.Errorf("at %d ms: %+v", test.at, got[0])
		}
		last = got[0]
	}
	if got := p.packets(noon, media.Sample{Data: make([]byte, 1300), Duration: 20 * time.Millisecond, Taken: noon}); len(got) != 1 {
		t.Errorf("an Opus packet became %d", len(got))
	}
	if got := p.packets(noon, media.Sample{}); len(got) != 0 {
		t.Errorf("nothing became %d packets", len(got))
	}
}

// Pictures have the time at which they were taken, the same in every layer, and
// never go back.
func TestVideoTimestamps(t *testing.T) {
	t.Parallel()
	c := newClock(kindVideo, noon)
	small, large := newPacketizer(kindVideo, c), newPacketizer(kindVideo, c)
	var last uint32
	for i, at := range []time.Duration{0, 33 * time.Millisecond, 33 * time.Millisecond, 30 * time.Millisecond, 14 * time.Hour} {
		sample := media.Sample{Data: vp8Frame(true, 2000), Taken: noon.Add(at)}
		a, b := small.packets(noon, sample), large.packets(noon, sample)
		if len(a) != 4 || a[0].timestamp != b[0].timestamp || a[0].timestamp != a[3].timestamp {
			t.Fatalf("picture %d: %d packets at %d and %d", i, len(a), a[0].timestamp, b[0].timestamp)
		}
		if a[0].marker || !a[3].marker {
			t.Errorf("picture %d: marker is not on the last packet alone", i)
		}
		for _, p := range a {
			if len(p.payload) > maxPayload {
				t.Errorf("a payload of %d bytes", len(p.payload))
			}
		}
		if i > 0 && i < 4 && int32(a[0].timestamp-last) <= 0 {
			t.Errorf("picture %d is not after the last", i)
		}
		last = a[0].timestamp
	}
	if got := c.at(noon.Add(time.Second)) - c.at(noon); got != videoRate {
		t.Errorf("a second has %d ticks", got)
	}
	day := int64(86400) * videoRate
	if got := c.at(noon.Add(24*time.Hour)) - c.at(noon); got != uint32(day) { // it wraps
		t.Errorf("a day has %d ticks", got)
	}
}

type writer struct {
	headers  []rtp.Header
	payloads [][]byte
}

func (w *writer) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.headers, w.payloads = append(w.headers, h.Clone()), append(w.payloads, payload)
	return len(payload), nil
}

func (w *writer) Write(b []byte) (int, error) { return len(b), nil }

func TestSendTrackSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	ids := extensionIDs{mid: 1, rid: 2, repairedRid: 3, absSendTime: 4, transportCC: 5, audioLevel: 6}
	video := &sendTrack{kind: webrtc.RTPCodecTypeVideo, ids: ids, mid: "7", rid: "r1"}
	p := packet{payload: []byte{1}, timestamp: 5, sequence: 6, marker: true, level: 40}
	must(t, video.write(noon, &p)) // not bound: lost
	w := &writer{}
	video.bound.Store(&binding{writer: w, ssrc: 9, rtxSsrc: 10, payloadType: 101})
	must(t, video.write(noon, &p))
	h := w.headers[0]
	if string(h.GetExtension(1)) != "7" || string(h.GetExtension(2)) != "r1" || len(h.GetExtension(4)) != 3 ||
		h.GetExtension(6) != nil || h.SSRC != 9 || h.PayloadType != 101 || !h.Marker {
		t.Errorf("header %+v", h)
	}
	audio := &sendTrack{kind: webrtc.RTPCodecTypeAudio, ids: ids, mid: "8"}
	audio.bound.Store(&binding{writer: w, ssrc: 11, payloadType: 100})
	must(t, audio.write(noon, &p))
	if h := w.headers[1]; !bytes.Equal(h.GetExtension(6), []byte{40}) || h.GetExtension(2) != nil {
		t.Errorf("header %+v", h)
	}
	if raw, err := w.headers[1].Marshal(); err != nil || len(raw) > 12+4+16 {
		t.Errorf("%d bytes of header, %v", len(raw), err)
	}
}

// A retransmission says which layer it repairs, and passes the pacer.
func TestNamerAndPacer(t *testing.T) {
	t.Parallel()
	p := newPacer()
	n := &namer{pacer: p, rid: 2, repairedRid: 3}
	w := &writer{}
	wire := interceptor.RTPWriterFunc(func(h *rtp.Header, b []byte, _ interceptor.Attributes) (int, error) {
		return w.WriteRTP(h, b)
	})
	info := &interceptor.StreamInfo{SSRC: 9, SSRCRetransmission: 10}
	p.AddStream(9, n.BindLocalStream(info, wire))
	for _, ssrc := range []uint32{9, 10, 10} {
		h := rtp.Header{Version: 2, SSRC: ssrc}
		must(t, h.SetExtension(2, []byte("r1")))
		_, err := p.Write(&h, []byte{1}, nil)
		must(t, err)
	}
	if string(w.headers[0].GetExtension(2)) != "r1" || w.headers[0].GetExtension(3) != nil {
		t.Errorf("a packet: %+v", w.headers[0])
	}
	for _, h := range w.headers[1:] {
		if h.GetExtension(2) != nil || string(h.GetExtension(3)) != "r1" {
			t.Errorf("a retransmission: %+v", h)
		}
	}
	n.UnbindLocalStream(info)
	for _, ssrc := range []uint32{9, 10, 11} {
		if _, err := p.Write(&rtp.Header{SSRC: ssrc}, nil, nil); !errors.Is(err, errUnknownStream) {
			t.Errorf("after its end: %v", err)
		}
	}
}

// reader gives what a test wants.
type reader struct {
	reads    chan func(b []byte) (int, interceptor.Attributes, error)
	deadline chan time.Time
}

func (r *reader) Read(b []byte) (int, interceptor.Attributes, error) {
	select {
	case f := <-r.reads:
		return f(b)
	case <-r.deadline:
		return 0, nil, os.ErrDeadlineExceeded
	}
}

func (r *reader) SetReadDeadline(at time.Time) error {
	if time.Until(at) <= 0 {
		r.deadline <- at
	}
	return nil
}

func TestRemoteTrack(t *testing.T) {
	t.Parallel()
	d := testDevice(t, `{"codecs":[{"kind":"video","mimeType":"video/VP8","preferredPayloadType":102,"clockRate":90000}]}`)
	asked := make(chan []rtcp.Packet, 10)
	track := newRemoteTrack(received{payloadType: 102, ssrc: 7, codec: &d.codecs[0]}, "c", func(p []rtcp.Packet) error {
		asked <- p
		return nil
	})
	must(t, track.SetReadDeadline(time.Now().Add(-time.Second)))
	if _, err := track.ReadRTP(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing comes in time: %v", err)
	}
	must(t, track.SetReadDeadline(time.Time{}))
	r := &reader{
		reads:    make(chan func(b []byte) (int, interceptor.Attributes, error), 10),
		deadline: make(chan time.Time, 10),
	}
	packet := func(payloadType uint8, sequence uint16) func([]byte) (int, interceptor.Attributes, error) {
		return func(b []byte) (int, interceptor.Attributes, error) {
			raw, err := (&rtp.Packet{
				Header:  rtp.Header{Version: 2, PayloadType: payloadType, SequenceNumber: sequence, SSRC: 7},
				Payload: []byte{byte(sequence)},
			}).Marshal()
			return copy(b, raw), nil, err
		}
	}
	r.reads <- packet(99, 1) // of another payload type
	r.reads <- func(b []byte) (int, interceptor.Attributes, error) { return copy(b, "nonsense"), nil, nil }
	r.reads <- func([]byte) (int, interceptor.Attributes, error) { return 0, nil, errors.New("no codec") }
	r.reads <- packet(102, 2)
	r.reads <- packet(102, 3)
	go track.bind(r)
	first, err := track.ReadRTP()
	must(t, err)
	second, err := track.ReadRTP()
	must(t, err)
	if first.SequenceNumber != 2 || second.SequenceNumber != 3 || first.Payload[0] != 2 {
		t.Errorf("read %v and %v", first, second)
	}
	track.RequestKeyFrame()
	track.RequestKeyFrame() // held back
	if pli, ok := (<-asked)[0].(*rtcp.PictureLossIndication); !ok || pli.MediaSSRC != 7 {
		t.Errorf("asked by %+v", pli)
	}
	go track.end()
	for err == nil {
		_, err = track.ReadRTP()
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	track.end()
	track.bind(r) // too late
	if _, err := track.ReadRTP(); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
	must(t, track.SetReadDeadline(time.Now()))
	if c := track.Codec(); c.MimeType != "video/VP8" || c.PayloadType != 102 || c.ClockRate != 90000 {
		t.Errorf("codec %+v", c)
	}
}

// A host that sends ever more streams does not fill the memory.
func TestStreamCount(t *testing.T) {
	t.Parallel()
	hostile := make(chan struct{}, 1)
	count := &streamCount{hostile: func() { hostile <- struct{}{} }}
	var buffers []io.Closer
	for range maxStreams - 1 {
		buffers = append(buffers, count.newBuffer(0, 1))
	}
	must(t, buffers[0].Close())
	_ = buffers[0].Close() // once is enough
	count.newBuffer(0, 1)
	select {
	case <-hostile:
		t.Fatal("called too early")
	default:
	}
	count.newBuffer(0, 1)
	<-hostile
}

func TestCountedBuffer(t *testing.T) {
	t.Parallel()
	b := (&streamCount{hostile: func() {}}).newBuffer(0, 1)
	for i := range streamPackets + 10 {
		_, err := b.Write([]byte{byte(i)})
		if (err != nil) != (i >= streamPackets) {
			t.Fatalf("packet %d: %v", i, err)
		}
	}
	got := make([]byte, 10)
	if n, err := b.Read(got); n != 1 || err != nil || got[0] != 0 {
		t.Errorf("read %d bytes, %v", n, err)
	}
	must(t, b.Close())
}

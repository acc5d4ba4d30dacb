package rtpstream

import (
	"errors"
	"testing"
	"time"

	"github.com/pion/rtp"
)

const (
	testSsrc    = 0x11223344
	testRtxSsrc = 0x55667788
	videoClock  = 90_000
	audioClock  = 48_000
)

// instant returns the time at which a test's clock shows ms milliseconds.
func instant(ms float64) time.Time {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(ms * float64(time.Millisecond)))
}

func videoRecvConfig() RecvConfig {
	return RecvConfig{Ssrc: testSsrc, RtxSsrc: testRtxSsrc, ClockRate: videoClock, Nack: true, Video: true}
}

func newRecv(t *testing.T, cfg RecvConfig) *RecvStream {
	t.Helper()
	s, err := NewRecvStream(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func videoSendConfig() SendConfig {
	return SendConfig{
		Ssrc: testSsrc, RtxSsrc: testRtxSsrc,
		ClockRate: videoClock, Cname: "peer",
	}
}

func newSend(t *testing.T, cfg SendConfig) *SendStream {
	t.Helper()
	s, err := NewSendStream(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newRewriter(t *testing.T, firstSeq uint16) *Rewriter {
	t.Helper()
	r, err := NewRewriter(RewriterConfig{ClockRate: videoClock, FirstSeq: firstSeq})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newCache(t *testing.T, maxPackets, maxBytes int) *Cache {
	t.Helper()
	c, err := NewCache(maxPackets, maxBytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func header(seq uint16, ts uint32) *rtp.Header {
	return &rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: ts, SSRC: testSsrc}
}

func rtxHeader(seq uint16, ts uint32) *rtp.Header {
	return &rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: ts, SSRC: testRtxSsrc}
}

func wantConfigError(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrConfig) {
		t.Errorf("error = %v, want one that wraps ErrConfig", err)
	}
}

func wantNoAllocs(t *testing.T, run func()) {
	t.Helper()
	if got := testing.AllocsPerRun(2000, run); got != 0 {
		t.Errorf("allocations per run = %v, want 0", got)
	}
}

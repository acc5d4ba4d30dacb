package rtpstream

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// sendVideo sends seconds of 250 packets of 1,000 bytes: 2 Mbit/s.
func sendVideo(s *SendStream, seconds float64) {
	for i := range int(seconds * 250) {
		s.Sent(instant(float64(i)*4), uint16(i), uint32(i)*360, 1, 1000)
	}
}

func TestAllowRetransmitWithinRoundTrip(t *testing.T) {
	tests := []struct {
		name        string
		roundTripMs float64 // 0: not reported
		againMs     float64
		want        bool
	}{
		{"at once", 0, 0, false},
		{"within the round trip assumed", 0, 100, false},
		{"after the round trip assumed", 0, 101, true},
		{"within a long one", 300, 290, false},
		{"after a long one", 300, 302, true},
		{"after a short one", 10, 12, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSend(t, videoSendConfig())
			s.Sent(instant(0), 5, 0, 1, 1000)
			if tt.roundTripMs != 0 {
				sr, _ := s.SenderReport(instant(0))
				s.HandleReceptionReport(instant(tt.roundTripMs), rtcp.ReceptionReport{
					SSRC: testSsrc, LastSenderReport: compactNtp(sr.NTPTime),
				})
			}
			if !s.AllowRetransmit(instant(1000), 5, 1000) {
				t.Fatal("first request refused")
			}
			if got := s.AllowRetransmit(instant(1000+tt.againMs), 5, 1000); got != tt.want {
				t.Errorf("again after %v ms: %v, want %v", tt.againMs, got, tt.want)
			}
			if !s.AllowRetransmit(instant(1000+tt.againMs), 6, 1000) {
				t.Error("request for another packet refused")
			}
		})
	}
}

func TestAllowRetransmitBurst(t *testing.T) {
	tests := []struct {
		name string
		warm func(s *SendStream) // sends until 2 s
		want int                 // packets of 1,000 bytes at once
	}{
		{"new stream", func(*SendStream) {}, minRetransmitBurst / 1000},
		{"video of 2 Mbit/s: half a second's bytes", func(s *SendStream) {
			sendVideo(s, 1)
			s.AllowRetransmit(instant(0), 65_000, 0) // the budget fills from the first request on
			sendVideo(s, 2)
		}, 125},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSend(t, videoSendConfig())
			tt.warm(s)
			got := 0
			for i := range uint16(500) {
				if s.AllowRetransmit(instant(2000), i, 1000) {
					got++
				}
			}
			if got != tt.want {
				t.Errorf("%d packets allowed, want %d", got, tt.want)
			}
		})
	}
}

// TestSec28NackStorm has a receiver ask for everything of the last four seconds
// again and again, ten thousand times a second.
func TestSec28NackStorm(t *testing.T) {
	s := newSend(t, videoSendConfig())
	sendVideo(s, 4)
	const stormSeconds = 10
	sent := 0
	for i := range stormSeconds * 10_000 {
		now := instant(4000 + float64(i)/10)
		if i%40 == 0 { // the stream goes on
			s.Sent(now, uint16(1000+i/40), 0, 1, 1000)
		}
		if s.AllowRetransmit(now, uint16(i%1000), 1000) {
			sent += 1000
		}
	}
	budget := retransmitShare*stormSeconds*250_000 + 125_000
	if got := float64(sent); got > budget*1.05 {
		t.Errorf("%v bytes retransmitted, want at most %v", got, budget)
	}
	if float64(sent) < budget/2 {
		t.Errorf("%d bytes retransmitted, want the budget to be there for honest receivers too", sent)
	}
}

func TestAllowRetransmitRefills(t *testing.T) {
	s := newSend(t, videoSendConfig())
	drain := func(ms float64, first uint16) int {
		n := 0
		for i := range uint16(500) {
			if s.AllowRetransmit(instant(ms), first+i, 1000) {
				n++
			}
		}
		return n
	}
	drain(0, 0)
	if got := drain(0, 500); got != 0 {
		t.Errorf("%d packets from an empty budget", got)
	}
	if got, want := drain(1000, 1000), minRetransmitBps/8/1000; got != want {
		t.Errorf("after 1 s: %d packets, want %d", got, want)
	}
	if got, want := drain(1e7, 1500), minRetransmitBurst/1000; got != want {
		t.Errorf("after hours: %d packets, want no more than the burst of %d", got, want)
	}
}

func TestRetransmitFirst(t *testing.T) {
	var b retransmitBudget
	steps := []struct {
		name  string
		ms    float64
		seq   uint16
		ok    bool
		first bool
	}{
		{"first request", 0, 7, true, true},
		{"repeated", 200, 7, true, false},
		{"a number in the same slot", 400, 7 + retransmitSlots, true, true},
		{"which made the other forgotten", 600, 7, true, true},
		{"the same number a cycle later", 20_000, 7, true, true},
	}
	for _, step := range steps {
		ok, first := b.allow(instant(step.ms), step.seq, 100, 0, 100*time.Millisecond)
		if ok != step.ok || first != step.first {
			t.Errorf("%s: ok %v, first %v, want %v, %v", step.name, ok, first, step.ok, step.first)
		}
	}
}

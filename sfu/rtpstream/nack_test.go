package rtpstream

import (
	"slices"
	"testing"
	"time"
)

// receiveAll receives the numbers, each in its own millisecond from ms on.
func receiveAll(t *testing.T, s *RecvStream, ms float64, seqs ...uint16) {
	t.Helper()
	for i, seq := range seqs {
		if !s.Receive(instant(ms+float64(i)), header(seq, uint32(seq)*3000), 1000) {
			t.Fatalf("Receive(%d) = false", seq)
		}
	}
}

func wantNacks(t *testing.T, s *RecvStream, ms float64, want ...uint16) {
	t.Helper()
	got, keyFrame := s.Nacks(instant(ms), nil)
	if !slices.Equal(got, want) {
		t.Errorf("at %v ms: NACK for %v, want %v", ms, got, want)
	}
	if keyFrame {
		t.Errorf("at %v ms: key frame asked for", ms)
	}
}

func TestNackSchedule(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	s.SetRoundTripTime(50 * time.Millisecond)
	receiveAll(t, s, 0, 10, 11, 14)
	if got := s.Missing(); got != 2 {
		t.Errorf("Missing = %d, want 2", got)
	}
	wantNacks(t, s, 2, 12, 13) // at once
	wantNacks(t, s, 30)
	wantNacks(t, s, 51)
	wantNacks(t, s, 52, 12, 13) // a round trip later
	receiveAll(t, s, 60, 12)    // late or sent again
	wantNacks(t, s, 102, 13)
	for i := range maxNackSends - 3 {
		wantNacks(t, s, 152+50*float64(i), 13)
	}
	wantNacks(t, s, 10_000) // ten times and no more
	if got := s.Missing(); got != 0 {
		t.Errorf("Missing = %d, want 0", got)
	}
}

func TestNackIntervals(t *testing.T) {
	tests := []struct {
		name      string
		roundTrip time.Duration
		againMs   float64
	}{
		{"unknown round trip", 0, 100},
		{"negative round trip", -time.Second, 100},
		{"short round trip", time.Millisecond, 20},
		{"long round trip", 300 * time.Millisecond, 300},
		{"absurd round trip", time.Hour, 10_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newRecv(t, videoRecvConfig())
			s.SetRoundTripTime(tt.roundTrip)
			receiveAll(t, s, 0, 1, 3)
			wantNacks(t, s, 1, 2)
			wantNacks(t, s, 1+tt.againMs-1)
			wantNacks(t, s, 1+tt.againMs, 2)
		})
	}
}

func TestNackDelayLetsReorderedPacketsPass(t *testing.T) {
	cfg := videoRecvConfig()
	cfg.NackDelay = 10 * time.Millisecond
	s := newRecv(t, cfg)
	receiveAll(t, s, 0, 1, 3, 2) // 2 a millisecond late
	receiveAll(t, s, 3, 5)
	wantNacks(t, s, 3)
	wantNacks(t, s, 12)
	wantNacks(t, s, 13, 4)
}

func TestNackBurst(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 65500)
	receiveAll(t, s, 1, 64) // 99 lost over the wrap
	var want []uint16
	for i := range uint16(99) {
		want = append(want, 65501+i)
	}
	wantNacks(t, s, 1, want...)
	// Every second one comes back by RTX.
	for i := 0; i < len(want); i += 2 {
		if !s.ReceiveRtx(instant(20), rtxHeader(uint16(i), 0), want[i], 1002) {
			t.Fatalf("restored packet %d refused", want[i])
		}
	}
	var rest []uint16
	for i := 1; i < len(want); i += 2 {
		rest = append(rest, want[i])
	}
	wantNacks(t, s, 101, rest...)
}

func TestNackListIsBounded(t *testing.T) {
	t.Run("one gap too wide", func(t *testing.T) {
		s := newRecv(t, videoRecvConfig())
		receiveAll(t, s, 0, 0, 1+maxNacks)
		if got, keyFrame := s.Nacks(instant(1), nil); len(got) != maxNacks || keyFrame {
			t.Fatalf("gap of %d: %d NACKs, key frame %v, want all and none", maxNacks, len(got), keyFrame)
		}
		receiveAll(t, s, 2, 3+maxNacks)
		got, keyFrame := s.Nacks(instant(2), nil)
		if len(got) != 0 || !keyFrame {
			t.Errorf("one more: %d NACKs, key frame %v, want none but a key frame", len(got), keyFrame)
		}
		if _, keyFrame = s.Nacks(instant(3), nil); keyFrame {
			t.Error("key frame asked for twice")
		}
	})
	t.Run("a key frame makes room", func(t *testing.T) {
		s := newRecv(t, videoRecvConfig())
		receiveAll(t, s, 0, 0, 901, 902)
		s.KeyFrame(902)
		receiveAll(t, s, 3, 1100)
		got, keyFrame := s.Nacks(instant(3), nil)
		if len(got) != 1100-903 || got[0] != 903 || keyFrame {
			t.Errorf("%d NACKs, key frame %v, want only those since the key frame", len(got), keyFrame)
		}
	})
	t.Run("an old key frame does not", func(t *testing.T) {
		s := newRecv(t, videoRecvConfig())
		receiveAll(t, s, 0, 0, 1, 902)
		s.KeyFrame(1)
		s.KeyFrame(0) // older ones told later change nothing
		receiveAll(t, s, 3, 1100)
		if got, keyFrame := s.Nacks(instant(3), nil); len(got) != 0 || !keyFrame {
			t.Errorf("%d NACKs, key frame %v, want none but a key frame", len(got), keyFrame)
		}
	})
	t.Run("audio asks for no key frame", func(t *testing.T) {
		cfg := videoRecvConfig()
		cfg.Video = false
		s := newRecv(t, cfg)
		receiveAll(t, s, 0, 0, 2000)
		if got, keyFrame := s.Nacks(instant(3), nil); len(got) != 0 || keyFrame {
			t.Errorf("%d NACKs, key frame %v, want neither", len(got), keyFrame)
		}
	})
	t.Run("packets too far behind", func(t *testing.T) {
		s := newRecv(t, videoRecvConfig())
		receiveAll(t, s, 0, 0, 2)
		for i := range maxNackAge {
			receiveAll(t, s, 1, uint16(3+i))
		}
		if got := s.Missing(); got != 1 {
			t.Fatalf("Missing = %d, want 1: only a new gap cleans up", got)
		}
		receiveAll(t, s, 2, 3+maxNackAge+1)
		if got := s.Missing(); got != 1 || s.nacks.list[0].seq != seqCycle+3+maxNackAge {
			t.Errorf("Missing = %d, want only the newest", got)
		}
	})
	t.Run("gap after gap", func(t *testing.T) {
		s := newRecv(t, videoRecvConfig())
		seq := uint16(0)
		for i := range 1000 {
			seq += maxDropout - 1 - uint16(i%2500)
			s.Receive(instant(float64(i)), header(seq, 0), 100)
			if got := s.Missing(); got > maxNacks {
				t.Fatalf("Missing = %d, want at most %d", got, maxNacks)
			}
		}
	})
}

func TestNackOff(t *testing.T) {
	cfg := videoRecvConfig()
	cfg.Nack = false
	s := newRecv(t, cfg)
	receiveAll(t, s, 0, 1, 500, 3000)
	wantNacks(t, s, 1000)
}

func TestNackAfterRestart(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 10, 12)
	s.KeyFrame(12)
	s.Receive(instant(3), header(40_000, 0), 100)
	receiveAll(t, s, 4, 40_001)
	got, keyFrame := s.Nacks(instant(5), nil)
	if len(got) != 0 || !keyFrame {
		t.Errorf("NACK for %v, key frame %v, want a fresh start with a key frame", got, keyFrame)
	}
	receiveAll(t, s, 6, 40_003)
	wantNacks(t, s, 6, 40_002)
}

func TestNacksAppend(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 1, 3)
	got, _ := s.Nacks(instant(1), []uint16{7})
	if want := []uint16{7, 2}; !slices.Equal(got, want) {
		t.Errorf("Nacks = %v, want %v", got, want)
	}
}

// Fault 10: what was lost while the computer slept is too old to be asked for.
func TestNothingIsAskedForAfterAPause(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 0, 1)
	receiveAll(t, s, 1900, 5) // a bad line
	wantNacks(t, s, 1900, 2, 3, 4)
	receiveAll(t, s, 4000, 300)
	if got, keyFrame := s.Nacks(instant(4000), nil); len(got) != 0 || !keyFrame {
		t.Errorf("NACK for %v, key frame %v, want none but a key frame", got, keyFrame)
	}
	receiveAll(t, s, 4010, 302)
	wantNacks(t, s, 4010, 301)
}

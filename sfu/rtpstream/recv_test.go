package rtpstream

import (
	"testing"
	"time"
)

func TestRecvConfig(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*RecvConfig)
	}{
		{"no SSRC", func(c *RecvConfig) { c.Ssrc = 0 }},
		{"same SSRC for RTX", func(c *RecvConfig) { c.RtxSsrc = c.Ssrc }},
		{"no clock rate", func(c *RecvConfig) { c.ClockRate = 0 }},
		{"negative delay", func(c *RecvConfig) { c.NackDelay = -1 }},
		{"negative inactivity", func(c *RecvConfig) { c.Inactivity = -1 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := videoRecvConfig()
			tt.spoil(&cfg)
			_, err := NewRecvStream(cfg)
			wantConfigError(t, err)
		})
	}
}

func TestRecvStats(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	s.SetRoundTripTime(25 * time.Millisecond)
	for i := range 100 {
		if i%10 == 5 {
			continue // 10 of 100 lost
		}
		receiveAll(t, s, float64(i)*10, uint16(i))
	}
	s.Receive(instant(990), header(99, 0), 1000)   // duplicate
	s.Receive(instant(990), header(9999, 0), 1000) // implausible
	s.ReceiveRtx(instant(991), rtxHeader(1, 0), 5, 1002)
	s.ReceiveRtx(instant(991), rtxHeader(2, 0), 15, 1002)
	s.ReceiveRtx(instant(991), rtxHeader(3, 0), 16, 1002) // was not lost
	s.ReceiveRtx(instant(991), rtxHeader(3, 0), 25, 1002) // replayed
	s.CountNack()
	s.CountNack()
	s.CountPli()
	s.CountFir()
	s.ReceiverReport(instant(1000))

	got := s.Stats(instant(1000))
	want := Stats{
		Ssrc: testSsrc, RtxSsrc: testRtxSsrc,
		BitrateBps:  (90*1000 + 2*1002) * 8 * 10 / 25,
		PacketCount: 92, ByteCount: 90*1000 + 2*1002,
		PacketsLost: 9, PacketsDiscarded: 3, FractionLost: 23. / 256,
		JitterMs: got.JitterMs, RoundTripTimeMs: 25,
		PacketsRetransmitted: 3, NackCount: 2, PliCount: 1, FirCount: 1, Score: 10,
	}
	if got != want {
		t.Errorf("stats = %+v\nwant    %+v", got, want)
	}
}

func TestReceiveDropsAndAccepts(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	if s.ReceiveRtx(instant(0), rtxHeader(1, 0), 10, 100) {
		t.Error("RTX before any packet accepted")
	}
	steps := []struct {
		name string
		seq  uint16
		rtx  bool
		want bool
	}{
		{"first", 10, false, true},
		{"gap", 13, false, true},
		{"late", 12, false, true},
		{"late again", 12, false, false},
		{"restored", 11, true, true},
		{"original of the restored", 11, false, false},
		{"probe with a packet received", 13, true, false},
		{"probe with the next packet", 14, true, true},
		{"which then comes itself", 14, false, false},
		{"and goes on", 15, false, true},
		{"restored from nowhere", 30_000, true, false},
	}
	for i, step := range steps {
		var got bool
		if step.rtx {
			got = s.ReceiveRtx(instant(float64(i)), rtxHeader(uint16(100+i), 0), step.seq, 100)
		} else {
			got = s.Receive(instant(float64(i)), header(step.seq, 0), 100)
		}
		if got != step.want {
			t.Errorf("%s: accepted = %v, want %v", step.name, got, step.want)
		}
	}
}

func TestSetRtxSsrc(t *testing.T) {
	cfg := videoRecvConfig()
	cfg.RtxSsrc = 0
	s := newRecv(t, cfg)
	steps := []struct {
		set, want uint32
		seq       uint16 // of the next RTX packet, which must be accepted
	}{
		{0, 0, 500},
		{testSsrc, 0, 501},
		{testRtxSsrc, testRtxSsrc, 40_000}, // a new stream has numbers of its own
		{testRtxSsrc, testRtxSsrc, 40_001},
	}
	receiveAll(t, s, 0, 1, 100)
	for i, step := range steps {
		s.SetRtxSsrc(step.set)
		if got := s.Stats(instant(0)).RtxSsrc; got != step.want {
			t.Errorf("after SetRtxSsrc(%#x): %#x, want %#x", step.set, got, step.want)
		}
		if !s.ReceiveRtx(instant(0), rtxHeader(step.seq, 0), uint16(2+i), 100) {
			t.Errorf("RTX packet %d refused", step.seq)
		}
	}
	if report, ok := s.RtxReceiverReport(); !ok || report.SSRC != testRtxSsrc || report.TotalLost != 0 {
		t.Errorf("report = %+v, %v, want nothing lost", report, ok)
	}
}

// TestReceiveCycle sends more packets than there are sequence numbers, with
// losses that RTX repairs and timestamps that wrap.
func TestReceiveCycle(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	var rtxSeq uint16
	nacks := make([]uint16, 0, 16)
	for i := range 2*seqCycle + 1000 {
		now, seq, ts := instant(float64(i)), uint16(i), uint32(i)*90_000
		if i%50 == 49 {
			continue
		}
		if !s.Receive(now, header(seq, ts), 1000) {
			t.Fatalf("packet %d refused", i)
		}
		nacks, _ = s.Nacks(now, nacks[:0])
		for _, lost := range nacks {
			rtxSeq++
			if !s.ReceiveRtx(now, rtxHeader(rtxSeq, ts), lost, 1002) {
				t.Fatalf("packet %d: restored %d refused", i, lost)
			}
		}
	}
	lost := (2*seqCycle + 1000) / 50
	got := s.Stats(instant(2*seqCycle + 1000))
	if got.PacketCount != 2*seqCycle+1000 || got.PacketsLost != int64(lost) || got.PacketsRetransmitted != uint64(lost) {
		t.Errorf("%d packets, %d lost, %d restored, want %d, %d, %d", got.PacketCount, got.PacketsLost,
			got.PacketsRetransmitted, 2*seqCycle+1000, lost, lost)
	}
	if s.Restarts() != 0 || s.Missing() != 0 {
		t.Errorf("%d restarts, %d missing, want none", s.Restarts(), s.Missing())
	}
}

func TestRecvRestart(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 1, 2, 5)
	before := s.ReceiverReport(instant(3))
	if s.Receive(instant(4), header(30_000, 0), 100) {
		t.Error("first packet of a jump accepted")
	}
	receiveAll(t, s, 5, 30_001, 30_002)
	if got := s.Restarts(); got != 1 {
		t.Errorf("Restarts = %d, want 1", got)
	}
	after := s.ReceiverReport(instant(10))
	if after.TotalLost != 2 || after.FractionLost != 0 {
		t.Errorf("lost %d, fraction %d, want the two from before and none since", after.TotalLost, after.FractionLost)
	}
	if after.LastSequenceNumber <= before.LastSequenceNumber || after.LastSequenceNumber&0xffff != 30_002 {
		t.Errorf("extended highest %#x after %#x, want upwards to 30002", after.LastSequenceNumber, before.LastSequenceNumber)
	}
}

// TestRecvLongGap is an outage longer than the greatest believable gap: one
// packet is lost on the resync, and nothing is asked for again.
func TestRecvLongGap(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 100, 101)
	s.Receive(instant(20_000), header(101+5000, 0), 100)
	receiveAll(t, s, 20_001, 101+5001, 101+5002)
	if got, keyFrame := s.Nacks(instant(20_010), nil); len(got) != 0 || !keyFrame {
		t.Errorf("NACK for %v, key frame %v, want only a key frame", got, keyFrame)
	}
}

func TestRecvLateIsNotRetransmitted(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 1, 3)
	wantNacks(t, s, 2, 2)
	receiveAll(t, s, 5, 2) // by itself: retransmissions have their own SSRC
	if got := s.Stats(instant(5)).PacketsRetransmitted; got != 0 {
		t.Errorf("%d retransmitted, want 0", got)
	}
}

func TestRecvAllocs(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	h, rtx := header(0, 0), rtxHeader(0, 0)
	nacks := make([]uint16, 0, 2*maxNacks)
	ms := 0.0
	packet := func() {
		ms += 4
		h.SequenceNumber++
		h.Timestamp += 360
		if h.SequenceNumber%20 == 7 {
			return // lost
		}
		s.Receive(instant(ms), h, 1200)
		s.KeyFrame(h.SequenceNumber)
		nacks, _ = s.Nacks(instant(ms), nacks[:0])
		for _, seq := range nacks {
			rtx.SequenceNumber++
			s.ReceiveRtx(instant(ms), rtx, seq, 1202)
		}
		if h.SequenceNumber%250 == 0 {
			s.ReceiverReport(instant(ms))
			s.Stats(instant(ms))
		}
	}
	for range 1000 {
		packet() // grows the list
	}
	wantNoAllocs(t, packet)
}

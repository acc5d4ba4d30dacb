package rtpstream

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
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

func TestReceiverReport(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	receiveAll(t, s, 0, 65534, 65535, 1, 2)
	got := s.ReceiverReport(instant(5))
	want := rtcp.ReceptionReport{
		SSRC: testSsrc, FractionLost: 256 / 5, TotalLost: 1, LastSequenceNumber: seqCycle + 2, Jitter: got.Jitter,
	}
	if got != want {
		t.Errorf("report = %+v\nwant     %+v", got, want)
	}
	if _, err := got.Marshal(); err != nil {
		t.Errorf("marshal: %v", err)
	}

	s.HandleSenderReport(instant(1000), &rtcp.SenderReport{SSRC: testSsrc, NTPTime: 0xb44db705_20000000, RTPTime: 77})
	got = s.ReceiverReport(instant(1000 + 5250))
	if got.LastSenderReport != 0xb7052000 || got.Delay != 0x00054000 {
		t.Errorf("LSR %#x, DLSR %#x, want the example of RFC 3550 figure 2", got.LastSenderReport, got.Delay)
	}
	ntp, ts, at, ok := s.SenderReportMapping()
	if ntp != 0xb44db705_20000000 || ts != 77 || !at.Equal(instant(1000)) || !ok {
		t.Errorf("mapping = %#x, %d, %v, %v", ntp, ts, at, ok)
	}
}

func TestReceiverReportBounds(t *testing.T) {
	tests := []struct {
		name string
		lost int64
		want uint32
	}{
		{"most", 1 << 40, 0x7fffff},
		{"least", -1 << 40, 0x800000},
		{"one too few", -1, 0xffffff},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newRecv(t, videoRecvConfig())
			s.seq.lostBefore = tt.lost
			got := s.ReceiverReport(instant(0))
			if got.TotalLost != tt.want {
				t.Errorf("lost = %#x, want %#x", got.TotalLost, tt.want)
			}
			if _, err := got.Marshal(); err != nil {
				t.Errorf("marshal: %v", err)
			}
		})
	}
}

func TestHandleSenderReportIgnores(t *testing.T) {
	tests := []struct {
		name string
		sr   rtcp.SenderReport
	}{
		{"another SSRC", rtcp.SenderReport{SSRC: 1, NTPTime: 1 << 40}},
		{"a sender without a clock", rtcp.SenderReport{SSRC: testSsrc, RTPTime: 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newRecv(t, videoRecvConfig())
			s.HandleSenderReport(instant(0), &tt.sr)
			if _, _, _, ok := s.SenderReportMapping(); ok {
				t.Error("mapping known")
			}
			if got := s.ReceiverReport(instant(5)); got.LastSenderReport != 0 || got.Delay != 0 {
				t.Errorf("LSR %d, DLSR %d, want 0", got.LastSenderReport, got.Delay)
			}
		})
	}
}

func TestRtxReceiverReport(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	if _, ok := s.RtxReceiverReport(); ok {
		t.Error("report before any RTX packet")
	}
	receiveAll(t, s, 0, 1, 10)
	for _, seq := range []uint16{500, 501, 503} {
		s.ReceiveRtx(instant(20), rtxHeader(seq, 0), seq-498, 100)
	}
	got, ok := s.RtxReceiverReport()
	want := rtcp.ReceptionReport{SSRC: testRtxSsrc, FractionLost: 64, TotalLost: 1, LastSequenceNumber: 503}
	if !ok || got != want {
		t.Errorf("report = %+v, %v\nwant     %+v, true", got, ok, want)
	}
}

func TestRecvScore(t *testing.T) {
	report := &rtcp.SenderReport{SSRC: testSsrc, NTPTime: 1 << 40}
	tests := []struct {
		name   string
		rtx    bool
		feed   func(t *testing.T, s *RecvStream)
		scores []uint8 // after each second with a report
	}{
		{"nothing comes", true, func(*testing.T, *RecvStream) {}, []uint8{10, 10}},
		{"a fifth lost", true, func(t *testing.T, s *RecvStream) { feedSecond(t, s, 5, 0) }, []uint8{3, 3, 3}},
		{"and repaired", true, func(t *testing.T, s *RecvStream) { feedSecond(t, s, 5, 1) }, []uint8{6, 6, 6}},
		{"nothing lost", false, func(t *testing.T, s *RecvStream) { feedSecond(t, s, 0, 0) }, []uint8{10, 10, 10}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newRecv(t, videoRecvConfig())
			for i, want := range tt.scores {
				tt.feed(t, s)
				s.HandleSenderReport(instant(0), report)
				if got := s.Score(instant(0)); got != want {
					t.Errorf("second %d: score = %d, want %d", i+1, got, want)
				}
			}
		})
	}
}

// feedSecond receives 100 more packets, without each everyth; RTX restores
// those if restore is not 0.
func feedSecond(t *testing.T, s *RecvStream, every, restore int) {
	t.Helper()
	highest, _ := s.seq.extender.Highest()
	first := uint16(highest) + 1
	for i := range uint16(100) {
		if every == 0 || int(i)%every != 2 {
			s.Receive(instant(0), header(first+i, 0), 1000)
			continue
		}
		if restore != 0 {
			defer s.ReceiveRtx(instant(0), rtxHeader(first+i, 0), first+i, 1002)
		}
	}
}

func TestRecvScoreWithoutRtx(t *testing.T) {
	cfg := videoRecvConfig()
	cfg.RtxSsrc = 0
	s := newRecv(t, cfg)
	feedSecond(t, s, 10, 0)
	lost, _ := s.Nacks(instant(10), nil)
	receiveAll(t, s, 20, lost...) // come again under the stream's own SSRC
	s.HandleSenderReport(instant(30), &rtcp.SenderReport{SSRC: testSsrc})
	stats := s.Stats(instant(30))
	if stats.PacketsRetransmitted != 10 || stats.PacketsLost != 0 || stats.Score != 9 {
		t.Errorf("stats = %+v, want ten retransmitted, none lost, score 9", stats)
	}
}

func TestRecvInactivity(t *testing.T) {
	cfg := videoRecvConfig()
	cfg.Inactivity = 1500 * time.Millisecond
	s := newRecv(t, cfg)
	steps := []struct {
		ms      float64
		receive uint16
		want    uint8
	}{
		{0, 0, 10}, // not begun
		{10_000, 1, 10},
		{11_500, 0, 10},
		{11_501, 0, 0},
		{13_000, 0, 0},
		{13_001, 2, 10}, // back
		{20_000, 3, 10}, // nobody looked meanwhile
	}
	for _, step := range steps {
		if step.receive != 0 {
			receiveAll(t, s, step.ms, step.receive)
		}
		if got := s.Score(instant(step.ms)); got != step.want {
			t.Errorf("at %v ms: score = %d, want %d", step.ms, got, step.want)
		}
	}
	s.HandleSenderReport(instant(30_000), &rtcp.SenderReport{SSRC: testSsrc})
	if got := s.Score(instant(30_000)); got != 0 {
		t.Errorf("a report without packets: score = %d, want 0", got)
	}
}

func TestRecvScoreOverRestart(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	feedSecond(t, s, 0, 0)
	s.HandleSenderReport(instant(0), &rtcp.SenderReport{SSRC: testSsrc})
	s.Receive(instant(0), header(40_000, 0), 100)
	receiveAll(t, s, 0, 40_001, 40_002)
	s.HandleSenderReport(instant(0), &rtcp.SenderReport{SSRC: testSsrc})
	if got := s.Score(instant(0)); got != 10 {
		t.Errorf("score = %d, want 10", got)
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

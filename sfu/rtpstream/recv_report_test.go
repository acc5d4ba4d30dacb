package rtpstream

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

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
		{"nothing but restored packets", true, func(t *testing.T, s *RecvStream) {
			receiveAll(t, s, 0, 1)
			s.HandleSenderReport(instant(0), report) // a 10
			for seq := range uint16(10) {
				s.ReceiveRtx(instant(0), rtxHeader(seq, 0), 2+seq, 100)
			}
		}, []uint8{3}},
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

func TestRecvScoreStartsAfreshAfterSilence(t *testing.T) {
	cfg := videoRecvConfig()
	cfg.Inactivity = 1500 * time.Millisecond
	s := newRecv(t, cfg)
	feedSecond(t, s, 5, 0)
	s.HandleSenderReport(instant(0), &rtcp.SenderReport{SSRC: testSsrc})
	if got := s.Score(instant(0)); got != 3 {
		t.Fatalf("score = %d, want 3", got)
	}
	receiveAll(t, s, 10_000, 1000) // and nobody looked meanwhile
	if got := s.Score(instant(10_000)); got != 10 {
		t.Errorf("score = %d, want 10", got)
	}
}

func TestRecvScoreOverRestart(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	feedSecond(t, s, 0, 0)
	s.HandleSenderReport(instant(0), &rtcp.SenderReport{SSRC: testSsrc})
	s.Receive(instant(0), header(40_000, 0), 100)
	receiveAll(t, s, 0, 40_001, 40_004) // half of the new run lost: 0, after a 10
	s.HandleSenderReport(instant(0), &rtcp.SenderReport{SSRC: testSsrc})
	if got := s.Score(instant(0)); got != 3 {
		t.Errorf("score = %d, want 3", got)
	}
}

func TestRecvJitterOverRestart(t *testing.T) {
	s := newRecv(t, videoRecvConfig())
	for i := range uint16(10) {
		s.Receive(instant(float64(i)*10), header(i, uint32(i)*900), 100)
	}
	for i := range uint16(10) { // new numbers, and timestamps two seconds off
		s.Receive(instant(100+float64(i)*10), header(40_000+i, 2*videoClock+uint32(i)*900), 100)
	}
	if got := s.Stats(instant(200)).JitterMs; got != 0 {
		t.Errorf("jitter = %v ms, want 0", got)
	}
}

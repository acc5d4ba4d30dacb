package rtpstream

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

func TestSendConfig(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*SendConfig)
	}{
		{"no SSRC", func(c *SendConfig) { c.Ssrc = 0 }},
		{"same SSRC for RTX", func(c *SendConfig) { c.RtxSsrc = c.Ssrc }},
		{"no clock rate", func(c *SendConfig) { c.ClockRate = 0 }},
		{"no CNAME", func(c *SendConfig) { c.Cname = "" }},
		{"CNAME too long", func(c *SendConfig) { c.Cname = strings.Repeat("x", 256) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := videoSendConfig()
			tt.spoil(&cfg)
			_, err := NewSendStream(cfg)
			wantConfigError(t, err)
		})
	}
}

func TestSenderReport(t *testing.T) {
	s := newSend(t, videoSendConfig())
	if _, ok := s.SenderReport(instant(0)); ok {
		t.Error("report before any packet")
	}
	s.Sent(instant(1000), 10, 3000, 1, 1012)
	s.Sent(instant(1010), 11, 3000, 1, 512) // the same frame's second packet
	got, ok := s.SenderReport(instant(1100))
	want := rtcp.SenderReport{
		SSRC: testSsrc, NTPTime: ntpOf(instant(1100)), RTPTime: 3000 + 9000, PacketCount: 2, OctetCount: 1500,
	}
	if !ok || got.SSRC != want.SSRC || got.NTPTime != want.NTPTime || got.RTPTime != want.RTPTime ||
		got.PacketCount != want.PacketCount || got.OctetCount != want.OctetCount || len(got.Reports) != 0 {
		t.Errorf("report = %+v, %v\nwant     %+v, true", got, ok, want)
	}
	if _, ok := s.SenderReport(instant(3000)); !ok {
		t.Error("no report 2 s after the last packet")
	}
	if _, ok := s.SenderReport(instant(3001)); ok {
		t.Error("report although the stream stopped")
	}
}

func TestSenderReportTimestamps(t *testing.T) {
	type packet struct {
		ms  float64
		seq uint16
		ts  uint32
	}
	tests := []struct {
		name string
		sent []packet
		ms   float64
		want uint32
	}{
		{"late packet of an older frame", []packet{{0, 10, 3000}, {40, 12, 6600}, {50, 11, 3000}}, 60, 6600 + 1800},
		{"wrap", []packet{{0, 65535, 0xfffffff0}, {40, 0, 0xe00}}, 50, 0xe00 + 900},
		{"new timestamp base", []packet{{0, 10, 3_000_000_000}, {40, 11, 5000}}, 40, 5000},
		{"wrap after the last packet", []packet{{0, 10, 0xffffff00}}, 10, 0x284},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSend(t, videoSendConfig())
			for _, p := range tt.sent {
				s.Sent(instant(p.ms), p.seq, p.ts, 1, 100)
			}
			if got, ok := s.SenderReport(instant(tt.ms)); !ok || got.RTPTime != tt.want {
				t.Errorf("RTP time = %d, %v, want %d", got.RTPTime, ok, tt.want)
			}
		})
	}
}

func TestSenderReportCountsFromTheEpoch(t *testing.T) {
	cfg := videoSendConfig()
	cfg.Epoch = time.Now() // with a monotonic reading, as in the process
	s := newSend(t, cfg)
	now := cfg.Epoch.Add(5*time.Second + time.Second/2)
	s.Sent(now, 1, 1, 1, 100)
	got, _ := s.SenderReport(now)
	if want := ntpOf(cfg.Epoch) + 11<<31; got.NTPTime-want+2 > 4 { // nanoseconds are rounded down twice
		t.Errorf("NTP = %#x, want the epoch's and 5.5 s: %#x", got.NTPTime, want)
	}
	s.HandleReceptionReport(now.Add(40*time.Millisecond), rtcp.ReceptionReport{
		SSRC: testSsrc, LastSenderReport: compactNtp(got.NTPTime),
	})
	if diff := s.RoundTripTime() - 40*time.Millisecond; diff.Abs() > time.Millisecond {
		t.Errorf("round trip = %v, want 40 ms by the same clock", s.RoundTripTime())
	}
}

func TestSdes(t *testing.T) {
	s := newSend(t, videoSendConfig())
	got := s.Sdes()
	if len(got.Chunks) != 1 || got.Chunks[0].Source != testSsrc || len(got.Chunks[0].Items) != 1 {
		t.Fatalf("sdes = %+v, want one chunk with one item", got)
	}
	item := got.Chunks[0].Items[0]
	if item.Type != rtcp.SDESCNAME || item.Text != "peer" {
		t.Errorf("item = %+v, want CNAME peer", item)
	}
}

func TestRoundTripTime(t *testing.T) {
	tests := []struct {
		name    string
		afterMs float64 // report came this long after ours went out
		heldMs  float64
		spoil   func(*rtcp.ReceptionReport)
		want    time.Duration
	}{
		{name: "usual", afterMs: 150, heldMs: 100, want: 50 * time.Millisecond},
		{name: "held not at all", afterMs: 30, heldMs: 0, want: 30 * time.Millisecond},
		{name: "no report of ours seen", afterMs: 150, spoil: func(r *rtcp.ReceptionReport) { r.LastSenderReport = 0 }},
		{name: "negative", afterMs: 100, heldMs: 150},
		{name: "too long to be true", afterMs: 20_000},
		{name: "forged time", afterMs: 100, spoil: func(r *rtcp.ReceptionReport) { r.LastSenderReport ^= 0x40000000 }},
		{name: "another SSRC", afterMs: 100, spoil: func(r *rtcp.ReceptionReport) { r.SSRC++ }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSend(t, videoSendConfig())
			s.Sent(instant(0), 1, 1, 1, 100)
			sr, _ := s.SenderReport(instant(0))
			r := rtcp.ReceptionReport{
				SSRC: testSsrc, LastSenderReport: compactNtp(sr.NTPTime),
				Delay: compactOf(time.Duration(tt.heldMs * float64(time.Millisecond))),
			}
			if tt.spoil != nil {
				tt.spoil(&r)
			}
			s.HandleReceptionReport(instant(tt.afterMs), r)
			got := s.RoundTripTime()
			if diff := got - tt.want; diff.Abs() > time.Millisecond {
				t.Errorf("round trip = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRoundTripTimeOverCompactWrap(t *testing.T) {
	s := newSend(t, videoSendConfig())
	// 1/16 s before the middle 32 bits wrap.
	seconds := (ntpOf(instant(0))>>48+1)<<16 - ntpEpochOffset
	now := time.Unix(int64(seconds), 0).Add(-time.Second / 16)
	s.Sent(now, 1, 1, 1, 100)
	sr, _ := s.SenderReport(now)
	s.HandleReceptionReport(now.Add(time.Second/8), rtcp.ReceptionReport{
		SSRC: testSsrc, LastSenderReport: compactNtp(sr.NTPTime), Delay: 0x1000,
	})
	if got, want := s.RoundTripTime(), time.Second/16; got != want {
		t.Errorf("round trip = %v, want %v", got, want)
	}
}

func TestHandleReceptionReportLoss(t *testing.T) {
	tests := []struct {
		name  string
		total uint32
		want  int64
	}{
		{"none", 0, 0},
		{"some", 7, 7},
		{"negative", 0xfffffe, -2},
		{"more than was sent", 0x7fffff, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSend(t, videoSendConfig())
			for i := range uint16(100) {
				s.Sent(instant(float64(i)), i, uint32(i)*3000, 1, 1000)
			}
			s.HandleReceptionReport(instant(100), rtcp.ReceptionReport{
				SSRC: testSsrc, TotalLost: tt.total, FractionLost: 64, Jitter: 900,
			})
			got := s.Stats(instant(100))
			if got.PacketsLost != tt.want || got.FractionLost != 0.25 || got.JitterMs != 10 {
				t.Errorf("lost %d, fraction %v, jitter %v, want %d, 0.25, 10", got.PacketsLost, got.FractionLost, got.JitterMs, tt.want)
			}
		})
	}
}

func TestSendScore(t *testing.T) {
	s := newSend(t, videoSendConfig())
	seq := uint16(0)
	report := func(sent int, totalLost uint32) {
		for range sent {
			seq++
			s.Sent(instant(float64(seq)), seq, uint32(seq)*3000, 1, 1000)
		}
		s.HandleReceptionReport(instant(float64(seq)), rtcp.ReceptionReport{SSRC: testSsrc, TotalLost: totalLost})
	}
	if got := s.Score(); got != 10 {
		t.Errorf("before any report: score = %d, want 10", got)
	}
	report(100, 0)
	report(0, 0)
	if got := s.Score(); got != 10 {
		t.Errorf("nothing lost: score = %d, want 10", got)
	}
	for i := range uint32(2 * scoreHistory) {
		report(100, 20*(i+1))
	}
	if got := s.Score(); got != 4 {
		t.Errorf("a fifth lost each time: score = %d, want 4", got)
	}
	report(100, 0) // the receiver began anew
	report(100, 0xffffff)
	for range 2 * scoreHistory {
		report(100, 0)
	}
	if got := s.Score(); got != 10 {
		t.Errorf("no longer lost: score = %d, want 10", got)
	}
}

func TestSendScoreWhenTheReceiverBeginsAnew(t *testing.T) {
	s := newSend(t, videoSendConfig())
	for i := range uint16(200) {
		s.Sent(instant(float64(i)), i, 0, 1, 1000)
		switch i {
		case 99:
			s.HandleReceptionReport(instant(100), rtcp.ReceptionReport{SSRC: testSsrc, TotalLost: 50}) // a 1
		case 199:
			s.HandleReceptionReport(instant(200), rtcp.ReceptionReport{SSRC: testSsrc, TotalLost: 0}) // a 10
		}
	}
	if got := s.Score(); got != 7 {
		t.Errorf("score = %d, want 7: fewer lost in all is none lost since", got)
	}
}

func TestSenderReportOfTinyPackets(t *testing.T) {
	s := newSend(t, videoSendConfig())
	s.Sent(instant(0), 1, 0, 1, 5)
	if got, ok := s.SenderReport(instant(0)); !ok || got.OctetCount != 0 {
		t.Errorf("octets = %d, %v, want 0", got.OctetCount, ok)
	}
}

func TestSendScoreWithRepairs(t *testing.T) {
	s := newSend(t, videoSendConfig())
	for i := range uint16(100) {
		s.Sent(instant(float64(i)), i, 0, 1, 100)
	}
	for i := range uint16(20) {
		if !s.AllowRetransmit(instant(100), i, 100) {
			t.Fatalf("retransmission of %d refused", i)
		}
		s.SentRtx(instant(100), 102)
	}
	s.HandleReceptionReport(instant(200), rtcp.ReceptionReport{SSRC: testSsrc, TotalLost: 20})
	got := s.Stats(instant(200))
	if got.Score != 7 || got.PacketsRetransmitted != 20 || got.PacketCount != 100 {
		t.Errorf("stats = %+v, want score 7, 20 retransmitted apart from 100", got)
	}
}

func TestSendStats(t *testing.T) {
	s := newSend(t, videoSendConfig())
	for i := range uint16(250) {
		s.Sent(instant(float64(i)*4), i, 0, 1, 1000)
	}
	s.CountNack()
	s.CountPli()
	s.CountPli()
	s.CountFir()
	got := s.Stats(instant(1000))
	want := Stats{
		Ssrc: testSsrc, RtxSsrc: testRtxSsrc, BitrateBps: 2_000_000, PacketCount: 250, ByteCount: 250_000,
		NackCount: 1, PliCount: 2, FirCount: 1, Score: 10,
	}
	if math.Abs(float64(got.BitrateBps)-2e6) > 2e4 {
		t.Errorf("bitrate = %d, want 2,000,000 ± 1 %%", got.BitrateBps)
	}
	got.BitrateBps = want.BitrateBps
	if got != want {
		t.Errorf("stats = %+v\nwant    %+v", got, want)
	}
}

func TestNextRtxSeq(t *testing.T) {
	cfg := videoSendConfig()
	cfg.FirstRtxSeq = 65534
	s := newSend(t, cfg)
	for _, want := range []uint16{65534, 65535, 0, 1} {
		if got := s.NextRtxSeq(); got != want {
			t.Errorf("NextRtxSeq = %d, want %d", got, want)
		}
	}
}

func TestSendAllocs(t *testing.T) {
	s := newSend(t, videoSendConfig())
	seq, ms := uint16(0), 0.0
	packet := func() {
		seq++
		ms += 4
		s.Sent(instant(ms), seq, uint32(seq)*360, 1, 1200)
		if seq%20 == 0 && s.AllowRetransmit(instant(ms), seq-10, 1200) {
			s.SentRtx(instant(ms), 1202)
			s.NextRtxSeq()
		}
		if seq%250 == 0 {
			s.SenderReport(instant(ms))
			s.HandleReceptionReport(instant(ms), rtcp.ReceptionReport{SSRC: testSsrc})
			s.Sdes()
			s.Stats(instant(ms))
		}
	}
	for range 100 {
		packet()
	}
	wantNoAllocs(t, packet)
}

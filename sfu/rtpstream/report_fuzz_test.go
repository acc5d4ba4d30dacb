package rtpstream

import (
	"testing"

	"github.com/pion/rtcp"
)

// FuzzReceptionReport hands report blocks from the network to a stream that has
// sent for a while: whatever they claim, the figures stay within reason.
func FuzzReceptionReport(f *testing.F) {
	s, err := NewSendStream(videoSendConfig())
	if err != nil {
		f.Fatal(err)
	}
	sendVideo(s, 2)
	sr, _ := s.SenderReport(instant(2000))
	for _, r := range []rtcp.ReceptionReport{
		{SSRC: testSsrc},
		{SSRC: testSsrc, FractionLost: 255, TotalLost: 0xffffff, LastSequenceNumber: 1 << 31, Jitter: 1<<32 - 1},
		{SSRC: testSsrc, LastSenderReport: compactNtp(sr.NTPTime), Delay: 0x4000},
		{SSRC: testSsrc, LastSenderReport: compactNtp(sr.NTPTime) + 1, Delay: 1<<32 - 1},
	} {
		block, err := r.Marshal()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(block, uint16(500))
	}
	f.Fuzz(func(t *testing.T, block []byte, afterMs uint16) {
		s := newSend(t, videoSendConfig())
		sendVideo(s, 2)
		for ; len(block) >= 24; block = block[24:] {
			var r rtcp.ReceptionReport
			if err := r.Unmarshal(block); err != nil {
				t.Fatal(err)
			}
			now := instant(2000 + float64(afterMs))
			s.HandleReceptionReport(now, r)
			stats := s.Stats(now)
			if rtt := s.RoundTripTime(); rtt < 0 || rtt > maxRoundTrip {
				t.Fatalf("round trip %v of %+v", rtt, r)
			}
			if stats.Score > perfectScore || stats.PacketsLost > int64(stats.PacketCount) ||
				stats.FractionLost < 0 || stats.FractionLost >= 1 || stats.JitterMs < 0 {
				t.Fatalf("stats %+v of %+v", stats, r)
			}
		}
	})
}

// FuzzReceive feeds any order of sequence numbers, timestamps and restored
// packets to a receive stream, as an authenticated but hostile producer may.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 0, 2, 0, 0, 3})
	f.Add([]byte{0, 0, 1, 0, 0x20, 0, 0, 0x20, 1, 1, 0, 2, 1, 0, 2})
	f.Add([]byte{0, 0xff, 0xff, 0, 0, 0, 2, 0, 0, 3, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		s := newRecv(t, videoRecvConfig())
		var rtxSeq uint16
		var nacks []uint16
		for i := 0; len(in) >= 3; i, in = i+1, in[3:] {
			now, seq := instant(float64(i)*7), uint16(in[1])<<8|uint16(in[2])
			switch in[0] % 4 {
			case 0:
				s.Receive(now, header(seq, uint32(seq)*uint32(i)*0x10001), int(in[0]))
			case 1:
				rtxSeq++
				s.ReceiveRtx(now, rtxHeader(rtxSeq, 0), seq, int(in[0]))
			case 2:
				nacks, _ = s.Nacks(now, nacks[:0])
				if len(nacks) > maxNacks {
					t.Fatalf("%d NACKs at once", len(nacks))
				}
			default:
				s.KeyFrame(seq)
				s.HandleSenderReport(now, &rtcp.SenderReport{SSRC: testSsrc, NTPTime: uint64(seq) << 32})
				if _, err := s.ReceiverReport(now).Marshal(); err != nil {
					t.Fatalf("report: %v", err)
				}
			}
			if s.Missing() > maxNacks {
				t.Fatalf("%d missing", s.Missing())
			}
			if score := s.Score(now); score > perfectScore {
				t.Fatalf("score %d", score)
			}
		}
	})
}

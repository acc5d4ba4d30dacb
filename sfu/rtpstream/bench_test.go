package rtpstream

import (
	"fmt"
	"testing"
)

// BenchmarkForward measures this package's share of forwarding one packet of a
// 2.4 Mbit/s video stream: receive, keep for retransmission, and for each
// consumer rewrite and count. One packet in fifty is lost and restored.
func BenchmarkForward(b *testing.B) {
	for _, consumers := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("consumers=%d", consumers), func(b *testing.B) {
			recv, err := NewRecvStream(videoRecvConfig())
			if err != nil {
				b.Fatal(err)
			}
			cache, err := NewCache(2048, 1<<20)
			if err != nil {
				b.Fatal(err)
			}
			rewriters := make([]*Rewriter, consumers)
			senders := make([]*SendStream, consumers)
			for i := range consumers {
				if rewriters[i], err = NewRewriter(RewriterConfig{ClockRate: videoClock}); err != nil {
					b.Fatal(err)
				}
				if senders[i], err = NewSendStream(videoSendConfig()); err != nil {
					b.Fatal(err)
				}
				rewriters[i].Sync(instant(0), 0, 1, 360, ReportMapping{}, ReportMapping{})
			}
			h, rtx, packet := header(0, 0), rtxHeader(0, 0), make([]byte, 1200)
			nacks := make([]uint16, 0, maxNacks)
			forward := func(i int, seq uint16, ts uint32) {
				now := instant(float64(i) * 4)
				cache.Put(now, seq, packet)
				for c := range consumers {
					if out, outTs, ok := rewriters[c].Rewrite(0, seq, ts); ok {
						senders[c].Sent(now, out, outTs, 1, len(packet))
					}
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				now := instant(float64(i) * 4)
				h.SequenceNumber++
				h.Timestamp += 360
				if i%50 == 20 {
					continue
				}
				if recv.Receive(now, h, len(packet)) {
					forward(i, h.SequenceNumber, h.Timestamp)
				}
				nacks, _ = recv.Nacks(now, nacks[:0])
				for _, lost := range nacks {
					rtx.SequenceNumber++
					if recv.ReceiveRtx(now, rtx, lost, len(packet)+2) {
						forward(i, lost, h.Timestamp-360)
					}
				}
			}
		})
	}
}

package participant

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// From the click to the first packet of a whole picture, over loopback and our
// own host, which asks for a keyframe at most twice a second; so between two joins
// there is a pause, as there is between people.
func BenchmarkJoin(b *testing.B) {
	h := newHost(b)
	alice := h.join("alice")
	alice.produce(ProducerConfig{Kind: kindAudio})
	alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
	var joined, heard, seen []time.Duration
	for b.Loop() {
		began := time.Now()
		bob := h.join("bob")
		joined = append(joined, time.Since(began))
		_, err := bob.awaitTrack("alice", kindAudio).Track.ReadRTP()
		must(b, err)
		heard = append(heard, time.Since(began))
		video := bob.awaitTrack("alice", kindVideo).Track
		for isKey := false; !isKey; {
			p, err := video.ReadRTP()
			must(b, err)
			isKey = beginsKeyFrame(p)
		}
		seen = append(seen, time.Since(began))
		bob.HangUp()
		<-time.After(700 * time.Millisecond)
	}
	for name, list := range map[string][]time.Duration{"joined": joined, "heard": heard, "seen": seen} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, name+"-ms")
	}
}

// beginsKeyFrame reads a VP8 payload descriptor with a picture ID (RFC 7741
// section 4.2), as our packetizer makes it, and the P bit behind it.
func beginsKeyFrame(p *rtp.Packet) bool {
	at := 1
	if len(p.Payload) > 2 && p.Payload[0]&0x80 != 0 {
		at = 3
		if p.Payload[1]&0x80 != 0 && p.Payload[2]&0x80 != 0 {
			at = 4
		}
	}
	return len(p.Payload) > at && p.Payload[0]&0x10 != 0 && p.Payload[at]&1 == 0
}

package sfu

import (
	"testing"
	"time"

	"takoshome/sfu/ortc"
)

func TestPolicerLimit(t *testing.T) {
	for name, test := range map[string]struct {
		kind      ortc.MediaKind
		announced []uint32
		want      uint64
	}{
		"voice":               {ortc.KindAudio, []uint32{0}, maxAudioBps},
		"video":               {ortc.KindVideo, []uint32{0}, maxVideoBps},
		"nothing said":        {ortc.KindVideo, nil, maxVideoBps},
		"announced":           {ortc.KindVideo, []uint32{2_000_000}, 4_000_000},
		"layers":              {ortc.KindVideo, []uint32{100_000, 300_000, 900_000}, 2_600_000},
		"a layer without":     {ortc.KindVideo, []uint32{100_000, 0}, maxVideoBps},
		"little":              {ortc.KindVideo, []uint32{50_000}, minPolicedBps},
		"more than one may":   {ortc.KindVideo, []uint32{4_000_000_000}, maxVideoBps},
		"voice of a megabyte": {ortc.KindAudio, []uint32{8_000_000}, maxAudioBps},
	} {
		t.Run(name, func(t *testing.T) {
			var encodings []ortc.RtpEncodingParameters
			for _, bps := range test.announced {
				encodings = append(encodings, ortc.RtpEncodingParameters{MaxBitrate: bps})
			}
			if p := newPolicer(test.kind, encodings); p.limitBps != test.want {
				t.Errorf("got %d, want %d", p.limitBps, test.want)
			}
		})
	}
}

// A second's worth may come at once, then what the time brings.
func TestPolicer(t *testing.T) {
	p := policer{limitBps: 8_000_000}
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	count := func(now time.Time, packets int) (admitted int) {
		for range packets {
			if p.admits(now, 1000) {
				admitted++
			}
		}
		return admitted
	}
	for _, step := range []struct {
		after   time.Duration
		packets int
		want    int
	}{
		{0, 1500, 1000},
		{0, 10, 0},
		{10 * time.Millisecond, 100, 10},
		{5 * time.Millisecond, 100, 0}, // back in time
		{time.Hour, 2000, 1000},
	} {
		if got := count(start.Add(step.after), step.packets); got != step.want {
			t.Errorf("after %v: %d of %d, want %d", step.after, got, step.packets, step.want)
		}
	}
	if p.dropped != 500+10+90+100+1000 {
		t.Errorf("%d were dropped", p.dropped)
	}
}

// 100 Mbit/s of one peer's are cut to what one may send, and the sound of another
// goes through whole.
func TestSec29FloodOfAProducerHarmsNobody(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(1, true))
	receive(t, c.receiver.rtp, "the first packet")
	r := newTestReader(c.router.server)
	now := time.Now()
	const packets, size = 20_000, 1100 // 17.6 Mbyte in a second and a half
	for i := range packets {
		packet := videoPacket(uint16(i+2), false)
		packet.Payload = vp8(false, size)
		c.sender.transport.handleRtp(now.Add(time.Duration(i)*1500*time.Millisecond/packets), c.sender.seal(packet), r)
		r.flush()
	}
	stats := c.producer.Stats()
	const allowed = maxVideoBps * 5 / 2 / 8 / size
	if passed := packets - stats.OverLimit; passed > allowed || passed < allowed*9/10 {
		t.Errorf("%d of %d packets passed, %d may", passed, packets, allowed)
	}

	voice := newTestTransport(t, c.router, DirectionSend)
	speaker := connectTestPeer(t, voice)
	sound, err := voice.Produce(ProducerOptions{Kind: ortc.KindAudio, RtpParameters: audioParameters()})
	if err != nil {
		t.Fatal(err)
	}
	listener := connectTestPeer(t, newTestTransport(t, c.router, DirectionRecv))
	if _, err := listener.transport.Consume(ConsumerOptions{Producer: sound, RtpCapabilities: c.router.RtpCapabilities()}); err != nil {
		t.Fatal(err)
	}
	for i := range uint16(50) {
		speaker.sendRtp(audioPacket(i + 1))
		receive(t, listener.rtp, "sound")
	}
	if got := sound.Stats().OverLimit; got != 0 {
		t.Errorf("%d packets of the sound are over its limit", got)
	}
}

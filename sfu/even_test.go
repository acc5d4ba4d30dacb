package sfu

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"takoshome/sfu/codec"
	"takoshome/sfu/ortc"
)

func TestEven(t *testing.T) {
	video := &producerStream{parse: codec.ParserFor("video/VP8")}
	other := &producerStream{parse: video.parse}
	sound := &producerStream{}
	type sized struct {
		stream *producerStream
		size   int
	}
	of := func(s *producerStream, sizes ...int) (list []sized) {
		for _, size := range sizes {
			list = append(list, sized{s, size})
		}
		return list
	}
	tests := []struct {
		name    string
		packets []sized
		want    []uint8
	}{
		{"one", of(video, 1100), []uint8{0}},
		{"equal", of(video, 1100, 1100), []uint8{0, 0}},
		{"a frame divided about equally", of(video, 1100, 1100, 1101, 1101), []uint8{1, 1, 0, 0}},
		{"step by step", of(video, 1098, 1099, 1100), []uint8{2, 1, 0}},
		{"a shorter end", of(video, 1100, 1101, 700), []uint8{1, 0, 0}},
		{"the most", of(video, 1096, 1100), []uint8{4, 0}},
		{"too much", of(video, 1095, 1100), []uint8{0, 0}},
		{"two layers", []sized{{video, 1100}, {other, 500}, {video, 1102}, {other, 501}}, []uint8{2, 1, 0, 0}},
		{"sound", of(sound, 100, 101), []uint8{0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var packets []*packet
			for _, p := range tt.packets {
				packets = append(packets, &packet{stream: p.stream, payload: make([]byte, p.size), padding: 99})
			}
			even(packets)
			var got []uint8
			for _, p := range packets {
				got = append(got, p.padding)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// Extensions that only some packets have count as well.
func TestEvenCountsExtensions(t *testing.T) {
	video := &producerStream{parse: codec.ParserFor("video/VP8")}
	first := &packet{stream: video, payload: make([]byte, 1000)}
	first.ext[extPlayoutDelay] = make([]byte, 3)
	second := &packet{stream: video, payload: make([]byte, 1004)}
	even([]*packet{first, second})
	if first.padding != 1 {
		t.Errorf("got %d, want 1", first.padding)
	}
}

// A frame's packets leave equally long, and arrive as they were.
func TestFramesAreForwardedEven(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	r := newTestReader(c.router.server)
	var sent []*rtp.Packet
	for i, size := range []int{300, 300, 302, 302} {
		packet := videoPacket(uint16(i+1), i == 0)
		packet.Timestamp, packet.Marker = 3000, i == 3
		packet.Payload = bytes.Repeat([]byte{byte(i + 1)}, size)
		copy(packet.Payload, vp8(i == 0, 10))
		sent = append(sent, packet)
		c.sender.transport.handleRtp(time.Now(), c.sender.seal(packet), r)
	}
	r.flush()
	for i, want := range sent {
		got := receive(t, c.receiver.rtp, "packet")
		if !bytes.Equal(got.Payload, want.Payload) || got.Marker != want.Marker {
			t.Errorf("packet %d: %d bytes, want %d", i, len(got.Payload), len(want.Payload))
		}
		if size := len(got.Payload) + int(got.PaddingSize); size != 302 {
			t.Errorf("packet %d: %d bytes with padding, want 302", i, size)
		}
	}
}

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
				packets = append(packets, payloadOf(p.stream, p.size))
			}
			even(packets)
			var got []uint8
			for _, p := range packets {
				got = append(got, uint8(len(p.body)-len(p.payload)))
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
	first := payloadOf(video, 1000)
	first.ext[extPlayoutDelay] = make([]byte, 3)
	second := payloadOf(video, 1004)
	even([]*packet{first, second})
	if got := first.body[1000:]; !bytes.Equal(got, []byte{1}) {
		t.Errorf("padding is %v, want one byte", got)
	}
}

// Padding takes no memory but that of the packet's own.
func TestEvenNeedsRoom(t *testing.T) {
	video := &producerStream{parse: codec.ParserFor("video/VP8")}
	first, second := payloadOf(video, 1000), payloadOf(video, 1001)
	first.payload = first.payload[:1000:1000]
	first.body = first.payload
	even([]*packet{first, second})
	if len(first.body) != 1000 {
		t.Errorf("the body has %d bytes", len(first.body))
	}
}

// payloadOf is a packet as it was decrypted: with dirty memory behind it.
func payloadOf(s *producerStream, size int) *packet {
	payload := bytes.Repeat([]byte{99}, size+16)[:size]
	return &packet{stream: s, payload: payload, body: payload}
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

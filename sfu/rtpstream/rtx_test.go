package rtpstream

import (
	"bytes"
	"testing"

	"github.com/pion/rtp"
)

// marshal returns a packet's bytes and the size of its header.
func marshal(t *testing.T, p *rtp.Packet) (packet []byte, headerSize int) {
	t.Helper()
	packet, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return packet, p.MarshalSize() - len(p.Payload) - int(p.PaddingSize)
}

func mediaPacket(t *testing.T, payload []byte) *rtp.Packet {
	t.Helper()
	p := &rtp.Packet{
		Header: rtp.Header{
			Version: 2, Marker: true, PayloadType: 96, SequenceNumber: 0xabcd, Timestamp: 0x01020304,
			SSRC: testSsrc, CSRC: []uint32{1, 2},
		},
		Payload: payload,
	}
	if err := p.SetExtension(4, []byte{9, 8, 7}); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRestoreRtx(t *testing.T) {
	tests := []struct {
		name    string
		payload []byte
	}{
		{"usual", bytes.Repeat([]byte{0x5a}, 1100)},
		{"one byte", []byte{1}},
		{"empty", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, headerSize := marshal(t, mediaPacket(t, tt.payload))
			rtx := mediaPacket(t, append([]byte{0xab, 0xcd}, tt.payload...))
			rtx.SSRC, rtx.PayloadType, rtx.SequenceNumber = testRtxSsrc, 97, 0x1234
			packet, _ := marshal(t, rtx)
			got, seq, ok := RestoreRtx(packet, headerSize, testSsrc, 96)
			if !ok || seq != 0xabcd || !bytes.Equal(got, want) {
				t.Errorf("RestoreRtx = %x, %#x, %v, want %x", got, seq, ok, want)
			}
		})
	}
}

func TestRestoreRtxPadded(t *testing.T) {
	p := mediaPacket(t, []byte{0x11, 0x22, 1, 2, 3})
	p.Padding, p.Header.PaddingSize, p.PaddingSize = true, 4, 4
	packet, headerSize := marshal(t, p)
	got, seq, ok := RestoreRtx(packet, headerSize, 5, 6)
	if !ok || seq != 0x1122 {
		t.Fatalf("seq = %#x, %v", seq, ok)
	}
	var parsed rtp.Packet
	if err := parsed.Unmarshal(got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(parsed.Payload, []byte{1, 2, 3}) || parsed.Padding {
		t.Errorf("restored %+v with %x", parsed.Header, parsed.Payload)
	}
}

func TestRtxMalformed(t *testing.T) {
	packet := make([]byte, 20)
	packet[0] = 0x80
	with := func(change func(p []byte)) []byte {
		p := bytes.Clone(packet)
		change(p)
		return p
	}
	tests := []struct {
		name       string
		packet     []byte
		headerSize int
	}{
		{"nothing", nil, 12},
		{"header size too small", packet, 11},
		{"negative header size", packet, -1},
		{"header size beyond the packet", packet, 21},
		{"no payload", packet, 20},
		{"one byte of payload", packet, 19},
		{"version 1", with(func(p []byte) { p[0] = 0x40 }), 12},
		{"padding of 0", with(func(p []byte) { p[0] |= paddingFlag }), 12},
		{"padding beyond the payload", with(func(p []byte) { p[0] |= paddingFlag; p[19] = 9 }), 12},
		{"a bandwidth probe", with(func(p []byte) { p[0] |= paddingFlag; p[19] = 8 }), 12},
		{"padding leaves one byte", with(func(p []byte) { p[0] |= paddingFlag; p[19] = 7 }), 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := bytes.Clone(tt.packet)
			if got, _, ok := RestoreRtx(tt.packet, tt.headerSize, 1, 2); ok || got != nil {
				t.Errorf("restored %x", got)
			}
			if !bytes.Equal(tt.packet, before) {
				t.Error("a refused packet was changed")
			}
		})
	}
}

func TestRtxAllocs(t *testing.T) {
	packet, headerSize := marshal(t, mediaPacket(t, make([]byte, 1100)))
	buf := make([]byte, len(packet))
	wantNoAllocs(t, func() {
		copy(buf, packet)
		RestoreRtx(buf, headerSize, 3, 96)
	})
}

// FuzzRestoreRtx restores whatever SRTP lets through, with the header size that
// the parser found, and with any other.
func FuzzRestoreRtx(f *testing.F) {
	f.Add([]byte{0x80, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x12, 0x34, 1, 2, 3}, 12)
	f.Add([]byte{0xa0, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x12, 0x34, 1, 2, 2}, 12)
	f.Add([]byte{0xa0, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 5}, 12)
	f.Add([]byte{0x92, 97, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x42, 1, 2, 3, 7, 7, 1}, 28)
	f.Add([]byte{}, 0)
	f.Fuzz(func(t *testing.T, packet []byte, headerSize int) {
		RestoreRtx(bytes.Clone(packet), headerSize, testSsrc, 96)

		var h rtp.Header
		parsedSize, err := h.Unmarshal(packet)
		if err != nil {
			return
		}
		original, seq, ok := RestoreRtx(bytes.Clone(packet), parsedSize, testSsrc, 96)
		if !ok {
			return
		}
		var restored rtp.Packet
		if err := restored.Unmarshal(original); err != nil {
			t.Fatalf("restored packet does not parse: %v", err)
		}
		if restored.SSRC != testSsrc || restored.PayloadType != 96 || restored.SequenceNumber != seq ||
			restored.Timestamp != h.Timestamp || restored.Marker != h.Marker || restored.Padding {
			t.Fatalf("restored header %+v of %+v", restored.Header, h)
		}
		if len(restored.Payload)+2 > len(packet)-parsedSize {
			t.Fatalf("restored %d bytes of %d", len(restored.Payload), len(packet)-parsedSize)
		}
	})
}
